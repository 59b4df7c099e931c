import { randomInt } from 'node:crypto';
import type { InboundRequest } from '../adapter/webhook.ts';

/** New ids for every telling of a story, so that it can be told to one gateway any number of times. */

export const FRESH_KINDS = ['uuid', 'code', 'order', 'tracking', 'id'] as const;
export type FreshKind = (typeof FRESH_KINDS)[number];

/** A whole number in [0, limit). */
export type Below = (limit: number) => number;

/**
 * The literals of a story, each with what stands in its place this time. `taken`: what stood in other tellings, and does
 * not stand in this one; what is new is added.
 */
export function freshLiterals(
  fresh: Readonly<Record<string, FreshKind>>,
  below: Below = randomInt,
  taken: Set<string> = new Set(),
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(fresh).map(([literal, kind]) => {
      let value = freshened(literal, kind, below);
      while (taken.has(value)) value = freshened(literal, kind, below);
      taken.add(value);
      return [literal, value];
    }),
  );
}

const DIGITS = '0123456789';

/**
 * Looks like the literal, and is one of at least a hundred million. Where a literal is too short for that, what is new
 * stands behind it: lengths may change, because the request is signed afterwards.
 */
function freshened(literal: string, kind: FreshKind, below: Below): string {
  const pick = (alphabet: string): string => alphabet[below(alphabet.length)]!;
  const several = (alphabet: string, length: number): string =>
    Array.from({ length: Math.max(0, length) }, () => pick(alphabet)).join('');
  switch (kind) {
    case 'uuid':
      return 'xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx'.replace(/[xv]/g, place =>
        pick(place === 'x' ? '0123456789abcdef' : '89ab'),
      );
    case 'code':
      return literal.replace(/[A-Z0-9]/g, () => pick('ABCDEFGHJKLMNPQRSTUVWXYZ23456789'));
    case 'tracking':
      return literal.replace(/\d/g, () => pick(DIGITS)) + several(DIGITS, 8 - literal.replace(/\D/g, '').length);
    case 'order':
      return `${literal.replace(/\d+$/, '')}${several(DIGITS, 8)}`;
    case 'id':
      return `${literal}-${several('abcdefghjkmnpqrstuvwxyz23456789', 6)}`;
  }
}

/** Replaces the literals in the body and in header values; whatever else there is stays as it is, to the byte. */
export function freshen(request: InboundRequest, literals: ReadonlyMap<string, string>): InboundRequest {
  const replace = replacing(literals);
  // Latin-1 keeps each byte a character, so that bytes which are no text survive; the literals are ASCII.
  const body = new Uint8Array(Buffer.from(replace(Buffer.from(request.body).toString('latin1')), 'latin1'));
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, values]) => [name, values.map(replace)]),
  );
  return { ...request, headers, body };
}

/** What a provider answers, and where it is asked for: the same with the path of the call, in which ids stand, too. */
export function freshenAnswer(call: InboundRequest, literals: ReadonlyMap<string, string>): InboundRequest {
  return { ...freshen(call, literals), path: replacing(literals)(call.path) };
}

function replacing(literals: ReadonlyMap<string, string>): (text: string) => string {
  if (literals.size === 0) return text => text;
  const longestFirst = [...literals.keys()].toSorted((one, other) => other.length - one.length);
  const pattern = new RegExp(
    longestFirst.map(literal => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'),
    'g',
  );
  return text => text.replace(pattern, literal => literals.get(literal)!);
}
