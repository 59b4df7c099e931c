import type { Database } from 'better-sqlite3';
import type { Attempt } from '../store.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Adds a delivery's next attempt; numbers count tries, trials and interruptions alike. */
export function createAddAttempt(client: Database): (deliveryRef: number, attempt: Attempt) => void {
  const insert = prepare(
    client,
    sql`INSERT INTO attempt (delivery_ref, number, id, started_at_ms, duration_ms, outcome, status, detail, response_head, requested_by)
      SELECT ${given('delivery_ref')}, coalesce(max(number), 0) + 1, ${given('id')}, ${given('started_at_ms')},
        ${given('duration_ms')}, ${given('outcome')}, ${given('status')}, ${given('detail')}, ${given('response_head')},
        ${given('requested_by')}
      FROM attempt WHERE delivery_ref = ${given('delivery_ref')}`,
  );
  return (deliveryRef, attempt) => {
    insert.run({
      delivery_ref: deliveryRef,
      id: attempt.id,
      started_at_ms: attempt.startedAtMs,
      duration_ms: attempt.durationMs,
      outcome: attempt.outcome,
      status: attempt.status,
      detail: attempt.detail,
      response_head: attempt.responseHead,
      requested_by: attempt.requestedBy,
    });
  };
}
