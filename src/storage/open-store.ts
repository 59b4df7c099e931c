import { resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';
import type { PostgresOptions } from './postgres/store.ts';
import { openSqliteStore, type SqliteOptions } from './sqlite/store.ts';
import type { Store } from './store.ts';

/** Each driver takes what concerns it. */
export type StoreOptions = SqliteOptions & PostgresOptions;

/** Opens the store that a URL names: `sqlite:path`, relative to the working directory, whose folder is made; or `postgres://…`. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return openSqliteStore(resolve(path), options);
  if (/^postgres(ql)?:\/\//.test(url)) {
    // Loaded where it is needed: pg and drizzle's tables for it are 10 MB that an embedded store does without.
    const { openPostgresStore } = await import('./postgres/store.ts');
    return openPostgresStore(url, options);
  }
  throw new GatewayError(
    'CONFIG_INVALID',
    'The database URL must have the form sqlite:path or postgres://host/database.',
  );
}
