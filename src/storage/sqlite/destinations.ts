import { GatewayError } from '../../gateway-error.ts';
import { CANCELLED, DELIVERED, EXHAUSTED, PASSES, PASSES_ONCE, PENDING } from '../delivery-state.ts';
import { inScope } from '../in-scope.ts';
import { NOT_CONFIGURED } from '../not-configured.ts';
import { shopperOf } from '../rows/return.ts';
import type { Store } from '../store.ts';
import type { DeliveryRows } from './delivery-rows.ts';
import { createDestinationStates } from './destination-states.ts';
import { insertInto } from './insert.ts';
import type { ReturnRows } from './return-rows.ts';
import { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

type Destinations = Pick<Store, 'syncDestinations' | 'loadShopper' | 'redeliver' | 'setDestinationState'>;

/** Destinations as people and the configuration change them, and a delivery that a person asks for again. */
export function createDestinations(writer: Writer, returns: ReturnRows, deliveries: DeliveryRows): Destinations {
  const { client } = writer;
  const states = createDestinationStates(client);
  const all = prepare<typeof destination.$inferSelect & { ref: number }>(client, sql`SELECT * FROM destination`);
  const insert = insertInto(client, destination);
  const setState = prepare(
    client,
    sql`UPDATE destination SET state = ${given('state')}, reason = ${given('reason')} WHERE ref = ${given('ref')}`,
  );
  const leave = prepare(
    client,
    sql`UPDATE destination SET state = 'disabled', reason = ${NOT_CONFIGURED},
      left_paused = iif(state = 'paused', coalesce(reason, ''), NULL) WHERE ref = ${given('ref')}`,
  );
  const comeBack = prepare(
    client,
    sql`UPDATE destination SET state = iif(left_paused IS NULL, 'active', 'paused'), reason = nullif(left_paused, ''),
      left_paused = NULL, tried_since_ms = ${given('now')} WHERE ref = ${given('ref')}`,
  );
  const closeBreaker = prepare(
    client,
    sql`UPDATE destination SET breaker = 'closed', failures_in_row = 0, trial_at_ms = NULL, tried_since_ms = ${given('now')}
      WHERE ref = ${given('ref')}`,
  );
  const find = prepare<{ ref: number }>(
    client,
    sql`SELECT ref FROM destination WHERE account = ${given('account')} AND name = ${given('name')}`,
  );
  const askAgain = prepare(
    client,
    sql`UPDATE delivery SET state = ${PENDING}, at_ms = ${given('now')}, requested_by = ${given('requested_by')},
      arrived_at_ms = iif(state = ${DELIVERED}, at_ms, arrived_at_ms),
      tries = iif(state IN (${EXHAUSTED}, ${CANCELLED}), 0, tries),
      passes = CASE WHEN state IN (${EXHAUSTED}, ${CANCELLED}) THEN ${PASSES} ELSE max(passes, ${PASSES_ONCE}) END
      WHERE ref = ${given('ref')}`,
  );
  const dueNow = prepare(
    client,
    sql`INSERT INTO line (destination_ref, return_ref, due_at_ms, trial, unordered)
      VALUES (${given('destination_ref')}, ${given('return_ref')}, ${given('now')}, 0, 0)
      ON CONFLICT (destination_ref, return_ref) DO UPDATE SET due_at_ms = excluded.due_at_ms
      WHERE lease_owner IS NULL AND due_at_ms > excluded.due_at_ms`,
  );

  return {
    syncDestinations: operation((wanted, nowMs) =>
      writer.durable(() => {
        const missing = new Map(all.all({}).map(row => [`${row.account} ${row.name}`, row]));
        for (const { account, name } of wanted) {
          const key = `${account} ${name}`;
          const row = missing.get(key);
          missing.delete(key);
          if (row === undefined) {
            const closed = { breaker: 'closed', failures_in_row: 0, tried_since_ms: nowMs };
            insert.run({ account, name, state: 'active', ...closed });
          } else if (row.state === 'disabled' && row.reason === NOT_CONFIGURED)
            comeBack.run({ ref: row.ref, now: nowMs });
        }
        for (const row of missing.values()) {
          if (row.state !== 'disabled') leave.run({ ref: row.ref });
        }
      }),
    ),

    loadShopper: operation((account, returnId) => {
      const row = returns.find([account], returnId);
      return row === null ? null : shopperOf(row.fields);
    }),

    redeliver: operation((scope, deliveryId, requestedBy, nowMs) =>
      writer.durable(() => {
        const row = deliveries.find(scope, deliveryId);
        if (row === null) return null;
        if (row.leased === row.ref) return deliveries.toRow(row); // it is being sent right now
        if (deliveries.body(row) === null) {
          throw new GatewayError('CONFLICT', 'The message is past its retention: its body is no longer kept.');
        }
        const { ref, destination_ref, return_ref } = row;
        askAgain.run({ ref, now: nowMs, requested_by: requestedBy });
        dueNow.run({ destination_ref, return_ref, now: nowMs });
        return deliveries.toRow(deliveries.byRef(ref)!);
      }),
    ),

    setDestinationState: operation((scope, account, name, state, reason, nowMs) =>
      writer.durable(() => {
        const row = find.get({ account, name });
        if (row === undefined || !inScope(scope, account)) return null;
        setState.run({ ref: row.ref, state, reason });
        if (state === 'active') closeBreaker.run({ ref: row.ref, now: nowMs });
        return states.byRef(row.ref);
      }),
    ),
  };
}
