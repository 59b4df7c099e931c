-- Runs of retention by age: the last that ended, and the one that is under way (`ended_at_ms` null; `resume`: where it
-- goes on). `removed`: counts as in the port, JSON.
CREATE TABLE retention_run (
  ref INTEGER PRIMARY KEY,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  resume TEXT,
  removed TEXT NOT NULL
) STRICT;
