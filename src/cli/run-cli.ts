import { Command, CommanderError } from 'commander';
import { ERROR_CODES, GatewayError } from '../gateway-error.ts';
import type { CliCommand, CliDeps, CliGroup } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { COMMANDS } from './commands.ts';

/** argv → one command. Answers the exit code: 0 done, 1 error, 2 findings. Never throws. */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<number> {
  let exitCode = 0;
  const program = prepare(new Command('retour'), deps)
    .description('A returns integration gateway')
    .addHelpText('after', `\n${HELP}`);
  for (const entry of COMMANDS) {
    const finish = (code: number) => {
      exitCode = code;
    };
    if ('commands' in entry) addGroup(program, entry, deps, finish);
    else addCommand(program, entry, deps, finish);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    tell(error, deps);
    return 1;
  }
}

const HELP = [
  'Commands about a running gateway speak to it at RETOUR_URL (default http://127.0.0.1:8080) with RETOUR_TOKEN.',
  'An id may be cut to any unique beginning or end; lists show the last eight characters.',
  'Exit codes: 0 done, 1 error, 2 findings (each command says what those are).',
].join('\n');

function prepare(command: Command, deps: CliDeps): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: deps.out,
      writeErr: deps.err,
      getOutHelpWidth: () => deps.columns ?? 100,
      getErrHelpWidth: () => deps.columns ?? 100,
      getOutHasColors: () => deps.colour,
      getErrHasColors: () => deps.colour,
      outputError: (text, write) => write(text.replace(/^error: /, '')),
    })
    .showSuggestionAfterError();
}

function addGroup(
  program: Command,
  { name, description, commands }: CliGroup,
  deps: CliDeps,
  finish: (code: number) => void,
): void {
  const group = prepare(program.command(name).description(description), deps);
  for (const command of commands) addCommand(group, command, deps, finish);
}

function addCommand(parent: Command, command: CliCommand, deps: CliDeps, finish: (code: number) => void): void {
  const { name, description, arguments: positional = [], options, more } = command;
  const added = prepare(parent.command(name).description(description), deps);
  added.showHelpAfterError(`(see: ${pathOf(added)} --help)`);
  for (const argument of positional) added.argument(argument.name, argument.help);
  for (const { flags, help, many } of options) {
    if (many === true) added.option(flags, help, collect);
    else added.option(flags, help);
  }
  if (more !== undefined) added.addHelpText('after', `\n${more}`);
  added.action(async () => {
    finish(await command.run({ args: added.args, options: added.opts() }, deps));
  });
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** A mistake of the person at the keyboard gets a sentence; only what must not happen gets a stack. */
function tell(error: unknown, deps: CliDeps): void {
  const expected =
    error instanceof CliError || (error instanceof GatewayError && ERROR_CODES[error.code] !== ERROR_CODES.BUG);
  if (expected) return deps.err(`${error.message}\n`);
  if (error instanceof Error && error.name === 'AbortError') return;
  deps.err(`${error instanceof Error ? error.stack : String(error)}\n`);
}
