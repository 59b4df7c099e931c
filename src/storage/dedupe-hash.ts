import { createHash } from 'node:crypto';
import type { NewInbound } from './store.ts';

/** Half of a SHA-256: enough that no two keys of one ledger ever meet, and half the bytes in its largest index. */
const HASH_BYTES = 16;

/** Of a row's dedupe key, within its connection. */
export function keyHash({ account, connection }: NewInbound, key: string): Buffer {
  return createHash('sha256').update(`${account} ${connection} ${key}`).digest().subarray(0, HASH_BYTES);
}

export function bodyHash({ bodyDigest }: NewInbound): Buffer {
  return Buffer.from(bodyDigest, 'hex').subarray(0, HASH_BYTES);
}
