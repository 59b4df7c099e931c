import type { Database } from 'better-sqlite3';
import { IN_ORDER } from '../delivery-state.ts';
import { nextOfLine, type QueuedDelivery } from '../line-order.ts';
import type { line } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

export type LineRow = typeof line.$inferSelect;

/** Enough for nearly every line; one whose head lets others pass is read further. */
const FIRST_FEW = 8;
const ALL_THAT_MATTER = 10_000;

interface QueuedRow {
  readonly ref: number;
  readonly sequence: number;
  readonly at_ms: number;
  readonly failing_since_ms: number | null;
  readonly passes: number;
}

export interface LineNext {
  readonly deliveryRef: number;
  readonly dueAtMs: number;
}

/** Finds what a line sends next, by the rule that all drivers share. */
export function createNextOfLine(client: Database) {
  // What a person asked for waits for nothing: read first, or it might stand behind the few. The hour of a failing one
  // counts from when its destination was last resumed or recovered.
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
    if (
      rows.length === FIRST_FEW &&
      (ordering === 'none' || rows.every(row => row.passes !== IN_ORDER || row.failing_since_ms !== null))
    ) {
      rows = queued.all({ destination_ref, return_ref, limit: ALL_THAT_MATTER });
    }
    rows.sort((a, b) => a.sequence - b.sequence);
    const next = nextOfLine(rows.map(toQueued), ordering, nowMs);
    return next === null ? null : { deliveryRef: Number(next.id), dueAtMs: next.dueAtMs };
  };
}

function toQueued(row: QueuedRow): QueuedDelivery {
  return {
    id: String(row.ref),
    sequence: row.sequence,
    dueAtMs: row.at_ms,
    failingSinceMs: row.failing_since_ms,
    passes: row.passes !== IN_ORDER,
  };
}
