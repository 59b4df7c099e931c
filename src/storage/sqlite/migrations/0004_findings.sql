-- What a person should look at, one row per account, connection, kind and subject; the id follows from these.
CREATE TABLE finding (
  ref INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  first_seen_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL,
  count INTEGER NOT NULL,
  detail TEXT NOT NULL,
  closed_at_ms INTEGER
) STRICT;
CREATE INDEX finding_by_connection ON finding (account, connection, last_seen_at_ms);
CREATE INDEX finding_open ON finding (account, connection, last_seen_at_ms) WHERE closed_at_ms IS NULL;
CREATE INDEX finding_by_kind ON finding (account, connection, kind, last_seen_at_ms);
