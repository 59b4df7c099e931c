import type { Database } from 'better-sqlite3';
import { type EventStored, toEventRow } from '../rows/event.ts';
import type { EventRow, ReturnRow, Scope } from '../store.ts';
import type { ReturnRows } from './return-rows.ts';
import { createScopedConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

interface EventNumbered extends EventStored {
  readonly return_ref: number;
}

/** Recorded events: of one return by sequence, of accounts in commit order. */
export function createListEvents(client: Database, rows: ReturnRows) {
  const scoped = createScopedConnections(client);
  const columns = sql`SELECT e.*, r.id AS return_id, c.account, c.name AS connection, c.provider
    FROM event e JOIN "return" r ON r.ref = e.return_ref JOIN connection c ON c.ref = e.connection_ref`;
  const ofReturn = prepare<EventStored>(
    client,
    sql`${columns} WHERE e.return_ref = ${given('ref')} AND e.sequence > ${given('after')} ORDER BY e.sequence LIMIT ${given('limit')}`,
  );
  const byPosition = prepare<EventNumbered>(client, sql`${columns} WHERE e.position = ${given('position')}`);
  const positions = prepare<{ position: number }>(
    client,
    sql`SELECT position FROM event WHERE position > ${given('after')} ORDER BY position LIMIT ${given('limit')}`,
  );
  const positionsOf = prepare<{ position: number }>(
    client,
    sql`SELECT position FROM event WHERE connection_ref = ${given('connection_ref')}
      AND position > ${given('after')} AND position < ${given('before')} ORDER BY position LIMIT ${given('limit')}`,
  );

  /** The oldest positions of several connections; once enough are found, the next is only asked for older ones. */
  function oldestOf(connections: readonly number[], after: number, limit: number): readonly number[] {
    let found: number[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (const connection_ref of connections) {
      const more = positionsOf.all({ connection_ref, after, before, limit });
      if (more.length === 0) continue;
      found = [...found, ...more.map(row => row.position)].sort((a, b) => a - b).slice(0, limit);
      if (found.length === limit) before = found.at(-1)!;
    }
    return found;
  }

  return {
    ofReturn(scope: Scope, returnId: string, afterSequence: number, limit: number): readonly EventRow[] | null {
      const row = rows.find(scope, returnId);
      return row === null ? null : ofReturn.all({ ref: row.ref, after: afterSequence, limit }).map(toEventRow);
    },

    inOrder(
      scope: Scope,
      account: string | null,
      afterPosition: number,
      limit: number,
    ): readonly (EventRow & { readonly return: ReturnRow })[] {
      const after = afterPosition;
      const found =
        scope === 'all' && account === null
          ? positions.all({ after, limit }).map(row => row.position)
          : oldestOf(
              scoped(scope, { account: account ?? undefined }).map(known => known.ref),
              after,
              limit,
            );
      const known = new Map<number, ReturnRow>();
      return found.map(position => {
        const row = byPosition.get({ position })!;
        const of = known.get(row.return_ref) ?? rows.toReturnRow(rows.living(rows.byRef(row.return_ref)!));
        known.set(row.return_ref, of);
        return { ...toEventRow(row), return: of };
      });
    },
  };
}
