import { GatewayError } from '../../gateway-error.ts';
import type { InboundOutcome } from '../store.ts';
import { type InboundClaims, waitingKey } from './inbound-claims.ts';
import { insertInto } from './insert.ts';
import { waitingAlias } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { CONFLICT } from './write-aliases.ts';
import type { Writer } from './writer.ts';

/** Writes what became of one inbound row, and answers its number; the claim ends once the transaction is committed. */
export function createRecordInbound(writer: Writer, claims: InboundClaims) {
  const { client } = writer;
  const find = prepare<{ ref: number; account: string; bytes_erased_at_ms: number | null }>(
    client,
    sql`SELECT i.ref, i.bytes_erased_at_ms, c.account FROM inbound i JOIN connection c ON c.ref = i.connection_ref WHERE i.id = ${given('id')}`,
  );
  const settle = prepare(
    client,
    sql`UPDATE inbound SET state = ${given('state')}, fingerprint = ${given('fingerprint')} WHERE ref = ${given('ref')}`,
  );
  const interpret = prepare(
    client,
    sql`INSERT INTO interpretation (inbound_ref, adapter_version, interpreted_at_ms, notices)
      VALUES (${given('ref')}, ${given('version')}, ${given('now')}, ${given('notices')})
      ON CONFLICT (inbound_ref) DO UPDATE SET adapter_version = excluded.adapter_version,
        interpreted_at_ms = excluded.interpreted_at_ms, notices = excluded.notices`,
  );
  const stopWaiting = prepare(client, sql`DELETE FROM waiting_alias WHERE inbound_ref = ${given('ref')}`);
  const insertWaiting = insertInto(client, waitingAlias);

  return function recordInbound(outcome: InboundOutcome, nowMs: number): number {
    const { id, account, owner, waitingFor } = outcome;
    const row = find.get({ id });
    if (row === undefined || row.account !== account) {
      throw new GatewayError('BUG', 'An outcome names an inbound row that is not there.');
    }
    const { ref } = row;
    if (owner !== null && !claims.isOwner(ref, owner)) throw CONFLICT;
    // Read from bytes that were removed meanwhile: an erasure must not be undone by what is still in memory.
    if (row.bytes_erased_at_ms !== null) throw CONFLICT;
    const version = outcome.adapterVersion;
    interpret.run({ ref, version, now: nowMs, notices: JSON.stringify(outcome.notices) });
    stopWaiting.run({ ref });
    const missed = waitingFor.some(({ kind, value }) => claims.gainedSinceClaim(ref, waitingKey(account, kind, value)));
    settle.run({ ref, state: missed ? 'received' : outcome.state, fingerprint: outcome.fingerprint });
    if (!missed) {
      const distinct = new Map(waitingFor.map(({ kind, value }) => [`${kind} ${value}`, { kind, value }]));
      for (const { kind, value } of distinct.values()) insertWaiting.run({ kind, value, account, inbound_ref: ref });
    }
    return ref;
  };
}
