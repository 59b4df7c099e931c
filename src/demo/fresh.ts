import { randomInt, randomUUID } from 'node:crypto';
import type { InboundRequest } from '../adapter/webhook.ts';

/** New ids for every telling of a story, so that it can be told to one gateway any number of times. */

export const FRESH_KINDS = ['uuid', 'code', 'order', 'tracking', 'id'] as const;
export type FreshKind = (typeof FRESH_KINDS)[number];

/** The literals of a story, each with what stands in its place this time. */
export function freshLiterals(fresh: Readonly<Record<string, FreshKind>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(fresh).map(([literal, kind]) => [literal, freshened(literal, kind)]));
}

/**
 * Looks like the literal, and is one of at least a hundred million. Where a literal is too short for that, what is new
 * stands behind it: lengths may change, because the request is signed afterwards.
 */
function freshened(literal: string, kind: FreshKind): string {
  switch (kind) {
    case 'uuid':
      return randomUUID();
    case 'code':
      return literal.replace(/[A-Z0-9]/g, () => pick('ABCDEFGHJKLMNPQRSTUVWXYZ23456789'));
    case 'tracking':
      return literal.replace(/\d/g, () => pick('0123456789'));
    case 'order':
      return `${literal.replace(/\d+$/, '')}${several('0123456789', 8)}`;
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

function several(alphabet: string, length: number): string {
  return Array.from({ length }, () => pick(alphabet)).join('');
}

function pick(alphabet: string): string {
  return alphabet[randomInt(alphabet.length)]!;
}
