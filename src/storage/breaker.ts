import type { BreakerState, DestinationState, Settlement } from './store.ts';

/** Failures in a row that open a destination's breaker, and how long it then waits between trials. */
export const BREAKER_FAILURES = 10;
export const TRIAL_EVERY_MS = 30_000;

export type Breaker = Pick<DestinationState, 'breaker' | 'failuresInRow' | 'trialAtMs'>;

/** The breaker after one more settled exchange; the same rule in every driver. */
export function nextBreaker(before: Breaker, verdict: Settlement['verdict'], nowMs: number): Breaker {
  if (verdict === 'success') return { breaker: 'closed', failuresInRow: 0, trialAtMs: null };
  if (verdict !== 'failure') return before;
  const failuresInRow = before.failuresInRow + 1;
  const open = before.breaker !== 'closed' || failuresInRow >= BREAKER_FAILURES;
  const breaker: BreakerState = open ? 'open' : 'closed';
  return { breaker, failuresInRow, trialAtMs: open ? nowMs + TRIAL_EVERY_MS : null };
}
