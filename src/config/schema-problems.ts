import type { z } from 'zod';
import { type ConfigProblem, dotted, nearest, spelling } from './config-problem.ts';
import { kindOf, rangeMessage, TYPE_WORDS } from './issue-words.ts';
import { inputSchema, type JsonSchema, keysOf, schemasAt } from './json-schema.ts';
import type { YamlFile } from './read-yaml.ts';

/** What a schema found wrong, in the words and at the place of the person who wrote the file. */

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface SchemaPlace {
  readonly file: string;
  readonly yaml: YamlFile;
  /** Where in the file the checked value stands. */
  readonly path: Path;
  readonly schema: z.ZodType;
  /** Sentences for keys (`retention.bodiesDays`) and values (`config.apply=reviewed`) that do not act yet. */
  readonly notYet?: Readonly<Record<string, string>>;
}

interface Found {
  readonly path: Path;
  readonly onKey?: true;
  readonly missing?: true;
  /** The key that a misspelt one was probably meant to be. */
  readonly meant?: Path;
  readonly message: string;
  readonly remedy: string;
}

export function schemaProblems(error: z.core.$ZodError, place: SchemaPlace): readonly ConfigProblem[] {
  const reader = readerOf(place);
  const all = error.issues.flatMap(issue => explain(issue, issue.path, reader));
  const misspelt = new Set(all.flatMap(found => (found.meant === undefined ? [] : [dotted(found.meant)])));
  // A required key that stands there misspelt is one mistake, not two.
  const told = all.filter(found => found.missing !== true || !misspelt.has(dotted(found.path)));
  return told.map(found => {
    const path = [...place.path, ...found.path];
    const position = found.onKey === true ? place.yaml.atKey(path) : place.yaml.at(path);
    return {
      code: 'CONFIG_INVALID',
      file: place.file,
      ...position,
      key: dotted(path),
      message: found.message,
      remedy: found.remedy,
    };
  });
}

interface Reader {
  valueAt(path: Path): unknown;
  schemasAt(path: Path): readonly JsonSchema[];
  notYet(path: Path, value?: string): string | undefined;
}

function readerOf(place: SchemaPlace): Reader {
  const valueAt = (path: Path): unknown => {
    let value: unknown = place.yaml.value;
    for (const part of [...place.path, ...path]) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
      value = (value as Record<PropertyKey, unknown>)[part];
    }
    return value;
  };
  let whole: JsonSchema | null = null;
  return {
    valueAt,
    schemasAt(path) {
      whole ??= inputSchema(place.schema);
      return schemasAt(whole, path, valueAt([]));
    },
    notYet(path, value) {
      const word = `${path.join('.')}${value === undefined ? '' : `=${value}`}`;
      return place.notYet !== undefined && Object.hasOwn(place.notYet, word) ? place.notYet[word] : undefined;
    },
  };
}

function explain(issue: Issue, path: Path, reader: Reader): readonly Found[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(key, path, reader));
    case 'invalid_key':
      return [{ path, onKey: true, message: 'is no good name', remedy: issue.issues[0]?.message ?? 'choose another' }];
    case 'invalid_union':
      return explainUnion(issue, path, reader);
    case 'invalid_value':
      return [notOneOf(issue.values.map(String), path, reader)];
    case 'invalid_type':
      return [wrongType(issue.expected, path, reader)];
    case 'too_small':
    case 'too_big':
      return [{ path, message: rangeMessage(issue), remedy: about(path, reader) }];
    default: {
      if (issue.message.includes('instance of Secret')) return [noSecret(path, reader)];
      const [message, remedy] = issue.message.split(/; (.*)/s);
      return [{ path, message: lowerFirst(message ?? issue.message), remedy: remedy ?? about(path, reader) }];
    }
  }
}

function unknownKey(key: string, path: Path, reader: Reader): Found {
  const keyPath = [...path, key];
  const notYet = reader.notYet(keyPath);
  if (notYet !== undefined)
    return { path: keyPath, onKey: true, message: `does nothing yet: ${notYet}`, remedy: 'take it out' };
  const known = keysOf(reader.schemasAt(path));
  const near = nearest(key, known);
  const meant = near === null ? {} : { meant: [...path, near] };
  const remedy = spelling(key, known, 'keys');
  return { path: keyPath, onKey: true, ...meant, message: 'is not a key that stands here', remedy };
}

function notOneOf(options: readonly string[], path: Path, reader: Reader): Found {
  const value = reader.valueAt(path);
  if (value === undefined) return missing(path, reader);
  const notYet = reader.notYet(path, String(value));
  if (notYet !== undefined)
    return { path, message: `${String(value)} does nothing yet: ${notYet}`, remedy: `write ${options.join(' or ')}` };
  return {
    path,
    message: 'is none of the words that are understood here',
    remedy: spelling(String(value), options, 'one of'),
  };
}

function missing(path: Path, reader: Reader): Found {
  return { path, missing: true, message: 'is missing', remedy: `add it: ${about(path, reader)}` };
}

function noSecret(path: Path, reader: Reader): Found {
  if (reader.valueAt(path) === undefined) return missing(path, reader);
  return { path, message: 'must be one secret reference', remedy: 'write { env: NAME } or { file: path }' };
}

function wrongType(expected: string, path: Path, reader: Reader): Found {
  const value = reader.valueAt(path);
  if (value === undefined) return missing(path, reader);
  if (expected === 'Secret') return noSecret(path, reader);
  if (expected === 'array' && typeof value === 'object' && value !== null && ('env' in value || 'file' in value)) {
    return { path, message: 'must be a list of secret references', remedy: 'put it in brackets: [{ env: NAME }]' };
  }
  const quotable = expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  return {
    path,
    message: `must be ${TYPE_WORDS[expected] ?? expected}, not ${kindOf(value)}`,
    remedy: quotable ? 'put it in quotes' : about(path, reader),
  };
}

/** With a discriminator its fault alone; else what the alternative lacks that comes nearest. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path, reader: Reader): readonly Found[] {
  if (issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    return [notOneOf(options, path, reader)];
  }
  const words = issue.errors
    .flat()
    .flatMap(one => (one.path.length === 0 && one.code === 'invalid_value' ? one.values.map(String) : []));
  const value = reader.valueAt(path);
  if (words.length > 0 && (typeof value !== 'object' || value === null)) return [notOneOf(words, path, reader)];
  const reached = issue.errors.filter(
    branch => !branch.some(one => one.path.length === 0 && one.code === 'invalid_type'),
  );
  const nearestBranch = reached.toSorted((one, other) => one.length - other.length)[0];
  if (nearestBranch !== undefined) return nearestBranch.flatMap(one => explain(one, [...path, ...one.path], reader));
  if (value === undefined) return [missing(path, reader)];
  const expected = issue.errors
    .flat()
    .map(one => (one.code === 'invalid_type' ? (TYPE_WORDS[one.expected] ?? one.expected) : one.message));
  return [{ path, message: `must be ${[...new Set(expected)].join(' or ')}`, remedy: about(path, reader) }];
}

/** What the schema says of the field. */
function about(path: Path, reader: Reader): string {
  for (const schema of reader.schemasAt(path)) {
    if (schema.description !== undefined) return lowerFirst(schema.description).replace(/\.$/, '');
  }
  return 'see config/reference.md';
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
