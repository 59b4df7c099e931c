-- Internal keys are integers (`ref`, `…_ref`); the ids the outside knows stand once, in the row they name.
-- Large texts have tables of their own, filled in order, and no row of a large table grows when its state changes:
-- that keeps their pages full.

-- Every (account, connection, provider) ever seen; other tables hold its number.
CREATE TABLE connection (
  ref INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  provider TEXT NOT NULL,
  UNIQUE (account, name, provider)
) STRICT;

CREATE TABLE inbound (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  connection_ref INTEGER NOT NULL,
  state TEXT NOT NULL,
  source TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  headers TEXT NOT NULL,
  body_digest BLOB NOT NULL,
  body_bytes INTEGER NOT NULL,
  bytes_erased_at_ms INTEGER,
  trust TEXT NOT NULL,
  secret_index INTEGER,
  config_revision TEXT,
  variant_of INTEGER,
  fingerprint TEXT
) STRICT;
CREATE INDEX inbound_by_connection ON inbound (connection_ref, received_at_ms);
CREATE INDEX inbound_by_state ON inbound (connection_ref, state, received_at_ms)
  WHERE state NOT IN ('received', 'recorded');
CREATE INDEX inbound_by_fingerprint ON inbound (fingerprint, connection_ref, received_at_ms)
  WHERE fingerprint IS NOT NULL;
CREATE INDEX inbound_queue ON inbound (received_at_ms) WHERE state = 'received';

CREATE TABLE inbound_body (
  inbound_ref INTEGER PRIMARY KEY,
  body BLOB NOT NULL
) STRICT;

-- What the last interpretation of an inbound row gave.
CREATE TABLE interpretation (
  inbound_ref INTEGER PRIMARY KEY,
  adapter_version INTEGER NOT NULL,
  interpreted_at_ms INTEGER NOT NULL,
  notices TEXT NOT NULL
) STRICT;

