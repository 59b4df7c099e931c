import { nearest } from '../config/config-problem.ts';
import { isTree, parseLossless, readTree, writeTree } from '../demo/lossless-json.ts';
import { CliError } from './cli-error.ts';

/** `path=value`: changes one value in a JSON body, and no digit of the others. */

export interface Setting {
  /** As typed, for messages. */
  readonly text: string;
  readonly keys: readonly string[];
  /** JSON text. */
  readonly value: string;
}

/**
 * `lines.0.price=12.50`, or `/lines/0/price=12.50` where a key holds a dot. What reads as JSON is that value (a number,
 * `true`, `null`, `"text"`), all else is text.
 */
export function readSetting(text: string): Setting {
  const [, path, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined) {
    throw new CliError(`--set ${text} names no value; write it as --set path.to.field=value.`);
  }
  const keys = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.split('.');
  return { text, keys, value: isJson(value) ? value : JSON.stringify(value) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export type Edited =
  | { readonly outcome: 'set'; readonly body: Uint8Array }
  /** Ends the sentence "--set … ". */
  | { readonly outcome: 'not_there'; readonly why: string };

/** Only what is there already is changed: a new key would mostly be a slip. */
export function setValue(body: Uint8Array, { keys, value }: Setting): Edited {
  const tree = readTree(body);
  if (tree === null) return { outcome: 'not_there', why: 'needs a JSON body.' };
  let holder: Tree = tree;
  for (const [index, key] of keys.entries()) {
    const names = Object.keys(holder);
    if (!names.includes(key)) return { outcome: 'not_there', why: missing(keys.slice(0, index), key, names) };
    if (index === keys.length - 1) {
      holder[key] = parseLossless(value);
      return { outcome: 'set', body: writeTree(tree) };
    }
    const next = holder[key];
    if (!isTree(next))
      return { outcome: 'not_there', why: `goes on where ${keys.slice(0, index + 1).join('.')} is a plain value.` };
    holder = next;
  }
  return { outcome: 'not_there', why: 'names nothing.' };
}

function missing(path: readonly string[], key: string, names: readonly string[]): string {
  const where = path.length === 0 ? 'the body' : path.join('.');
  const near = nearest(key, names);
  const remedy = near === null ? `it has ${names.slice(0, 20).join(', ')}.` : `did you mean ${near}?`;
  return `names ${key}, which ${where} does not have; ${remedy}`;
}

type Tree = Record<string, unknown>;
