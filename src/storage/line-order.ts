/** How long a failing head holds its line; then later messages pass and `sequence` tells the receiver. */
export const HEAD_HOLDS_MS = 60 * 60 * 1000;

/** An unfinished delivery of one line. */
export interface QueuedDelivery {
  readonly id: string;
  readonly sequence: number;
  readonly dueAtMs: number;
  /** First failed try since it became due; `null`: none failed. */
  readonly failingSinceMs: number | null;
  /** Asked for by a person: holds nothing back. */
  readonly passes: boolean;
}

/**
 * What a line sends next, and when: the single rule of order for every driver.
 * `deliveries` are the unfinished ones in sequence order, the first few suffice: every one up to and including the
 * first that still holds the line. `null`: the line is empty. `unordered` lines let everything pass.
 */
export function nextOfLine(
  deliveries: readonly QueuedDelivery[],
  ordering: 'per_return' | 'none',
  nowMs: number,
): { readonly id: string; readonly dueAtMs: number } | null {
  let next: QueuedDelivery | null = null;
  let headPassesAtMs = Number.POSITIVE_INFINITY;
  for (const [index, delivery] of deliveries.entries()) {
    if (next === null || delivery.dueAtMs < next.dueAtMs) next = delivery;
    if (ordering === 'none' || delivery.passes) continue;
    const holdsUntil =
      delivery.failingSinceMs === null ? Number.POSITIVE_INFINITY : delivery.failingSinceMs + HEAD_HOLDS_MS;
    if (holdsUntil > nowMs) {
      if (index < deliveries.length - 1) headPassesAtMs = holdsUntil;
      break;
    }
  }
  if (next === null) return null;
  return { id: next.id, dueAtMs: Math.min(next.dueAtMs, headPassesAtMs) };
}
