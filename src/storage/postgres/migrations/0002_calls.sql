-- Calls to providers that were counted, per connection and length of span: those of the span that began last. A row of
-- span 0 holds all calls back until began_at_ms.
CREATE TABLE call_span (
  account text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL,
  span_ms bigint NOT NULL,
  began_at_ms bigint NOT NULL,
  calls integer NOT NULL,
  PRIMARY KEY (account, connection, span_ms)
) WITH (fillfactor = 50);
