import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { type InboundStored, toInboundRow } from '../rows/inbound.ts';
import type { InboundRow, Scope } from '../store.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

export interface InboundNumbered extends InboundStored {
  readonly ref: number;
}

export interface InboundRows {
  byRef(ref: number): InboundNumbered | undefined;
  /** For lists: 200 bodies may be 200 MB. */
  withoutBody(ref: number): InboundNumbered | undefined;
  find(scope: Scope, id: string): InboundNumbered | null;
  toRow(row: InboundNumbered): InboundRow;
}

export function createInboundRows(client: Database): InboundRows {
  const columns = (
    body: 'b.body' | 'NULL AS body',
  ) => sql`SELECT i.ref, i.id, c.account, c.name AS connection, c.provider, i.state, i.source, i.received_at_ms,
      i.method, i.path, i.query, i.headers, i.body_digest, i.body_bytes, i.bytes_erased_at_ms, i.trust, i.secret_index,
      i.config_revision, i.fingerprint, v.id AS variant_of_id, n.adapter_version, n.interpreted_at_ms, n.notices, ${sql.raw(body)}
    FROM inbound i JOIN connection c ON c.ref = i.connection_ref
    LEFT JOIN inbound v ON v.ref = i.variant_of
    LEFT JOIN interpretation n ON n.inbound_ref = i.ref
    LEFT JOIN inbound_body b ON b.inbound_ref = i.ref`; // left out by SQLite where nothing of it is read
  const byRef = prepare<InboundNumbered>(client, sql`${columns('b.body')} WHERE i.ref = ${given('ref')}`);
  const withoutBody = prepare<InboundNumbered>(client, sql`${columns('NULL AS body')} WHERE i.ref = ${given('ref')}`);
  const byId = prepare<InboundNumbered>(client, sql`${columns('b.body')} WHERE i.id = ${given('id')}`);
  const returnIds = prepare<{ id: string }>(
    client,
    sql`SELECT DISTINCT r.id FROM derivation d JOIN "return" r ON r.ref = d.return_ref
      WHERE d.inbound_ref = ${given('ref')} AND d.superseded = 0 ORDER BY r.id`,
  );

  return {
    byRef: ref => byRef.get({ ref }),
    withoutBody: ref => withoutBody.get({ ref }),
    find(scope, id) {
      const row = byId.get({ id });
      return row !== undefined && inScope(scope, row.account) ? row : null;
    },
    toRow: row =>
      toInboundRow(
        row,
        returnIds.all({ ref: row.ref }).map(({ id }) => id),
      ),
  };
}
