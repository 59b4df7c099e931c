import type { Database } from 'better-sqlite3';
import type { Backlog, Store } from '../store.ts';
import { createDeliveryRows } from './delivery-rows.ts';
import { createDestinationStates } from './destination-states.ts';
import { createInboundRows } from './inbound-rows.ts';
import { createDeliveriesOf, createListDeliveries } from './list-deliveries.ts';
import { createListEvents } from './list-events.ts';
import { createListFindings } from './list-findings.ts';
import { createListInbound, createListRejections } from './list-inbound.ts';
import { createListReturns } from './list-returns.ts';
import { createReturnRows } from './return-rows.ts';
import { createSilence } from './silence.ts';
import { sql } from './sql.ts';
import { prepare } from './statement.ts';

/** The reads that the reading thread answers: everything that is not a lookup by key. */
export const LISTS = [
  'listReturns',
  'listReturnEvents',
  'listEvents',
  'listInbound',
  'listRejections',
  'listFindings',
  'listDeliveries',
  'deliveriesOf',
  'listDestinationStates',
  'backlog',
  'lastReceipts',
  'standingReturns',
] as const;
export type List = (typeof LISTS)[number];

/** The port's reads as plain functions over one connection. */
export type Lists = {
  readonly [Name in List]: (...values: Parameters<Store[Name]>) => Awaited<ReturnType<Store[Name]>>;
};

export function createLists(client: Database): Lists {
  const returns = createReturnRows(client);
  const deliveries = createDeliveryRows(client);
  const events = createListEvents(client, returns);
  const waiting = prepare<{ received: number; oldest: number | null }>(
    client,
    sql`SELECT count(*) AS received, min(received_at_ms) AS oldest FROM inbound WHERE state = 'received'`,
  );
  const lines = prepare<{ lines: number; oldest: number | null }>(
    client,
    sql`SELECT count(*) AS lines, min(CASE WHEN lease_owner IS NULL THEN due_at_ms END) AS oldest FROM line`,
  );

  return {
    ...createSilence(client),
    listReturns: createListReturns(client, returns),
    listReturnEvents: events.ofReturn,
    listEvents: events.inOrder,
    listInbound: createListInbound(client, createInboundRows(client)),
    listRejections: createListRejections(client),
    listFindings: createListFindings(client),
    listDeliveries: createListDeliveries(client, deliveries),
    deliveriesOf: createDeliveriesOf(client, deliveries),
    listDestinationStates: createDestinationStates(client).list,
    backlog(): Backlog {
      const inbound = waiting.get({})!;
      const queue = lines.get({})!;
      const { received, oldest: oldestReceivedAtMs } = inbound;
      return { received, oldestReceivedAtMs, lines: queue.lines, oldestDueAtMs: queue.oldest };
    },
  };
}
