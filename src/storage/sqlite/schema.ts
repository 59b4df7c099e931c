import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from './builder.ts';
import { sql } from './sql.ts';

/**
 * The tables as migrations/ makes them; a test shows that both agree, and what each table is for stands there.
 * Properties carry the column's name, so that a row read by a prepared statement has the table's inferred type as it is.
 */

const int = (name: string) => integer(name).notNull();
const words = (name: string) => text(name).notNull();
const bytes = (name: string) => blob(name, { mode: 'buffer' }).notNull();

export const connection = sqliteTable('connection', {
  ref: integer('ref').primaryKey(),
  account: words('account'),
  name: words('name'),
  provider: words('provider'),
});

export const inbound = sqliteTable(
  'inbound',
  {
    ref: integer('ref').primaryKey(),
    id: words('id').unique(),
    connection_ref: int('connection_ref'),
    state: words('state'),
    source: words('source'),
    received_at_ms: int('received_at_ms'),
    method: words('method'),
    path: words('path'),
    query: words('query'),
    headers: words('headers'),
    body_digest: bytes('body_digest'),
    body_bytes: int('body_bytes'),
    bytes_erased_at_ms: integer('bytes_erased_at_ms'),
    trust: words('trust'),
    secret_index: integer('secret_index'),
    config_revision: text('config_revision'),
    variant_of: integer('variant_of'),
    fingerprint: text('fingerprint'),
  },
  table => [
    index('inbound_by_connection').on(table.connection_ref, table.received_at_ms),
    index('inbound_by_state')
      .on(table.connection_ref, table.state, table.received_at_ms)
      .where(sql`state NOT IN ('received', 'recorded')`),
    index('inbound_by_fingerprint')
      .on(table.fingerprint, table.connection_ref, table.received_at_ms)
      .where(sql`fingerprint IS NOT NULL`),
    index('inbound_queue').on(table.received_at_ms).where(sql`state = 'received'`),
  ],
);

export const inboundBody = sqliteTable('inbound_body', {
  inbound_ref: integer('inbound_ref').primaryKey(),
  body: bytes('body'),
});

export const interpretation = sqliteTable('interpretation', {
  inbound_ref: integer('inbound_ref').primaryKey(),
  adapter_version: int('adapter_version'),
  interpreted_at_ms: int('interpreted_at_ms'),
  notices: words('notices'),
});

export const dedupe = sqliteTable(
  'dedupe',
  {
    key_hash: bytes('key_hash'),
    body_hash: bytes('body_hash'),
    inbound_ref: int('inbound_ref'),
    expires_at_ms: int('expires_at_ms'),
  },
  table => [primaryKey({ columns: [table.key_hash, table.body_hash] })],
);

export const rejection = sqliteTable(
  'rejection',
  {
    ref: integer('ref').primaryKey(),
    id: words('id').unique(),
    account: words('account'),
    connection: words('connection'),
    received_at_ms: int('received_at_ms'),
    detail: words('detail'),
  },
  table => [index('rejection_by_connection').on(table.account, table.connection, table.received_at_ms)],
);

export const attachingAlias = sqliteTable(
  'attaching_alias',
  { kind: words('kind'), value: words('value'), account: words('account'), inbound_ref: int('inbound_ref') },
  table => [
    primaryKey({ columns: [table.kind, table.value, table.account, table.inbound_ref] }),
    index('attaching_alias_of_inbound').on(table.inbound_ref),
  ],
);

export const returns = sqliteTable(
  'return',
  {
    ref: integer('ref').primaryKey(),
    id: words('id').unique(),
    connection_ref: int('connection_ref'),
    version: int('version'),
    sequence: int('sequence'),
    status: words('status'),
    created_at_ms: int('created_at_ms'),
    updated_at_ms: int('updated_at_ms'),
    merged_into: integer('merged_into'),
    merged_from: text('merged_from'),
    state: words('state'),
  },
  table => [
    index('return_by_connection').on(table.connection_ref, table.updated_at_ms).where(sql`merged_into IS NULL`),
    index('return_by_status')
      .on(table.connection_ref, table.status, table.updated_at_ms)
      .where(sql`merged_into IS NULL`),
  ],
);

