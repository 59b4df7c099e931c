import { hash } from 'node:crypto';
import { fromString, fromUUIDBytes, toUUIDBytes } from 'typeid-js';
import { z } from 'zod';

/** What somebody chose: accounts, connections, destinations. */
export const Slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, 63 at most');

/** Ids made at random (TypeIDs over a UUIDv7): returns, inbound rows, rejections, deliveries, attempts, revisions, tokens. */
export type RandomPrefix = 'ret' | 'inb' | 'rej' | 'dlv' | 'att' | 'rev' | 'tok' | 'tmr';
export type NewId = (prefix: RandomPrefix) => string;

/** Ids derived from what they name, so that a rebuilt store has the same ones: events, items, shipments, settlements, findings. */
export type NaturalPrefix = 'evt' | 'itm' | 'shp' | 'stl' | 'fnd';

/** The same facts are folded again with every notice of their return, so the last ids made are remembered. */
const REMEMBERED = 20_000;
const remembered = new Map<string, string>();

/** A TypeID over the first 16 bytes of SHA-256 of the natural key's parts; parts are told apart whatever they contain. */
export function naturalId(prefix: NaturalPrefix, key: readonly string[]): string {
  return naturalIdOf(prefix, JSON.stringify(key));
}

/** The same of a key that is JSON already. */
export function naturalIdOf(prefix: NaturalPrefix, key: string): string {
  const name = `${prefix} ${key}`;
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const id = fromUUIDBytes(prefix, hash('sha256', key, 'buffer').subarray(0, 16)).toString();
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(name, id);
  return id;
}

/** When an id made at random was made, in milliseconds: a UUIDv7 begins with it. */
export function mintedAtMs(id: string): number {
  return Buffer.from(toUUIDBytes(fromString(id))).readUIntBE(0, 6);
}
