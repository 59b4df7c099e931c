/** Webhooks of a connection that are looked at, and as many as must be there before anything is usual. */
export const GAPS_OF = 200;
const LEAST_ROWS = 50;
const LEAST_GAP_MS = 15 * 60_000;

/**
 * What 95 of 100 gaps between two webhooks do not exceed, and never less than a quarter of an hour; of their receipts,
 * newest first. `null`: too few are known.
 */
export function usualGapMs(receipts: readonly number[]): number | null {
  if (receipts.length < LEAST_ROWS) return null;
  const gaps = receipts.slice(1).map((earlierMs, index) => receipts[index]! - earlierMs);
  const sorted = gaps.toSorted((a, b) => a - b);
  return Math.max(LEAST_GAP_MS, sorted[Math.ceil(0.95 * sorted.length) - 1]!);
}
