import { existsSync } from 'node:fs';
import { GatewayError } from '../../gateway-error.ts';
import { checkServer } from '../postgres/connect.ts';
import { type Database, openDatabase, type Session } from '../postgres/database.ts';
import { migrate } from '../postgres/migrate.ts';
import { createPartitions, DAY_MS, type Partitions } from '../postgres/partitions.ts';
import { getTableConfig, sql } from '../postgres/sql.ts';
import { statement } from '../postgres/statement.ts';
import { lockFile, storeFile } from '../sqlite/connect.ts';
import { named, openToRead, requireOurs } from '../sqlite/copy-store.ts';
import { requireCurrent } from '../sqlite/migrate.ts';
import type { Database as Source } from '../sqlite/sql.ts';
import { type Move, type MovedRows, moveTable } from './move-table.ts';
import { digestOf } from './row-digest.ts';
import { MOVED } from './tables.ts';

export interface MoveOptions extends Pick<Move, 'onProgress' | 'signal'> {
  /** The SQLite file. Nobody else may have it open. */
  readonly path: string;
  /** The PostgreSQL database: empty, or as a migration left it. */
  readonly url: string;
}

export interface Moved {
  /** Host, port and database. */
  readonly place: string;
  readonly tables: readonly MovedRows[];
  readonly rows: number;
  readonly returns: number;
  /** Of what returns are and what is still to be sent of them, the same on both sides. */
  readonly stateDigest: string;
}

/**
 * Copies a stopped SQLite store into an empty PostgreSQL, reads everything back, compares, and only then commits: all of
 * it in one transaction, so that whatever interrupts it leaves the target as empty as it was. The SQLite store is only
 * read. Ids, positions, revisions and marks of redeliveries are kept; nobody outside notices.
 */
export async function moveStore({ path, url, ...options }: MoveOptions): Promise<Moved> {
  if (!existsSync(path)) throw new GatewayError('STORE_UNAVAILABLE', `There is no store ${path}.`);
  const lock = lockFile(path);
  try {
    const from = openSource(storeFile(path));
    try {
      const partitions = createPartitions(() => database);
      const database: Database = openDatabase(url, partitions, { connections: 1 });
      try {
        return await database.operation(() => moveInto(database, partitions, { from, ...options }))();
      } finally {
        await database.close();
      }
    } finally {
      from.close();
    }
  } finally {
    lock.close();
  }
}

function openSource(path: string): InstanceType<typeof Source> {
  try {
    const client = openToRead(path);
    try {
      requireOurs(client, path);
      requireCurrent(client, path);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (cause) {
    throw named(cause, path);
  }
}

async function moveInto(database: Database, partitions: Partitions, move: Omit<Move, 'tx'>): Promise<Moved> {
  await checkServer(database);
  await migrate(database);
  await requireEmpty(database, database.place);
  await ensureDays(move.from, partitions);
  return database.longTransaction(async tx => {
    await tx.script(LOCK_ALL);
    await requireEmpty(tx, database.place);
    const tables: MovedRows[] = [];
    for (const moved of MOVED) tables.push(await moveTable(moved, { ...move, tx }));
    await tx.all(setPosition);
    for (const name of NAMES) await tx.script(`ANALYZE ${name}`); // or the first queries would be planned for empty tables
    const folded = tables.filter((_, index) => MOVED[index]!.folded);
    return {
      place: database.place,
      tables,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      returns: tables.find(({ table }) => table === 'return')!.rows,
      stateDigest: digestOf(folded),
    };
  });
}

const NAMES = MOVED.map(({ table }) => `"${getTableConfig(table).name}"`);

/** Whoever would write there meanwhile waits, and finds the store that was moved. */
const LOCK_ALL = `LOCK TABLE ${NAMES.join(', ')} IN SHARE ROW EXCLUSIVE MODE`;

/** A position that was given is never given again. */
const setPosition = statement(
  sql`SELECT setval('event_position', max(position)) FROM event HAVING max(position) IS NOT NULL`,
);

const filled = statement<{ name: string }>(
  sql.raw(
    NAMES.map(name => `SELECT '${name.slice(1, -1)}' AS name WHERE EXISTS (SELECT 1 FROM ${name})`).join(' UNION ALL '),
  ),
);

async function requireEmpty(session: Session, place: string): Promise<void> {
  const names = (await session.all(filled)).map(({ name }) => name);
  if (names.length === 0) return;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  throw new GatewayError(
    'CONFLICT',
    `The database ${place} is not empty (rows in ${names.slice(0, 3).join(', ')}${more}), and a store is moved into an empty one only. If a gateway was started on it by mistake and nothing of it is needed, drop the database and create it anew.`,
  );
}

/** So many at a time: each takes some of the server's locks until all of them are there. */
const DAYS_AT_ONCE = 30;

/** Before the transaction: one that has a table in hand may not see partitions that were made after that. */
async function ensureDays(from: Move['from'], partitions: Partitions): Promise<void> {
  const days = new Set<number>();
  for (const { rows, day } of MOVED) {
    if (day === undefined) continue;
    const found = from.prepare(`SELECT DISTINCT ${day} / ${DAY_MS} FROM (${rows})`).pluck().all() as number[];
    for (const each of found) days.add(each);
  }
  const sorted = [...days].sort((a, b) => a - b);
  for (let first = 0; first < sorted.length; first += DAYS_AT_ONCE) {
    await partitions.ensure(sorted.slice(first, first + DAYS_AT_ONCE).map(each => each * DAY_MS));
  }
}
