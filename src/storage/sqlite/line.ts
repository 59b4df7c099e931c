import type { Database } from 'better-sqlite3';
import { ALL_THAT_MATTER, FIRST_FEW, mayHideNext, nextOfQueued, type QueuedStored } from '../rows/queued.ts';
import type { line } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

export type LineRow = typeof line.$inferSelect;

interface QueuedRow extends QueuedStored {
  readonly ref: number;
}

export interface LineNext {
  readonly deliveryRef: number;
  readonly dueAtMs: number;
}

/** Finds what a line sends next, by the rule that all drivers share. */
export function createNextOfLine(client: Database) {
  const queued = prepare<QueuedRow>(
    client,
    sql`SELECT ref, sequence, at_ms, passes,
        max(failing_since_ms, (SELECT tried_since_ms FROM destination WHERE ref = ${given('destination_ref')})) AS failing_since_ms
      FROM delivery
      WHERE destination_ref = ${given('destination_ref')} AND return_ref = ${given('return_ref')} AND state = 0
      ORDER BY passes DESC, sequence LIMIT ${given('limit')}`,
  );

  return function nextOf(
    of: Pick<LineRow, 'destination_ref' | 'return_ref'>,
    ordering: 'per_return' | 'none',
    nowMs: number,
  ): LineNext | null {
    const { destination_ref, return_ref } = of;
    let rows = queued.all({ destination_ref, return_ref, limit: FIRST_FEW });
    if (mayHideNext(rows, ordering)) rows = queued.all({ destination_ref, return_ref, limit: ALL_THAT_MATTER });
    const next = nextOfQueued(rows, ordering, nowMs);
    return next === null ? null : { deliveryRef: next.row.ref, dueAtMs: next.dueAtMs };
  };
}
