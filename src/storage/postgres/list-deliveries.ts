import type { SQL } from 'drizzle-orm';
import { DELIVERED } from '../delivery-state.ts';
import { STORED_STATE } from '../rows/delivery.ts';
import type { DeliveryRow, Store } from '../store.ts';
import type { Database } from './database.ts';
import {
  attemptsOf,
  bodyOf,
  DELIVERY_COLUMNS,
  type DeliveryRead,
  findDelivery,
  readDelivery,
} from './delivery-rows.ts';
import { listDestinationStates } from './destination-states.ts';
import { newestFirst, type Ranged, rangeOf, windowOf } from './newest-first.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { narrowed } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, literal, type Statement, statement, type Values } from './statement.ts';

/** `standing`: `active` or not, or all. */
const DESTINATIONS = sql`(SELECT account, name FROM destination
  WHERE (${given('all')}::boolean OR account IN (SELECT json_array_elements_text(${given('accounts')}::json)))
    AND (${given('destination')}::text IS NULL OR name = ${given('destination')})
    AND (${given('standing')}::text IS NULL OR (${given('standing')} = 'active') = (state = 'active')))`;
const delivered = literal(DELIVERED);

function deliveriesWhere(...where: readonly SQL[]): Ranged {
  return { from: sql`delivery d`, key: sql`d.account`, id: sql`d.id`, at: sql`d.created_at_ms`, where };
}

function listing(...conditions: readonly SQL[]): Statement<DeliveryRead> {
  const page = newestFirst(
    DESTINATIONS,
    deliveriesWhere(sql`d.account = c.account`, sql`d.destination = c.name`, ...conditions),
  );
  return statement(
    sql`SELECT ${DELIVERY_COLUMNS} JOIN (${page}) p ON d.account = p.account AND d.id = p.id
      ORDER BY d.created_at_ms DESC, d.id DESC`,
  );
}

const ofEveryState = listing();
const arrived = listing(sql`d.state = ${delivered}`);
/** The partial index is used only where the statement says what it says. `leased` null: being sent or not. */
const unsent = listing(
  sql`d.state = ${given('state')}::smallint AND d.state <> ${delivered}`,
  sql`(${given('leased')}::boolean IS NULL OR ${given('leased')} = EXISTS (
    SELECT 1 FROM line l WHERE l.account = d.account AND l.destination = d.destination AND l.return_id = d.return_id
      AND l.delivery_id = d.id))`,
);
/** A return has some dozen: what is left of a page is counted here. */
const ofReturn = statement<DeliveryRead>(
  sql`SELECT ${DELIVERY_COLUMNS} JOIN (${rangeOf(
    deliveriesWhere(
      sql`d.account IN ${ACCOUNTS}`,
      sql`d.return_id = ${given('return_id')}`,
      sql`(${given('destination')}::text IS NULL OR d.destination = ${given('destination')})`,
    ),
  )}) p ON d.account = p.account AND d.id = p.id
    ORDER BY d.created_at_ms DESC, d.id DESC`,
);
/**
 * Also those that stayed with a return merged away. Found first and read then, each step by its key (OFFSET 0 keeps it a
 * step): left to itself the planner takes a list of ids for long, and reads an account's deliveries one by one.
 */
const ofEvents = statement<DeliveryRead>(
  sql`WITH found AS MATERIALIZED (
      SELECT given.number, d.account, d.id
      FROM json_array_elements_text(${given('ids')}::json) WITH ORDINALITY AS given(event_id, number)
      CROSS JOIN ${ACCOUNTS} a
      CROSS JOIN LATERAL (
        SELECT e.account, e.position, e.return_id FROM event e
        WHERE e.account = a.account AND e.event_id = given.event_id OFFSET 0) e
      JOIN "return" r ON r.account = e.account AND r.id = e.return_id
      CROSS JOIN LATERAL (
        SELECT r.id AS return_id UNION ALL SELECT json_array_elements_text(r.merged_from)) home
      CROSS JOIN LATERAL (
        SELECT d.account, d.id FROM delivery d
        WHERE d.account = e.account AND d.return_id = home.return_id AND d.position = e.position OFFSET 0) d)
    SELECT ${DELIVERY_COLUMNS} JOIN found f ON d.account = f.account AND d.id = f.id ORDER BY f.number, d.position, d.id`,
);

/** Deliveries and destinations as callers read them. */
export function createDeliveryReads(
  database: Database,
): Pick<Store, 'getDelivery' | 'listDeliveries' | 'deliveriesOf' | 'listDestinationStates'> {
  const { reads } = database;

  return {
    getDelivery: database.operation(async (scope, id) => {
      const row = await findDelivery(database, scope, id);
      if (row === null) return null;
      return {
        ...readDelivery(row),
        attempts: await attemptsOf(database, row),
        body: await bodyOf(database, row),
      };
    }),

    listDeliveries: database.operation(async (scope, { account, destination, state, returnId }, page) => {
      const values = { ...scoped(narrowed(scope, account)), ...windowOf(page), destination };
      if (returnId !== undefined) {
        const rows = (await reads.all(ofReturn, { ...values, return_id: returnId })).map(readDelivery);
        return rows.filter(row => state === undefined || row.state === state).slice(0, page.limit);
      }
      return (await listed(values)).map(readDelivery);

      function listed(of: Values): Promise<readonly DeliveryRead[]> {
        if (state === undefined) return reads.all(ofEveryState, of);
        if (state === 'delivered') return reads.all(arrived, of);
        const leased = state === 'delivering' ? true : state === 'pending' || state === 'held' ? false : null;
        const standing = state === 'pending' ? 'active' : state === 'held' ? 'inactive' : null;
        return reads.all(unsent, { ...of, state: STORED_STATE[state], leased, standing });
      }
    }),

    deliveriesOf: database.operation(async (scope, eventIds): Promise<readonly DeliveryRow[]> => {
      if (eventIds.length === 0) return [];
      return (await database.all(ofEvents, { ...scoped(scope), ids: [...new Set(eventIds)] })).map(readDelivery);
    }),

    listDestinationStates: database.operation(scope => listDestinationStates(reads, scope)),
  };
}
