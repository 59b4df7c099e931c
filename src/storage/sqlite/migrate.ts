import type { Database } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';
import { type Migration, readMigrations } from '../migrations.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** The migrations of the SQLite store. */
export const sqliteMigrations = (): readonly Migration[] => readMigrations(FOLDER);

/** Brings the file to this version, each migration in one transaction. The caller holds the store's lock. */
export function migrate(client: Database, path: string, migrations: readonly Migration[] = sqliteMigrations()): void {
  client.exec(
    'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT',
  );
  const applied = client.prepare('SELECT number, name, digest FROM migration ORDER BY number').all() as Migration[];
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > migrations.length) {
    throw new GatewayError(
      'STORE_TOO_NEW',
      `The store ${path} has version ${newest}; this program knows versions up to ${migrations.length}.`,
    );
  }
  for (const { number, digest } of applied) {
    if (migrations[number - 1]?.digest !== digest) {
      throw new GatewayError(
        'STORE_UNAVAILABLE',
        `The store ${path} was made by another build: version ${number} differs.`,
      );
    }
  }
  const record = client.prepare('INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)');
  for (const { number, name, sql, digest } of migrations.slice(newest)) {
    client
      .transaction(() => {
        client.exec(sql);
        record.run(number, name, digest);
      })
      .immediate();
  }
}
