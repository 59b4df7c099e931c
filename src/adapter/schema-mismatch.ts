/** What a schema found wrong, in words that quote nothing from the body: they become part of a cause fingerprint. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** JSON Pointer with `*` for array positions, and for keys that are data rather than names, so that equal causes meet. */
export function mismatchPath(issue: Issue): string {
  return issue.path.map(key => `/${pointerToken(key)}`).join('');
}

function pointerToken(key: PropertyKey): string {
  if (typeof key !== 'string' || !/^[A-Za-z_$][\w$./~-]{0,63}$/.test(key)) return '*';
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A message of a schema's own `refine` is passed on as it is, and must quote nothing either. */
export function mismatchMessage(issue: Issue, value: unknown): string {
  if (ABSENCE.includes(issue.code) && at(value, issue.path) === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `is not ${issue.expected === 'int' ? 'an integer' : `of type ${issue.expected}`}`;
    case 'invalid_value':
      return `is none of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return `is not in the form ${issue.format}`;
    case 'too_small':
      return `is smaller or shorter than ${issue.minimum}`;
    case 'too_big':
      return `is larger or longer than ${issue.maximum}`;
    case 'not_multiple_of':
      return `is not a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'has a key that is not known';
    case 'invalid_union':
      return 'has none of the shapes that are allowed here';
    case 'invalid_key':
      return 'has a key that is not allowed';
    case 'invalid_element':
      return 'has an element that is not allowed';
    case 'custom':
      return issue.message;
  }
}

/** What zod reports of a value that is not there: the schema's kind decides which. */
const ABSENCE: readonly Issue['code'][] = ['invalid_type', 'invalid_value', 'invalid_union'];

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}
