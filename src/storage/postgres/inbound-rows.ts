import { type InboundStored, toInboundRow } from '../rows/inbound.ts';
import type { InboundRow } from '../store.ts';
import { ACCOUNTS } from './scope.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

const FIELDS = sql`i.id, i.account, i.connection, i.provider, i.state, i.source, i.received_at_ms, i.method, i.path,
    i.query, i.headers, i.body_digest, i.body_bytes, i.bytes_erased_at_ms, i.trust, i.secret_index, i.config_revision,
    i.fingerprint, i.variant_of AS variant_of_id, n.adapter_version, n.interpreted_at_ms, n.notices`;
const ROWS = sql`inbound i LEFT JOIN interpretation n ON n.account = i.account AND n.inbound_id = i.id`;
const ROWS_WITH_BODY = sql`${ROWS}
  LEFT JOIN inbound_body b ON b.account = i.account AND b.inbound_id = i.id AND b.received_at_ms = i.received_at_ms`;
const RETURN_IDS = sql`(SELECT coalesce(json_agg(DISTINCT d.return_id ORDER BY d.return_id), '[]') FROM derivation d
    WHERE d.account = i.account AND d.inbound_id = i.id AND NOT d.superseded) AS return_ids`;

/** `SELECT ${INBOUND_COLUMNS} … WHERE`: from inbound i, its interpretation n and its body b. */
export const INBOUND_COLUMNS = sql`${FIELDS}, b.body FROM ${ROWS_WITH_BODY}`;
/** As callers read it in lists: 200 bodies may be 200 MB. */
export const LISTED_COLUMNS = sql`${FIELDS}, NULL::bytea AS body, ${RETURN_IDS} FROM ${ROWS}`;

/** With the returns it told of. */
export interface InboundFound extends InboundStored {
  /** JSON. */
  readonly return_ids: string;
}

export const findInbound = statement<InboundFound>(
  sql`SELECT ${FIELDS}, b.body, ${RETURN_IDS} FROM ${ROWS_WITH_BODY} WHERE i.account IN ${ACCOUNTS} AND i.id = ${given('id')}`,
);

export function toFoundRow(row: InboundFound): InboundRow {
  return toInboundRow(row, JSON.parse(row.return_ids));
}