-- `key_hash`: 16 bytes of SHA-256 over account, connection and dedupe key; `body_hash`: of the body.
CREATE TABLE dedupe (
  key_hash BLOB NOT NULL,
  body_hash BLOB NOT NULL,
  inbound_ref INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (key_hash, body_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE rejection (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  connection TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX rejection_by_connection ON rejection (account, connection, received_at_ms);

-- What a notice of the row attaches to returns by, or would.
CREATE TABLE attaching_alias (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  account TEXT NOT NULL,
  inbound_ref INTEGER NOT NULL,
  PRIMARY KEY (kind, value, account, inbound_ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX attaching_alias_of_inbound ON attaching_alias (inbound_ref);

CREATE TABLE "return" (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  connection_ref INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  status TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  merged_into INTEGER,
  merged_from TEXT,
  state TEXT NOT NULL
) STRICT;
CREATE INDEX return_by_connection ON "return" (connection_ref, updated_at_ms) WHERE merged_into IS NULL;
CREATE INDEX return_by_status ON "return" (connection_ref, status, updated_at_ms) WHERE merged_into IS NULL;

CREATE TABLE return_alias (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  connection_ref INTEGER NOT NULL,
  return_ref INTEGER NOT NULL,
  identifies INTEGER NOT NULL,
  PRIMARY KEY (kind, value, connection_ref, return_ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX return_alias_of_return ON return_alias (return_ref);

-- The only table with personal data, beside the kept bytes.
CREATE TABLE shopper (
  return_ref INTEGER PRIMARY KEY,
  email_lower TEXT,
  fields TEXT NOT NULL
) STRICT;
CREATE INDEX shopper_by_email ON shopper (email_lower) WHERE email_lower IS NOT NULL;

-- Trust, secret and receipt are those of the inbound row; so is the configuration revision, unless a later reading set one.
CREATE TABLE derivation (
  ref INTEGER PRIMARY KEY,
  return_ref INTEGER NOT NULL,
  inbound_ref INTEGER NOT NULL,
  connection_ref INTEGER NOT NULL,
  adapter_version INTEGER NOT NULL,
  config_revision TEXT,
  superseded INTEGER NOT NULL,
  notices TEXT NOT NULL
) STRICT;
CREATE INDEX derivation_of_return ON derivation (return_ref, superseded);
CREATE INDEX derivation_of_inbound ON derivation (inbound_ref);

-- `position` without the event id it ends with.
CREATE TABLE fact (
  return_ref INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  revision INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL,
  announced INTEGER NOT NULL,
  content_digest TEXT NOT NULL,
  position TEXT NOT NULL,
  PRIMARY KEY (return_ref, event_id)
) STRICT, WITHOUT ROWID;

-- `content`: { change, provenance }.
CREATE TABLE event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  return_ref INTEGER NOT NULL,
  connection_ref INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  type TEXT NOT NULL,
  withdrawn INTEGER NOT NULL,
  late INTEGER NOT NULL,
  occurred_at_ms INTEGER,
  received_at_ms INTEGER NOT NULL,
  effective_at_ms INTEGER NOT NULL,
  recorded_at_ms INTEGER NOT NULL,
  replay_of TEXT,
  content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_of_return ON event (return_ref, sequence);
CREATE INDEX event_by_id ON event (event_id);
CREATE INDEX event_by_connection ON event (connection_ref);

-- The outgoing body, packed; shared by the event's deliveries.
CREATE TABLE event_body (
  position INTEGER PRIMARY KEY,
  body BLOB NOT NULL
) STRICT;

-- `reason`, breaker and counts as in the port. `tried_since_ms`: when it was last resumed, or its breaker closed.
-- `left_paused`: it was paused when it left the configuration, and why (empty: no reason); else null.
CREATE TABLE destination (
  ref INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  breaker TEXT NOT NULL,
  failures_in_row INTEGER NOT NULL,
  tried_since_ms INTEGER NOT NULL,
  left_paused TEXT,
  trial_at_ms INTEGER,
  last_success_at_ms INTEGER,
  last_failure_at_ms INTEGER,
  UNIQUE (account, name)
) STRICT;

-- `state`: 0 pending, 1 delivered, 2 exhausted, 3 cancelled (`delivering` is a line's lease, `held` its destination's state).
-- `at_ms`: while pending when it is due, afterwards when it ended. `webhook_id`: null where it is the event's own.
-- `arrived_at_ms`: while a person has it sent again, when it had arrived. `passes`: 0 in its place, 1 past what holds its
-- line for one try, 2 until it ends, because it had ended before.
CREATE TABLE delivery (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  destination_ref INTEGER NOT NULL,
  return_ref INTEGER NOT NULL,
  position INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  state INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  failing_since_ms INTEGER,
  passes INTEGER NOT NULL,
  arrived_at_ms INTEGER,
  webhook_id TEXT,
  requested_by TEXT
) STRICT;
CREATE INDEX delivery_by_destination ON delivery (destination_ref, created_at_ms);
CREATE INDEX delivery_by_state ON delivery (destination_ref, state, created_at_ms) WHERE state <> 1;
CREATE INDEX delivery_of_return ON delivery (return_ref, position);
CREATE INDEX delivery_queue ON delivery (destination_ref, return_ref, sequence) WHERE state = 0;

-- One row per (destination, return) with something to send. While leased, `due_at_ms` is the lease's end, so that a
-- line whose worker died falls due by itself.
CREATE TABLE line (
  destination_ref INTEGER NOT NULL,
  return_ref INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL,
  lease_owner TEXT,
  leased_at_ms INTEGER,
  delivery_ref INTEGER,
  trial INTEGER NOT NULL,
  unordered INTEGER NOT NULL,
  PRIMARY KEY (destination_ref, return_ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_due ON line (destination_ref, due_at_ms);

CREATE TABLE attempt (
  delivery_ref INTEGER NOT NULL,
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  status INTEGER,
  detail TEXT,
  response_head TEXT,
  requested_by TEXT,
  PRIMARY KEY (delivery_ref, number)
) STRICT, WITHOUT ROWID;

-- `account`: empty for the gateway's own.
CREATE TABLE timer (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  due_at_ms INTEGER NOT NULL,
  UNIQUE (account, kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due_at_ms);

-- `digest`: SHA-256 of the token. `roles`, `accounts`: JSON.
CREATE TABLE token (
  id TEXT NOT NULL PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  accounts TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE config_revision (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT,
  path TEXT NOT NULL,
  digest TEXT NOT NULL,
  content TEXT NOT NULL,
  differences TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  effective_from_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX config_revision_by_path ON config_revision (path);

-- `status` null: the request still runs.
CREATE TABLE idempotency_key (
  token_id TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  body_digest TEXT NOT NULL,
  status INTEGER,
  answer TEXT,
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (token_id, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at_ms);
