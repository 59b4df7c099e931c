import type { Database } from 'better-sqlite3';
import { CANCELLED, DELIVERED, EXHAUSTED, PENDING } from '../delivery-state.ts';
import { inScope } from '../in-scope.ts';
import { unpackText } from '../pack.ts';
import type { Attempt, AttemptOutcome, DeliveryRow, DeliveryState, Scope } from '../store.ts';
import { ownWebhookId } from '../webhook-id.ts';
import type { attempt } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

export interface DeliveryStored {
  readonly ref: number;
  readonly id: string;
  readonly account: string;
  readonly destination: string;
  readonly destination_ref: number;
  readonly destination_state: string;
  readonly return_id: string;
  readonly return_ref: number;
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
  /** The delivery that its line has leased. */
  readonly leased: number | null;
}

export interface DeliveryRows {
  byRef(ref: number): DeliveryStored | undefined;
  find(scope: Scope, id: string): DeliveryStored | null;
  toRow(row: DeliveryStored): DeliveryRow;
  /** Oldest first. */
  attempts(row: DeliveryStored): readonly Attempt[];
  /** The outgoing JSON; `null` once dropped. */
  body(row: DeliveryStored): string | null;
}

export function createDeliveryRows(client: Database): DeliveryRows {
  const columns = sql`SELECT d.ref, d.id, t.account, t.name AS destination, d.destination_ref, t.state AS destination_state,
      r.id AS return_id, d.return_ref, e.event_id, e.type, e.revision, d.position, d.sequence, d.webhook_id, d.state, d.tries,
      d.created_at_ms, d.at_ms, d.arrived_at_ms, l.delivery_ref AS leased
    FROM delivery d JOIN destination t ON t.ref = d.destination_ref JOIN event e ON e.position = d.position
    JOIN "return" r ON r.ref = d.return_ref
    LEFT JOIN line l ON l.destination_ref = d.destination_ref AND l.return_ref = d.return_ref`;
  const byRef = prepare<DeliveryStored>(client, sql`${columns} WHERE d.ref = ${given('ref')}`);
  const byId = prepare<DeliveryStored>(client, sql`${columns} WHERE d.id = ${given('id')}`);
  const attempts = prepare<typeof attempt.$inferSelect>(
    client,
    sql`SELECT * FROM attempt WHERE delivery_ref = ${given('ref')} ORDER BY number`,
  );
  const lastAttempt = prepare<typeof attempt.$inferSelect>(
    client,
    sql`SELECT * FROM attempt WHERE delivery_ref = ${given('ref')} ORDER BY number DESC LIMIT 1`,
  );
  const body = prepare<{ body: Buffer }>(
    client,
    sql`SELECT body FROM event_body WHERE position = ${given('position')}`,
  );

  return {
    byRef: ref => byRef.get({ ref }),
    find(scope, id) {
      const row = byId.get({ id });
      return row !== undefined && inScope(scope, row.account) ? row : null;
    },
    toRow(row) {
      const last = lastAttempt.get({ ref: row.ref });
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
        state: stateOf(row),
        tries: row.tries,
        createdAtMs: row.created_at_ms,
        dueAtMs: row.state === PENDING ? row.at_ms : null,
        deliveredAtMs: row.state === DELIVERED ? row.at_ms : row.arrived_at_ms,
        lastAttempt: last === undefined ? null : toAttempt(last),
      };
    },
    attempts: row => attempts.all({ ref: row.ref }).map(toAttempt),
    body(row) {
      const stored = body.get({ position: row.position });
      return stored === undefined ? null : unpackText(stored.body);
    },
  };
}

/** `delivering` and `held` are not stored: they are the line's lease and the destination's state. */
function stateOf(row: DeliveryStored): DeliveryState {
  if (row.state === DELIVERED) return 'delivered';
  if (row.state === EXHAUSTED) return 'exhausted';
  if (row.state === CANCELLED) return 'cancelled';
  if (row.leased === row.ref) return 'delivering';
  return row.destination_state === 'active' ? 'pending' : 'held';
}

function toAttempt(row: typeof attempt.$inferSelect): Attempt {
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
