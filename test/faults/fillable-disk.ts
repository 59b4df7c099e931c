import { execFile } from 'node:child_process';
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDiskImage } from '../crash/disk-image.ts';
import { pause } from '../crash/read-api.ts';

/**
 * A file system of its own that somebody else fills to the last block, so that the store's next write fails as on any
 * full disk. What is deleted meanwhile is taken, too. Needs root and loop devices.
 */
export interface FillableDisk {
  /** For the store. */
  readonly folder: string;
  fill(): void;
  free(): Promise<void>;
  remove(): void;
}

/** Room for the longest run; the image takes what is written and no more. */
const MEGABYTES = 16_384;
/** No blocks kept for root: a gateway may run as root. Few inodes, or the image would begin with megabytes of them. */
const MKFS = ['-m', '0', '-N', '65536'];
/** How often what has become free is taken. */
const AGAIN_MS = 100;

const allocate = promisify(execFile);

export function openFillableDisk(): FillableDisk {
  const disk = createDiskImage({ name: 'disk', megabytes: MEGABYTES, mkfs: MKFS, mount: 'rw,loop' });
  let filling: { readonly done: Promise<void>; end: boolean } | null = null;
  const taken: string[] = [];

  async function takeAll(state: { end: boolean }): Promise<void> {
    while (!state.end) {
      const { bavail, bsize } = statfsSync(disk.mount);
      if (bavail > 0) {
        const file = join(disk.mount, `somebody-elses-${taken.length}`);
        taken.push(file);
        // It takes what it gets before it fails: the last blocks may go to the book-keeping of the file system itself.
        await allocate('fallocate', ['-l', String(bavail * bsize), file]).catch(() => undefined);
      }
      await pause(AGAIN_MS);
    }
  }

  return {
    folder: disk.mount,
    fill() {
      const state = { end: false, done: Promise.resolve() };
      state.done = takeAll(state);
      filling = state;
    },
    async free() {
      if (filling === null) return;
      filling.end = true;
      await filling.done;
      filling = null;
      for (const file of taken.splice(0)) rmSync(file, { force: true });
    },
    remove: disk.remove,
  };
}
