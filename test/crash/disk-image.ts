import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An ext4 file system in an image file, which takes no more room than what is written to it. Needs root and loop devices. */
export interface DiskImage {
  /** A folder for the image and what belongs to it. */
  readonly place: string;
  readonly image: string;
  /** Where the file system is. */
  readonly mount: string;
  attach(): void;
  detach(): void;
  remove(): void;
}

export function createDiskImage(options: {
  readonly name: string;
  readonly megabytes: number;
  readonly mkfs: readonly string[];
  readonly mount: string;
}): DiskImage {
  const place = mkdtempSync(join(tmpdir(), `retour-${options.name}-`));
  chmodSync(place, 0o755); // a server that runs under a user of its own must get through
  const mount = join(place, 'mount');
  const image = join(place, 'disk.img');
  mkdirSync(mount);
  run('truncate', ['-s', `${options.megabytes}M`, image]);
  run('mkfs.ext4', ['-q', ...options.mkfs, image]);
  const disk: DiskImage = {
    place,
    image,
    mount,
    attach: () => run('mount', ['-o', options.mount, image, mount]),
    detach: () => run('umount', [mount]),
    remove() {
      process.off('exit', leave);
      disk.detach();
      rmSync(place, { recursive: true });
    },
  };
  // A rig that dies leaves no file system behind; its processes may still be about to end.
  const leave = () => {
    run('umount', ['-l', mount]);
    rmSync(place, { recursive: true, force: true });
  };
  disk.attach();
  process.on('exit', leave);
  return disk;
}

export function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
