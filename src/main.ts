import { Command } from 'commander';
import { COMMANDS } from './cli/commands.ts';
import { ERROR_CODES, GatewayError } from './gateway-error.ts';

/** argv → one command. Exit codes: 0 done, 1 error, 2 findings. */
const program = new Command('retour').description('A returns integration gateway').showHelpAfterError();

for (const { name, description, options, run } of COMMANDS) {
  const command = program.command(name).description(description);
  for (const { flags, help } of options) command.option(flags, help);
  command.action(async (given: Record<string, unknown>) => {
    process.exitCode = await run(given);
  });
}

try {
  await program.parseAsync();
} catch (error) {
  // A mistake of the person at the keyboard gets a sentence; only what must not happen gets a stack.
  const expected = error instanceof GatewayError && ERROR_CODES[error.code] !== ERROR_CODES.BUG;
  process.stderr.write(expected ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
