import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  uniqueIndex,
} from './sql.ts';

/**
 * The tables as migrations/ makes them; a test shows that both agree, and what each table is for stands there.
 * Properties carry the column's name, so that a row read by a statement has the table's inferred type as it is.
 */

const words = (name: string) => text(name);
const long = (name: string) => bigint(name, { mode: 'number' });
const int = (name: string) => integer(name);
const short = (name: string) => smallint(name);
const flag = (name: string) => boolean(name);
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** Written as a value, read as its text: readers parse what they need. */
const document = (name: string) => json(name).$type<string>();

export const connection = pgTable(
  'connection',
  {
    account: words('account').notNull(),
    name: words('name').notNull(),
    provider: words('provider').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.name, table.provider] })],
);

export const inbound = pgTable(
  'inbound',
  {
    account: words('account').notNull(),
    id: words('id').notNull(),
    connection: words('connection').notNull(),
    provider: words('provider').notNull(),
    state: words('state').notNull(),
    source: words('source').notNull(),
    received_at_ms: long('received_at_ms').notNull(),
    method: words('method').notNull(),
    path: words('path').notNull(),
    query: words('query').notNull(),
    headers: document('headers').notNull(),
    body_digest: bytes('body_digest').notNull(),
    body_bytes: int('body_bytes').notNull(),
    bytes_erased_at_ms: long('bytes_erased_at_ms'),
    trust: words('trust').notNull(),
    secret_index: int('secret_index'),
    config_revision: words('config_revision'),
    variant_of: words('variant_of'),
    fingerprint: words('fingerprint'),
  },
  table => [
    primaryKey({ columns: [table.account, table.id] }),
    index('inbound_by_connection').on(table.account, table.connection, table.received_at_ms, table.id),
    index('inbound_by_state')
      .on(table.account, table.connection, table.state, table.received_at_ms, table.id)
      .where(sql`state NOT IN ('received', 'recorded')`),
    index('inbound_by_fingerprint')
      .on(table.account, table.fingerprint, table.connection, table.received_at_ms, table.id)
      .where(sql`fingerprint IS NOT NULL`),
  ],
);

export const inboundQueue = pgTable(
  'inbound_queue',
  {
    account: words('account').notNull(),
    inbound_id: words('inbound_id').notNull(),
    received_at_ms: long('received_at_ms').notNull(),
    lease_owner: words('lease_owner'),
    lease_until_ms: long('lease_until_ms').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.inbound_id] }),
    index('inbound_queue_by_receipt').on(table.received_at_ms, table.inbound_id),
  ],
);

export const inboundBody = pgTable(
  'inbound_body',
  {
    account: words('account').notNull(),
    inbound_id: words('inbound_id').notNull(),
    received_at_ms: long('received_at_ms').notNull(),
    body: bytes('body').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.inbound_id, table.received_at_ms] })],
);

export const interpretation = pgTable(
  'interpretation',
  {
    account: words('account').notNull(),
    inbound_id: words('inbound_id').notNull(),
    adapter_version: int('adapter_version').notNull(),
    interpreted_at_ms: long('interpreted_at_ms').notNull(),
    notices: document('notices').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.inbound_id] })],
);

export const dedupe = pgTable(
  'dedupe',
  {
    account: words('account').notNull(),
    key_hash: bytes('key_hash').notNull(),
    body_hash: bytes('body_hash').notNull(),
    inbound_id: words('inbound_id').notNull(),
    expires_at_ms: long('expires_at_ms').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.key_hash, table.body_hash] })],
);

export const rejection = pgTable(
  'rejection',
  {
    account: words('account').notNull(),
    connection: words('connection').notNull(),
    received_at_ms: long('received_at_ms').notNull(),
    id: words('id').notNull(),
    detail: document('detail').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.connection, table.received_at_ms, table.id] })],
);

export const attachingAlias = pgTable(
  'attaching_alias',
  {
    account: words('account').notNull(),
    kind: words('kind').notNull(),
    value: words('value').notNull(),
    inbound_id: words('inbound_id').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.kind, table.value, table.inbound_id] }),
    index('attaching_alias_of_inbound').on(table.account, table.inbound_id),
  ],
);

export const returns = pgTable(
  'return',
  {
    account: words('account').notNull(),
    id: words('id').notNull(),
    connection: words('connection').notNull(),
    provider: words('provider').notNull(),
    version: int('version').notNull(),
    sequence: int('sequence').notNull(),
    status: words('status').notNull(),
    created_at_ms: long('created_at_ms').notNull(),
    updated_at_ms: long('updated_at_ms').notNull(),
    merged_into: words('merged_into'),
    merged_from: document('merged_from'),
    state: document('state').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.id] }),
    index('return_by_connection')
      .on(table.account, table.connection, table.updated_at_ms, table.id)
      .where(sql`merged_into IS NULL`),
    index('return_by_status')
      .on(table.account, table.connection, table.status, table.updated_at_ms, table.id)
      .where(sql`merged_into IS NULL`),
  ],
);

