import { GatewayError } from '../../gateway-error.ts';
import { type Migration, pendingOf, readMigrations } from '../migrations.ts';
import type { Database, Session } from './database.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** Several processes may start at once: one migrates, by this advisory lock, and the others find it done. */
const MIGRATING = '8246779704221696';

const lock = statement(sql`SELECT pg_advisory_xact_lock(${sql.raw(MIGRATING)})`);
const MAKE_TABLE =
  'CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL)';
/** In one statement, which sees one moment: between two, another process may migrate, and its tables would look foreign. */
const found = statement<{ migrated: boolean; tables: number }>(
  sql`SELECT count(*) FILTER (WHERE relname = 'migration' AND pg_table_is_visible(oid)) > 0 AS migrated,
      count(*) FILTER (WHERE relname <> 'migration' AND relnamespace = current_schema()::regnamespace) AS tables
    FROM pg_class WHERE relname IN ('migration', 'inbound', 'return', 'event') AND relkind IN ('r', 'p')`,
);
const applied = statement<Migration>(sql`SELECT number, name, digest FROM migration ORDER BY number`);
const record = statement(
  sql`INSERT INTO migration (number, name, digest) VALUES (${given('number')}::integer, ${given('name')}, ${given('digest')})`,
);

/** The migrations of the PostgreSQL store. */
export const postgresMigrations = (): readonly Migration[] => readMigrations(FOLDER);

/** Brings the schema to this version in one transaction; answers the migrations that were applied. */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = postgresMigrations(),
): Promise<readonly Migration[]> {
  if ((await pendingMigrations(database, migrations)).length === 0) return [];
  return database.longTransaction(async tx => {
    await tx.all(lock);
    await refuseForeign(tx, database.place);
    await tx.script(MAKE_TABLE);
    const pending = pendingOf(await tx.all(applied), migrations, database.place);
    for (const { number, name, sql: text, digest } of pending) {
      await tx.script(text);
      await tx.run(record, { number, name, digest });
    }
    return pending;
  });
}

/** What a start would apply. Changes nothing. */
export async function pendingMigrations(
  database: Database,
  migrations: readonly Migration[] = postgresMigrations(),
): Promise<readonly Migration[]> {
  const isMigrated = await refuseForeign(database, database.place);
  return pendingOf(isMigrated ? await database.all(applied) : [], migrations, database.place);
}

/** Another application's tables are left alone. Answers whether ours are there. */
async function refuseForeign(tx: Session, place: string): Promise<boolean> {
  const { migrated, tables } = (await tx.get(found))!;
  if (!migrated && tables > 0) {
    const message = `The database ${place} has tables of another application: give Retour one of its own.`;
    throw new GatewayError('STORE_UNAVAILABLE', message);
  }
  return migrated;
}
