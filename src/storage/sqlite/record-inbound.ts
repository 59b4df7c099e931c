import { GatewayError } from '../../gateway-error.ts';
import { attachingKey, sameHolders } from '../attaching.ts';
import { type AttachingAlias, type InboundOutcome, MOST_ATTACHED } from '../store.ts';
import { insertInto } from './insert.ts';
import type { Leases } from './leases.ts';
import { attachingAlias } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { CONFLICT } from './write-aliases.ts';
import type { Writer } from './writer.ts';

/** An outcome that may be recorded, checked before anything of its group is written. */
export interface OpenInbound {
  readonly ref: number;
  readonly outcome: InboundOutcome;
  /** It was read before what it attaches to changed, or somebody queued it meanwhile: it has to be read again. */
  readonly outdated: boolean;
}

export interface RecordInbound {
  /** Before the returns of the group are written: what the group itself changes is known to its rows. */
  open(outcome: InboundOutcome): OpenInbound;
  /**
   * `changed`: the aliases that returns of the group gained or lost. A row that still waits for one is read again; one
   * that is recorded is not, so that recording a row never queues the row itself without end. The claim ends once the
   * transaction is committed.
   */
  write(opened: OpenInbound, changed: ReadonlySet<string>, nowMs: number): void;
}

/** Writes what became of the inbound rows of a group. */
export function createRecordInbound(writer: Writer, claims: Leases<number>): RecordInbound {
  const { client } = writer;
  const find = prepare<{ ref: number; account: string; state: string; bytes_erased_at_ms: number | null }>(
    client,
    sql`SELECT i.ref, i.state, i.bytes_erased_at_ms, c.account FROM inbound i JOIN connection c ON c.ref = i.connection_ref
      WHERE i.id = ${given('id')}`,
  );
  const holdersOf = prepare<{ id: string }>(
    client,
    sql`SELECT r.id FROM return_alias a JOIN connection c ON c.ref = a.connection_ref JOIN "return" r ON r.ref = a.return_ref
      WHERE a.kind = ${given('kind')} AND a.value = ${given('value')} AND c.account = ${given('account')}
      LIMIT ${sql.raw(String(MOST_ATTACHED + 1))}`,
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
  const forgetAttaching = prepare(client, sql`DELETE FROM attaching_alias WHERE inbound_ref = ${given('ref')}`);
  const insertAttaching = insertInto(client, attachingAlias);

  function hasOtherHolders(account: string, { kind, value, seen }: AttachingAlias): boolean {
    const holders = holdersOf.all({ kind, value, account }).map(({ id }) => id);
    return !sameHolders(holders.length > MOST_ATTACHED ? [] : holders, seen);
  }

  return {
    open(outcome) {
      const { id, account, owner, attachesBy } = outcome;
      const row = find.get({ id });
      if (row === undefined || row.account !== account) {
        throw new GatewayError('BUG', 'An outcome names an inbound row that is not there.');
      }
      const { ref } = row;
      if (owner !== null && !claims.isOwner(ref, owner)) throw CONFLICT;
      // Read from bytes that were removed meanwhile: an erasure must not be undone by what is still in memory.
      if (row.bytes_erased_at_ms !== null) throw CONFLICT;
      if (owner === null && row.state === 'received') return { ref, outcome, outdated: true };
      return { ref, outcome, outdated: attachesBy.some(alias => hasOtherHolders(account, alias)) };
    },

    write({ ref, outcome, outdated }, changed, nowMs) {
      const { account, state, fingerprint, adapterVersion: version, attachesBy } = outcome;
      const waitsForOwn =
        state === 'waiting' && attachesBy.some(({ kind, value }) => changed.has(attachingKey(account, kind, value)));
      interpret.run({ ref, version, now: nowMs, notices: JSON.stringify(outcome.notices) });
      settle.run({ ref, state: outdated || waitsForOwn ? 'received' : state, fingerprint });
      forgetAttaching.run({ ref });
      const distinct = new Map(attachesBy.map(({ kind, value }) => [`${kind} ${value}`, { kind, value }]));
      for (const { kind, value } of distinct.values()) insertAttaching.run({ kind, value, account, inbound_ref: ref });
    },
  };
}
