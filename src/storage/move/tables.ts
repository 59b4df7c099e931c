import type { PgTable } from 'drizzle-orm/pg-core';
import * as schema from '../postgres/schema.ts';

/** One table of the PostgreSQL store, and where its rows are in the SQLite store. */
export interface MovedTable {
  readonly table: PgTable;
  /** Part of the folded state: what returns are, and what is still to be sent of them. */
  readonly folded: boolean;
  /** Its rows with this store's columns, in the order in which they were written. */
  readonly rows: string;
  /** How many they must be, counted without the joins. */
  readonly count: string;
  /** The column by which it is partitioned. */
  readonly day?: string;
}

/** Numbers inside become ids and names outside. */
const INBOUND_OF = (ref: string) => `JOIN inbound i ON i.ref = ${ref} JOIN connection c ON c.ref = i.connection_ref`;
const RETURN_OF = (ref: string) => `JOIN "return" r ON r.ref = ${ref} JOIN connection c ON c.ref = r.connection_ref`;
const DESTINATION_OF = (ref: string) => `JOIN destination d ON d.ref = ${ref}`;

/**
 * Every table, as it is: ids, positions, revisions and packed bodies are kept. What belonged to the process before is
 * not: claims of inbound rows, idempotency keys of requests that never ended, a retention run under way (the next one
 * begins anew, because its place is told by numbers of the old store). Lines that were being sent are due at once and
 * told as interrupted, as after a restart.
 */
