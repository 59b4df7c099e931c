import type { Attempt } from '../store.ts';
import type { Session } from './database.ts';
import { DAY_MS } from './partitions.ts';
import { attempt } from './schema.ts';
import { sql } from './sql.ts';
import { literal, type NewRow, rowsOf, statement } from './statement.ts';

/** For what the clocks of the database and of a process run apart while an attempt is under way. */
const ROOM_MS = literal(DAY_MS);

/** No attempt of delivery `d` started before this: without it, it would be searched in every day there is. */
export const NO_ATTEMPT_BEFORE = sql`d.created_at_ms - ${ROOM_MS}`;

const insert = statement(
  sql`INSERT INTO attempt (account, delivery_id, number, id, started_at_ms, duration_ms, outcome, status, detail,
      response_head, requested_by)
    SELECT r.account, r.delivery_id, coalesce(last.number, 0) + 1, r.id, r.started_at_ms, r.duration_ms, r.outcome, r.status,
      r.detail, r.response_head, r.requested_by
    FROM ${rowsOf(attempt)} r JOIN delivery d ON d.account = r.account AND d.id = r.delivery_id
    CROSS JOIN LATERAL (
      SELECT max(a.number) AS number FROM attempt a
      WHERE a.account = d.account AND a.delivery_id = d.id AND a.started_at_ms >= ${NO_ATTEMPT_BEFORE}
        AND a.started_at_ms < r.started_at_ms + ${ROOM_MS}) last`,
);

export interface NewAttempt {
  readonly account: string;
  readonly deliveryId: string;
  /** Started on the database's clock. */
  readonly attempt: Attempt;
}

/** Adds the next attempt of each delivery, whose line is locked; numbers count tries, trials and interruptions alike. */
export async function addAttempts(tx: Session, attempts: readonly NewAttempt[]): Promise<void> {
  if (attempts.length > 0) await tx.run(insert, { rows: attempts.map(toRow) });
}

function toRow({ account, deliveryId, attempt: of }: NewAttempt): NewRow<typeof attempt> {
  return {
    account,
    delivery_id: deliveryId,
    id: of.id,
    started_at_ms: of.startedAtMs,
    duration_ms: of.durationMs,
    outcome: of.outcome,
    status: of.status,
    detail: of.detail,
    response_head: of.responseHead,
    requested_by: of.requestedBy,
  };
}