export const returnAlias = sqliteTable(
  'return_alias',
  {
    kind: words('kind'),
    value: words('value'),
    connection_ref: int('connection_ref'),
    return_ref: int('return_ref'),
    identifies: int('identifies'),
  },
  table => [
    primaryKey({ columns: [table.kind, table.value, table.connection_ref, table.return_ref] }),
    index('return_alias_of_return').on(table.return_ref),
  ],
);

export const shopper = sqliteTable(
  'shopper',
  { return_ref: integer('return_ref').primaryKey(), email_lower: text('email_lower'), fields: words('fields') },
  table => [index('shopper_by_email').on(table.email_lower).where(sql`email_lower IS NOT NULL`)],
);

export const derivation = sqliteTable(
  'derivation',
  {
    ref: integer('ref').primaryKey(),
    return_ref: int('return_ref'),
    inbound_ref: int('inbound_ref'),
    connection_ref: int('connection_ref'),
    adapter_version: int('adapter_version'),
    config_revision: text('config_revision'),
    superseded: int('superseded'),
    notices: words('notices'),
  },
  table => [
    index('derivation_of_return').on(table.return_ref, table.superseded),
    index('derivation_of_inbound').on(table.inbound_ref),
  ],
);

export const fact = sqliteTable(
  'fact',
  {
    return_ref: int('return_ref'),
    event_id: words('event_id'),
    type: words('type'),
    revision: int('revision'),
    withdrawn: int('withdrawn'),
    announced: int('announced'),
    content_digest: words('content_digest'),
    position: words('position'),
  },
  table => [primaryKey({ columns: [table.return_ref, table.event_id] })],
);

export const event = sqliteTable(
  'event',
  {
    position: integer('position').primaryKey({ autoIncrement: true }),
    return_ref: int('return_ref'),
    connection_ref: int('connection_ref'),
    sequence: int('sequence'),
    event_id: words('event_id'),
    revision: int('revision'),
    type: words('type'),
    withdrawn: int('withdrawn'),
    late: int('late'),
    occurred_at_ms: integer('occurred_at_ms'),
    received_at_ms: int('received_at_ms'),
    effective_at_ms: int('effective_at_ms'),
    recorded_at_ms: int('recorded_at_ms'),
    replay_of: text('replay_of'),
    content: words('content'),
  },
  table => [
    uniqueIndex('event_of_return').on(table.return_ref, table.sequence),
    index('event_by_id').on(table.event_id),
    index('event_by_connection').on(table.connection_ref),
  ],
);

export const eventBody = sqliteTable('event_body', {
  position: integer('position').primaryKey(),
  body: bytes('body'),
});

export const destination = sqliteTable('destination', {
  ref: integer('ref').primaryKey(),
  account: words('account'),
  name: words('name'),
  state: words('state'),
  reason: text('reason'),
  breaker: words('breaker'),
  failures_in_row: int('failures_in_row'),
  tried_since_ms: int('tried_since_ms'),
  left_paused: text('left_paused'),
  trial_at_ms: integer('trial_at_ms'),
  last_success_at_ms: integer('last_success_at_ms'),
  last_failure_at_ms: integer('last_failure_at_ms'),
});

export const delivery = sqliteTable(
  'delivery',
  {
    ref: integer('ref').primaryKey(),
    id: words('id').unique(),
    destination_ref: int('destination_ref'),
    return_ref: int('return_ref'),
    position: int('position'),
    sequence: int('sequence'),
    state: int('state'),
    tries: int('tries'),
    created_at_ms: int('created_at_ms'),
    at_ms: int('at_ms'),
    failing_since_ms: integer('failing_since_ms'),
    passes: int('passes'),
    arrived_at_ms: integer('arrived_at_ms'),
    webhook_id: text('webhook_id'),
    requested_by: text('requested_by'),
  },
  table => [
    index('delivery_by_destination').on(table.destination_ref, table.created_at_ms),
    index('delivery_by_state').on(table.destination_ref, table.state, table.created_at_ms).where(sql`state <> 1`),
    index('delivery_of_return').on(table.return_ref, table.position),
    index('delivery_queue').on(table.destination_ref, table.return_ref, table.sequence).where(sql`state = 0`),
  ],
);

