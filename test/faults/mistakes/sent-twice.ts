import { rewriteSource } from '../rewrite-source.ts';

// Every hundredth message is sent a second time at once, for no reason.

rewriteSource(
  'src/pipeline/deliver.ts',
  '    const exchange = await deps.sender.send(outgoing, destination.timeoutMs, startedAtMs);',
  `    sent += 1;
    if (sent % 100 === 0) await deps.sender.send(outgoing, destination.timeoutMs, startedAtMs);
    const exchange = await deps.sender.send(outgoing, destination.timeoutMs, startedAtMs);`,
);
rewriteSource('src/pipeline/deliver.ts', 'const LEASE_MS = 60_000;', 'const LEASE_MS = 60_000;\nlet sent = 0;');
