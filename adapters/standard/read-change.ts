import { mismatchMessage, mismatchPath } from '#adapter/schema-mismatch.ts';
import type { Problem } from '#adapter/webhook.ts';
import { CHANGES } from '#model/return-event.ts';
import { forgive } from './forgive.ts';
import type { ToldType } from './notices.ts';

export type ReadChange =
  | { readonly outcome: 'read'; readonly change: unknown }
  | { readonly outcome: 'unrecognized'; readonly because: string }
  | { readonly outcome: 'unreadable'; readonly problem: Problem };

/**
 * How many lines one webhook may tell of. Each becomes an event, and each event's message carries the whole return: more lines
 * would make messages whose sum grows with the square of their number.
 */
export const MAX_LINES = 1000;

/**
 * Reads a `change` with the canonical schema of its type, which is strict, after forgiving what a sender may do. An unknown
 * word where the list is closed (a settlement state, a parcel phase) makes the whole notice unrecognized. Nothing else is
 * bent: what is missing or of the wrong type is a problem, because half a return is worse than none. Every value is looked at
 * a fixed number of times, whatever is wrong with it.
 */
export function readChange(type: ToldType, sent: unknown): ReadChange {
  const tooLong = LISTS.find(([, listOf]) => listOf(sent) > MAX_LINES);
  if (tooLong !== undefined) {
    const message = `tells of more than ${MAX_LINES} lines; send them in several webhooks`;
    return unreadable(tooLong[0], message);
  }

  const change = forgive(CHANGES[type], sent);
  const result = CHANGES[type].safeParse(change);
  if (result.success) return { outcome: 'read', change: result.data };

  const { issues } = result.error;
  const first = issues[0]!;
  const words = issues.every(issue => issue.code === 'invalid_value' && typeof at(change, issue.path) === 'string');
  if (words) {
    return { outcome: 'unrecognized', because: `the word at /data/change${mismatchPath(first)} is not known` };
  }
  return unreadable(mismatchPath(first), mismatchMessage(first, change));
}

/** The lists of lines that a change can hold, whichever its type, with their lengths. */
const LISTS: readonly (readonly [path: string, listOf: (sent: unknown) => number])[] = [
  ['/items', sent => lengthAt(sent, ['items'])],
  ['/details/items', sent => lengthAt(sent, ['details', 'items'])],
];

function lengthAt(sent: unknown, path: readonly string[]): number {
  const list = at(sent, path);
  return Array.isArray(list) ? list.length : 0;
}

function unreadable(path: string, message: string): ReadChange {
  return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: `/data/change${path}`, message } };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}
