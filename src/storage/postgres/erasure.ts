import { inScope } from '../in-scope.ts';
import { namesEmail } from '../names-email.ts';
import { byDestination, type DeliveryCount } from '../rows/delivery-count.ts';
import { mergedFromOf } from '../rows/return.ts';
import type { ErasureSubject, InboundState, Store } from '../store.ts';
import { clearDeadRows } from './clear-dead-rows.ts';
import type { Database } from './database.ts';
import { DAY_MS, type Partitioned, type Partitions } from './partitions.ts';
import { type InboundKey, lockInbound, removeBytes } from './remove-bytes.ts';
import { KEYS, livingOf, type ReturnKey, returnsByKeys, type StoredRow } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';
import { type UnattributedRow, unattributed } from './unattributed.ts';

/** Rows of one transaction, and returns; a body has a megabyte at most. */
const STEP = 100;

const hasConnections = statement<{ known: boolean }>(
  sql`SELECT EXISTS (SELECT FROM connection WHERE account = ${given('account')}) AS known`,
);
const withEmail = statement<ReturnKey>(
  sql`SELECT account, return_id AS id FROM shopper WHERE account = ${given('account')} AND email_lower = ${given('email')}`,
);
const toldOf = statement<InboundKey & { readonly has_bytes: boolean }>(
  sql`SELECT DISTINCT i.account, i.id, i.received_at_ms, i.bytes_erased_at_ms IS NULL AS has_bytes
    FROM ${KEYS} JOIN derivation d ON d.account = k.account AND d.return_id = k.id
    JOIN inbound i ON i.account = d.account AND i.id = d.inbound_id ORDER BY i.account, i.id`,
);
const toldOfOthers = statement<{ rows: number }>(
  sql`SELECT count(DISTINCT d.inbound_id) AS rows FROM ${KEYS} JOIN derivation d ON d.account = k.account AND d.inbound_id = k.id
    WHERE d.return_id NOT IN (SELECT json_array_elements_text(${given('own')}::json))`,
);
/** An attempt is no older than its delivery, but for a sender whose clock is behind. */
const OF_RETURNS = sql`d.account = k.account AND d.return_id = k.id
  AND a.account = d.account AND a.delivery_id = d.id AND a.started_at_ms >= d.created_at_ms - ${sql.raw(String(DAY_MS))}
  AND a.response_head IS NOT NULL`;
const answersOf = statement<{ answers: number }>(
  sql`SELECT count(*) AS answers FROM ${KEYS}, delivery d, attempt a WHERE ${OF_RETURNS}`,
);
const dropAnswers = statement<{ day: number }>(
  sql`WITH gone AS (
      UPDATE attempt a SET response_head = NULL FROM ${KEYS}, delivery d WHERE ${OF_RETURNS} RETURNING a.started_at_ms)
    SELECT DISTINCT started_at_ms / ${sql.raw(String(DAY_MS))} AS day FROM gone`,
);
const lockReturns = statement<{ merged_into: string | null }>(
  sql`SELECT r.merged_into FROM "return" r JOIN ${KEYS} ON r.account = k.account AND r.id = k.id
    ORDER BY r.account, r.id FOR NO KEY UPDATE OF r`,
);
const dropShoppers = statement(
  sql`DELETE FROM shopper s USING ${KEYS} WHERE s.account = k.account AND s.return_id = k.id`,
);
/** A recording that read the shopper before must not write it back. */
const raiseVersions = statement(
  sql`UPDATE "return" r SET version = version + 1 FROM ${KEYS} WHERE r.account = k.account AND r.id = k.id`,
);
const deliveriesOf = statement<DeliveryCount>(
  sql`SELECT d.destination, d.state, l.delivery_id IS NOT NULL AS leased, count(*) AS deliveries
    FROM ${KEYS} JOIN delivery d ON d.account = k.account AND d.return_id = k.id
    LEFT JOIN line l ON l.account = d.account AND l.destination = d.destination AND l.return_id = d.return_id
      AND l.delivery_id = d.id
    GROUP BY 1, 2, 3`,
);
const queued = statement<{ rows: number }>(
  sql`SELECT count(*) AS rows FROM inbound_queue WHERE account = ${given('account')}`,
);

interface Ended {
  /** Rows that told of the returns and still had bytes. */
  readonly since: readonly InboundKey[];
  readonly erased: number;
  readonly answeredDays: readonly number[];
}

