/** How long a failing head holds its line; then later messages pass and `sequence` tells the receiver. */
export const HEAD_HOLDS_MS = 60 * 60 * 1000;

/** An unfinished delivery of one line. */
export interface QueuedDelivery {
  readonly id: string;
  readonly sequence: number;
  readonly dueAtMs: number;
  /**
   * Since when it fails: its first failed try since it became due, or the instant at which its destination was last
   * resumed or recovered, whichever is later, because the hour runs only while somebody tries. `null`: none failed.
   */
  readonly failingSinceMs: number | null;
  /** Asked for by a person: waits for nothing and holds nothing back. */
  readonly passes: boolean;
}

/**
 * What a line sends next, and when: the single rule of order for every driver. Of those that may go and are due the
 * lowest sequence goes, so that what was held for whatever reason leaves in order.
 * `deliveries` are the unfinished ones in sequence order; those that pass, and the others up to and including the first
 * that still holds the line and one more, suffice. `null`: the line is empty. `unordered` lines let everything pass.
 */
export function nextOfLine(
  deliveries: readonly QueuedDelivery[],
  ordering: 'per_return' | 'none',
  nowMs: number,
): { readonly id: string; readonly dueAtMs: number } | null {
  let earliest: QueuedDelivery | null = null;
  let holdsUntilMs: number | null = null;
  let headPassesAtMs = Number.POSITIVE_INFINITY;
  for (const delivery of deliveries) {
    const { id, dueAtMs, failingSinceMs } = delivery;
    const waits = ordering === 'per_return' && !delivery.passes;
    if (waits && holdsUntilMs !== null) {
      headPassesAtMs = holdsUntilMs;
      continue;
    }
    if (dueAtMs <= nowMs) return { id, dueAtMs };
    if (earliest === null || dueAtMs < earliest.dueAtMs) earliest = delivery;
    if (!waits) continue;
    const until = failingSinceMs === null ? Number.POSITIVE_INFINITY : failingSinceMs + HEAD_HOLDS_MS;
    if (until > nowMs) holdsUntilMs = until;
  }
  if (earliest === null) return null;
  return { id: earliest.id, dueAtMs: Math.min(earliest.dueAtMs, headPassesAtMs) };
}
