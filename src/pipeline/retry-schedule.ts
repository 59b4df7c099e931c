const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits before each try, the first included: 12 tries in about three and a half days. */
export const RETRY_SCHEDULE_MS = [
  0,
  5 * SECOND,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** A fifth more or less, so that what failed together does not return together. */
const JITTER = 0.2;

/**
 * When the next try is due after `tries` of them, or `null` when none is left. A `Retry-After` is heeded between this
 * step and the next: a receiver may ask for patience, not for silence. `chance` is in [0, 1).
 */
export function nextTryAt(tries: number, nowMs: number, retryAfterMs: number | null, chance: number): number | null {
  const step = RETRY_SCHEDULE_MS[tries];
  if (step === undefined) return null;
  const jittered = Math.round(step * (1 - JITTER + 2 * JITTER * chance));
  if (retryAfterMs === null) return nowMs + jittered;
  const longest = RETRY_SCHEDULE_MS[tries + 1] ?? step;
  return nowMs + Math.max(jittered, Math.min(retryAfterMs, Math.max(longest, jittered)));
}
