import type { JsonType } from './body-shape.ts';
import type { KnownShape } from './known-shape.ts';

/** What is known of a notice type, as the store keeps it: a tuple for each field, because there are many. */
export interface StoredShape {
  readonly notices: number;
  readonly isFull: boolean;
  readonly fields: readonly (readonly [
    pointer: string,
    types: string,
    notices: number,
    first: number,
    last: number,
    vanished: 0 | 1,
  ])[];
}

export function storedShape({ notices, isFull, fields }: KnownShape): StoredShape {
  return {
    notices,
    isFull,
    fields: [...fields].map(([pointer, field]) => [
      pointer,
      field.types.join(' '),
      field.notices,
      field.first,
      field.last,
      field.vanished ? 1 : 0,
    ]),
  };
}

export function knownShape(stored: StoredShape): KnownShape {
  const fields = stored.fields.map(([pointer, types, notices, first, last, vanished]) => {
    const field = { types: types.split(' ') as JsonType[], notices, first, last, vanished: vanished === 1 };
    return [pointer, field] as const;
  });
  return { notices: stored.notices, isFull: stored.isFull, fields: new Map(fields) };
}
