/**
 * Who works on what, in memory: one process holds the file, so a crash frees everything at once and a claim costs no
 * write. Lines are different: their claim counts a try and is written (claim.ts).
 */
export interface Leases<Key> {
  /** Keys held by a lease that has not run out. */
  readonly held: (nowMs: number) => number;
  isFree(key: Key, nowMs: number): boolean;
  take(key: Key, owner: string, untilMs: number): void;
  /** Kept after the lease ran out, until somebody else takes the key. */
  isOwner(key: Key, owner: string): boolean;
  release(key: Key): void;
}

export function createLeases<Key>(): Leases<Key> {
  const leases = new Map<Key, { readonly owner: string; readonly untilMs: number }>();
  return {
    held: nowMs => {
      let count = 0;
      for (const lease of leases.values()) if (lease.untilMs > nowMs) count += 1;
      return count;
    },
    isFree: (key, nowMs) => (leases.get(key)?.untilMs ?? Number.NEGATIVE_INFINITY) <= nowMs,
    take: (key, owner, untilMs) => void leases.set(key, { owner, untilMs }),
    isOwner: (key, owner) => leases.get(key)?.owner === owner,
    release: key => void leases.delete(key),
  };
}
