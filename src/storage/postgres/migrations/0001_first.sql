-- Keys are the ids that the outside knows, led by the account, so that the tables can be spread over machines by it.
-- Keys compare byte by byte (COLLATE "C"), as the program does.
-- Large texts have tables of their own; what changes often (queues, leases) has narrow ones.
-- Bytes, messages and attempts are partitioned by day, so that what retention emptied is dropped as a whole
-- (partitions.ts makes them); `{table}_{yyyymmdd}` holds one day of UTC.

-- Milliseconds on the database's own clock: the one clock that all processes share. Due times and leases count by it.
CREATE FUNCTION retour_now_ms() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint $$;

-- Every (account, connection, provider) ever seen.
CREATE TABLE connection (
  account text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  PRIMARY KEY (account, name, provider)
);

CREATE TABLE inbound (
  account text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  received_at_ms bigint NOT NULL,
  method text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  query text COLLATE "C" NOT NULL,
  headers json NOT NULL,
  body_digest bytea NOT NULL,
  body_bytes integer NOT NULL,
  bytes_erased_at_ms bigint,
  trust text COLLATE "C" NOT NULL,
  secret_index integer,
  config_revision text COLLATE "C",
  variant_of text COLLATE "C",
  fingerprint text COLLATE "C",
  PRIMARY KEY (account, id)
) WITH (fillfactor = 90);
CREATE INDEX inbound_by_connection ON inbound (account, connection, received_at_ms, id);
CREATE INDEX inbound_by_state ON inbound (account, connection, state, received_at_ms, id)
  WHERE state NOT IN ('received', 'recorded');
CREATE INDEX inbound_by_fingerprint ON inbound (account, fingerprint, connection, received_at_ms, id)
  WHERE fingerprint IS NOT NULL;

-- Rows in state `received`, each with the lease of whoever reads it. `lease_until_ms` 0: nobody.
CREATE TABLE inbound_queue (
  account text COLLATE "C" NOT NULL,
  inbound_id text COLLATE "C" NOT NULL,
  received_at_ms bigint NOT NULL,
  lease_owner text COLLATE "C",
  lease_until_ms bigint NOT NULL,
  PRIMARY KEY (account, inbound_id)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.0);
CREATE INDEX inbound_queue_by_receipt ON inbound_queue (received_at_ms, inbound_id);

CREATE TABLE inbound_body (
  account text COLLATE "C" NOT NULL,
  inbound_id text COLLATE "C" NOT NULL,
  received_at_ms bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (account, inbound_id, received_at_ms)
) PARTITION BY RANGE (received_at_ms);

-- What the last interpretation of an inbound row gave.
CREATE TABLE interpretation (
  account text COLLATE "C" NOT NULL,
  inbound_id text COLLATE "C" NOT NULL,
  adapter_version integer NOT NULL,
  interpreted_at_ms bigint NOT NULL,
  notices json NOT NULL,
  PRIMARY KEY (account, inbound_id)
);

-- `key_hash`: 16 bytes of SHA-256 over account, connection and dedupe key; `body_hash`: of the body.
CREATE TABLE dedupe (
  account text COLLATE "C" NOT NULL,
  key_hash bytea NOT NULL,
  body_hash bytea NOT NULL,
  inbound_id text COLLATE "C" NOT NULL,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (account, key_hash, body_hash)
);

CREATE TABLE rejection (
  account text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  received_at_ms bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  detail json NOT NULL,
  PRIMARY KEY (account, connection, received_at_ms, id)
);

-- What a notice of the row attaches to returns by, or would.
CREATE TABLE attaching_alias (
  account text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  inbound_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (account, kind, value, inbound_id)
);
CREATE INDEX attaching_alias_of_inbound ON attaching_alias (account, inbound_id);

CREATE TABLE "return" (
  account text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  sequence integer NOT NULL,
  status text COLLATE "C" NOT NULL,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL,
  merged_into text COLLATE "C",
  merged_from json,
  state json NOT NULL,
  PRIMARY KEY (account, id)
) WITH (fillfactor = 80);
CREATE INDEX return_by_connection ON "return" (account, connection, updated_at_ms, id) WHERE merged_into IS NULL;
CREATE INDEX return_by_status ON "return" (account, connection, status, updated_at_ms, id) WHERE merged_into IS NULL;

CREATE TABLE return_alias (
  account text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  identifies boolean NOT NULL,
  PRIMARY KEY (account, kind, value, connection, return_id)
);
CREATE INDEX return_alias_of_return ON return_alias (account, return_id);
CREATE UNIQUE INDEX return_alias_identifies ON return_alias (account, kind, value, connection) WHERE identifies;

-- The only table with personal data, beside the kept bytes.
CREATE TABLE shopper (
  account text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  email_lower text COLLATE "C",
  fields json NOT NULL,
  PRIMARY KEY (account, return_id)
);
CREATE INDEX shopper_by_email ON shopper (account, email_lower) WHERE email_lower IS NOT NULL;

-- Trust, secret and receipt are those of the inbound row; so is the configuration revision, unless a later reading set one.
CREATE TABLE derivation (
  account text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  number bigint GENERATED ALWAYS AS IDENTITY,
  inbound_id text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  adapter_version integer NOT NULL,
  config_revision text COLLATE "C",
  superseded boolean NOT NULL,
  notices json NOT NULL,
  PRIMARY KEY (account, return_id, number)
);
CREATE INDEX derivation_of_inbound ON derivation (account, inbound_id);

CREATE TABLE fact (
  account text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  revision integer NOT NULL,
  withdrawn boolean NOT NULL,
  announced boolean NOT NULL,
  content_digest text COLLATE "C" NOT NULL,
  position text COLLATE "C" NOT NULL,
  PRIMARY KEY (account, return_id, event_id)
);

