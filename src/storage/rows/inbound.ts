import type { Trust } from '../../model/fact.ts';
import type { InboundRow, InboundSource, InboundState, InboundWork } from '../store.ts';

/** An inbound row with what stands beside it, as every driver reads it. */
export interface InboundStored {
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
  /** JSON. */
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
  /** JSON. */
  readonly notices: string | null;
  readonly body: Buffer | null;
}

export function toInboundWork(row: InboundStored): InboundWork {
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

export function toInboundRow(row: InboundStored, returnIds: readonly string[]): InboundRow {
  const { body, ...work } = toInboundWork(row);
  return {
    ...work,
    bodyBytes: row.body_bytes,
    body: row.body === null ? null : body,
    bytesErasedAtMs: row.bytes_erased_at_ms,
    fingerprint: row.fingerprint,
    interpretedAtMs: row.interpreted_at_ms,
    returnIds,
  };
}
