import { unpackText } from './pack.ts';

/** A delivery follows its recording by milliseconds: these bodies need not be unpacked (25 µs each). */
export interface RecentBodies<Key> {
  add(key: Key, body: string): void;
  find(key: Key): string | undefined;
  read(key: Key, packed: Uint8Array): string;
  forget(): void;
}

/** About 4 MB. */
const MOST_CHARACTERS = 2_000_000;

export function createRecentBodies<Key>(): RecentBodies<Key> {
  const bodies = new Map<Key, string>();
  let characters = 0;

  return {
    add(key, body) {
      bodies.set(key, body);
      characters += body.length;
      for (const [oldest, old] of bodies) {
        if (characters <= MOST_CHARACTERS) break;
        bodies.delete(oldest);
        characters -= old.length;
      }
    },
    find: key => bodies.get(key),
    read: (key, packed) => bodies.get(key) ?? unpackText(packed),
    forget() {
      bodies.clear();
      characters = 0;
    },
  };
}
