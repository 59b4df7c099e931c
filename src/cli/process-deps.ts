import type { CliDeps } from './cli-command.ts';

/** The command line's outside, as it is: this process's streams, signals and clock. */
export function processDeps(): CliDeps {
  const { stdout, stderr, stdin } = process;
  let controller: AbortController | null = null;
  const abort = () => controller?.abort();
  // Whoever piped into `head` has seen enough; that is nobody's error.
  stdout.on('error', abort);
  stderr.on('error', () => {});
  return {
    out: text => void stdout.write(text),
    outBytes: bytes => void stdout.write(bytes),
    err: text => void stderr.write(text),
    columns: stdout.isTTY === true ? stdout.columns : null,
    // Colour only where a person looks on and NO_COLOR does not forbid it; Node knows both.
    colour: stdout.isTTY === true && stdout.hasColors(),
    now: () => Date.now(),
    async stdin() {
      if (stdin.isTTY === true) stderr.write('Paste it, then end with Ctrl-D on a line of its own:\n');
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    interrupted() {
      if (controller === null) {
        controller = new AbortController();
        process.once('SIGTERM', abort);
        process.once('SIGINT', abort);
      }
      return controller.signal;
    },
  };
}
