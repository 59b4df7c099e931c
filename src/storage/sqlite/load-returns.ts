import type { Database } from 'better-sqlite3';
import { type AliasStored, type DerivationStored, type FactStored, toStoredReturn } from '../rows/return.ts';
import { MOST_ATTACHED, type ReturnLookup, type StoredReturn } from '../store.ts';
import type { Connections } from './connections.ts';
import type { ReturnRows, StoredRow } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Returns with everything that recording a further telling needs. */
export function createLoadReturns(client: Database, connections: Connections, rows: ReturnRows) {
  const identified = prepare<{ return_ref: number }>(
    client,
    sql`SELECT return_ref FROM return_alias WHERE kind = ${given('kind')} AND value = ${given('value')}
      AND connection_ref = ${given('connection_ref')} AND identifies = 1`,
  );
  const attached = prepare<{ return_ref: number }>(
    client,
    sql`SELECT a.return_ref FROM return_alias a JOIN connection c ON c.ref = a.connection_ref
      WHERE a.kind = ${given('kind')} AND a.value = ${given('value')} AND c.account = ${given('account')}
      LIMIT ${sql.raw(String(MOST_ATTACHED + 1))}`,
  );
  const derivedFrom = prepare<{ return_ref: number }>(
    client,
    sql`SELECT d.return_ref FROM inbound i JOIN derivation d ON d.inbound_ref = i.ref AND d.superseded = 0
      WHERE i.id = ${given('id')}`,
  );
  const aliases = prepare<AliasStored>(
    client,
    sql`SELECT kind, value, identifies FROM return_alias WHERE return_ref = ${given('return_ref')} ORDER BY kind, value`,
  );
  const derivations = prepare<DerivationStored>(
    client,
    sql`SELECT i.id, c.name AS connection, c.provider, i.received_at_ms, i.trust, i.secret_index,
        coalesce(d.config_revision, i.config_revision) AS config_revision,
        d.adapter_version, d.notices
      FROM derivation d JOIN inbound i ON i.ref = d.inbound_ref JOIN connection c ON c.ref = d.connection_ref
      WHERE d.return_ref = ${given('return_ref')} AND d.superseded = 0 ORDER BY d.ref`,
  );
  const facts = prepare<FactStored>(
    client,
    sql`SELECT * FROM fact WHERE return_ref = ${given('return_ref')} ORDER BY event_id`,
  );

  function load(row: StoredRow): StoredReturn {
    const of = { return_ref: row.ref };
    return toStoredReturn(row, {
      aliases: aliases.all(of),
      derivations: derivations.all(of),
      facts: facts.all(of),
      related: rows.related(row),
    });
  }

  return function loadReturns(lookups: readonly ReturnLookup[]): readonly StoredReturn[] {
    const found = new Set<number>();
    for (const { account, connection, identifying, attaching, inboundId } of lookups) {
      for (const connection_ref of connections.refsOf(account, connection)) {
        for (const { kind, value } of identifying) {
          for (const { return_ref } of identified.all({ kind, value, connection_ref })) found.add(return_ref);
        }
      }
      for (const { kind, value } of attaching) {
        const sharing = attached.all({ kind, value, account });
        if (sharing.length > MOST_ATTACHED) continue;
        for (const { return_ref } of sharing) found.add(return_ref);
      }
      for (const { return_ref } of derivedFrom.all({ id: inboundId })) found.add(return_ref);
    }
    return [...found].map(ref => load(rows.byRef(ref)!));
  };
}
