import { type Breaker, nextBreaker } from './breaker.ts';
import type { DestinationStored } from './rows/destination.ts';
import type { BreakerState, Settlement } from './store.ts';

/** The destination after one more settled exchange; the same rule in every driver. */
export function judgeDestination<Row extends DestinationStored>(
  row: Row,
  verdict: Settlement['verdict'],
  nowMs: number,
): Row {
  const before: Breaker = {
    breaker: row.breaker as BreakerState,
    failuresInRow: row.failures_in_row,
    trialAtMs: row.trial_at_ms,
  };
  const after = nextBreaker(before, verdict, nowMs);
  const succeeded = verdict === 'success';
  const failed = verdict === 'failure' || verdict === 'gone';
  const gone = verdict === 'gone' && row.state !== 'disabled';
  return {
    ...row,
    state: gone ? 'disabled' : row.state,
    reason: gone ? 'The destination answered 410 Gone.' : row.reason,
    breaker: after.breaker,
    failures_in_row: after.failuresInRow,
    trial_at_ms: after.trialAtMs,
    tried_since_ms: after.breaker === 'closed' && before.breaker !== 'closed' ? nowMs : row.tried_since_ms,
    last_success_at_ms: succeeded ? nowMs : row.last_success_at_ms,
    last_failure_at_ms: failed ? nowMs : row.last_failure_at_ms,
  };
}
