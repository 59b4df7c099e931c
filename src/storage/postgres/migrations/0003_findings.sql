-- What a person should look at, one row per account, connection, kind and subject; the id follows from these.
CREATE TABLE finding (
  account text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  first_seen_at_ms bigint NOT NULL,
  last_seen_at_ms bigint NOT NULL,
  count bigint NOT NULL,
  detail json NOT NULL,
  closed_at_ms bigint,
  PRIMARY KEY (account, id)
);
CREATE INDEX finding_by_connection ON finding (account, connection, last_seen_at_ms, id);
CREATE INDEX finding_open ON finding (account, connection, last_seen_at_ms, id) WHERE closed_at_ms IS NULL;
CREATE INDEX finding_by_kind ON finding (account, connection, kind, last_seen_at_ms, id);
