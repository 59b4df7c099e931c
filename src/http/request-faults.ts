import type { z } from 'zod';
import { kindOf, rangeMessage, TYPE_WORDS } from '../config/issue-words.ts';

/** What is wrong with a request, in sentences: a schema's own messages where it has any, never those of its library. */

type Issue = z.core.$ZodIssue;

export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** `known`: the names of the fields that there are, for what has a name that is not among them. */
export function faultsOf(issues: readonly Issue[], value: unknown, known: readonly string[]): readonly Fault[] {
  return issues.flatMap(issue => explain(issue, issue.path, at(value, issue.path), known));
}

function explain(
  issue: Issue,
  path: readonly PropertyKey[],
  value: unknown,
  known: readonly string[],
): readonly Fault[] {
  const told = (message: string) => [{ path, message }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const others = path.length === 0 && known.length > 0 ? `; known: ${known.join(', ')}` : '';
      return issue.keys.map(key => ({ path: [...path, key], message: `is not known here${others}` }));
    }
    case 'invalid_union':
      return explainUnion(issue, path, value);
    case 'invalid_type':
      return told(value === undefined ? 'is missing' : wrongType(issue.expected, value));
    case 'invalid_value':
      return told(value === undefined ? 'is missing' : `must be ${oneOf(issue.values)}`);
    case 'too_small':
    case 'too_big':
      return told(isOwn(issue) ? issue.message : rangeMessage(issue));
    case 'invalid_format':
      return told(isOwn(issue) ? issue.message : (FORMS[issue.format] ?? `is not in the form ${issue.format}`));
    case 'invalid_key':
      return told(`has a name that cannot stand here`);
    default:
      return told(isOwn(issue) ? issue.message : 'has a value that it cannot have');
  }
}

/** The faults of the one form that the value comes near to, else the forms there are. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  value: unknown,
): readonly Fault[] {
  if (value === undefined) return [{ path, message: 'is missing' }];
  const near = issue.errors
    .filter(errors => !errors.some(one => one.path.length === 0 && ROOT.includes(one.code)))
    .toSorted((one, other) => one.length - other.length)[0];
  if (near !== undefined) {
    return near.flatMap(one => explain(one, [...path, ...one.path], at(value, one.path), []));
  }
  const forms = issue.errors.flat().map(one => {
    if (one.code === 'invalid_type') return TYPE_WORDS[one.expected] ?? one.expected;
    return one.code === 'invalid_value' ? oneOf(one.values) : 'another form';
  });
  return [{ path, message: `must be ${[...new Set(forms)].join(' or ')}` }];
}

const ROOT: readonly Issue['code'][] = ['invalid_type', 'invalid_value'];

const FORMS: Readonly<Record<string, string>> = {
  base64: 'must be Base64, with its padding',
  datetime: 'must be a time with its zone such as 2026-11-20T10:00:00Z',
  starts_with: 'does not begin as it must',
};

function wrongType(expected: string, value: unknown): string {
  if (expected === 'string' && Array.isArray(value)) return 'must be given once, as text';
  return `must be ${TYPE_WORDS[expected] ?? expected}, not ${kindOf(value)}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

/** Whether somebody wrote the message for this field. The library's own begin so. */
function isOwn(issue: Issue): boolean {
  return !/^(Invalid|Too (small|big))\b/.test(issue.message);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}
