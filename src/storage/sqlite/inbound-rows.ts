import type { Database } from 'better-sqlite3';
import type { Trust } from '../../model/fact.ts';
import type { InboundRow, InboundSource, InboundState, InboundWork, Scope } from '../store.ts';
import { inScope } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** An inbound row with what stands beside it. */
export interface InboundStored {
  readonly ref: number;
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly state: string;
  readonly source: string;
  readonly received_at_ms: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string;
  readonly body_digest: Buffer;
  readonly body_bytes: number;
  readonly bytes_erased_at_ms: number | null;
  readonly trust: string;
  readonly secret_index: number | null;
  readonly config_revision: string | null;
  readonly fingerprint: string | null;
  readonly variant_of_id: string | null;
  readonly adapter_version: number | null;
  readonly interpreted_at_ms: number | null;
  readonly notices: string | null;
  readonly body: Buffer | null;
}

export interface InboundRows {
  byRef(ref: number): InboundStored | undefined;
  /** For lists: 200 bodies may be 200 MB. */
  withoutBody(ref: number): InboundStored | undefined;
  find(scope: Scope, id: string): InboundStored | null;
  toWork(row: InboundStored): InboundWork;
  toRow(row: InboundStored): InboundRow;
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
  const byRef = prepare<InboundStored>(client, sql`${columns('b.body')} WHERE i.ref = ${given('ref')}`);
  const withoutBody = prepare<InboundStored>(client, sql`${columns('NULL AS body')} WHERE i.ref = ${given('ref')}`);
  const byId = prepare<InboundStored>(client, sql`${columns('b.body')} WHERE i.id = ${given('id')}`);
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
    toWork,
    toRow: row => {
      const { body, ...work } = toWork(row);
      return {
        ...work,
        bodyBytes: row.body_bytes,
        body: row.body === null ? null : body,
        bytesErasedAtMs: row.bytes_erased_at_ms,
        fingerprint: row.fingerprint,
        interpretedAtMs: row.interpreted_at_ms,
        returnIds: returnIds.all({ ref: row.ref }).map(({ id }) => id),
      };
    },
  };
}

function toWork(row: InboundStored): InboundWork {
  return {
    id: row.id,
    account: row.account,
    connection: row.connection,
    adapterId: row.provider,
    source: row.source as InboundSource,
    receivedAtMs: row.received_at_ms,
    method: row.method,
    path: row.path,
    query: row.query,
    headers: JSON.parse(row.headers),
    body: row.body ?? new Uint8Array(),
    bodyDigest: row.body_digest.toString('hex'),
    trust: row.trust as Trust,
    secretIndex: row.secret_index,
    configRevision: row.config_revision,
    state: row.state as InboundState,
    variantOf: row.variant_of_id,
    interpretedVersion: row.adapter_version,
    notices: row.notices === null ? [] : JSON.parse(row.notices),
  };
}
