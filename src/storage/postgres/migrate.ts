import { GatewayError } from '../../gateway-error.ts';
import { type Migration, readMigrations } from '../migrations.ts';
import type { Database, Session } from './database.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** Several processes may start at once: one migrates, by this advisory lock, and the others find it done. */
const MIGRATING = '8246779704221696';

const lock = statement(sql`SELECT pg_advisory_xact_lock(${sql.raw(MIGRATING)})`);
const MAKE_TABLE =
  'CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL)';
const others = statement<{ tables: number }>(
  sql`SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema() AND tablename IN ('inbound', 'return', 'event')`,
);
const isThere = statement<{ there: boolean }>(sql`SELECT to_regclass('migration') IS NOT NULL AS there`);
const applied = statement<Migration>(sql`SELECT number, name, digest FROM migration ORDER BY number`);
const record = statement(
  sql`INSERT INTO migration (number, name, digest) VALUES (${given('number')}::integer, ${given('name')}, ${given('digest')})`,
);

/** Brings the schema to this version in one transaction; answers the numbers that were applied. */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = readMigrations(FOLDER),
): Promise<readonly number[]> {
  const present = (await database.get(isThere))!.there ? await database.all(applied) : [];
  if (pendingOf(present, migrations, database.place).length === 0) return [];
  return database.transaction(async tx => {
    await tx.all(lock);
    await refuseForeign(tx, database.place);
    await tx.script(MAKE_TABLE);
    const pending = pendingOf(await tx.all(applied), migrations, database.place);
    for (const { number, name, sql: text, digest } of pending) {
      await tx.script(text);
      await tx.run(record, { number, name, digest });
    }
    return pending.map(({ number }) => number);
  });
}

/** Another application's tables are left alone. */
async function refuseForeign(tx: Session, place: string): Promise<void> {
  if ((await tx.get(isThere))!.there) return;
  if ((await tx.get(others))!.tables > 0) {
    const message = `The database ${place} has tables of another application: give Retour one of its own.`;
    throw new GatewayError('STORE_UNAVAILABLE', message);
  }
}

function pendingOf(
  present: readonly Migration[],
  migrations: readonly Migration[],
  place: string,
): readonly Migration[] {
  const newest = present.at(-1)?.number ?? 0;
  if (newest > migrations.length) {
    throw new GatewayError(
      'STORE_TOO_NEW',
      `The store ${place} has version ${newest}; this program knows versions up to ${migrations.length}.`,
    );
  }
  for (const { number, digest } of present) {
    if (migrations[number - 1]?.digest !== digest) {
      throw new GatewayError(
        'STORE_UNAVAILABLE',
        `The store ${place} was made by another build: version ${number} differs.`,
      );
    }
  }
  return migrations.slice(newest);
}
