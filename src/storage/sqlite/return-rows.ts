import type { Database } from 'better-sqlite3';
import type { Shopper } from '../../model/return-event.ts';
import type { ReturnRow, Scope, ShopperFields } from '../store.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** A return as it stands in its row, with what hangs on it one to one. */
export interface StoredRow {
  readonly ref: number;
  readonly id: string;
  readonly connection_ref: number;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly version: number;
  readonly sequence: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly merged_into: number | null;
  readonly merged_from: string | null;
  readonly state: string;
  readonly fields: string | null;
}

/** An order line is shared by a handful of returns; a value that everybody shares says nothing. */
const MOST_RELATED = 100;

/** Returns by key, for any connection: the writer's, the reading thread's. */
export interface ReturnRows {
  byRef(ref: number): StoredRow | undefined;
  /** The row of this id itself, merged away or not. */
  byId(id: string): StoredRow | undefined;
  /** The survivor, where it was merged away. */
  living(row: StoredRow): StoredRow;
  related(row: StoredRow): readonly { readonly id: string; readonly connection: string }[];
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
  const related = prepare<{ id: string; connection: string }>(
    client,
    sql`SELECT DISTINCT other.id, c.name AS connection
      FROM return_alias own
      JOIN return_alias shared ON shared.kind = 'order_line' AND shared.value = own.value
      JOIN connection c ON c.ref = shared.connection_ref
      JOIN "return" other ON other.ref = shared.return_ref
      WHERE own.return_ref = ${given('ref')} AND own.kind = 'order_line'
        AND c.account = ${given('account')} AND c.name <> ${given('connection')}
      ORDER BY other.id LIMIT ${sql.raw(String(MOST_RELATED))}`,
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
    toReturnRow: row => ({
      id: row.id,
      account: row.account,
      connection: row.connection,
      provider: row.provider,
      sequence: row.sequence,
      createdAtMs: row.created_at_ms,
      updatedAtMs: row.updated_at_ms,
      mergedFrom: mergedFromOf(row),
      state: JSON.parse(row.state),
      shopper: shopperOf(row.fields),
      related: rows.related(row),
    }),
  };
  return rows;
}

export function mergedFromOf(row: Pick<StoredRow, 'merged_from'>): readonly string[] {
  return row.merged_from === null ? [] : JSON.parse(row.merged_from);
}

/** Without the instants that stated each field. */
export function shopperOf(fields: string | null): Shopper | null {
  if (fields === null) return null;
  const stated: ShopperFields = JSON.parse(fields);
  return Object.fromEntries(Object.entries(stated).map(([name, field]) => [name, field.value]));
}

export function inScope(scope: Scope, account: string): boolean {
  return scope === 'all' || scope.includes(account);
}
