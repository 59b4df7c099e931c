import { readEnvironment } from '../config/load-config.ts';
import { checkDemo } from '../demo/check.ts';
import { runDemo } from '../demo/run-demo.ts';
import { DEMO_FOLDER } from '../demo/sample-folder.ts';
import { resetFolder } from '../demo/stage.ts';
import type { CliCommand } from './commands.ts';

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
  async run({ check, reset }) {
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    if (reset === true) {
      await resetFolder(DEMO_FOLDER);
      say('The data of earlier demos is gone (.data/demo/).');
      if (check !== true) return 0;
    }
    if (check === true) return (await checkDemo(say)) ? 0 : 1;

    const { port } = readEnvironment();
    const stopped = new Promise<void>(resolve => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
      // Whoever piped the story into `head` has seen enough.
      process.stdout.once('error', () => resolve());
    });
    // Colour only where a person looks on and NO_COLOR does not forbid it; Node knows both.
    const colour = process.stdout.isTTY === true && process.stdout.hasColors();
    const output = { write: (text: string) => void process.stdout.write(text), colour };
    return (await runDemo(port, output, stopped)) ? 0 : 1;
  },
};
