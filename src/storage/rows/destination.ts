import type { BreakerState, DestinationState } from '../store.ts';

/** A destination, as every driver stores it. */
export interface DestinationStored {
  readonly account: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly breaker: string;
  readonly failures_in_row: number;
  readonly tried_since_ms: number;
  readonly trial_at_ms: number | null;
  readonly last_success_at_ms: number | null;
  readonly last_failure_at_ms: number | null;
}

export function toDestinationState(row: DestinationStored, pending: number): DestinationState {
  return {
    account: row.account,
    name: row.name,
    state: row.state as DestinationState['state'],
    reason: row.reason,
    breaker: row.breaker as BreakerState,
    failuresInRow: row.failures_in_row,
    trialAtMs: row.trial_at_ms,
    lastSuccessAtMs: row.last_success_at_ms,
    lastFailureAtMs: row.last_failure_at_ms,
    pending,
  };
}
