import type { PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig } from '../postgres/sql.ts';
import { bytesToJson, jsonText, readableJson, readableText } from '../postgres/statement.ts';

/** How the values of a column go from one store to the other, and how both are compared. */
export interface MovedColumn {
  readonly name: string;
  /** What SQLite has, as JSON. */
  toJson(value: SourceValue): string;
  /** What SQLite has, and what PostgreSQL gives back of it: equal where the value is. */
  compared(value: SourceValue | boolean): unknown;
}

export type SourceValue = string | number | Buffer | null;

/** Without those that the database numbers itself. */
export function columnsOf(table: PgTable): readonly MovedColumn[] {
  return getTableConfig(table)
    .columns.filter(column => column.generatedIdentity === undefined)
    .map(column => ({ name: column.name, ...KINDS[column.getSQLType()]! }));
}

type Kind = Omit<MovedColumn, 'name'>;

const number: Kind = { toJson: value => String(value), compared: value => value };
const KINDS: Readonly<Record<string, Kind>> = {
  bigint: number,
  integer: number,
  smallint: number,
  text: {
    toJson: value => jsonText(value),
    compared: value => (typeof value === 'string' ? readableText(value) : value),
  },
  boolean: { toJson: value => String(value === 1), compared: value => value === true || value === 1 },
  bytea: {
    toJson: value => (value instanceof Uint8Array ? JSON.stringify(bytesToJson(value)) : 'null'),
    compared: value => (value instanceof Uint8Array ? value.toString('base64') : null),
  },
  // As it stands there: PostgreSQL keeps the text of a document.
  json: {
    toJson: value => (typeof value === 'string' ? readableJson(value) : 'null'),
    compared: value => (typeof value === 'string' ? readableJson(value) : null),
  },
};
