import { maskedForm } from './masked-form.ts';

/** Bodies as the places they have: JSON Pointers and JSON types, counted over several bodies of one notice type. */

export type JsonType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Of an object with more, the keys are data: an order number each, say. */
export const MOST_KEYS = 200;
/** Of one body; what lies behind is not looked at. */
const MOST_VALUES = 5000;
/** As deep as bodies are read. */
const MOST_DEPTH = 100;
/** Counted at once; what is kept of them is bounded by `MOST_FIELDS`. */
const MOST_PLACES = 2000;
const LONGEST_KEY = 40;

export interface SeenShape {
  /** How many bodies. */
  notices: number;
  /** The outer before the inner. */
  readonly places: SeenPlace[];
}

/** A tree and not a map of pointers: finding a place by its pointer took longer than reading the body (measured). */
export interface SeenPlace {
  readonly pointer: string;
  /** Bodies that had it; which of them was the first and which the last, from 1. */
  notices: number;
  readonly first: number;
  last: number;
  readonly types: Map<JsonType, FirstValue>;
  readonly inside: Map<string, SeenPlace>;
}

/** The value of its type that came first. */
export interface FirstValue {
  readonly nth: number;
  readonly form: string | null;
  readonly inboundId: string;
}

export function emptyShape(): SeenShape {
  return { notices: 0, places: [] };
}

/** Counts one body; `false`: it is not JSON. Elements of an array share the place `*`, and so do keys that are data. */
export function seeBody(seen: SeenShape, body: Uint8Array, inboundId: string): boolean {
  const value = jsonOf(body);
  if (value === undefined) return false;
  seen.notices += 1;
  const nth = seen.notices;
  let left = MOST_VALUES;
  const root = seen.places[0] ?? addPlace(seen, '', nth);
  walk(root, value, 0);
  return true;

  function walk(place: SeenPlace, at: unknown, depth: number): void {
    if (place.last !== nth) {
      place.last = nth;
      place.notices += 1;
    }
    const type = typeOf(at);
    if (!place.types.has(type)) place.types.set(type, { nth, form: formOf(type, at), inboundId });
    left -= 1;
    if (type === 'array' && depth < MOST_DEPTH) {
      for (const element of at as readonly unknown[]) go(place, '*', element, depth);
    } else if (type === 'object' && depth < MOST_DEPTH) {
      const keys = Object.keys(at as object);
      const areData = keys.length > MOST_KEYS;
      for (const key of keys) go(place, areData ? '*' : key, (at as Readonly<Record<string, unknown>>)[key], depth);
    }
  }

  function go(outer: SeenPlace, key: string, value: unknown, depth: number): void {
    if (left <= 0) return;
    const place = outer.inside.get(key) ?? placeIn(seen, outer, key, nth);
    if (place !== null) walk(place, value, depth + 1);
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

function placeIn(seen: SeenShape, outer: SeenPlace, given: string, nth: number): SeenPlace | null {
  const key = given === '*' || isData(given) ? '*' : given;
  const known = outer.inside.get(key);
  if (known !== undefined) return known;
  if (seen.places.length >= MOST_PLACES) return null;
  const place = addPlace(seen, `${outer.pointer}/${key}`, nth);
  outer.inside.set(key, place);
  return place;
}

function addPlace(seen: SeenShape, pointer: string, nth: number): SeenPlace {
  const place = { pointer, notices: 0, first: nth, last: 0, types: new Map(), inside: new Map() };
  seen.places.push(place);
  return place;
}

/**
 * Digits, uuids, long or dotted keys, and whatever no field is named: addresses, names of people. What is left holds no
 * `~` and no `/`, which a pointer would have to escape.
 */
function isData(key: string): boolean {
  return (
    key.length > LONGEST_KEY || !/^[A-Za-z0-9_$:-]+$/.test(key) || /^\d+$|\d{4}|^[\da-f]{8}-[\da-f]{4}-/i.test(key)
  );
}

function typeOf(value: unknown): JsonType {
  const type = typeof value;
  if (type !== 'object') return type as JsonType;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : 'object';
}

function formOf(type: JsonType, value: unknown): string | null {
  return type === 'string' || type === 'number' ? maskedForm(value as string | number) : null;
}
