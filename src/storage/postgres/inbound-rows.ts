import type { InboundStored } from '../rows/inbound.ts';
import { sql } from './sql.ts';
export type InboundRead = InboundStored;
export const INBOUND_COLUMNS = sql`i.id, i.account, i.connection, i.provider, i.state, i.source, i.received_at_ms, i.method, i.path,
    i.query, i.headers, i.body_digest, i.body_bytes, i.bytes_erased_at_ms, i.trust, i.secret_index, i.config_revision,
    i.fingerprint, i.variant_of AS variant_of_id, n.adapter_version, n.interpreted_at_ms, n.notices, b.body
  FROM inbound i LEFT JOIN interpretation n ON n.account = i.account AND n.inbound_id = i.id
  LEFT JOIN inbound_body b ON b.account = i.account AND b.inbound_id = i.id AND b.received_at_ms = i.received_at_ms`;
