import { existsSync } from 'node:fs';
import { storeOf } from './store-url.ts';

/** How far a store is from what this program needs. */
export interface StoreVersion {
  /** The file, or host, port and database. */
  readonly store: string;
  /** 0: nothing is there yet. */
  readonly version: number;
  /** The newest that this program knows. */
  readonly knownVersion: number;
  readonly pending: readonly { readonly number: number; readonly name: string }[];
}

/** What a start would do. Changes nothing, and looks beside a running gateway. */
export async function inspectVersion(url: string): Promise<StoreVersion> {
  const store = storeOf(url);
  if (store.kind === 'sqlite') {
    const [{ inspectStore }, { sqliteMigrations }] = await Promise.all([
      import('./sqlite/backup.ts'),
      import('./sqlite/migrate.ts'),
    ]);
    const known = sqliteMigrations();
    const version = existsSync(store.path) ? inspectStore(store.path, 'none').facts.version : 0;
    return toVersion(store.path, known, known.slice(version));
  }
  const [{ withDatabase }, { pendingMigrations, postgresMigrations }] = await Promise.all([
    import('./postgres/connect.ts'),
    import('./postgres/migrate.ts'),
  ]);
  return withDatabase(store.url, async database =>
    toVersion(database.place, postgresMigrations(), await pendingMigrations(database)),
  );
}

/**
 * Brings a store to this version and answers what was pending. A start does the same by itself; several at once are
 * safe: one migrates, and the others find it done. Throws `STORE_LOCKED` where a gateway has an SQLite store open.
 */
export async function migrateStore(url: string): Promise<StoreVersion> {
  const store = storeOf(url);
  if (store.kind === 'sqlite') {
    const [{ lockFile, openWriter, storeFile }, { migrate, sqliteMigrations }] = await Promise.all([
      import('./sqlite/connect.ts'),
      import('./sqlite/migrate.ts'),
    ]);
    const lock = lockFile(store.path);
    try {
      const path = storeFile(store.path);
      const client = openWriter(path);
      try {
        return toVersion(store.path, sqliteMigrations(), migrate(client, path));
      } finally {
        client.close();
      }
    } finally {
      lock.close();
    }
  }
  const [{ withDatabase }, { migrate, postgresMigrations }] = await Promise.all([
    import('./postgres/connect.ts'),
    import('./postgres/migrate.ts'),
  ]);
  return withDatabase(store.url, async database =>
    toVersion(database.place, postgresMigrations(), await migrate(database)),
  );
}

function toVersion(store: string, known: StoreVersion['pending'], pending: StoreVersion['pending']): StoreVersion {
  return {
    store,
    version: known.length - pending.length,
    knownVersion: known.length,
    pending: pending.map(({ number, name }) => ({ number, name })),
  };
}
