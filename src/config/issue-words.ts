/** What a schema found wrong with a value, in the words of both the configuration and the API. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
  null: 'null',
};

/** `empty`, `a list`, `a whole number`, … */
export function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a fraction';
  return TYPE_WORDS[typeof value] ?? typeof value;
}

/** `must have at most 5 entries`, `must be at least 1`. */
export function rangeMessage(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const inclusive = issue.inclusive !== false;
  const side =
    issue.code === 'too_small' ? (inclusive ? 'at least' : 'more than') : inclusive ? 'at most' : 'less than';
  const unit = issue.origin === 'string' ? 'character' : issue.origin === 'array' ? 'entry' : '';
  const units = Number(limit) === 1 ? unit : unit.replace(/y$/, 'ie').concat('s');
  return unit === '' ? `must be ${side} ${limit}` : `must have ${side} ${limit} ${units}`;
}
