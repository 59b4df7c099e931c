import { createHash } from 'node:crypto';
import type { SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig, is, Param, Placeholder, sql } from './sql.ts';

/** An object or array is sent as JSON. `undefined` is stored as null. */
export type Value = string | number | boolean | Uint8Array | object | null | undefined;
export type Values = Readonly<Record<string, Value>>;

/** One statement with named values; `Row` is what it answers. */
export interface Statement<Row> {
  /** Under which a connection keeps it prepared. */
  readonly name: string;
  readonly text: string;
  bind(values: Values): unknown[];
  /** Only for the type. */
  readonly row?: Row;
}

const DIALECT = {
  escapeName: (name: string) => `"${name}"`,
  escapeParam: (index: number) => `$${index + 1}`,
  escapeString: (text: string) => `'${text.replaceAll("'", "''")}'`,
} as unknown as Parameters<SQL['toQuery']>[0];

/** A value given at each run. Say its type where PostgreSQL cannot tell: `${given('now')}::bigint`. */
export const given = sql.placeholder;

/** A number of ours as part of the text: the planner compares it with what partial indexes say, and its type is plain. */
export function literal(value: number): SQL {
  return sql.raw(String(value));
}

export function statement<Row = never>(built: SQL): Statement<Row> {
  const { sql: text, params } = built.toQuery(DIALECT);
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { name, text, bind: values => params.map(parameter => encoded(chosen(parameter, values))) };
}

function chosen(parameter: unknown, values: Values): unknown {
  const inner = is(parameter, Param) ? parameter.value : parameter;
  return is(inner, Placeholder) ? values[String(inner.name)] : inner;
}

/** PostgreSQL's text holds every character but U+0000. */
function encoded(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return readableText(value);
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) return jsonText(value);
  return value;
}

/** A text as PostgreSQL can keep it. */
export function readableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** U+0000, and half of a character: JSON texts can name them, PostgreSQL reads neither. `JSON.stringify` writes whole characters as they are. */
const UNREADABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** A value as JSON that PostgreSQL can read. */
export function jsonText(value: unknown): string {
  return readableJson(JSON.stringify(value));
}

/** What `JSON.stringify` wrote, as PostgreSQL can read it. */
export function readableJson(text: string): string {
  return /\\u(?:0000|d)/.test(text) ? text.replace(UNREADABLE, '$1\uFFFD') : text;
}

/**
 * Rows as one value named `rows`, an array of objects with a table's columns: `FROM ${rowsOf(inbound)} r`. One value
 * however many rows, so that the statement stays the same and prepared; or the JSON of that. Bytes go in as
 * `bytesToJson` says.
 */
export function rowsOf(table: PgTable, name = 'rows'): SQL {
  const columns = getTableConfig(table).columns.map(
    column => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`,
  );
  return sql`(SELECT * FROM json_to_recordset(${given(name)}::json) AS given(${sql.join(columns, sql`, `)}))`;
}

/** Inserts the rows given as `rows`, in their order; `rest` is what follows, such as ON CONFLICT or RETURNING. */
export function insertInto<Row = never>(table: PgTable, rest: SQL = sql``): Statement<Row> {
  const { name, columns } = getTableConfig(table);
  const written = columns.filter(column => column.generatedIdentity === undefined);
  const names = sql.join(
    written.map(column => sql.identifier(column.name)),
    sql`, `,
  );
  return statement<Row>(
    sql`INSERT INTO ${sql.identifier(name)} AS t (${names}) SELECT ${names} FROM ${rowsOf(table)} r ${rest}`,
  );
}

/** Of a table that is written by `insertInto`; a column that is left out is null. */
export type NewRow<Table extends PgTable> = {
  readonly [Column in keyof Table['$inferInsert']]?: Value;
};

export function bytesToJson(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** In the order of the keys: two batches that lock or write the same rows meet them in the same order, so that neither waits for the other in a circle. */
export function sorted<Row>(rows: readonly Row[], ...keys: readonly ((row: Row) => string | number | bigint)[]): Row[] {
  return [...rows].sort((a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  });
}
