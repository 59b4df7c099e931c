import { createHash } from 'node:crypto';
import { attachingKey } from '../attaching.ts';
import type { RecordGroup, ReturnWrite } from '../store.ts';
import { MOST_ATTACHED } from '../store.ts';
import type { Session } from './database.ts';
import { takeEventLock } from './event-position.ts';
import { KEYS, RETURN_COLUMNS, type StoredRow } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, sorted, statement } from './statement.ts';

export interface AliasRow {
  readonly account: string;
  readonly kind: string;
  readonly value: string;
  readonly connection: string;
  readonly return_id: string;
  readonly identifies: boolean;
}

export interface InboundSource {
  readonly account: string;
  readonly id: string;
  readonly state: string;
  readonly received_at_ms: number;
  readonly bytes_erased_at_ms: number | null;
  readonly trust: string;
  readonly secret_index: number | null;
  readonly config_revision: string | null;
}

/** What a batch of groups is judged by, locked until it is committed, so that it stays so. */
export interface RecordState {
  /** On the database's clock. */
  readonly nowMs: number;
  /** By `keyOf`. */
  readonly returns: ReadonlyMap<string, StoredRow>;
  /** Of each return, by `keyOf`. */
  readonly aliases: ReadonlyMap<string, readonly AliasRow[]>;
  /** Returns that have an alias which the batch changes or attaches by, by `attachingKey`. */
  readonly holders: ReadonlyMap<string, readonly AliasRow[]>;
  /** By `keyOf`. */
  readonly inbound: ReadonlyMap<string, InboundSource>;
  /** Who holds the claim of each queued row, by `keyOf`; absent: it is not queued. */
  readonly claims: ReadonlyMap<string, string | null>;
}

/** More changed aliases than this take the one lock of their account instead of a lock each: the server's lock table is finite. */
const MOST_LOCKS = 500;

const lockReturns = statement<StoredRow>(
  sql`SELECT ${RETURN_COLUMNS} JOIN ${KEYS} ON r.account = k.account AND r.id = k.id
    ORDER BY r.account, r.id FOR NO KEY UPDATE OF r`,
);
const aliasesOf = statement<AliasRow>(
  sql`SELECT a.account, a.kind, a.value, a.connection, a.return_id, a.identifies FROM return_alias a
    JOIN ${KEYS} ON a.account = k.account AND a.return_id = k.id`,
);
/** In the order they are given. */
const lockAliases = statement<{ taken: string }>(
  sql`SELECT (CASE WHEN l.alone THEN pg_advisory_xact_lock(l.key)::text ELSE pg_advisory_xact_lock_shared(l.key)::text END) AS taken
    FROM json_to_recordset(${given('locks')}::json) AS l(key bigint, alone boolean)`,
);
const holdersOf = statement<AliasRow>(
  sql`SELECT a.* FROM json_to_recordset(${given('keys')}::json) AS k(account text, kind text, value text)
    CROSS JOIN LATERAL (
      SELECT account, kind, value, connection, return_id, identifies FROM return_alias
      WHERE account = k.account AND kind = k.kind AND value = k.value LIMIT ${sql.raw(String(MOST_ATTACHED + 1))}) a`,
);
const lockQueue = statement<{ account: string; inbound_id: string; lease_owner: string | null }>(
  sql`SELECT q.account, q.inbound_id, q.lease_owner FROM inbound_queue q
    JOIN ${KEYS} ON q.account = k.account AND q.inbound_id = k.id ORDER BY q.account, q.inbound_id FOR UPDATE OF q`,
);
const lockInbound = statement<InboundSource>(
  sql`SELECT i.account, i.id, i.state, i.received_at_ms, i.bytes_erased_at_ms, i.trust, i.secret_index, i.config_revision
    FROM inbound i JOIN ${KEYS} ON i.account = k.account AND i.id = k.id ORDER BY i.account, i.id FOR NO KEY UPDATE OF i`,
);

export function keyOf({ account, id }: { readonly account: string; readonly id: string }): string {
  return `${account} ${id}`;
}

/**
 * Locks and reads what a batch is judged by. Returns first, then the aliases that change or are attached by, then the
 * rows: in this order everywhere, and each sorted, so that two batches wait for one another but never in a circle.
 *
 * The locks on aliases close the one gap that versions leave open: a row that attaches by a number while another
 * process gives this number to a return. One of the two comes second, and sees what the first has written.
 */
