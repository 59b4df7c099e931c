import type { PostgresOptions } from './postgres/store.ts';
import { openSqliteStore, type SqliteOptions } from './sqlite/store.ts';
import type { Store } from './store.ts';
import { storeOf } from './store-url.ts';

/** Each driver takes what concerns it. */
export type StoreOptions = SqliteOptions & PostgresOptions;

/** Opens the store that a URL names, and brings it to this version; the folder of a file is made. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const store = storeOf(url);
  if (store.kind === 'sqlite') return openSqliteStore(store.path, options);
  // Loaded where it is needed: pg and drizzle's tables for it are 10 MB that an embedded store does without.
  const { openPostgresStore } = await import('./postgres/store.ts');
  return openPostgresStore(store.url, options);
}
