import { type Related, type ReturnStored, toReturnRow } from '../rows/return.ts';
import type { ReturnRow, Scope } from '../store.ts';
import type { Session } from './database.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/** A return as it stands in its row, with what hangs on it one to one. */
export interface StoredRow extends ReturnStored {
  readonly merged_into: string | null;
}

export interface ReturnKey {
  readonly account: string;
  readonly id: string;
}

/** An order is shared by a handful of returns; a value that everybody shares says nothing. */
const MOST_RELATED = 100;

/** `SELECT ${RETURN_COLUMNS} … WHERE`: from "return" r and its shopper s. */
export const RETURN_COLUMNS = sql`r.account, r.id, r.connection, r.provider, r.version, r.sequence, r.created_at_ms,
    r.updated_at_ms, r.merged_into, r.merged_from, r.state, s.fields
  FROM "return" r LEFT JOIN shopper s ON s.account = r.account AND s.return_id = r.id`;

/** Keys given as `keys`, an array of `{account, id}`. */
export const KEYS = sql`json_to_recordset(${given('keys')}::json) AS k(account text, id text)`;

const byKeys = statement<StoredRow>(
  sql`SELECT ${RETURN_COLUMNS} JOIN ${KEYS} ON r.account = k.account AND r.id = k.id`,
);
const byId = statement<StoredRow>(
  sql`SELECT ${RETURN_COLUMNS} WHERE r.account IN ${ACCOUNTS} AND r.id = ${given('id')}`,
);
/**
 * Past the return's own connection, whose returns of the order are not even looked at: hence below and above it, each a
 * range of the index. Of the two kinds `order_line`, which says more, is the greater word.
 */
const related = statement<Related[number] & { account: string; of: string }>(
  sql`SELECT k.account, k.id AS of, other.id, other.connection, other.by
    FROM ${KEYS} CROSS JOIN LATERAL (
      SELECT shared.return_id AS id, shared.connection, max(shared.kind) AS by
      FROM return_alias own
      CROSS JOIN LATERAL (
        SELECT return_id, connection, kind FROM return_alias
        WHERE account = own.account AND kind = own.kind AND value = own.value AND connection < own.connection
        UNION ALL
        SELECT return_id, connection, kind FROM return_alias
        WHERE account = own.account AND kind = own.kind AND value = own.value AND connection > own.connection) shared
      WHERE own.account = k.account AND own.return_id = k.id AND own.kind IN ('order', 'order_line')
      GROUP BY shared.return_id, shared.connection
      ORDER BY shared.return_id LIMIT ${sql.raw(String(MOST_RELATED))}) other`,
);

/** The rows of these returns themselves, merged away or not, in any order. */
export async function returnsByKeys(session: Session, keys: readonly ReturnKey[]): Promise<readonly StoredRow[]> {
  return keys.length === 0 ? [] : session.all(byKeys, { keys });
}

/** Returns of other connections that share an order line or the order, of each return. */
export async function relatedOf(session: Session, keys: readonly ReturnKey[]): Promise<(key: ReturnKey) => Related> {
  const rows = keys.length === 0 ? [] : await session.all(related, { keys });
  const byReturn = new Map<string, Related[number][]>();
  for (const { account, of, id, connection, by } of rows) {
    const known = byReturn.get(`${account} ${of}`);
    if (known === undefined) byReturn.set(`${account} ${of}`, [{ id, connection, by }]);
    else known.push({ id, connection, by });
  }
  return ({ account, id }) => byReturn.get(`${account} ${id}`) ?? [];
}

/** As callers read it, in scope; follows a merge. */
export async function findReturn(session: Session, scope: Scope, id: string): Promise<StoredRow | null> {
  const row = await session.get(byId, { ...scoped(scope), id });
  return row === undefined ? null : living(session, row);
}

/** The survivor, where it was merged away. */
export async function living(session: Session, row: StoredRow): Promise<StoredRow> {
  return (await livingOf(session, [row]))[0]!;
}

/** The survivors of several, in their order; two that were merged have the same. */
export async function livingOf(session: Session, rows: readonly StoredRow[]): Promise<readonly StoredRow[]> {
  let found = rows;
  for (;;) {
    const gone = found.flatMap(({ account, merged_into: id }) => (id === null ? [] : [{ account, id }]));
    if (gone.length === 0) return found;
    const distinct = new Map(gone.map(key => [`${key.account} ${key.id}`, key]));
    const survivors = new Map(
      (await returnsByKeys(session, [...distinct.values()])).map(row => [`${row.account} ${row.id}`, row]),
    );
    found = found.map(row => (row.merged_into === null ? row : survivors.get(`${row.account} ${row.merged_into}`)!));
  }
}

export async function toReturnRows(session: Session, rows: readonly StoredRow[]): Promise<readonly ReturnRow[]> {
  const relatedTo = await relatedOf(session, rows);
  return rows.map(row => toReturnRow(row, relatedTo(row)));
}
