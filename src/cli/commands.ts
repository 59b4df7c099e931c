import { checkConfig } from './check-config.ts';
import { demo } from './demo.ts';
import { openapi } from './openapi.ts';
import { serve } from './serve.ts';

/** One command of the command line; its file says what it does. */
export interface CliCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly flags: string; readonly help: string }[];
  /** Answers the exit code. */
  run(options: Readonly<Record<string, unknown>>): Promise<number>;
}

export const COMMANDS: readonly CliCommand[] = [serve, demo, checkConfig, openapi];
