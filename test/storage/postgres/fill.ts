import { DAY, T0 } from '../../conformance/store-kit/rows.ts';

/** Three accounts with twenty connections and destinations each; one connection and one destination have half of all rows. */
export const FILL = `
  CREATE FUNCTION place_of(i bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN i % 2 = 0 THEN 0 ELSE i / 3 % 20 END $$;
  CREATE FUNCTION account_of(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'acct_' || CASE WHEN i % 2 = 0 THEN 0 ELSE i % 3 END $$;
  CREATE FUNCTION connection_of(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'conn_' || place_of(i) $$;
  CREATE FUNCTION provider_of(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'prov_' || place_of(i) % 2 $$;
  CREATE FUNCTION id_of(kind text, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT kind || lpad(i::text, 6, '0') $$;
  INSERT INTO connection SELECT DISTINCT account_of(i), connection_of(i), provider_of(i) FROM generate_series(1, 200) i;
  INSERT INTO "return" SELECT account_of(i), id_of('ret_', i), connection_of(i), provider_of(i), 1, 1,
    CASE WHEN i % 97 = 0 THEN 'completed' ELSE 'requested' END, ${T0} + i, ${T0} + i, NULL, NULL, '{}' FROM generate_series(1, 30000) i;
  INSERT INTO return_alias SELECT account_of(i), 'order', 'MK-' || i / 18, connection_of(i), id_of('ret_', i), false FROM generate_series(1, 30000) i;
  INSERT INTO return_alias SELECT account_of(i), 'rma', 'RA', connection_of(i), id_of('ret_', i), false FROM generate_series(1, 30000) i WHERE place_of(i) < 3;
  INSERT INTO return_alias SELECT account_of(i), 'tracking', '1Z' || i, connection_of(i), id_of('ret_', i), false FROM generate_series(1, 30000) i;
  INSERT INTO return_alias SELECT account_of(i), 'return', 'r' || i, connection_of(i), id_of('ret_', i), true FROM generate_series(1, 30000) i;
  INSERT INTO shopper SELECT account_of(i), id_of('ret_', i), 'jo' || i / 30 || '@example.com', '{}' FROM generate_series(1, 30000) i;
  INSERT INTO inbound (account, id, connection, provider, state, source, received_at_ms, method, path, query, headers, body_digest, body_bytes, trust, fingerprint)
    SELECT account_of(i), id_of('inb_', i), connection_of(i), 'p', CASE WHEN i % 50 = 0 THEN 'failed' WHEN i > 25000 THEN 'received' ELSE 'recorded' END,
    'webhook', ${T0} + i, 'POST', '/', '', '{}', '', 0, 'signed', CASE WHEN i % 50 = 0 THEN 'f' || i % 3 END FROM generate_series(1, 30000) i;
  INSERT INTO inbound_body SELECT account, id, received_at_ms, '' FROM inbound;
  INSERT INTO inbound_queue SELECT account, id, received_at_ms, NULL, 0 FROM inbound WHERE state = 'received';
  INSERT INTO interpretation SELECT account, id, 1, received_at_ms, '[]' FROM inbound WHERE state <> 'received';
  INSERT INTO derivation (account, return_id, inbound_id, connection, provider, adapter_version, superseded, notices)
    SELECT account_of(i), id_of('ret_', i), id_of('inb_', i), connection_of(i), 'p', 1, false, '[]' FROM generate_series(1, 30000) i;
  INSERT INTO rejection SELECT account_of(i), connection_of(i), ${T0} + i, id_of('rej_', i), '{}' FROM generate_series(1, 20000) i;
  INSERT INTO finding SELECT account_of(i), id_of('fnd_', i), connection_of(i), CASE WHEN i % 5 = 0 THEN 'new_code' ELSE 'new_field' END, 's' || i,
    ${T0} + i, ${T0} + i, 1, '{}', CASE WHEN i % 50 = 0 THEN NULL ELSE ${T0} + i END FROM generate_series(1, 20000) i;
  INSERT INTO shape SELECT account_of(i), connection_of(i), 't' || i, 1, '{}' FROM generate_series(1, 5000) i;
  INSERT INTO event SELECT account_of(i), nextval('event_position'), id_of('ret_', i), connection_of(i), 'p', 1, id_of('evt_', i), 1, 't',
    false, false, NULL, 0, 0, ${T0}, NULL, '{}' FROM generate_series(1, 30000) i;
  INSERT INTO destination SELECT DISTINCT account_of(i), 'dest_' || place_of(i), 'active', NULL, 'closed', 0, 0 FROM generate_series(1, 200) i;
  INSERT INTO delivery SELECT account_of(i), id_of('dlv_', i), 'dest_' || place_of(i), id_of('ret_', i), i, 1, CASE WHEN i % 50 = 0 THEN 2 WHEN i % 9 = 0 THEN 0 ELSE 1 END,
    1, ${T0} + i, ${T0} + i, NULL, 0 FROM generate_series(1, 30000) i;
  INSERT INTO attempt SELECT account_of(i), id_of('dlv_', i), 1, id_of('att_', i), ${T0} + i, 1, 'delivered' FROM generate_series(1, 30000) i;
  INSERT INTO line SELECT account, destination, return_id, at_ms, NULL, NULL, NULL, NULL, false, false FROM delivery WHERE state = 0;
  INSERT INTO event_body SELECT account, position, recorded_at_ms, '' FROM event;
  INSERT INTO attaching_alias SELECT account_of(i), 'tracking', '2Z' || i, id_of('inb_', i) FROM generate_series(1, 10000) i;
  INSERT INTO fact SELECT account_of(i), id_of('ret_', i), id_of('evt_', i), 't', 1, false, true, 'd', 'p' FROM generate_series(1, 30000) i;
  INSERT INTO dedupe SELECT account_of(i), sha256(i::text::bytea), sha256(i::text::bytea), id_of('inb_', i), ${T0 + DAY} FROM generate_series(1, 30000) i;
  INSERT INTO timer SELECT account_of(i), 'poll', 's' || i, id_of('tmr_', i), ${T0} + i, NULL, 0 FROM generate_series(1, 10000) i;
  INSERT INTO idempotency_key SELECT 'tok', 'r', 'k' || i, 'd', 200, '', 0, ${T0 + DAY} FROM generate_series(1, 10000) i;
  ANALYZE`;
