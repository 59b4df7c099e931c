import type { Timer } from '../store.ts';

export interface TimerStored {
  readonly id: string;
  /** Empty for the gateway's own. */
  readonly account: string;
  readonly kind: string;
  readonly subject: string;
  readonly due_at_ms: number;
}

export function toTimer(row: TimerStored): Timer {
  return {
    id: row.id,
    account: row.account === '' ? null : row.account,
    kind: row.kind,
    subject: row.subject,
    dueAtMs: row.due_at_ms,
  };
}
