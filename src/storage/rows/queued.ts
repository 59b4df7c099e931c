import { IN_ORDER } from '../delivery-state.ts';
import { nextOfLine, type QueuedDelivery } from '../line-order.ts';

/**
 * An unfinished delivery of a line, as every driver reads it: what a person asked for first, because it waits for
 * nothing and might stand behind the few that are read; then by sequence.
 */
export interface QueuedStored {
  readonly sequence: number;
  readonly at_ms: number;
  /** Not before its destination was last resumed or recovered. */
  readonly failing_since_ms: number | null;
  readonly passes: number;
}

/** Enough for nearly every line; one whose head lets others pass is read further. */
export const FIRST_FEW = 8;
export const ALL_THAT_MATTER = 10_000;

/** Whether the first few may all let pass what stands behind them. */
export function mayHideNext(rows: readonly QueuedStored[], ordering: 'per_return' | 'none'): boolean {
  if (rows.length < FIRST_FEW) return false;
  return ordering === 'none' || rows.every(row => row.passes !== IN_ORDER || row.failing_since_ms !== null);
}

/** What the line sends next, and when, by the rule that all drivers share. `null`: the line is empty. */
export function nextOfQueued<Row extends QueuedStored>(
  rows: readonly Row[],
  ordering: 'per_return' | 'none',
  nowMs: number,
): { readonly row: Row; readonly dueAtMs: number } | null {
  const inSequence = [...rows].sort((a, b) => a.sequence - b.sequence);
  const next = nextOfLine(inSequence.map(toQueued), ordering, nowMs);
  return next === null ? null : { row: inSequence[Number(next.id)]!, dueAtMs: next.dueAtMs };
}

function toQueued(row: QueuedStored, index: number): QueuedDelivery {
  return {
    id: String(index),
    sequence: row.sequence,
    dueAtMs: row.at_ms,
    failingSinceMs: row.failing_since_ms,
    passes: row.passes !== IN_ORDER,
  };
}
