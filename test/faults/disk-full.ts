import { pause } from '../crash/read-api.ts';
import type { Fault } from './fault.ts';

/** So many times the longest fault a store may go on in room that it had taken before. */
const UNTIL_FELT = 4;

/** The store's disk is full until a while after the first webhook had to be refused; or until it is clear that none will be. */
export function diskFull(disk: {
  fill(): void;
  free(): Promise<void>;
  /** Until the store is there again, where it may not have outlived this. */
  revive?(): Promise<void>;
}): Fault {
  return {
    name: 'store: disk full',
    async inflict({ chance, longestMs, harm, unavailable }) {
      const before = unavailable();
      const endsAt = performance.now() + UNTIL_FELT * longestMs;
      const over = harm();
      disk.fill();
      while (unavailable() === before && performance.now() < endsAt) await pause(20);
      await pause(chance.below(longestMs));
      await disk.free();
      await disk.revive?.();
      over();
    },
  };
}
