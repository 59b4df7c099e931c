import { GatewayError } from '../../gateway-error.ts';
import { CANCELLED, DELIVERED, EXHAUSTED, PASSES, PASSES_ONCE, PENDING } from '../delivery-state.ts';
import { inScope } from '../in-scope.ts';
import { NOT_CONFIGURED } from '../not-configured.ts';
import { shopperOf } from '../rows/return.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { findDelivery, holdBody, readDelivery } from './delivery-rows.ts';
import { destinationState } from './destination-states.ts';
import { findReturn } from './return-rows.ts';
import { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, insertInto, literal, rowsOf, sorted, statement } from './statement.ts';

type Destinations = Pick<Store, 'syncDestinations' | 'loadShopper' | 'redeliver' | 'setDestinationState'>;

const notConfigured = sql.raw(`'${NOT_CONFIGURED}'`);

const clock = statement<{ now_ms: number }>(sql`SELECT retour_now_ms() AS now_ms`);
const lockAll = statement(sql`SELECT 1 FROM destination ORDER BY account, name FOR UPDATE`);
const appear = insertInto(
  destination,
  sql`ON CONFLICT (account, name) DO UPDATE SET
      state = CASE WHEN t.left_paused IS NULL THEN 'active' ELSE 'paused' END, reason = nullif(t.left_paused, ''),
      left_paused = NULL, tried_since_ms = excluded.tried_since_ms
    WHERE t.state = 'disabled' AND t.reason = ${notConfigured}`,
);
const leave = statement(
  sql`UPDATE destination t SET state = 'disabled', reason = ${notConfigured},
      left_paused = CASE WHEN t.state = 'paused' THEN coalesce(t.reason, '') END
    WHERE t.state <> 'disabled'
      AND (t.account, t.name) NOT IN (SELECT r.account, r.name FROM ${rowsOf(destination)} r)`,
);
const setState = statement(
  sql`UPDATE destination SET state = ${given('state')}, reason = ${given('reason')}
    WHERE account = ${given('account')} AND name = ${given('name')}`,
);
/** As `setState`, and closes the breaker. */
const resume = statement(
  sql`UPDATE destination SET state = 'active', reason = ${given('reason')}, breaker = 'closed', failures_in_row = 0,
      trial_at_ms = NULL, tried_since_ms = retour_now_ms()
    WHERE account = ${given('account')} AND name = ${given('name')}`,
);
/** Locks the line of a delivery, made where there is none. */
const takeLine = statement(
  sql`INSERT INTO line AS t (account, destination, return_id, due_at_ms, trial, unordered)
    VALUES (${given('account')}, ${given('destination')}, ${given('return_id')}, retour_now_ms(), false, false)
    ON CONFLICT (account, destination, return_id) DO UPDATE SET due_at_ms = t.due_at_ms`,
);
const lineDueNow = statement(
  sql`UPDATE line SET due_at_ms = retour_now_ms()
    WHERE account = ${given('account')} AND destination = ${given('destination')} AND return_id = ${given('return_id')}
      AND lease_owner IS NULL AND due_at_ms > retour_now_ms()`,
);
const askAgain = statement(
  sql`UPDATE delivery SET state = ${literal(PENDING)}, at_ms = retour_now_ms(), requested_by = ${given('requested_by')},
      arrived_at_ms = CASE WHEN state = ${literal(DELIVERED)} THEN at_ms ELSE arrived_at_ms END,
      tries = CASE WHEN state IN (${literal(EXHAUSTED)}, ${literal(CANCELLED)}) THEN 0 ELSE tries END,
      passes = CASE WHEN state IN (${literal(EXHAUSTED)}, ${literal(CANCELLED)}) THEN ${literal(PASSES)}
        ELSE greatest(passes, ${literal(PASSES_ONCE)}) END
    WHERE account = ${given('account')} AND id = ${given('id')}`,
);

/** Destinations as people and the configuration change them, and a delivery that a person asks for again. */
export function createDestinations(database: Database): Destinations {
  return {
    syncDestinations: database.operation(wanted =>
      database.transaction(async tx => {
        await tx.all(lockAll); // in their order, whatever each of several processes that start at once knows
        const { now_ms } = (await tx.get(clock))!;
        const closed = { state: 'active', breaker: 'closed', failures_in_row: 0, tried_since_ms: now_ms };
        const distinct = new Map(
          wanted.map(({ account, name }) => [`${account} ${name}`, { account, name, ...closed }]),
        );
        const rows = sorted(
          [...distinct.values()],
          row => row.account,
          row => row.name,
        );
        if (rows.length > 0) await tx.run(appear, { rows });
        await tx.run(leave, { rows });
      }),
    ),

    loadShopper: database.operation(async (account, returnId) => {
      const row = await findReturn(database, [account], returnId);
      return row === null ? null : shopperOf(row.fields);
    }),

    redeliver: database.operation((scope, deliveryId, requestedBy) =>
      database.transaction(async tx => {
        const found = await findDelivery(tx, scope, deliveryId);
        if (found === null) return null;
        const { account, id } = found;
        const line = { account, destination: found.destination, return_id: found.return_id };
        await tx.run(takeLine, line);
        const row = (await findDelivery(tx, [account], id))!; // it may have been settled, or claimed, until the line was ours
        if (row.is_being_sent) return readDelivery(row);
        if (!(await holdBody(tx, row))) {
          throw new GatewayError('CONFLICT', 'The message is past its retention: its body is no longer kept.');
        }
        await tx.run(askAgain, { account, id, requested_by: requestedBy });
        await tx.run(lineDueNow, line);
        return readDelivery((await findDelivery(tx, [account], id))!);
      }),
    ),

    setDestinationState: database.operation(async (scope, account, name, state, reason) => {
      if (!inScope(scope, account)) return null;
      if (state === 'active') await database.run(resume, { account, name, reason });
      else await database.run(setState, { account, name, state, reason });
      return destinationState(database, account, name);
    }),
  };
}
