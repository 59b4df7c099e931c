import { distance } from 'fastest-levenshtein';
import { GatewayError } from '../gateway-error.ts';

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** One thing that is wrong in one place, and what to do about it. Never holds a secret, nor a value that stood where a secret belongs. */
export interface ConfigProblem extends Position {
  readonly code: 'CONFIG_INVALID' | 'SECRET_MISSING';
  /** Relative to the configuration folder. */
  readonly file: string;
  /** Dotted, as in `connections.port.adapter`; empty: the file itself. */
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

/** The start of a file, for what is wrong with all of it. */
export const START: Position = { line: 1, column: 1 };

/** The path as it is written in messages: `connections.port.secrets.webhook[0]`. */
export function dotted(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`;
  return text;
}

/** `file:line:column key — what is wrong; what to do`. */
export function formatProblem(problem: ConfigProblem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.key === '' ? '' : `${problem.key} `}— ${problem.message}; ${problem.remedy}`;
}

/** All problems as one error: `SECRET_MISSING` where nothing but secrets is wrong, else `CONFIG_INVALID`. */
export function problemsError(directory: string, problems: readonly ConfigProblem[]): GatewayError {
  const code = problems.every(problem => problem.code === 'SECRET_MISSING') ? 'SECRET_MISSING' : 'CONFIG_INVALID';
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new GatewayError(
    code,
    `The configuration in ${directory} has ${count}:\n${problems.map(formatProblem).join('\n')}`,
    {
      errors: problems.map(problem => ({
        pointer: `${problem.file}:${problem.line}:${problem.column} ${problem.key}`.trimEnd(),
        message: `${problem.message}; ${problem.remedy}`,
      })),
    },
  );
}

/** The candidate that `word` was probably meant to be, whatever its letter case; `null` where none is near, and for numbers, which are not misspelt. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (/^[\d.]+$/.test(word)) return null;
  const reach = word.length < 4 ? 1 : Math.min(4, Math.max(2, Math.floor(word.length / 3)));
  let best: string | null = null;
  let bestDistance = reach + 1;
  for (const candidate of candidates) {
    const apart = distance(word.toLowerCase(), candidate.toLowerCase());
    if (apart < bestDistance) [best, bestDistance] = [candidate, apart];
  }
  return best;
}

/** What to write instead: the nearest word, else the whole list. */
export function spelling(word: string, candidates: readonly string[], what: string): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean ${near}?`;
  return candidates.length === 0 ? `take it out: no ${what} stands here` : `${what}: ${candidates.join(', ')}`;
}
