import type { Database } from 'better-sqlite3';
import type { Trust } from '../../model/fact.ts';
import type { Derivation, LedgerFact, ReturnAlias, ReturnLookup, StoredReturn } from '../store.ts';
import type { Connections } from './connections.ts';
import { mergedFromOf, type ReturnRows, type StoredRow } from './return-rows.ts';
import type { fact } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** A number shared by more returns of an account than this says nothing of any of them. */
const MOST_ATTACHED = 5000;

interface DerivationRow {
  readonly id: string;
  readonly connection: string;
  readonly provider: string;
  readonly received_at_ms: number;
  readonly trust: string;
  readonly secret_index: number | null;
  readonly config_revision: string | null;
  readonly adapter_version: number;
  readonly notices: string;
}

type FactRow = typeof fact.$inferSelect;

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
  const aliases = prepare<{ kind: string; value: string; identifies: number }>(
    client,
    sql`SELECT kind, value, identifies FROM return_alias WHERE return_ref = ${given('return_ref')} ORDER BY kind, value`,
  );
  const derivations = prepare<DerivationRow>(
    client,
    sql`SELECT i.id, c.name AS connection, c.provider, i.received_at_ms, i.trust, i.secret_index,
        coalesce(d.config_revision, i.config_revision) AS config_revision,
        d.adapter_version, d.notices
      FROM derivation d JOIN inbound i ON i.ref = d.inbound_ref JOIN connection c ON c.ref = d.connection_ref
      WHERE d.return_ref = ${given('return_ref')} AND d.superseded = 0 ORDER BY d.ref`,
  );
  const facts = prepare<FactRow>(
    client,
    sql`SELECT * FROM fact WHERE return_ref = ${given('return_ref')} ORDER BY event_id`,
  );

  function load(row: StoredRow): StoredReturn {
    const of = { return_ref: row.ref };
    return {
      id: row.id,
      account: row.account,
      connection: row.connection,
      provider: row.provider,
      version: row.version,
      sequence: row.sequence,
      createdAtMs: row.created_at_ms,
      updatedAtMs: row.updated_at_ms,
      mergedFrom: mergedFromOf(row),
      state: JSON.parse(row.state),
      shopper: row.fields === null ? {} : JSON.parse(row.fields),
      aliases: aliases
        .all(of)
        .map(({ kind, value, identifies }): ReturnAlias => ({ kind, value, identifies: identifies === 1 })),
      derivations: derivations.all(of).map(toDerivation),
      facts: facts.all(of).map(toLedgerFact),
      related: rows.related(row),
    };
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

function toDerivation(row: DerivationRow): Derivation {
  return {
    inboundId: row.id,
    connection: row.connection,
    receivedAtMs: row.received_at_ms,
    adapterId: row.provider,
    adapterVersion: row.adapter_version,
    trust: row.trust as Trust,
    secretIndex: row.secret_index,
    configRevision: row.config_revision,
    notices: JSON.parse(row.notices),
  };
}

function toLedgerFact(row: FactRow): LedgerFact {
  return {
    eventId: row.event_id,
    type: row.type,
    revision: row.revision,
    contentDigest: row.content_digest,
    withdrawn: row.withdrawn === 1,
    announced: row.announced === 1,
    position: longPosition(row.position, row.event_id),
  };
}

/** A fold position usually ends with the event's id, which stands beside it: a trailing `*` stands for it. */
export function shortPosition(position: string, eventId: string): string {
  return position.endsWith(` ${eventId}`) ? `${position.slice(0, -eventId.length)}*` : position;
}

function longPosition(stored: string, eventId: string): string {
  return stored.endsWith(' *') ? `${stored.slice(0, -1)}${eventId}` : stored;
}
