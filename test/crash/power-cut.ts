import { join } from 'node:path';
import { createDiskImage, run } from './disk-image.ts';

/**
 * A disk whose power can be cut: a file system of its own in an image file. What a process wrote and did not sync stands
 * only in memory; the image holds what reached the "disk". A copy of the image taken after the kill is therefore what a
 * power cut leaves, and the next life goes on with the copy. Needs root and loop devices.
 */
export interface CuttableDisk {
  /** For the store's file. */
  readonly folder: string;
  cut(): Promise<void>;
  remove(): void;
}

const MEGABYTES = 512;
/** The file system's own journal must not sync behind our back: not within any life. */
const OPTIONS = 'loop,commit=600';

export function openCuttableDisk(): CuttableDisk {
  const mkfs = ['-E', 'lazy_itable_init=0,lazy_journal_init=0'];
  const disk = createDiskImage({ name: 'power', megabytes: MEGABYTES, mkfs, mount: OPTIONS });
  const copy = join(disk.place, 'copy.img');
  return {
    folder: join(disk.mount, 'data'),
    async cut() {
      run('cp', ['--sparse=always', disk.image, copy]);
      disk.detach(); // whatever this still writes goes to the image that is thrown away
      run('mv', [copy, disk.image]);
      disk.attach();
    },
    remove: disk.remove,
  };
}
