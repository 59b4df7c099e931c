import type { Database } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';
import { IN_ORDER, PENDING } from '../delivery-state.ts';
import { NOT_CONFIGURED } from '../not-configured.ts';
import { packText } from '../pack.ts';
import type { RecentBodies } from '../recent-bodies.ts';
import type { NewEvent } from '../store.ts';
import { ownWebhookId } from '../webhook-id.ts';
import { insertInto } from './insert.ts';
import { delivery, destination, event, eventBody } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

export type WriteEvent = (
  written: NewEvent,
  of: { readonly account: string; readonly returnRef: number; readonly connectionRef: number },
  nowMs: number,
) => void;

/** Writes an event with its body and deliveries, and makes their lines due. */
export function createWriteEvent(client: Database, bodies: RecentBodies<number>): WriteEvent {
  const insertEvent = insertInto(client, event);
  const insertBody = insertInto(client, eventBody);
  const insertDelivery = insertInto(client, delivery);
  const findDestination = prepare<{ ref: number }>(
    client,
    sql`SELECT ref FROM destination WHERE account = ${given('account')} AND name = ${given('name')}`,
  );
  const insertDestination = insertInto(client, destination);
  const dueNow = prepare(
    client,
    sql`INSERT INTO line (destination_ref, return_ref, due_at_ms, trial, unordered)
      VALUES (${given('destination_ref')}, ${given('return_ref')}, ${given('now')}, 0, 0)
      ON CONFLICT (destination_ref, return_ref) DO UPDATE SET due_at_ms = excluded.due_at_ms
      WHERE lease_owner IS NULL AND due_at_ms > excluded.due_at_ms`,
  );

  return (written, { account, returnRef, connectionRef }, nowMs) => {
    const { eventId, revision, sequence, change, provenance, body, deliveries } = written;
    const position = insertEvent.run({
      return_ref: returnRef,
      connection_ref: connectionRef,
      sequence,
      event_id: eventId,
      revision,
      type: written.type,
      withdrawn: written.withdrawn ? 1 : 0,
      late: written.late ? 1 : 0,
      occurred_at_ms: written.occurredAt === null ? null : Date.parse(written.occurredAt),
      received_at_ms: Date.parse(written.receivedAt),
      effective_at_ms: Date.parse(written.effectiveAt),
      recorded_at_ms: nowMs,
      replay_of: written.replayOf,
      content: JSON.stringify({ change, provenance }),
    });
    if (body !== null) {
      insertBody.run({ position, body: packText(body) });
      bodies.add(position, body);
    }
    if (body === null && deliveries.length > 0) throw new GatewayError('BUG', 'A delivery needs a body.');
    for (const { id, destination: name, webhookId } of deliveries) {
      const destinationRef = findDestination.get({ account, name })?.ref ?? addUnknown(account, name);
      insertDelivery.run({
        id,
        destination_ref: destinationRef,
        return_ref: returnRef,
        position,
        sequence,
        state: PENDING,
        tries: 0,
        created_at_ms: nowMs,
        at_ms: nowMs,
        passes: IN_ORDER,
        webhook_id: webhookId === ownWebhookId(eventId, revision) ? null : webhookId,
      });
      dueNow.run({ destination_ref: destinationRef, return_ref: returnRef, now: nowMs });
    }
  };

  /** Nothing is lost where the configuration changes meanwhile; nothing is sent either. */
  function addUnknown(account: string, name: string): number {
    const closed = { breaker: 'closed', failures_in_row: 0, tried_since_ms: 0 };
    return insertDestination.run({ account, name, state: 'disabled', reason: NOT_CONFIGURED, ...closed });
  }
}
