import { type FirstValue, type JsonType, MOST_KEYS, type SeenShape } from './body-shape.ts';

/** What is known of the bodies of one notice type, and what is new in those that came since. Pure. */

/** Of one type; further ones are not watched. */
export const MOST_FIELDS = 500;
/** A type is new to us for so many notices: until then no field of it is news. */
const LEARNING = 100;
/** A field that nearly always came … */
const USUAL_SHARE = 0.98;
const USUAL_OF = 200;
/** … is missed when it was in none of so many. */
const MISSED_IN = 100;

export interface KnownField {
  readonly types: readonly JsonType[];
  /** Notices that had it. */
  readonly notices: number;
  /** Which notice of the type was the first that had it, and which the last; from 1. */
  readonly first: number;
  readonly last: number;
  /** It was told as vanished. */
  readonly vanished: boolean;
}

export interface KnownShape {
  readonly notices: number;
  readonly fields: ReadonlyMap<string, KnownField>;
  /** There were more fields than are watched. */
  readonly isFull: boolean;
}

export const NOTHING_KNOWN: KnownShape = { notices: 0, fields: new Map(), isFull: false };

export type Difference =
  | ({
      readonly kind: 'new';
      readonly pointer: string;
      readonly type: JsonType;
      readonly isPlace: boolean;
    } & FirstValue)
  | {
      readonly kind: 'vanished';
      readonly pointer: string;
      readonly share: number;
      readonly of: number;
      readonly missingIn: number;
    }
  | { readonly kind: 'returned'; readonly pointer: string };

/** Whether there is more to it than counts. */
export function hasNews(known: KnownShape, seen: SeenShape): boolean {
  return seen.places.some(({ pointer, types }) => {
    const field = known.fields.get(pointer);
    return field === undefined || field.vanished || [...types.keys()].some(type => !field.types.includes(type));
  });
}

/** The outer place stands for what lies inside it: a new or vanished object is one difference, not one for each field. */
export function mergeShape(
  known: KnownShape,
  seen: SeenShape,
): { readonly shape: KnownShape; readonly differences: readonly Difference[] } {
  const fields = new Map(known.fields);
  const keys = createKeys(fields.keys());
  const told = new Set<string>();
  const differences: Difference[] = [];
  let { isFull } = known;
  for (const came of seen.places) {
    const pointer = fields.has(came.pointer) ? came.pointer : keys.widened(came.pointer);
    const before = fields.get(pointer);
    if (before === undefined && fields.size >= MOST_FIELDS) {
      isFull = true;
      continue;
    }
    if (before === undefined) keys.add(pointer);
    const types = [...came.types].filter(([type]) => before?.types.includes(type) !== true);
    // Of a new place the first type alone: that there are several is no further news.
    for (const [type, value] of before === undefined ? types.slice(0, 1) : types) {
      const isLearning = known.notices + value.nth <= LEARNING;
      if (isLearning || isWithin(pointer, told)) continue;
      if (before === undefined) told.add(pointer);
      differences.push({ kind: 'new', pointer, type, isPlace: before === undefined, ...value });
    }
    if (before?.vanished === true) differences.push({ kind: 'returned', pointer });
    fields.set(pointer, {
      types: [...(before?.types ?? []), ...types.map(([type]) => type)],
      notices: (before?.notices ?? 0) + came.notices,
      first: before?.first ?? known.notices + came.first,
      last: Math.max(before?.last ?? 0, known.notices + came.last),
      vanished: false,
    });
  }
  const notices = known.notices + seen.notices;
  differences.push(...missed(fields, notices));
  return { shape: { notices, fields, isFull }, differences };
}

/** Marks what vanished, and answers it. */
function missed(fields: Map<string, KnownField>, notices: number): readonly Difference[] {
  const now: string[] = [];
  for (const [pointer, field] of fields) {
    const of = field.last - field.first + 1;
    if (field.vanished || notices - field.last < MISSED_IN) continue;
    if (of < USUAL_OF || field.notices < USUAL_SHARE * of) continue;
    fields.set(pointer, { ...field, vanished: true });
    now.push(pointer);
  }
  if (now.length === 0) return [];
  const gone = new Set([...fields].filter(([, { vanished }]) => vanished).map(([pointer]) => pointer));
  return now
    .filter(pointer => !isWithin(pointer, gone))
    .map(pointer => {
      const { notices: had, first, last } = fields.get(pointer)!;
      const of = last - first + 1;
      return { kind: 'vanished', pointer, share: Math.min(1, had / of), of, missingIn: notices - last };
    });
}

/** Whether an outer place of the pointer is among these. */
function isWithin(pointer: string, places: ReadonlySet<string>): boolean {
  let end = pointer.lastIndexOf('/');
  while (end >= 0) {
    if (places.has(pointer.slice(0, end))) return true;
    end = end === 0 ? -1 : pointer.lastIndexOf('/', end - 1);
  }
  return false;
}

/** The different keys at each place: beyond so many, keys are data there. */
function createKeys(pointers: Iterable<string>) {
  const keysAt = new Map<string, Set<string>>();
  function add(pointer: string): void {
    const end = pointer.lastIndexOf('/');
    if (end < 0) return;
    const place = pointer.slice(0, end);
    const keys = keysAt.get(place) ?? new Set();
    keysAt.set(place, keys.add(pointer.slice(end + 1)));
  }
  for (const pointer of pointers) add(pointer);
  return {
    add,
    /** The same with `*` where there are too many keys to take another one for a field. */
    widened(pointer: string): string {
      let place = '';
      for (const key of pointer.split('/').slice(1)) {
        const keys = keysAt.get(place);
        const isField = keys === undefined || keys.has(key) || keys.size < MOST_KEYS;
        place = `${place}/${isField ? key : '*'}`;
      }
      return place;
    },
  };
}
