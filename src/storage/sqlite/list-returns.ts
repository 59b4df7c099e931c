import type { Database } from 'better-sqlite3';
import { FEW_RETURNS, marksOf, type ReturnMark } from '../return-marks.ts';
import type { Page, ReturnFilter, ReturnRow, Scope } from '../store.ts';
import { newestFirst, type Timed, type Window } from './newest-first.ts';
import type { ReturnRows } from './return-rows.ts';
import { createScopedConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, prepare, type Statement, type Value } from './statement.ts';

type Named = Readonly<Record<string, Value>>;

/** `filter.tracking` comes normalized: the reading thread does without zod, which the model's rules bring along. */
export function createListReturns(client: Database, rows: ReturnRows) {
  const scoped = createScopedConnections(client);
  const refOf = prepare<{ ref: number }>(client, sql`SELECT ref FROM "return" WHERE id = ${given('id')}`);
  const withNumber = prepare<{ ref: number }>(
    client,
    sql`SELECT return_ref AS ref FROM return_alias WHERE kind = ${given('kind')} AND value = ${given('value')} LIMIT ${FEW_RETURNS + 1}`,
  );
  const withEmail = prepare<{ ref: number }>(
    client,
    sql`SELECT return_ref AS ref FROM shopper WHERE email_lower = ${given('value')} LIMIT ${FEW_RETURNS + 1}`,
  );
  const statements = new Map<string, Statement<Timed, Named>>();

  /** One statement per combination of filters; each has either a connection and walks by time, or a single return. */
  function listing(
    marks: readonly ReturnMark[],
    byStatus: boolean,
    by: 'connection_ref' | 'ref',
  ): Statement<Timed, Named> {
    const key = `${marks.map(mark => mark.kind)} ${byStatus} ${by}`;
    let statement = statements.get(key);
    if (statement === undefined) {
      const conditions = [
        by === 'ref' ? sql`r.ref = ${given('one')}` : sql`r.connection_ref = ${given('one')}`,
        sql`r.merged_into IS NULL`,
        ...marks.map(conditionOf),
        sql`(r.updated_at_ms, r.ref) < (${given('at')}, ${given('ref')}) AND r.updated_at_ms >= ${given('floor')}`,
      ];
      if (byStatus) conditions.push(sql`r.status = ${given('status')}`);
      statement = prepare<Timed>(
        client,
        sql`SELECT r.ref, r.updated_at_ms AS at_ms, r.connection_ref FROM "return" r
          WHERE ${sql.join(conditions, sql` AND `)}
          ORDER BY r.updated_at_ms DESC, r.ref DESC LIMIT ${given('limit')}`,
      );
      statements.set(key, statement);
    }
    return statement;
  }

  /** The returns that have the first mark that few have; `null` where there is none. */
  function candidates(marks: readonly ReturnMark[]): readonly number[] | null {
    for (const mark of marks) {
      const found = mark.kind === 'email' ? withEmail.all({ ...mark }) : withNumber.all({ ...mark });
      if (found.length <= FEW_RETURNS) return [...new Set(found.map(row => row.ref))];
    }
    return null;
  }

  return (scope: Scope, filter: ReturnFilter, page: Page): readonly ReturnRow[] => {
    const { account, connection, provider, status, updatedAfterMs } = filter;
    const connections = scoped(scope, { account, connection, provider }).map(known => known.ref);
    const marks = marksOf(filter);
    const few = candidates(marks);
    const statement = listing(marks, status !== undefined, few === null ? 'connection_ref' : 'ref');
    const values = { status, ...Object.fromEntries(marks.map(({ kind, value }) => [kind, value])) };
    const read = (one: number, { atMs, ref, floorMs, limit }: Window) =>
      statement.all({ ...values, one, at: atMs, ref, floor: floorMs, limit });

    const allowed = new Set(connections);
    const readOne = (one: number, window: Window) =>
      read(one, window).filter(row => allowed.has((row as Timed & { connection_ref: number }).connection_ref));
    const options = { refOf: (id: string) => refOf.get({ id })?.ref, afterMs: updatedAfterMs };
    const refs =
      few === null ? newestFirst(connections, read, page, options) : newestFirst(few, readOne, page, options);
    return refs.map(ref => rows.toReturnRow(rows.byRef(ref)!));
  };
}

function conditionOf({ kind }: ReturnMark) {
  if (kind === 'email') {
    return sql`EXISTS (SELECT 1 FROM shopper WHERE return_ref = r.ref AND email_lower = ${given(kind)})`;
  }
  return sql`EXISTS (SELECT 1 FROM return_alias WHERE kind = ${sql.raw(`'${kind}'`)} AND value = ${given(kind)}
    AND connection_ref = r.connection_ref AND return_ref = r.ref)`;
}
