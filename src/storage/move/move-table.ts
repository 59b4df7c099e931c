import type { PgTable } from 'drizzle-orm/pg-core';
import { GatewayError } from '../../gateway-error.ts';
import type { Session } from '../postgres/database.ts';
import { getTableConfig, sql } from '../postgres/sql.ts';
import { insertInto, statement } from '../postgres/statement.ts';
import { named } from '../sqlite/copy-store.ts';
import type { Database as Source } from '../sqlite/sql.ts';
import { columnsOf, type MovedColumn, type SourceValue } from './columns.ts';
import { createRowDigest } from './row-digest.ts';
import type { MovedTable } from './tables.ts';

export interface Move {
  readonly from: InstanceType<typeof Source>;
  readonly tx: Session;
  readonly onProgress: (progress: MoveProgress) => void;
  /** Given up when it is aborted. */
  readonly signal: AbortSignal;
}

export interface MoveProgress {
  readonly step: 'copy' | 'compare';
  readonly table: string;
  readonly rows: number;
  /** As counted before. */
  readonly of: number;
}

export interface MovedRows {
  readonly table: string;
  readonly rows: number;
  readonly digest: string;
}

/** Rows and characters of a batch, whichever is reached first: memory stays bounded however large the bodies are. */
const BATCH = { rows: 500, characters: 500_000 };
/** Rows read back at a time; a body has up to a megabyte. */
const READ_BACK = { rows: 500, bodies: 100 };

/** Copies a table, reads it back, and throws where both are not the same. */
export async function moveTable(moved: MovedTable, move: Move): Promise<MovedRows> {
  const table = getTableConfig(moved.table).name;
  const columns = columnsOf(moved.table);
  // What the database numbers has an order; the others are compared without.
  const isNumbered = getTableConfig(moved.table).columns.some(column => column.generatedIdentity !== undefined);
  const of = move.from.prepare(moved.count).pluck().get() as number;

  const sent = createRowDigest();
  const insert = insertInto(moved.table);
  for (const batch of batchesOf(moved, columns, move.from)) {
    move.signal.throwIfAborted();
    for (const row of batch.compared) sent.add(isNumbered ? [sent.rows, ...row] : row);
    await move.tx.run(insert, { rows: `[${batch.rows.join(',')}]` });
    move.onProgress({ step: 'copy', table, rows: sent.rows, of });
  }

  const found = createRowDigest();
  for await (const rows of readBack(moved.table, columns, isNumbered, move.tx)) {
    move.signal.throwIfAborted();
    for (const row of rows) {
      const compared = columns.map(({ name, compared }) => compared(row[name]!));
      found.add(isNumbered ? [found.rows, ...compared] : compared);
    }
    move.onProgress({ step: 'compare', table, rows: found.rows, of });
  }
  if (sent.rows !== of || found.rows !== of || sent.value() !== found.value()) {
    throw new GatewayError(
      'CONFLICT',
      `The table ${table} differs: ${of} rows there, ${sent.rows} of them sent, ${found.rows} found again. Nothing was kept; see whether the old store is whole (retour doctor --full).`,
    );
  }
  return { table, rows: found.rows, digest: found.value() };
}

interface Batch {
  /** As JSON. */
  readonly rows: string[];
  readonly compared: (readonly unknown[])[];
}

type SourceRow = Readonly<Record<string, SourceValue>>;

function* batchesOf(moved: MovedTable, columns: readonly MovedColumn[], from: Move['from']): Generator<Batch> {
  let batch: Batch = { rows: [], compared: [] };
  let characters = 0;
  for (const row of rowsOf(moved, from)) {
    const text = `{${columns.map(({ name, toJson }) => `"${name}":${toJson(row[name]!)}`).join(',')}}`;
    batch.rows.push(text);
    batch.compared.push(columns.map(({ name, compared }) => compared(row[name]!)));
    characters += text.length;
    if (batch.rows.length < BATCH.rows && characters < BATCH.characters) continue;
    yield batch;
    batch = { rows: [], compared: [] };
    characters = 0;
  }
  if (batch.rows.length > 0) yield batch;
}

function* rowsOf(moved: MovedTable, from: Move['from']): Generator<SourceRow> {
  try {
    yield* from.prepare(moved.rows).iterate() as IterableIterator<SourceRow>;
  } catch (cause) {
    throw named(cause, from.name);
  }
}

type FoundRow = Readonly<Record<string, SourceValue | boolean>>;

/** By a cursor, which reads the table once from its beginning to its end and sorts nothing but what is numbered. */
async function* readBack(
  table: PgTable,
  columns: readonly MovedColumn[],
  isNumbered: boolean,
  tx: Session,
): AsyncGenerator<readonly FoundRow[]> {
  const { name: tableName } = getTableConfig(table);
  const cursor = `moved_${tableName}`;
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const order = isNumbered ? ' ORDER BY number' : '';
  await tx.script(`DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${names} FROM "${tableName}"${order}`);
  const count = columns.some(({ name }) => name === 'body') ? READ_BACK.bodies : READ_BACK.rows;
  const fetch = statement<FoundRow>(sql.raw(`FETCH ${count} FROM ${cursor}`));
  for (;;) {
    const rows = await tx.all(fetch);
    if (rows.length === 0) break;
    yield rows;
  }
  await tx.script(`CLOSE ${cursor}`);
}
