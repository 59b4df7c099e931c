import type { Database } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';
import { type Migration, pendingOf, readMigrations } from '../migrations.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** The migrations of the SQLite store. */
export const sqliteMigrations = (): readonly Migration[] => readMigrations(FOLDER);

/** Brings the file to this version, each migration in one transaction; answers those that were applied. The caller holds the store's lock. */
export function migrate(
  client: Database,
  path: string,
  migrations: readonly Migration[] = sqliteMigrations(),
): readonly Migration[] {
  client.exec(
    'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT',
  );
  const pending = pendingOf(appliedTo(client), migrations, path);
  const record = client.prepare('INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)');
  for (const { number, name, sql, digest } of pending) {
    client
      .transaction(() => {
        client.exec(sql);
        record.run(number, name, digest);
      })
      .immediate();
  }
  return pending;
}

/** Of a store: the table is there. */
export function appliedTo(client: Database): readonly Pick<Migration, 'number' | 'name' | 'digest'>[] {
  return client.prepare('SELECT number, name, digest FROM migration ORDER BY number').all() as readonly Migration[];
}

/** For reading only: whoever has it open may not bring it to this version. */
export function requireCurrent(client: Database, path: string): void {
  if (pendingOf(appliedTo(client), sqliteMigrations(), path).length === 0) return;
  throw new GatewayError(
    'CONFLICT',
    `The store ${path} is of an older version: bring it to this one with \`retour migrate\`.`,
  );
}