export const line = sqliteTable(
  'line',
  {
    destination_ref: int('destination_ref'),
    return_ref: int('return_ref'),
    due_at_ms: int('due_at_ms'),
    lease_owner: text('lease_owner'),
    leased_at_ms: integer('leased_at_ms'),
    delivery_ref: integer('delivery_ref'),
    trial: int('trial'),
    unordered: int('unordered'),
  },
  table => [
    primaryKey({ columns: [table.destination_ref, table.return_ref] }),
    index('line_due').on(table.destination_ref, table.due_at_ms),
  ],
);

export const attempt = sqliteTable(
  'attempt',
  {
    delivery_ref: int('delivery_ref'),
    number: int('number'),
    id: words('id'),
    started_at_ms: int('started_at_ms'),
    duration_ms: int('duration_ms'),
    outcome: words('outcome'),
    status: integer('status'),
    detail: text('detail'),
    response_head: text('response_head'),
    requested_by: text('requested_by'),
  },
  table => [primaryKey({ columns: [table.delivery_ref, table.number] })],
);

export const timer = sqliteTable(
  'timer',
  {
    id: text('id').primaryKey().notNull(),
    account: words('account'),
    kind: words('kind'),
    subject: words('subject'),
    due_at_ms: int('due_at_ms'),
  },
  table => [index('timer_due').on(table.due_at_ms)],
);

export const callSpan = sqliteTable(
  'call_span',
  {
    account: words('account'),
    connection: words('connection'),
    span_ms: int('span_ms'),
    began_at_ms: int('began_at_ms'),
    calls: int('calls'),
  },
  table => [primaryKey({ columns: [table.account, table.connection, table.span_ms] })],
);

export const finding = sqliteTable(
  'finding',
  {
    ref: integer('ref').primaryKey(),
    id: words('id').unique(),
    account: words('account'),
    connection: words('connection'),
    kind: words('kind'),
    subject: words('subject'),
    first_seen_at_ms: int('first_seen_at_ms'),
    last_seen_at_ms: int('last_seen_at_ms'),
    count: int('count'),
    detail: words('detail'),
    closed_at_ms: integer('closed_at_ms'),
  },
  table => [
    index('finding_by_kind').on(table.account, table.connection, table.kind, table.last_seen_at_ms),
    index('finding_by_connection').on(table.account, table.connection, table.last_seen_at_ms),
    index('finding_open').on(table.account, table.connection, table.last_seen_at_ms).where(sql`closed_at_ms IS NULL`),
  ],
);

export const shape = sqliteTable(
  'shape',
  {
    account: words('account'),
    connection: words('connection'),
    type: words('type'),
    version: int('version'),
    content: words('content'),
  },
  table => [primaryKey({ columns: [table.account, table.connection, table.type] })],
);

export const token = sqliteTable('token', {
  id: text('id').primaryKey().notNull(),
  digest: bytes('digest').unique(),
  name: words('name'),
  roles: words('roles'),
  accounts: words('accounts'),
  created_at_ms: int('created_at_ms'),
  created_by: words('created_by'),
  revoked_at_ms: integer('revoked_at_ms'),
});

export const configRevision = sqliteTable(
  'config_revision',
  {
    ref: integer('ref').primaryKey(),
    id: words('id').unique(),
    account: text('account'),
    path: words('path'),
    digest: words('digest'),
    content: words('content'),
    differences: words('differences'),
    author: words('author'),
    reason: words('reason'),
    effective_from_ms: int('effective_from_ms'),
    created_at_ms: int('created_at_ms'),
  },
  table => [index('config_revision_by_path').on(table.path)],
);

export const idempotencyKey = sqliteTable(
  'idempotency_key',
  {
    token_id: words('token_id'),
    route: words('route'),
    key: words('key'),
    body_digest: words('body_digest'),
    status: integer('status'),
    answer: text('answer'),
    expires_at_ms: int('expires_at_ms'),
  },
  table => [
    primaryKey({ columns: [table.token_id, table.route, table.key] }),
    index('idempotency_key_by_expiry').on(table.expires_at_ms),
  ],
);

export const retentionRun = sqliteTable('retention_run', {
  ref: integer('ref').primaryKey(),
  started_at_ms: int('started_at_ms'),
  ended_at_ms: integer('ended_at_ms'),
  resume: text('resume'),
  removed: words('removed'),
});
