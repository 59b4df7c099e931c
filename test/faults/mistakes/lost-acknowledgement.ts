import { rewriteSource } from '../rewrite-source.ts';

// Every hundredth webhook is answered as kept and is not.

rewriteSource(
  'src/pipeline/intake-queue.ts',
  `      return new Promise(answer => {
        waiting.push`,
  `      lost += 1;
      if (lost % 100 === 0) return Promise.resolve({ outcome: 'kept', id: row.id, variantOf: null });
      return new Promise(answer => {
        waiting.push`,
);
rewriteSource('src/pipeline/intake-queue.ts', 'const MAX_BATCH = 256;', 'const MAX_BATCH = 256;\nlet lost = 0;');
