import { once } from 'node:events';
import { readEnvironment } from '../config/load-config.ts';
import type { CliCommand } from './cli-command.ts';
import { writeLine } from './output.ts';

/** Shows the whole gateway at work, on this machine alone. Of the settings only RETOUR_PORT is heeded. */
export const demo: CliCommand = {
  name: 'demo',
  description: 'Play signed webhooks of every sample provider into a gateway on this machine, and tell what happens',
  options: [
    {
      flags: '--check',
      help: 'play everything in a folder of its own, check what the demo tells, and end (exit 1: something did not hold)',
    },
    { flags: '--reset', help: 'delete the data of earlier demos (.data/demo/) and end' },
  ],
  async run({ options: { check, reset } }, deps) {
    const [{ checkDemo }, { runDemo }, { DEMO_FOLDER }, { resetFolder }] = await Promise.all([
      import('../demo/check.ts'),
      import('../demo/run-demo.ts'),
      import('../demo/sample-folder.ts'),
      import('../demo/stage.ts'),
    ]);
    if (reset === true) {
      await resetFolder(DEMO_FOLDER);
      writeLine(deps, 'The data of earlier demos is gone (.data/demo/).');
      if (check !== true) return 0;
    }
    if (check === true) return (await checkDemo(line => writeLine(deps, line))) ? 0 : 1;

    const { port } = readEnvironment(deps.env);
    const interrupted = deps.interrupted();
    const stopped = interrupted.aborted ? Promise.resolve() : once(interrupted, 'abort').then(() => {});
    return (await runDemo(port, { write: deps.out, colour: deps.colour }, stopped)) ? 0 : 1;
  },
};
