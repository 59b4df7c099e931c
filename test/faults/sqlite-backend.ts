import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspectFile } from '../crash/inspect-file.ts';
import { diskFull } from './disk-full.ts';
import { openFillableDisk } from './fillable-disk.ts';
import type { BackendOptions, StoreBackend } from './store-backend.ts';

const PAGES = new URL('./full-pages.ts', import.meta.url).href;

/** One file that one process has to itself. As root it lies on a disk that can be filled; else its pages are limited. */
export function openSqliteBackend({ place, tell }: BackendOptions): StoreBackend {
  const disk = process.getuid?.() === 0 ? openFillableDisk() : null;
  const folder = join(disk?.folder ?? place, 'data');
  mkdirSync(folder);
  const database = join(folder, 'retour.db');
  const full = disk ?? {
    fill: () => tell({ disk: 'full' }),
    free: async () => tell({ disk: 'free' }),
  };
  return {
    url: `sqlite:${database}`,
    mostProcesses: 1,
    leaseClock: 'gateway',
    faults: [diskFull(full)],
    preload: disk === null ? [PAGES] : [],
    facts: {
      store: 'SQLite, one process',
      'full disk': disk === null ? 'a limit on the pages of the file (not root)' : 'an ext4 file system of its own',
    },
    inspect: async () => inspectFile({ database }),
    bytes: async () => statSync(database).size,
    keep: async target => copyFileSync(database, join(target, 'retour.db')),
    close: async () => disk?.remove(),
  };
}
