-- Calls to providers that were counted, per connection and length of span: those of the span that began last. A row of
-- span 0 holds all calls back until `began_at_ms`.
CREATE TABLE call_span (
  account TEXT NOT NULL,
  connection TEXT NOT NULL,
  span_ms INTEGER NOT NULL,
  began_at_ms INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (account, connection, span_ms)
) STRICT, WITHOUT ROWID;
