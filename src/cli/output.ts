import type { CliDeps } from './cli-command.ts';
import { safeJson } from './display-text.ts';

/** What commands end with; each answers the exit code of having said it. */

export function writeJson(deps: CliDeps, value: unknown): 0 {
  deps.out(`${safeJson(value, 2)}\n`);
  return 0;
}

export function writeLine(deps: CliDeps, text: string): 0 {
  deps.out(`${text}\n`);
  return 0;
}

/** Says where there is more than was asked for. */
export function tellRest(deps: CliDeps, nextCursor: string | null, remedy = 'raise --limit, or filter'): 0 {
  if (nextCursor !== null) deps.err(`There are more: ${remedy}.\n`);
  return 0;
}
