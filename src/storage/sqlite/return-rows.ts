import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { type Related, type ReturnStored, toReturnRow } from '../rows/return.ts';
import type { ReturnRow, Scope } from '../store.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** A return as it stands in its row, with what hangs on it one to one. */
export interface StoredRow extends ReturnStored {
  readonly ref: number;
  readonly connection_ref: number;
  readonly merged_into: number | null;
}

/** An order is shared by a handful of returns; a value that everybody shares says nothing. */
const MOST_RELATED = 100;

/** Returns by key, for any connection: the writer's, the reading thread's. */
export interface ReturnRows {
  byRef(ref: number): StoredRow | undefined;
  /** The row of this id itself, merged away or not. */
  byId(id: string): StoredRow | undefined;
  /** The survivor, where it was merged away. */
  living(row: StoredRow): StoredRow;
  related(row: StoredRow): Related;
  /** As callers read it, in scope; follows a merge. */
  find(scope: Scope, id: string): StoredRow | null;
  toReturnRow(row: StoredRow): ReturnRow;
}

export function createReturnRows(client: Database): ReturnRows {
  const columns = sql`SELECT r.ref, r.id, r.connection_ref, c.account, c.name AS connection, c.provider, r.version, r.sequence,
      r.created_at_ms, r.updated_at_ms, r.merged_into, r.merged_from, r.state, s.fields
    FROM "return" r JOIN connection c ON c.ref = r.connection_ref LEFT JOIN shopper s ON s.return_ref = r.ref`;
  const byRef = prepare<StoredRow>(client, sql`${columns} WHERE r.ref = ${given('ref')}`);
  const byId = prepare<StoredRow>(client, sql`${columns} WHERE r.id = ${given('id')}`);
  // The account's other connections first: what shares the order within the same one is not even looked at.
  // Of the two kinds `order_line`, which says more, is the greater word.
  const related = prepare<Related[number]>(
    client,
    sql`SELECT other.id, c.name AS connection, max(shared.kind) AS "by"
      FROM return_alias own
      CROSS JOIN connection c
      CROSS JOIN return_alias shared ON shared.kind = own.kind AND shared.value = own.value
        AND shared.connection_ref = c.ref
      JOIN "return" other ON other.ref = shared.return_ref
      WHERE own.return_ref = ${given('ref')} AND own.kind IN ('order', 'order_line')
        AND c.account = ${given('account')} AND c.name <> ${given('connection')}
      GROUP BY other.ref ORDER BY other.id LIMIT ${sql.raw(String(MOST_RELATED))}`,
  );

  const rows: ReturnRows = {
    byRef: ref => byRef.get({ ref }),
    byId: id => byId.get({ id }),
    living(row) {
      let living = row;
      while (living.merged_into !== null) living = byRef.get({ ref: living.merged_into })!;
      return living;
    },
    related: ({ ref, account, connection }) => related.all({ ref, account, connection }),
    find(scope, id) {
      const row = rows.byId(id);
      return row === undefined || !inScope(scope, row.account) ? null : rows.living(row);
    },
    toReturnRow: row => toReturnRow(row, rows.related(row)),
  };
  return rows;
}
