import type { Normalized, Problem } from '#adapter/webhook.ts';

/** What a notice becomes where it tells nothing. */

export function unreadable(problem: Problem): Normalized {
  return { outcome: 'unreadable', problem: { ...problem, path: `/data${problem.path ?? ''}` } };
}

export function unrecognized(what: string, word: string): Normalized {
  return { outcome: 'unrecognized', because: `${what} ${JSON.stringify(word)} is not known` };
}
