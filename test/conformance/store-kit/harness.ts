import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Store } from '../../../src/storage/store.ts';

/** Opens the store of a place: the same place again is the same store. */
export type OpenAt = (place: string) => Promise<Store>;

export interface Harness {
  /** The store of this test; a fresh one for each. */
  readonly store: Store;
  /** Closes the store and opens it again, as a restart does. */
  reopen(): Promise<void>;
}

/** A store of its own for every test of the suite, closed and removed afterwards. */
export function withStore(open: OpenAt): Harness {
  let place = '';
  let store: Store | null = null;

  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'retour-store-'));
    store = await open(place);
  });
  afterEach(async () => {
    await store?.close();
    store = null;
    rmSync(place, { recursive: true, force: true });
  });

  return {
    get store() {
      if (store === null) throw new Error('The store is open within a test only.');
      return store;
    },
    async reopen() {
      await store?.close();
      store = await open(place);
    },
  };
}
