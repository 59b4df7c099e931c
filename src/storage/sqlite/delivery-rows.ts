import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { unpackText } from '../pack.ts';
import { type DeliveryStored, toAttempt, toDeliveryRow } from '../rows/delivery.ts';
import type { Attempt, DeliveryRow, Scope } from '../store.ts';
import type { attempt } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

interface StoredRow extends DeliveryStored {
  readonly ref: number;
  readonly destination_ref: number;
  readonly return_ref: number;
  /** The delivery that its line has leased. */
  readonly leased: number | null;
}

export interface DeliveryRows {
  byRef(ref: number): StoredRow | undefined;
  find(scope: Scope, id: string): StoredRow | null;
  toRow(row: StoredRow): DeliveryRow;
  /** Oldest first. */
  attempts(row: StoredRow): readonly Attempt[];
  /** The outgoing JSON; `null` once dropped. */
  body(row: StoredRow): string | null;
}

export function createDeliveryRows(client: Database): DeliveryRows {
  const columns = sql`SELECT d.ref, d.id, t.account, t.name AS destination, d.destination_ref, t.state AS destination_state,
      r.id AS return_id, d.return_ref, e.event_id, e.type, e.revision, d.position, d.sequence, d.webhook_id, d.state, d.tries,
      d.created_at_ms, d.at_ms, d.arrived_at_ms, l.delivery_ref AS leased
    FROM delivery d JOIN destination t ON t.ref = d.destination_ref JOIN event e ON e.position = d.position
    JOIN "return" r ON r.ref = d.return_ref
    LEFT JOIN line l ON l.destination_ref = d.destination_ref AND l.return_ref = d.return_ref`;
  const byRef = prepare<StoredRow>(client, sql`${columns} WHERE d.ref = ${given('ref')}`);
  const byId = prepare<StoredRow>(client, sql`${columns} WHERE d.id = ${given('id')}`);
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
      return toDeliveryRow(row, row.leased === row.ref, last ?? null);
    },
    attempts: row => attempts.all({ ref: row.ref }).map(toAttempt),
    body(row) {
      const stored = body.get({ position: row.position });
      return stored === undefined ? null : unpackText(stored.body);
    },
  };
}