export const returnAlias = pgTable(
  'return_alias',
  {
    account: words('account').notNull(),
    kind: words('kind').notNull(),
    value: words('value').notNull(),
    connection: words('connection').notNull(),
    return_id: words('return_id').notNull(),
    identifies: flag('identifies').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.kind, table.value, table.connection, table.return_id] }),
    index('return_alias_of_return').on(table.account, table.return_id),
    uniqueIndex('return_alias_identifies')
      .on(table.account, table.kind, table.value, table.connection)
      .where(sql`identifies`),
  ],
);

export const shopper = pgTable(
  'shopper',
  {
    account: words('account').notNull(),
    return_id: words('return_id').notNull(),
    email_lower: words('email_lower'),
    fields: document('fields').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.return_id] }),
    index('shopper_by_email').on(table.account, table.email_lower).where(sql`email_lower IS NOT NULL`),
  ],
);

export const derivation = pgTable(
  'derivation',
  {
    account: words('account').notNull(),
    return_id: words('return_id').notNull(),
    number: long('number').generatedAlwaysAsIdentity(),
    inbound_id: words('inbound_id').notNull(),
    connection: words('connection').notNull(),
    provider: words('provider').notNull(),
    adapter_version: int('adapter_version').notNull(),
    config_revision: words('config_revision'),
    superseded: flag('superseded').notNull(),
    notices: document('notices').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.return_id, table.number] }),
    index('derivation_of_inbound').on(table.account, table.inbound_id),
  ],
);

export const fact = pgTable(
  'fact',
  {
    account: words('account').notNull(),
    return_id: words('return_id').notNull(),
    event_id: words('event_id').notNull(),
    type: words('type').notNull(),
    revision: int('revision').notNull(),
    withdrawn: flag('withdrawn').notNull(),
    announced: flag('announced').notNull(),
    content_digest: words('content_digest').notNull(),
    position: words('position').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.return_id, table.event_id] })],
);

export const event = pgTable(
  'event',
  {
    account: words('account').notNull(),
    position: long('position').notNull(),
    return_id: words('return_id').notNull(),
    connection: words('connection').notNull(),
    provider: words('provider').notNull(),
    sequence: int('sequence').notNull(),
    event_id: words('event_id').notNull(),
    revision: int('revision').notNull(),
    type: words('type').notNull(),
    withdrawn: flag('withdrawn').notNull(),
    late: flag('late').notNull(),
    occurred_at_ms: long('occurred_at_ms'),
    received_at_ms: long('received_at_ms').notNull(),
    effective_at_ms: long('effective_at_ms').notNull(),
    recorded_at_ms: long('recorded_at_ms').notNull(),
    replay_of: words('replay_of'),
    content: document('content').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.position] }),
    uniqueIndex('event_of_return').on(table.account, table.return_id, table.sequence),
    index('event_by_id').on(table.account, table.event_id),
  ],
);

export const eventBody = pgTable(
  'event_body',
  {
    account: words('account').notNull(),
    position: long('position').notNull(),
    recorded_at_ms: long('recorded_at_ms').notNull(),
    body: bytes('body').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.position, table.recorded_at_ms] })],
);

export const destination = pgTable(
  'destination',
  {
    account: words('account').notNull(),
    name: words('name').notNull(),
    state: words('state').notNull(),
    reason: words('reason'),
    breaker: words('breaker').notNull(),
    failures_in_row: int('failures_in_row').notNull(),
    tried_since_ms: long('tried_since_ms').notNull(),
    left_paused: words('left_paused'),
    trial_at_ms: long('trial_at_ms'),
    last_success_at_ms: long('last_success_at_ms'),
    last_failure_at_ms: long('last_failure_at_ms'),
  },
  table => [primaryKey({ columns: [table.account, table.name] })],
);

export const delivery = pgTable(
  'delivery',
  {
    account: words('account').notNull(),
    id: words('id').notNull(),
    destination: words('destination').notNull(),
    return_id: words('return_id').notNull(),
    position: long('position').notNull(),
    sequence: int('sequence').notNull(),
    state: short('state').notNull(),
    tries: int('tries').notNull(),
    created_at_ms: long('created_at_ms').notNull(),
    at_ms: long('at_ms').notNull(),
    failing_since_ms: long('failing_since_ms'),
    passes: short('passes').notNull(),
    arrived_at_ms: long('arrived_at_ms'),
    webhook_id: words('webhook_id'),
    requested_by: words('requested_by'),
  },
  table => [
    primaryKey({ columns: [table.account, table.id] }),
    index('delivery_by_destination').on(table.account, table.destination, table.created_at_ms, table.id),
    index('delivery_by_state')
      .on(table.account, table.destination, table.state, table.created_at_ms, table.id)
      .where(sql`state <> 1`),
    index('delivery_of_return').on(table.account, table.return_id, table.position),
    index('delivery_queue').on(table.account, table.destination, table.return_id, table.sequence).where(sql`state = 0`),
  ],
);

