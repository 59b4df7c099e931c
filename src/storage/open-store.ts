import { resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';
import { openSqliteStore, type SqliteOptions } from './sqlite/store.ts';
import type { Store } from './store.ts';

export type StoreOptions = SqliteOptions;

/** Opens the store that a URL names: `sqlite:path`, relative to the working directory; the folder is made. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined) return openSqliteStore(resolve(path), options);
  if (/^postgres(ql)?:/.test(url)) {
    throw new GatewayError('CONFIG_INVALID', 'PostgreSQL is not supported yet; use sqlite:path as the database URL.');
  }
  throw new GatewayError('CONFIG_INVALID', 'The database URL must have the form sqlite:path.');
}