-- `position` rises in the order of commits as readers see it (event-position.ts), with gaps.
CREATE SEQUENCE event_position AS bigint;
CREATE TABLE event (
  account text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  provider text COLLATE "C" NOT NULL,
  sequence integer NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  revision integer NOT NULL,
  type text COLLATE "C" NOT NULL,
  withdrawn boolean NOT NULL,
  late boolean NOT NULL,
  occurred_at_ms bigint,
  received_at_ms bigint NOT NULL,
  effective_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  replay_of text COLLATE "C",
  content json NOT NULL,
  PRIMARY KEY (account, position)
);
CREATE UNIQUE INDEX event_of_return ON event (account, return_id, sequence);
CREATE INDEX event_by_id ON event (account, event_id);

-- The outgoing body, packed; shared by the event's deliveries.
CREATE TABLE event_body (
  account text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (account, position, recorded_at_ms)
) PARTITION BY RANGE (recorded_at_ms);

-- `reason`, breaker and counts as in the port. `tried_since_ms`: when it was last resumed, or its breaker closed.
-- `left_paused`: it was paused when it left the configuration, and why (empty: no reason); else null.
CREATE TABLE destination (
  account text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  reason text COLLATE "C",
  breaker text COLLATE "C" NOT NULL,
  failures_in_row integer NOT NULL,
  tried_since_ms bigint NOT NULL,
  left_paused text COLLATE "C",
  trial_at_ms bigint,
  last_success_at_ms bigint,
  last_failure_at_ms bigint,
  PRIMARY KEY (account, name)
) WITH (fillfactor = 50);

-- `state`: 0 pending, 1 delivered, 2 exhausted, 3 cancelled (`delivering` is a line's lease, `held` its destination's state).
-- `at_ms`: while pending when it is due, afterwards when it ended. `webhook_id`: null where it is the event's own.
-- `arrived_at_ms`: while a person has it sent again, when it had arrived. `passes`: 0 in its place, 1 past what holds its
-- line for one try, 2 until it ends, because it had ended before. `created_at_ms` is the event's `recorded_at_ms`.
CREATE TABLE delivery (
  account text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  destination text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  sequence integer NOT NULL,
  state smallint NOT NULL,
  tries integer NOT NULL,
  created_at_ms bigint NOT NULL,
  at_ms bigint NOT NULL,
  failing_since_ms bigint,
  passes smallint NOT NULL,
  arrived_at_ms bigint,
  webhook_id text COLLATE "C",
  requested_by text COLLATE "C",
  PRIMARY KEY (account, id)
) WITH (fillfactor = 80);
CREATE INDEX delivery_by_destination ON delivery (account, destination, created_at_ms, id);
CREATE INDEX delivery_by_state ON delivery (account, destination, state, created_at_ms, id) WHERE state <> 1;
CREATE INDEX delivery_of_return ON delivery (account, return_id, position);
CREATE INDEX delivery_queue ON delivery (account, destination, return_id, sequence) WHERE state = 0;

-- One row per (destination, return) with something to send. While leased, `due_at_ms` is the lease's end, so that a
-- line whose worker died falls due by itself. `lease_mark`: the lease's end on its owner's clock, by which it settles.
CREATE TABLE line (
  account text COLLATE "C" NOT NULL,
  destination text COLLATE "C" NOT NULL,
  return_id text COLLATE "C" NOT NULL,
  due_at_ms bigint NOT NULL,
  lease_owner text COLLATE "C",
  leased_at_ms bigint,
  lease_mark bigint,
  delivery_id text COLLATE "C",
  trial boolean NOT NULL,
  unordered boolean NOT NULL,
  PRIMARY KEY (account, destination, return_id)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.0);
CREATE INDEX line_due ON line (account, destination, due_at_ms);

CREATE TABLE attempt (
  account text COLLATE "C" NOT NULL,
  delivery_id text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  id text COLLATE "C" NOT NULL,
  started_at_ms bigint NOT NULL,
  duration_ms integer NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  status integer,
  detail text COLLATE "C",
  response_head text COLLATE "C",
  requested_by text COLLATE "C",
  PRIMARY KEY (account, delivery_id, number, started_at_ms)
) PARTITION BY RANGE (started_at_ms);

-- `account`: empty for the gateway's own. `lease_until_ms` 0: nobody has it.
CREATE TABLE timer (
  account text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  due_at_ms bigint NOT NULL,
  lease_owner text COLLATE "C",
  lease_until_ms bigint NOT NULL,
  PRIMARY KEY (account, kind, subject)
);
CREATE INDEX timer_due ON timer (due_at_ms, id);
CREATE INDEX timer_by_id ON timer (id);

-- `digest`: SHA-256 of the token. `roles`, `accounts`: JSON.
CREATE TABLE token (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  digest bytea NOT NULL UNIQUE,
  name text COLLATE "C" NOT NULL,
  roles json NOT NULL,
  accounts json NOT NULL,
  created_at_ms bigint NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  revoked_at_ms bigint
);

CREATE TABLE config_revision (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  account text COLLATE "C",
  path text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  content json NOT NULL,
  differences json NOT NULL,
  author text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  effective_from_ms bigint NOT NULL,
  created_at_ms bigint NOT NULL
);
CREATE INDEX config_revision_by_path ON config_revision (path, number);

-- `status` null: the request still runs, until `running_until_ms` at most.
CREATE TABLE idempotency_key (
  token_id text COLLATE "C" NOT NULL,
  route text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  body_digest text COLLATE "C" NOT NULL,
  status integer,
  answer text COLLATE "C",
  running_until_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (token_id, route, key)
);
CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at_ms);

CREATE TABLE retention_run (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  started_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  resume json,
  removed json NOT NULL
);