export const line = pgTable(
  'line',
  {
    account: words('account').notNull(),
    destination: words('destination').notNull(),
    return_id: words('return_id').notNull(),
    due_at_ms: long('due_at_ms').notNull(),
    lease_owner: words('lease_owner'),
    leased_at_ms: long('leased_at_ms'),
    lease_mark: long('lease_mark'),
    delivery_id: words('delivery_id'),
    trial: flag('trial').notNull(),
    unordered: flag('unordered').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.destination, table.return_id] }),
    index('line_due').on(table.account, table.destination, table.due_at_ms),
  ],
);

export const attempt = pgTable(
  'attempt',
  {
    account: words('account').notNull(),
    delivery_id: words('delivery_id').notNull(),
    number: int('number').notNull(),
    id: words('id').notNull(),
    started_at_ms: long('started_at_ms').notNull(),
    duration_ms: int('duration_ms').notNull(),
    outcome: words('outcome').notNull(),
    status: int('status'),
    detail: words('detail'),
    response_head: words('response_head'),
    requested_by: words('requested_by'),
  },
  table => [primaryKey({ columns: [table.account, table.delivery_id, table.number, table.started_at_ms] })],
);

export const timer = pgTable(
  'timer',
  {
    account: words('account').notNull(),
    kind: words('kind').notNull(),
    subject: words('subject').notNull(),
    id: words('id').notNull(),
    due_at_ms: long('due_at_ms').notNull(),
    lease_owner: words('lease_owner'),
    lease_until_ms: long('lease_until_ms').notNull(),
  },
  table => [
    primaryKey({ columns: [table.account, table.kind, table.subject] }),
    index('timer_due').on(table.due_at_ms, table.id),
    index('timer_by_id').on(table.id),
  ],
);

export const callSpan = pgTable(
  'call_span',
  {
    account: words('account').notNull(),
    connection: words('connection').notNull(),
    span_ms: long('span_ms').notNull(),
    began_at_ms: long('began_at_ms').notNull(),
    calls: integer('calls').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.connection, table.span_ms] })],
);

export const finding = pgTable(
  'finding',
  {
    account: words('account').notNull(),
    id: words('id').notNull(),
    connection: words('connection').notNull(),
    kind: words('kind').notNull(),
    subject: words('subject').notNull(),
    first_seen_at_ms: long('first_seen_at_ms').notNull(),
    last_seen_at_ms: long('last_seen_at_ms').notNull(),
    count: long('count').notNull(),
    detail: document('detail').notNull(),
    closed_at_ms: long('closed_at_ms'),
  },
  table => [
    primaryKey({ columns: [table.account, table.id] }),
    index('finding_by_kind').on(table.account, table.connection, table.kind, table.last_seen_at_ms, table.id),
    index('finding_by_connection').on(table.account, table.connection, table.last_seen_at_ms, table.id),
    index('finding_open')
      .on(table.account, table.connection, table.last_seen_at_ms, table.id)
      .where(sql`closed_at_ms IS NULL`),
  ],
);

export const shape = pgTable(
  'shape',
  {
    account: words('account').notNull(),
    connection: words('connection').notNull(),
    type: words('type').notNull(),
    version: int('version').notNull(),
    content: document('content').notNull(),
  },
  table => [primaryKey({ columns: [table.account, table.connection, table.type] })],
);

export const token = pgTable('token', {
  id: words('id').notNull().primaryKey(),
  digest: bytes('digest').notNull().unique(),
  name: words('name').notNull(),
  roles: document('roles').notNull(),
  accounts: document('accounts').notNull(),
  created_at_ms: long('created_at_ms').notNull(),
  created_by: words('created_by').notNull(),
  revoked_at_ms: long('revoked_at_ms'),
});

export const configRevision = pgTable(
  'config_revision',
  {
    number: long('number').primaryKey().generatedAlwaysAsIdentity(),
    id: words('id').notNull().unique(),
    account: words('account'),
    path: words('path').notNull(),
    digest: words('digest').notNull(),
    content: document('content').notNull(),
    differences: document('differences').notNull(),
    author: words('author').notNull(),
    reason: words('reason').notNull(),
    effective_from_ms: long('effective_from_ms').notNull(),
    created_at_ms: long('created_at_ms').notNull(),
  },
  table => [index('config_revision_by_path').on(table.path, table.number)],
);

export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    token_id: words('token_id').notNull(),
    route: words('route').notNull(),
    key: words('key').notNull(),
    body_digest: words('body_digest').notNull(),
    status: int('status'),
    answer: words('answer'),
    running_until_ms: long('running_until_ms').notNull(),
    expires_at_ms: long('expires_at_ms').notNull(),
  },
  table => [
    primaryKey({ columns: [table.token_id, table.route, table.key] }),
    index('idempotency_key_by_expiry').on(table.expires_at_ms),
  ],
);

export const retentionRun = pgTable('retention_run', {
  number: long('number').primaryKey().generatedAlwaysAsIdentity(),
  started_at_ms: long('started_at_ms').notNull(),
  ended_at_ms: long('ended_at_ms'),
  resume: document('resume'),
  removed: document('removed').notNull(),
});
