import type { Database } from 'better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { getTableConfig, query } from './builder.ts';
import { given, type Value } from './statement.ts';

/** Inserts one row; a column that is left out is null, or the next number where it is the integer key. */
export function insertInto<Table extends SQLiteTable>(
  client: Database,
  table: Table,
): { run(row: Table['$inferInsert']): number } {
  const names = getTableConfig(table).columns.map(column => column.name);
  const placeholders = Object.fromEntries(names.map(name => [name, given(name)]));
  const { sql: text } = query
    .insert(table)
    .values(placeholders as never)
    .toSQL();
  const statement = client.prepare(text);
  return {
    run: row => Number(statement.run(...names.map(name => (row as Record<string, Value>)[name])).lastInsertRowid),
  };
}
