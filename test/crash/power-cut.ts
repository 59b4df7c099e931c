import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  const place = mkdtempSync(join(tmpdir(), 'retour-power-'));
  const mount = join(place, 'mount');
  const image = join(place, 'disk.img');
  const copy = join(place, 'copy.img');
  mkdirSync(mount);
  run('truncate', ['-s', `${MEGABYTES}M`, image]);
  run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image]);
  run('mount', ['-o', OPTIONS, image, mount]);
  return {
    folder: join(mount, 'data'),
    async cut() {
      run('cp', ['--sparse=always', image, copy]);
      run('umount', [mount]); // whatever this still writes goes to the image that is thrown away
      run('mv', [copy, image]);
      run('mount', ['-o', OPTIONS, image, mount]);
    },
    remove() {
      run('umount', [mount]);
      rmSync(place, { recursive: true });
    },
  };
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
