// The starter: refuses a Node that cannot run TypeScript, sets what must be set before the first import, and hands over.
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Retour needs Node 24 and this is ${process.versions.node}: install Node 24, or start it with "npm start" where the packages for development are installed: one of them is Node 24.\n`,
  );
  process.exit(1);
}
// Compiled code is kept between starts; a small young generation keeps memory at rest low.
module.enableCompileCache(
  process.env.NODE_COMPILE_CACHE ?? fileURLToPath(new URL('../node_modules/.cache/retour', import.meta.url)),
);
v8.setFlagsFromString('--max-semi-space-size=16');

await import('../src/main.ts');
