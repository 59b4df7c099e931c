import { GatewayError } from '../../gateway-error.ts';
import type { Store } from '../store.ts';
import type { DeliveryRows } from './delivery-rows.ts';
import { PENDING } from './delivery-state.ts';
import { createDestinationStates } from './destination-states.ts';
import { insertInto } from './insert.ts';
import { inScope, type ReturnRows, shopperOf } from './return-rows.ts';
import { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import { NOT_CONFIGURED } from './write-event.ts';
import type { Writer } from './writer.ts';

type Destinations = Pick<Store, 'syncDestinations' | 'loadShopper' | 'redeliver' | 'setDestinationState'>;

/** Destinations as people and the configuration change them, and a delivery that a person asks for again. */
export function createDestinations(writer: Writer, returns: ReturnRows, deliveries: DeliveryRows): Destinations {
  const { client } = writer;
  const states = createDestinationStates(client);
  const all = prepare<{ ref: number; account: string; name: string; state: string; reason: string | null }>(
    client,
    sql`SELECT ref, account, name, state, reason FROM destination`,
  );
  const insert = insertInto(client, destination);
  const setState = prepare(
    client,
    sql`UPDATE destination SET state = ${given('state')}, reason = ${given('reason')} WHERE ref = ${given('ref')}`,
  );
  const closeBreaker = prepare(
    client,
    sql`UPDATE destination SET breaker = 'closed', failures_in_row = 0, trial_at_ms = NULL WHERE ref = ${given('ref')}`,
  );
  const find = prepare<{ ref: number }>(
    client,
    sql`SELECT ref FROM destination WHERE account = ${given('account')} AND name = ${given('name')}`,
  );
  const askAgain = prepare(
    client,
    sql`UPDATE delivery SET state = ${PENDING}, at_ms = ${given('now')}, requested_by = ${given('requested_by')},
      passes = CASE WHEN state = ${PENDING} THEN passes ELSE 1 END WHERE ref = ${given('ref')}`,
  );
  const dueNow = prepare(
    client,
    sql`INSERT INTO line (destination_ref, return_ref, due_at_ms, trial, unordered)
      VALUES (${given('destination_ref')}, ${given('return_ref')}, ${given('now')}, 0, 0)
      ON CONFLICT (destination_ref, return_ref) DO UPDATE SET due_at_ms = excluded.due_at_ms
      WHERE lease_owner IS NULL AND due_at_ms > excluded.due_at_ms`,
  );

  return {
    syncDestinations: operation(wanted =>
      writer.durable(() => {
        const missing = new Map(all.all({}).map(row => [`${row.account} ${row.name}`, row]));
        for (const { account, name } of wanted) {
          const key = `${account} ${name}`;
          const row = missing.get(key);
          missing.delete(key);
          if (row === undefined) insert.run({ account, name, state: 'active', breaker: 'closed', failures_in_row: 0 });
          else if (row.state === 'disabled' && row.reason === NOT_CONFIGURED) {
            setState.run({ ref: row.ref, state: 'active', reason: null });
          }
        }
        for (const row of missing.values()) {
          if (row.state !== 'disabled') setState.run({ ref: row.ref, state: 'disabled', reason: NOT_CONFIGURED });
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

    setDestinationState: operation((scope, account, name, state, reason) =>
      writer.durable(() => {
        const row = find.get({ account, name });
        if (row === undefined || !inScope(scope, account)) return null;
        setState.run({ ref: row.ref, state, reason });
        if (state === 'active') closeBreaker.run(row);
        return states.byRef(row.ref);
      }),
    ),
  };
}
