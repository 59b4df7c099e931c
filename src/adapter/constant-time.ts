import { hash, timingSafeEqual } from 'node:crypto';

/** Compares two signatures of one encoding. Their length is public, their content must not show in the time this takes. */
export function equalText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Compares two credentials of any length; not even the length of the right one shows. */
export function equalCredential(one: Uint8Array, other: Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