/** Bytes go first and the shopper's row last, because that is what a repetition finds the returns by. */
export function createErasure(database: Database, partitions: Partitions): Store['eraseShopper'] {
  async function find(account: string, subject: ErasureSubject): Promise<readonly StoredRow[]> {
    const keys =
      'email' in subject
        ? await database.all(withEmail, { account, email: subject.email.toLowerCase() })
        : [{ account, id: subject.returnId }];
    const living = await livingOf(database, await returnsByKeys(database, keys));
    const distinct = new Map(living.map(row => [row.id, row]));
    return [...distinct.keys()].sort().map(id => distinct.get(id)!);
  }

  /** In small transactions; answers how many had bytes. */
  async function removeSome(rows: readonly InboundKey[], nowMs: number): Promise<number> {
    let removed = 0;
    for (let from = 0; from < rows.length; from += STEP) {
      const some = rows.slice(from, from + STEP);
      removed += await database.transaction(async tx => removeBytes(tx, await lockInbound(tx, some), nowMs));
    }
    return removed;
  }

  /** The shoppers, what destinations answered, and what was recorded of the returns since they were listed. */
  async function endReturns(rows: readonly StoredRow[], nowMs: number): Promise<Ended> {
    const living = await livingOf(database, await returnsByKeys(database, rows));
    const keys = keysOf(living);
    const ended = await database.transaction(async tx => {
      const locked = await tx.all(lockReturns, { keys });
      if (locked.some(({ merged_into }) => merged_into !== null)) return null;
      const since = (await tx.all(toldOf, { keys })).filter(({ has_bytes }) => has_bytes);
      const erased = await removeBytes(tx, since.length === 0 ? [] : await lockInbound(tx, since), nowMs);
      const answered = await tx.all(dropAnswers, { keys: withMerged(living) });
      await tx.run(dropShoppers, { keys });
      await tx.run(raiseVersions, { keys });
      return { since, erased, answeredDays: answered.map(({ day }) => day) };
    });
    return ended ?? endReturns(living, nowMs); // merged away between looking and locking
  }

  return async (scope, account, subject, { dryRun, nowMs }) => {
    if (!inScope(scope, account) || !(await database.get(hasConnections, { account }))!.known) return null;
    const rows = await find(account, subject);
    if ('returnId' in subject && rows.length === 0) return null;

    const keys = keysOf(rows);
    const all = withMerged(rows);
    const deliveries = byDestination(await database.all(deliveriesOf, { keys: all }));
    const { answers } = (await database.get(answersOf, { keys: all }))!;
    const told = await database.all(toldOf, { keys });
    const erasable = told.filter(({ has_bytes }) => has_bytes);
    const own = rows.map(({ id }) => id);
    const { rows: shared } = (await database.get(toldOfOthers, { keys: erasable, own }))!;
    let erased = dryRun ? erasable.length : await removeSome(erasable, nowMs);

    const toldIds = new Set(told.map(({ id }) => id));
    const naming: UnattributedRow[] = [];
    const others = new Map<InboundState, number>();
    const isNamed = 'email' in subject ? namesEmail(subject.email) : null;
    for await (const some of unattributed(database.reads, partitions, account, { bodies: isNamed !== null })) {
      const unknown = some.filter(({ id }) => !toldIds.has(id));
      const named = unknown.filter(({ body }) => body !== null && isNamed?.(body));
      if (!dryRun) await removeSome(named, nowMs);
      naming.push(...named.map(row => ({ ...row, body: null })));
      for (const row of unknown) if (!named.includes(row)) others.set(row.state, (others.get(row.state) ?? 0) + 1);
    }
    const { rows: received } = (await database.get(queued, { account }))!;
    if (received > 0) others.set('received', received);

    const since: InboundKey[] = [];
    const answeredDays: number[] = [];
    for (let from = 0; !dryRun && from < rows.length; from += STEP) {
      const ended = await endReturns(rows.slice(from, from + STEP), nowMs);
      erased += ended.erased;
      since.push(...ended.since);
      answeredDays.push(...ended.answeredDays);
    }
    const filesCleared =
      !dryRun && (await clearDeadRows(database, await touched([...erasable, ...naming], answeredDays)));

    return {
      returns: rows.map(row => ({ id: row.id, mergedFrom: mergedFromOf(row), hadShopper: row.fields !== null })),
      rows: { erased, goneBefore: told.length - erasable.length, shared },
      naming: naming.map(({ id }) => id),
      unattributed: [...others].map(([state, count]) => ({ state, rows: count })),
      answers,
      deliveries,
      filesCleared,
    };
  };

  /** The tables that have lost something. */
  async function touched(rows: readonly InboundKey[], answeredDays: readonly number[]): Promise<readonly string[]> {
    const days: Readonly<Partial<Record<Partitioned, ReadonlySet<number>>>> = {
      inbound_body: new Set(rows.map(({ received_at_ms }) => Math.floor(received_at_ms / DAY_MS))),
      attempt: new Set(answeredDays),
    };
    const partitioned = (await partitions.list()).filter(({ table, endMs }) => days[table]?.has(endMs / DAY_MS - 1));
    return ['shopper', 'inbound', ...partitioned.map(({ name }) => name)];
  }
}

function keysOf(rows: readonly StoredRow[]): readonly ReturnKey[] {
  return rows.map(({ account, id }) => ({ account, id }));
}

/** Deliveries stay with a return that was merged away. */
function withMerged(rows: readonly StoredRow[]): readonly ReturnKey[] {
  return rows.flatMap(row => [row.id, ...mergedFromOf(row)].map(id => ({ account: row.account, id })));
}