export const MOVED: readonly MovedTable[] = [
  {
    table: schema.connection,
    folded: false,
    rows: 'SELECT account, name, provider FROM connection ORDER BY ref',
    count: 'SELECT count(*) FROM connection',
  },
  {
    table: schema.inbound,
    folded: false,
    rows: `SELECT c.account, i.id, c.name AS connection, c.provider, i.state, i.source, i.received_at_ms, i.method, i.path,
        i.query, i.headers, i.body_digest, i.body_bytes, i.bytes_erased_at_ms, i.trust, i.secret_index, i.config_revision,
        (SELECT id FROM inbound WHERE ref = i.variant_of) AS variant_of, i.fingerprint
      FROM inbound i JOIN connection c ON c.ref = i.connection_ref ORDER BY i.ref`,
    count: 'SELECT count(*) FROM inbound',
  },
  {
    table: schema.inboundQueue,
    folded: false,
    rows: `SELECT c.account, i.id AS inbound_id, i.received_at_ms, NULL AS lease_owner, 0 AS lease_until_ms
      FROM inbound i JOIN connection c ON c.ref = i.connection_ref WHERE i.state = 'received' ORDER BY i.received_at_ms, i.ref`,
    count: "SELECT count(*) FROM inbound WHERE state = 'received'",
  },
  {
    table: schema.inboundBody,
    folded: false,
    rows: `SELECT c.account, i.id AS inbound_id, i.received_at_ms, b.body
      FROM inbound_body b ${INBOUND_OF('b.inbound_ref')} ORDER BY b.inbound_ref`,
    count: 'SELECT count(*) FROM inbound_body',
    day: 'received_at_ms',
  },
  {
    table: schema.interpretation,
    folded: false,
    rows: `SELECT c.account, i.id AS inbound_id, p.adapter_version, p.interpreted_at_ms, p.notices
      FROM interpretation p ${INBOUND_OF('p.inbound_ref')} ORDER BY p.inbound_ref`,
    count: 'SELECT count(*) FROM interpretation',
  },
  {
    table: schema.dedupe,
    folded: false,
    rows: `SELECT c.account, k.key_hash, k.body_hash, i.id AS inbound_id, k.expires_at_ms
      FROM dedupe k ${INBOUND_OF('k.inbound_ref')}`,
    count: 'SELECT count(*) FROM dedupe',
  },
  {
    table: schema.rejection,
    folded: false,
    rows: 'SELECT account, connection, received_at_ms, id, detail FROM rejection ORDER BY ref',
    count: 'SELECT count(*) FROM rejection',
  },
  {
    table: schema.attachingAlias,
    folded: false,
    rows: `SELECT a.account, a.kind, a.value, i.id AS inbound_id
      FROM attaching_alias a JOIN inbound i ON i.ref = a.inbound_ref`,
    count: 'SELECT count(*) FROM attaching_alias',
  },
  {
    table: schema.returns,
    folded: true,
    rows: `SELECT c.account, r.id, c.name AS connection, c.provider, r.version, r.sequence, r.status, r.created_at_ms,
        r.updated_at_ms, (SELECT id FROM "return" WHERE ref = r.merged_into) AS merged_into, r.merged_from, r.state
      FROM "return" r JOIN connection c ON c.ref = r.connection_ref ORDER BY r.ref`,
    count: 'SELECT count(*) FROM "return"',
  },
  {
    table: schema.returnAlias,
    folded: true,
    rows: `SELECT c.account, a.kind, a.value, c.name AS connection, r.id AS return_id, a.identifies
      FROM return_alias a JOIN connection c ON c.ref = a.connection_ref JOIN "return" r ON r.ref = a.return_ref`,
    count: 'SELECT count(*) FROM return_alias',
  },
  {
    table: schema.shopper,
    folded: true,
    rows: `SELECT c.account, r.id AS return_id, s.email_lower, s.fields
      FROM shopper s ${RETURN_OF('s.return_ref')} ORDER BY s.return_ref`,
    count: 'SELECT count(*) FROM shopper',
  },
  {
    table: schema.derivation,
    folded: true,
    rows: `SELECT c.account, r.id AS return_id, i.id AS inbound_id, own.name AS connection, own.provider, d.adapter_version,
        d.config_revision, d.superseded, d.notices
      FROM derivation d ${RETURN_OF('d.return_ref')} JOIN inbound i ON i.ref = d.inbound_ref
      JOIN connection own ON own.ref = d.connection_ref ORDER BY d.ref`,
    count: 'SELECT count(*) FROM derivation',
  },
  {
    table: schema.fact,
    folded: true,
    rows: `SELECT c.account, r.id AS return_id, f.event_id, f.type, f.revision, f.withdrawn, f.announced, f.content_digest,
        f.position
      FROM fact f ${RETURN_OF('f.return_ref')}`,
    count: 'SELECT count(*) FROM fact',
  },
  {
    table: schema.event,
    folded: true,
    rows: `SELECT c.account, e.position, r.id AS return_id, c.name AS connection, c.provider, e.sequence, e.event_id,
        e.revision, e.type, e.withdrawn, e.late, e.occurred_at_ms, e.received_at_ms, e.effective_at_ms, e.recorded_at_ms,
        e.replay_of, e.content
      FROM event e JOIN connection c ON c.ref = e.connection_ref JOIN "return" r ON r.ref = e.return_ref ORDER BY e.position`,
    count: 'SELECT count(*) FROM event',
  },
  {
    table: schema.eventBody,
    folded: false,
    rows: `SELECT c.account, e.position, e.recorded_at_ms, b.body
      FROM event_body b JOIN event e ON e.position = b.position JOIN connection c ON c.ref = e.connection_ref
      ORDER BY b.position`,
    count: 'SELECT count(*) FROM event_body',
    day: 'recorded_at_ms',
  },
  {
    table: schema.destination,
    folded: false,
    rows: `SELECT account, name, state, reason, breaker, failures_in_row, tried_since_ms, left_paused, trial_at_ms,
        last_success_at_ms, last_failure_at_ms
      FROM destination ORDER BY ref`,
    count: 'SELECT count(*) FROM destination',
  },
  {
    table: schema.delivery,
    folded: true,
    rows: `SELECT d.account, v.id, d.name AS destination, r.id AS return_id, v.position, v.sequence, v.state, v.tries,
        v.created_at_ms, v.at_ms, v.failing_since_ms, v.passes, v.arrived_at_ms, v.webhook_id, v.requested_by
      FROM delivery v ${DESTINATION_OF('v.destination_ref')} JOIN "return" r ON r.ref = v.return_ref ORDER BY v.ref`,
    count: 'SELECT count(*) FROM delivery',
  },
  {
    table: schema.line,
    folded: true,
    rows: `SELECT d.account, d.name AS destination, r.id AS return_id,
        iif(l.lease_owner IS NULL, l.due_at_ms, 0) AS due_at_ms, l.lease_owner, l.leased_at_ms, NULL AS lease_mark,
        (SELECT id FROM delivery WHERE ref = l.delivery_ref) AS delivery_id, l.trial, l.unordered
      FROM line l ${DESTINATION_OF('l.destination_ref')} JOIN "return" r ON r.ref = l.return_ref`,
    count: 'SELECT count(*) FROM line',
  },
  {
    table: schema.attempt,
    folded: false,
    rows: `SELECT d.account, v.id AS delivery_id, a.number, a.id, a.started_at_ms, a.duration_ms, a.outcome, a.status,
        a.detail, a.response_head, a.requested_by
      FROM attempt a JOIN delivery v ON v.ref = a.delivery_ref ${DESTINATION_OF('v.destination_ref')}
      ORDER BY a.delivery_ref, a.number`,
    count: 'SELECT count(*) FROM attempt',
    day: 'started_at_ms',
  },
  {
    table: schema.timer,
    folded: false,
    rows: `SELECT account, kind, subject, id, due_at_ms, NULL AS lease_owner, 0 AS lease_until_ms
      FROM timer ORDER BY id`,
    count: 'SELECT count(*) FROM timer',
  },
  {
    table: schema.callSpan,
    folded: false,
    rows: 'SELECT account, connection, span_ms, began_at_ms, calls FROM call_span ORDER BY account, connection, span_ms',
    count: 'SELECT count(*) FROM call_span',
  },
  {
    table: schema.finding,
    folded: false,
    rows: `SELECT account, id, connection, kind, subject, first_seen_at_ms, last_seen_at_ms, count, detail, closed_at_ms
      FROM finding ORDER BY ref`,
    count: 'SELECT count(*) FROM finding',
  },
  {
    table: schema.shape,
    folded: false,
    rows: 'SELECT account, connection, type, version, content FROM shape ORDER BY account, connection, type',
    count: 'SELECT count(*) FROM shape',
  },
  {
    table: schema.token,
    folded: false,
    rows: `SELECT id, digest, name, roles, accounts, created_at_ms, created_by, revoked_at_ms FROM token ORDER BY id`,
    count: 'SELECT count(*) FROM token',
  },
  {
    table: schema.configRevision,
    folded: false,
    rows: `SELECT id, account, path, digest, content, differences, author, reason, effective_from_ms, created_at_ms
      FROM config_revision ORDER BY ref`,
    count: 'SELECT count(*) FROM config_revision',
  },
  {
    table: schema.idempotencyKey,
    folded: false,
    rows: `SELECT token_id, route, key, body_digest, status, answer, 0 AS running_until_ms, expires_at_ms
      FROM idempotency_key WHERE status IS NOT NULL`,
    count: 'SELECT count(*) FROM idempotency_key WHERE status IS NOT NULL',
  },
  {
    table: schema.retentionRun,
    folded: false,
    rows: `SELECT started_at_ms, ended_at_ms, NULL AS resume, removed FROM retention_run
      WHERE ended_at_ms IS NOT NULL ORDER BY ref`,
    count: 'SELECT count(*) FROM retention_run WHERE ended_at_ms IS NOT NULL',
  },
];
