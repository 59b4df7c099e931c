import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { findInbound, toFoundRow } from './inbound-rows.ts';
import { createListEvents } from './list-events.ts';
import { createListInbound, createListRejections } from './list-inbound.ts';
import { createListReturns } from './list-returns.ts';
import { findReturn, toReturnRows } from './return-rows.ts';
import { scoped } from './scope.ts';
import { sql } from './sql.ts';
import { statement } from './statement.ts';

const queues = statement<{
  received: number;
  oldest_received_at_ms: number | null;
  lines: number;
  oldest_due_at_ms: number | null;
}>(
  sql`SELECT q.*, l.* FROM
    (SELECT count(*) AS received, min(received_at_ms) AS oldest_received_at_ms FROM inbound_queue) q,
    (SELECT count(*) AS lines, min(due_at_ms) FILTER (WHERE lease_owner IS NULL) AS oldest_due_at_ms FROM line) l`,
);

type Lists = Pick<
  Store,
  | 'getReturn'
  | 'listReturns'
  | 'listReturnEvents'
  | 'listEvents'
  | 'getInbound'
  | 'listInbound'
  | 'listRejections'
  | 'backlog'
>;

/** The reads of returns, events and kept requests. Lists have connections of their own. */
export function createLists(database: Database): Lists {
  const { reads } = database;
  const events = createListEvents(reads);

  return {
    getReturn: database.operation(async (scope, id) => {
      const row = await findReturn(database, scope, id);
      return row === null ? null : (await toReturnRows(database, [row]))[0]!;
    }),
    getInbound: database.operation(async (scope, id) => {
      const row = await database.get(findInbound, { ...scoped(scope), id });
      return row === undefined ? null : toFoundRow(row);
    }),
    listReturns: database.operation(createListReturns(reads)),
    listReturnEvents: database.operation(events.listReturnEvents),
    listEvents: database.operation(events.listEvents),
    listInbound: database.operation(createListInbound(reads)),
    listRejections: database.operation(createListRejections(reads)),
    backlog: database.operation(async () => {
      const queued = (await reads.get(queues))!;
      return {
        received: queued.received,
        oldestReceivedAtMs: queued.oldest_received_at_ms,
        lines: queued.lines,
        oldestDueAtMs: queued.oldest_due_at_ms,
      };
    }),
  };
}
