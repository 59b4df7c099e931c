import { CANCELLED, DELIVERED, EXHAUSTED, PENDING } from '../delivery-state.ts';
import type { Attempt, AttemptOutcome, DeliveryRow, DeliveryState } from '../store.ts';
import { ownWebhookId } from '../webhook-id.ts';

/** A delivery with what stands beside it, as every driver reads it. */
export interface DeliveryStored {
  readonly id: string;
  readonly account: string;
  readonly destination: string;
  readonly destination_state: string;
  readonly return_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly revision: number;
  readonly position: number;
  readonly sequence: number;
  readonly webhook_id: string | null;
  readonly state: number;
  readonly tries: number;
  readonly created_at_ms: number;
  readonly at_ms: number;
  readonly arrived_at_ms: number | null;
}

export interface AttemptStored {
  readonly id: string;
  readonly started_at_ms: number;
  readonly duration_ms: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly detail: string | null;
  readonly response_head: string | null;
  readonly requested_by: string | null;
}

/** What is stored for each state that a caller may ask for. */
export const STORED_STATE: Readonly<Record<DeliveryState, number>> = {
  pending: PENDING,
  delivering: PENDING,
  held: PENDING,
  delivered: DELIVERED,
  exhausted: EXHAUSTED,
  cancelled: CANCELLED,
};

/** `isBeingSent`: its line is leased for it. */
export function toDeliveryRow(row: DeliveryStored, isBeingSent: boolean, last: AttemptStored | null): DeliveryRow {
  return {
    id: row.id,
    account: row.account,
    destination: row.destination,
    returnId: row.return_id,
    eventId: row.event_id,
    type: row.type,
    revision: row.revision,
    sequence: row.sequence,
    webhookId: row.webhook_id ?? ownWebhookId(row.event_id, row.revision),
    state: stateOf(row, isBeingSent),
    tries: row.tries,
    createdAtMs: row.created_at_ms,
    dueAtMs: row.state === PENDING ? row.at_ms : null,
    deliveredAtMs: row.state === DELIVERED ? row.at_ms : row.arrived_at_ms,
    lastAttempt: last === null ? null : toAttempt(last),
  };
}

/** `delivering` and `held` are not stored: they are the line's lease and the destination's state. */
function stateOf(row: DeliveryStored, isBeingSent: boolean): DeliveryState {
  if (row.state === DELIVERED) return 'delivered';
  if (row.state === EXHAUSTED) return 'exhausted';
  if (row.state === CANCELLED) return 'cancelled';
  if (isBeingSent) return 'delivering';
  return row.destination_state === 'active' ? 'pending' : 'held';
}

export function toAttempt(row: AttemptStored): Attempt {
  return {
    id: row.id,
    startedAtMs: row.started_at_ms,
    durationMs: row.duration_ms,
    outcome: row.outcome as AttemptOutcome,
    status: row.status,
    detail: row.detail,
    responseHead: row.response_head,
    requestedBy: row.requested_by,
  };
}
