/**
 * Bytes → UTF-8 → JSON → zod, without losing a digit and without throwing.
 * Numbers of more than 15 significant digits come as their text, because a float would change them.
 */
import type { z } from 'zod';
import { mismatchMessage, mismatchPath } from './schema-mismatch.ts';
import type { Problem } from './webhook.ts';

/** Deeper than any provider nests; a reader that recurses (the reviver does) is safe below it. */
export const MAX_JSON_DEPTH = 100;

/** A float keeps 15 significant decimal digits whatever they are; from the 16th on it may change them. */
const EXACT_DIGITS = 15;

export interface JsonOptions {
  /**
   * Keys whose unquoted numbers come as their text (`10.10`, not 10.1), wherever in the document they stand: for
   * amounts, which are read from their digits, and for ids. Numbers in an array under such a key are not meant.
   */
  readonly numbersAsText?: readonly string[];
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Reads a body with a schema. Several things wrong give one problem, the first in the schema's order. */
export function readJson<S extends z.ZodType>(
  body: Uint8Array,
  schema: S,
  options: JsonOptions = {},
): Read<z.output<S>> {
  const parsed = parseJson(body, options);
  return parsed.ok ? matchSchema(parsed.value, schema) : parsed;
}

/** The second half of `readJson`, for a value that was already parsed: one element of a batch, say. */
export function matchSchema<S extends z.ZodType>(value: unknown, schema: S): Read<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  if (issue === undefined)
    return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path: null, message: 'does not fit' } };
  const problem = {
    code: 'SCHEMA_MISMATCH',
    path: mismatchPath(issue),
    message: mismatchMessage(issue, value),
  } as const;
  return { ok: false, problem };
}

/** The first half of `readJson`: any JSON value. Keys named `__proto__` are left out; all others are own properties. */
export function parseJson(body: Uint8Array, options: JsonOptions = {}): Read<unknown> {
  const scan = scanJson(body);
  if (scan.depth > MAX_JSON_DEPTH) return malformed(`The body nests deeper than ${MAX_JSON_DEPTH} levels.`);

  const text = decode(body);
  if (text === null) return malformed('The body is not UTF-8.');
  if (text.trim() === '') return malformed('The body is empty.');
  if (hasHalfCharacter(text)) return malformed('A text in the body holds half a character.');

  const asText = new Set(options.numbersAsText);
  const revive = scan.longNumber || asText.size > 0 || mayNameProto(text);
  try {
    return { ok: true, value: revive ? parseWithSource(text, asText) : JSON.parse(text) };
  } catch {
    // The parser's own message quotes the body.
    return malformed('The body is not JSON.');
  }
}

function malformed(message: string): { ok: false; problem: Problem } {
  return { ok: false, problem: { code: 'MALFORMED_BODY', path: null, message } };
}

/** Keeps nothing between two whole bodies; making one costs as much as decoding a small body. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Uint8Array): string | null {
  try {
    return utf8.decode(body);
  } catch {
    return null;
  }
}

const MAY_HALVE = /\\ud[89a-f]/i;
/** Every escape of a JSON text: a character written as two halves, the beginning of a half that stands alone, or any other. */
const ESCAPES = /\\(?:ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|(ud[89a-f])|[\s\S])/gi;

/**
 * Whether a text in this JSON holds half a character (`\ud800` alone). Its bytes would be another text than the one in
 * memory, so what was stored under it is not found again, and ids that differ become one.
 */
export function hasHalfCharacter(json: string): boolean {
  if (!json.includes('\\') || !MAY_HALVE.test(json)) return false; // looking for one character is the quicker
  for (const [, alone] of json.matchAll(ESCAPES)) if (alone !== undefined) return true;
  return false;
}

const ESCAPED_PROTO_LETTER = /\\u00(?:5f|70|72|6f|74)/i;

/** `__proto__`, also where one of its letters is written as an escape. */
function mayNameProto(json: string): boolean {
  return json.includes('__proto__') || (json.includes('\\') && ESCAPED_PROTO_LETTER.test(json));
}

/** TypeScript does not know the third argument yet; Node gives it for every primitive value. */
type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parseWithSource(text: string, asText: ReadonlySet<string>): unknown {
  const revive: SourceReviver = (key, value, { source }) => {
    // An own `__proto__` is harmless itself, but `target[key] = value` further on would change a prototype.
    if (key === '__proto__') return undefined;
    if (typeof value !== 'number' || source === undefined) return value;
    return asText.has(key) || !survivesAsFloat(source) ? source : value;
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

function survivesAsFloat(source: string): boolean {
  const [mantissa = '', exponent = '0'] = source.toLowerCase().split('e');
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  // Floats end near 1e308; a three-digit exponent is no number any provider means, so its text is kept.
  return digits.length <= EXACT_DIGITS && exponent.replace(/[+-]/, '').length < 3;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * One pass over the bytes, before anything recurses over them: how deep they nest, and whether an unquoted number may be too
 * long for a float (it may say so of one that is not). Says nothing about whether the bytes are JSON.
 */
function scanJson(body: Uint8Array): { readonly depth: number; readonly longNumber: boolean } {
  let open = 0;
  let depth = 0;
  let digits = 0;
  let longNumber = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] as number;
    if (byte === QUOTE) {
      index += 1;
      while (index < body.length && body[index] !== QUOTE) index += body[index] === BACKSLASH ? 2 : 1;
      digits = 0;
    } else if (byte >= 0x30 && byte <= 0x39) {
      digits += 1;
      if (digits > EXACT_DIGITS) longNumber = true;
    } else if (byte === 0x2e) {
      // A decimal point: the number goes on.
    } else {
      if (digits > 0 && (byte === 0x65 || byte === 0x45)) longNumber = true;
      digits = 0;
      if (byte === 0x7b || byte === 0x5b) {
        open += 1;
        if (open > depth) depth = open;
      } else if (byte === 0x7d || byte === 0x5d) open -= 1;
    }
  }
  return { depth, longNumber };
}
