import { TRIAL_EVERY_MS } from '../breaker.ts';
import { DELIVERED, EXHAUSTED, IN_ORDER, PASSES_ONCE } from '../delivery-state.ts';
import { judgeDestination } from '../judge-destination.ts';
import type { Settlement, Store } from '../store.ts';
import { createAddAttempt } from './attempts.ts';
import { createNextOfLine, type LineRow } from './line.ts';
import type { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

type DestinationRow = typeof destination.$inferSelect;

interface HeldRow extends LineRow {
  readonly ref: number;
  readonly arrived_at_ms: number | null;
}

/** What became of claimed deliveries: attempts, states, lines, breakers. */
export function createSettle(writer: Writer): Pick<Store, 'settleDeliveries' | 'handBackLines'> {
  const { client } = writer;
  const nextOf = createNextOfLine(client);
  const held = prepare<HeldRow>(
    client,
    sql`SELECT d.ref, d.arrived_at_ms, l.* FROM delivery d
      JOIN line l ON l.destination_ref = d.destination_ref AND l.return_ref = d.return_ref
      WHERE d.id = ${given('id')} AND l.delivery_ref = d.ref AND l.lease_owner = ${given('owner')}
        AND l.due_at_ms = coalesce(${given('lease')}, l.due_at_ms)`, // while leased, a line is due when its lease ends
  );
  const addAttempt = createAddAttempt(client);
  const finish = prepare(
    client,
    sql`UPDATE delivery SET state = ${given('state')}, at_ms = ${given('at')}, failing_since_ms = NULL, arrived_at_ms = NULL,
      passes = ${IN_ORDER}, requested_by = NULL WHERE ref = ${given('ref')}`,
  );
  const retry = prepare(
    client,
    sql`UPDATE delivery SET at_ms = ${given('due')}, failing_since_ms = coalesce(failing_since_ms, ${given('failing_since')}),
      passes = iif(passes = ${PASSES_ONCE}, ${IN_ORDER}, passes), requested_by = NULL WHERE ref = ${given('ref')}`,
  );
  const freeLine = prepare(
    client,
    sql`UPDATE line SET due_at_ms = ${given('due')}, lease_owner = NULL, leased_at_ms = NULL, delivery_ref = NULL, trial = 0
      WHERE destination_ref = ${given('destination_ref')} AND return_ref = ${given('return_ref')}`,
  );
  const dropLine = prepare(
    client,
    sql`DELETE FROM line WHERE destination_ref = ${given('destination_ref')} AND return_ref = ${given('return_ref')}`,
  );
  const giveBackTry = prepare(
    client,
    sql`UPDATE delivery SET tries = tries - 1 WHERE ref = ${given('ref')} AND tries > 0`,
  );
  const findDestination = prepare<DestinationRow>(client, sql`SELECT * FROM destination WHERE ref = ${given('ref')}`);
  const updateDestination = prepare(
    client,
    sql`UPDATE destination SET state = ${given('state')}, reason = ${given('reason')}, breaker = ${given('breaker')},
        failures_in_row = ${given('failures_in_row')}, trial_at_ms = ${given('trial_at_ms')},
        tried_since_ms = ${given('tried_since_ms')}, last_success_at_ms = ${given('last_success_at_ms')}, last_failure_at_ms = ${given('last_failure_at_ms')}
      WHERE ref = ${given('ref')}`,
  );
  const trialAgain = prepare(
    client,
    sql`UPDATE destination SET breaker = 'open', trial_at_ms = ${given('now')} WHERE ref = ${given('ref')} AND breaker = 'half_open'`,
  );

  function settleOne(settlement: Settlement, destinations: Map<number, DestinationRow>, nowMs: number): boolean {
    const { deliveryId, owner, leaseUntilMs: lease, attempt: tried, next, verdict } = settlement;
    const row = held.get({ id: deliveryId, owner, lease });
    if (row === undefined) return false;
    addAttempt(row.ref, tried);
    const { destination_ref, return_ref, ref } = row;
    const of = destinations.get(destination_ref) ?? findDestination.get({ ref: destination_ref })!;
    destinations.set(destination_ref, judgeDestination(of, verdict, nowMs));

    if (row.trial === 1 && next.state !== 'delivered') {
      // Neither counted nor given up: the destination was tried, not the message. Another line has the next trial.
      freeLine.run({ destination_ref, return_ref, due: nowMs + TRIAL_EVERY_MS });
      return true;
    }
    if (next.state === 'delivered') finish.run({ ref, state: DELIVERED, at: nowMs });
    else if (row.arrived_at_ms !== null) finish.run({ ref, state: DELIVERED, at: row.arrived_at_ms });
    else if (next.state === 'pending') retry.run({ ref, due: next.dueAtMs, failing_since: nowMs });
    else finish.run({ ref, state: EXHAUSTED, at: nowMs });
    moveOn(row, nowMs);
    return true;
  }

  function moveOn(line: LineRow, nowMs: number): void {
    const { destination_ref, return_ref } = line;
    const next = nextOf(line, line.unordered === 1 ? 'none' : 'per_return', nowMs);
    if (next === null) dropLine.run({ destination_ref, return_ref });
    else freeLine.run({ destination_ref, return_ref, due: next.dueAtMs });
  }

  return {
    settleDeliveries: operation((settlements, nowMs) =>
      writer.relaxed(() => {
        const destinations = new Map<number, DestinationRow>();
        const kept = settlements.map(settlement => settleOne(settlement, destinations, nowMs));
        for (const row of destinations.values()) updateDestination.run(row);
        return kept;
      }),
    ),

    handBackLines: operation((owner, deliveryIds, nowMs) =>
      writer.relaxed(() => {
        for (const id of deliveryIds) {
          const row = held.get({ id, owner, lease: null });
          if (row === undefined) continue;
          if (row.trial === 1) trialAgain.run({ ref: row.destination_ref, now: nowMs });
          else giveBackTry.run({ ref: row.ref });
          moveOn(row, nowMs);
        }
      }),
    ),
  };
}