export async function lockState(tx: Session, groups: readonly RecordGroup[]): Promise<RecordState> {
  const writes = groups.flatMap(group => group.returns);
  const returnKeys = writes.flatMap(({ account, id, absorbs }) => [
    { account, id },
    ...absorbs.map(absorbed => ({ account, id: absorbed.id })),
  ]);
  const rows = returnKeys.length === 0 ? [] : await tx.all(lockReturns, { keys: returnKeys });
  const known = rows.map(({ account, id }) => ({ account, id }));
  const aliasRows = known.length === 0 ? [] : await tx.all(aliasesOf, { keys: known });
  const aliases = Map.groupBy(aliasRows, ({ account, return_id: id }) => keyOf({ account, id }));

  const concerned = concernedAliases(groups, aliases);
  let holderRows: readonly AliasRow[] = [];
  if (concerned.size > 0) {
    await tx.all(lockAliases, { locks: locksFor([...concerned.values()]) });
    holderRows = await tx.all(holdersOf, { keys: [...concerned.values()] });
  }

  const inboundKeys = inboundOf(groups);
  const queued = inboundKeys.length === 0 ? [] : await tx.all(lockQueue, { keys: inboundKeys });
  const inbound = inboundKeys.length === 0 ? [] : await tx.all(lockInbound, { keys: inboundKeys });
  const { now_ms: nowMs } = (await tx.get(takeEventLock))!;
  return {
    nowMs,
    returns: new Map(rows.map(row => [keyOf(row), row])),
    aliases,
    holders: Map.groupBy(holderRows, ({ account, kind, value }) => attachingKey(account, kind, value)),
    inbound: new Map(inbound.map(row => [keyOf(row), row])),
    claims: new Map(queued.map(({ account, inbound_id: id, lease_owner }) => [keyOf({ account, id }), lease_owner])),
  };
}

export interface AliasKey {
  readonly account: string;
  readonly kind: string;
  readonly value: string;
}

/** What the batch gives, takes or attaches by. */
function concernedAliases(
  groups: readonly RecordGroup[],
  aliases: ReadonlyMap<string, readonly AliasRow[]>,
): ReadonlyMap<string, AliasKey> {
  const concerned = new Map<string, AliasKey>();
  const add = ({ account, kind, value }: AliasKey) =>
    concerned.set(attachingKey(account, kind, value), { account, kind, value });
  for (const { inbound, returns } of groups) {
    for (const { account, attachesBy } of inbound) for (const alias of attachesBy) add({ account, ...alias });
    for (const write of returns) {
      const { gained, lost } = aliasChanges(write, aliases.get(keyOf(write)) ?? []);
      for (const alias of gained) add({ account: write.account, ...alias });
      for (const alias of lost) add(alias);
      for (const absorbed of write.absorbs) {
        for (const alias of aliases.get(keyOf({ account: write.account, id: absorbed.id })) ?? []) add(alias);
      }
    }
  }
  return concerned;
}

/** `gained`: also what identifies from now on, or no longer does. `lost`: rows that go, those included. */
export function aliasChanges(
  write: ReturnWrite,
  before: readonly AliasRow[],
): { readonly gained: ReturnWrite['aliases']; readonly lost: readonly AliasRow[] } {
  const wordOf = ({ kind, value }: { readonly kind: string; readonly value: string }) => `${kind} ${value}`;
  const old = new Map(before.map(alias => [wordOf(alias), alias]));
  const kept = new Set<string>();
  const gained: ReturnWrite['aliases'][number][] = [];
  for (const alias of new Map(write.aliases.map(each => [wordOf(each), each])).values()) {
    if (old.get(wordOf(alias))?.identifies === alias.identifies) kept.add(wordOf(alias));
    else gained.push(alias);
  }
  return { gained, lost: before.filter(alias => !kept.has(wordOf(alias))) };
}

/** Numbers of advisory locks: shared ones of the accounts first, then each alias; or the accounts alone, for many. */
function locksFor(keys: readonly AliasKey[]): readonly { readonly key: string; readonly alone: boolean }[] {
  const accounts = [...new Set(keys.map(({ account }) => account))];
  const isMany = keys.length > MOST_LOCKS;
  const ofAccounts = sorted(
    accounts.map(account => lockNumber(`aliases ${account}`)),
    number => number,
  );
  const ofAliases = isMany
    ? []
    : sorted(
        [...new Set(keys.map(({ account, kind, value }) => lockNumber(`alias ${attachingKey(account, kind, value)}`)))],
        number => number,
      );
  return [
    ...ofAccounts.map(number => ({ key: String(number), alone: isMany })),
    ...ofAliases.map(number => ({ key: String(number), alone: true })),
  ];
}

/** Two names with one number only wait for each other. Negative ones, apart from the locks with a meaning of their own. */
function lockNumber(name: string): bigint {
  const digest = createHash('sha256').update(name).digest();
  return -(digest.readBigUInt64BE() >> 1n) - 1n;
}

function inboundOf(groups: readonly RecordGroup[]): readonly { readonly account: string; readonly id: string }[] {
  const keys = new Map<string, { account: string; id: string }>();
  const add = (account: string, id: string) => keys.set(keyOf({ account, id }), { account, id });
  for (const { inbound, returns } of groups) {
    for (const { account, id } of inbound) add(account, id);
    for (const { account, derivations } of returns) for (const { inboundId } of derivations) add(account, inboundId);
  }
  return [...keys.values()];
}
