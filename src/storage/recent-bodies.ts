import { unpackText } from './pack.ts';

/** A delivery follows its recording by milliseconds: these bodies need not be unpacked (25 µs each). */
export interface RecentBodies {
  add(position: number, body: string): void;
  find(position: number): string | undefined;
  read(position: number, packed: Uint8Array): string;
  forget(): void;
}

/** About 4 MB. */
const MOST_CHARACTERS = 2_000_000;

export function createRecentBodies(): RecentBodies {
  const bodies = new Map<number, string>();
  let characters = 0;

  return {
    add(position, body) {
      bodies.set(position, body);
      characters += body.length;
      for (const [oldest, old] of bodies) {
        if (characters <= MOST_CHARACTERS) break;
        bodies.delete(oldest);
        characters -= old.length;
      }
    },
    find: position => bodies.get(position),
    read: (position, packed) => bodies.get(position) ?? unpackText(packed),
    forget() {
      bodies.clear();
      characters = 0;
    },
  };
}
