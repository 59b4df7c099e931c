import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
}

const FOLDER = new URL('./migrations/', import.meta.url);

/** The migrations of this version: `0001_name.sql`, without gaps, in order. */
export function readMigrations(folder: URL = FOLDER): readonly Migration[] {
  const files = readdirSync(folder).filter(file => /^\d{4}_.+\.sql$/.test(file));
  return files.sort().map((file, index) => {
    const number = Number(file.slice(0, 4));
    if (number !== index + 1) throw new GatewayError('BUG', `The migration before ${file} is missing.`);
    const sql = readFileSync(new URL(file, folder), 'utf8');
    return { number, name: file.slice(5, -4), sql, digest: createHash('sha256').update(sql).digest('hex') };
  });
}

/** Brings the file to this version, each migration in one transaction. The caller holds the store's lock. */
export function migrate(client: Database, path: string, migrations: readonly Migration[] = readMigrations()): void {
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
