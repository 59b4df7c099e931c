import type { Environment } from '../config/secret-reference.ts';

/** One command of the command line, as a value; `run-cli.ts` hands it to the parser. */
export interface CliCommand extends Described {
  readonly arguments?: readonly CliArgument[];
  /** After the options in `--help`: examples, exit codes, what it needs. */
  readonly more?: string;
  /** Answers the exit code: 0 done, 1 error, 2 findings. */
  run(call: CliCall, deps: CliDeps): Promise<number>;
}

/** Commands about one subject: `returns list`, `returns show`. */
export interface CliGroup extends Described {
  readonly commands: readonly CliCommand[];
}

interface Described {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CliOption[];
}

export interface CliArgument {
  /** `<id>`, or `[file]` where it may be left out. */
  readonly name: string;
  readonly help: string;
}

export interface CliOption {
  readonly flags: string;
  readonly help: string;
  /** May be given several times: a list. */
  readonly many?: true;
}

/** What was typed: texts for options with a value, `true` for flags, lists for those that may be repeated. */
export interface CliCall {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Everything a command touches outside, so that a test can be the terminal. */
export interface CliDeps {
  out(text: string): void;
  /** For bytes that must stay as they are. */
  outBytes(bytes: Uint8Array): void;
  err(text: string): void;
  /** What lines are cut to; `null`: nobody looks on, so nothing is cut. */
  readonly columns: number | null;
  readonly colour: boolean;
  now(): number;
  /** Default the process's own. */
  readonly env?: Environment;
  /** Everything on standard input. */
  stdin(): Promise<Uint8Array>;
  /** Aborted by Ctrl-C, SIGTERM, or a reader of standard output that went away. */
  interrupted(): AbortSignal;
}

export const JSON_OPTION: CliOption = { flags: '--json', help: 'for machines: JSON instead of text' };
