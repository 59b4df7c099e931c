import { TRIAL_EVERY_MS } from '../breaker.ts';
import { DELIVERED, EXHAUSTED, IN_ORDER, PASSES_ONCE, PENDING } from '../delivery-state.ts';
import type { Settlement, Store } from '../store.ts';
import { addAttempts } from './attempts.ts';
import type { ClaimedAccounts } from './claimed-accounts.ts';
import type { Database, Session } from './database.ts';
import {
  destinationKey,
  destinationsOf,
  isChanged,
  judge,
  lockDestinations,
  nameOf,
  trialsAgain,
  verdictsOf,
  writeDestinations,
} from './judge-destinations.ts';
import { freeLine, type LineKey, nextOfLines, writeLines } from './line.ts';
import type { Partitions } from './partitions.ts';
import { KEYS, type ReturnKey } from './return-rows.ts';
import { delivery } from './schema.ts';
import { sql } from './sql.ts';
import { given, literal, rowsOf, sorted, statement } from './statement.ts';

/** A claim that is still its owner's, its line locked. */
interface HeldRow extends LineKey {
  /** Of what it was asked by. */
  readonly number: number;
  readonly delivery_id: string;
  readonly trial: boolean;
  readonly unordered: boolean;
  readonly arrived_at_ms: number | null;
}

interface Held {
  readonly row: HeldRow;
  readonly settlement: Settlement;
}

/** `mark` null: any claim of this owner. */
const hold = statement<HeldRow>(
  sql`SELECT r.number, l.account, l.destination, l.return_id, l.delivery_id, l.trial, l.unordered, d.arrived_at_ms
    FROM json_to_recordset(${given('rows')}::json) AS r(number integer, account text, id text, owner text, mark bigint)
    JOIN delivery d ON d.account = r.account AND d.id = r.id
    JOIN line l ON l.account = d.account AND l.destination = d.destination AND l.return_id = d.return_id
    WHERE l.delivery_id = r.id AND l.lease_owner = r.owner AND (r.mark IS NULL OR l.lease_mark = r.mark)
    ORDER BY l.account, l.destination, l.return_id FOR UPDATE OF l`,
);
const finish = statement(
  sql`UPDATE delivery d SET state = r.state, at_ms = r.at_ms, arrived_at_ms = NULL, requested_by = NULL,
      failing_since_ms = CASE WHEN r.state = ${literal(PENDING)} THEN coalesce(d.failing_since_ms, r.failing_since_ms) END,
      passes = CASE WHEN r.state = ${literal(PENDING)} AND d.passes <> ${literal(PASSES_ONCE)} THEN d.passes ELSE ${literal(IN_ORDER)} END
    FROM ${rowsOf(delivery)} r WHERE d.account = r.account AND d.id = r.id`,
);
const giveBackTries = statement(
  sql`UPDATE delivery d SET tries = d.tries - 1 FROM ${KEYS} WHERE d.account = k.account AND d.id = k.id AND d.tries > 0`,
);

/**
 * What became of claimed deliveries: attempts, states, lines, breakers. A batch locks the destinations that it changes,
 * then its lines; a destination that is well (breaker closed, no failure before) is changed by nothing but failures,
 * so nearly every batch takes no lock that another process's batch for the same destination waits for.
 */
export function createSettle(
  database: Database,
  partitions: Pick<Partitions, 'ensure'>,
  accounts: ClaimedAccounts,
): Pick<Store, 'settleDeliveries' | 'handBackLines'> {
  async function settleTogether(
    tx: Session,
    settlements: readonly Settlement[],
    keys: readonly ReturnKey[],
    ownNowMs: number,
  ): Promise<readonly boolean[]> {
    const concerned = await tx.all(destinationsOf, { keys });
    const nowMs = concerned[0]?.now_ms;
    if (nowMs === undefined) return settlements.map(() => false);
    const destinationOf = new Map(concerned.map(row => [row.delivery_id, destinationKey(row)]));
    const verdicts = verdictsOf(settlements, ({ deliveryId }) => destinationOf.get(deliveryId));
    const before = new Map(concerned.map(row => [destinationKey(row), row]));
    const changing = [...before.values()].filter(row => isChanged(row, judge(row, verdicts, nowMs)));
    const locked = changing.length === 0 ? [] : await tx.all(lockDestinations, { rows: changing.map(nameOf) });

    const rows = settlements.map(({ deliveryId: id, owner, leaseUntilMs: mark }) => ({ id, owner, mark }));
    const held = (await holdLines(tx, keys, rows)).map((row): Held => ({ row, settlement: settlements[row.number]! }));
    if (held.length > 0) {
      await addAttempts(
        tx,
        held.map(({ row: { account, delivery_id }, settlement: { attempt } }) => ({
          account,
          deliveryId: delivery_id,
          attempt: { ...attempt, startedAtMs: nowMs - (ownNowMs - attempt.startedAtMs) },
        })),
      );
      await writeOutcomes(tx, held, nowMs, ownNowMs);
      const counted = verdictsOf(
        held.map(({ settlement }) => settlement),
        ({ deliveryId }) => destinationOf.get(deliveryId),
      );
      await writeDestinations(tx, { before, locked, counted, nowMs });
    }
    const kept = new Set(held.map(({ row }) => row.number));
    return settlements.map((_, index) => kept.has(index));
  }

  async function writeOutcomes(tx: Session, held: readonly Held[], nowMs: number, ownNowMs: number): Promise<void> {
    // Neither counted nor given up: the destination was tried, not the message. Another line has the next trial.
    const failedTrials = held.filter(({ row, settlement }) => row.trial && settlement.next.state !== 'delivered');
    const settled = held.filter(each => !failedTrials.includes(each));
    if (settled.length > 0) {
      await tx.run(finish, { rows: settled.map(each => outcomeOf(each, nowMs, ownNowMs)) });
    }
    await moveOn(tx, settled, nowMs, failedTrials);
  }

  async function moveOn(
    tx: Session,
    held: readonly { readonly row: HeldRow }[],
    nowMs: number,
    failedTrials: readonly Held[] = [],
  ): Promise<void> {
    const lines = held.map(({ row }) => ({
      ...row,
      ordering: row.unordered ? ('none' as const) : ('per_return' as const),
    }));
    const nexts = lines.length === 0 ? [] : await nextOfLines(tx, lines, nowMs);
    const free = nexts.flatMap((next, index) => (next === null ? [] : [freeLine(lines[index]!, next.dueAtMs)]));
    const later = failedTrials.map(({ row }) => freeLine(row, nowMs + TRIAL_EVERY_MS));
    await writeLines(
      tx,
      [...free, ...later],
      lines.filter((_, index) => nexts[index] === null),
    );
  }

  async function handBackTogether(tx: Session, owner: string, ids: readonly string[], keys: readonly ReturnKey[]) {
    const concerned = await tx.all(destinationsOf, { keys });
    const nowMs = concerned[0]?.now_ms;
    if (nowMs === undefined) return;
    const open = [...new Map(concerned.map(row => [destinationKey(row), row])).values()].filter(
      ({ breaker }) => breaker === 'half_open',
    );
    if (open.length > 0) await tx.all(lockDestinations, { rows: open.map(nameOf) });
    const held = await holdLines(
      tx,
      keys,
      ids.map(id => ({ id, owner, mark: undefined })),
    );
    const mayTryAgain = new Set(open.map(destinationKey));
    const trials = held.filter(row => row.trial && mayTryAgain.has(`${row.account} ${row.destination}`));
    const tries = held.filter(row => !row.trial);
    if (trials.length > 0) {
      await tx.run(trialsAgain, {
        rows: trials.map(({ account, destination: name }) => ({ account, name })),
        now: nowMs,
      });
    }
    if (tries.length > 0) {
      await tx.run(giveBackTries, { keys: tries.map(({ account, delivery_id: id }) => ({ account, id })) });
    }
    await moveOn(
      tx,
      held.map(row => ({ row })),
      nowMs,
    );
  }

  return {
    settleDeliveries: database.operation(async (settlements, nowMs) => {
      if (settlements.length === 0) return [];
      const keys = await accounts.keysOf(
        database,
        settlements.map(({ deliveryId }) => deliveryId),
      );
      // They are written by the database's clock; where that makes it another day, the transaction is tried again.
      await partitions.ensure(settlements.map(({ attempt }) => attempt.startedAtMs));
      return database.transaction(tx => settleTogether(tx, settlements, keys, nowMs));
    }),

    handBackLines: database.operation(async (owner, deliveryIds) => {
      if (deliveryIds.length === 0) return;
      const keys = await accounts.keysOf(database, deliveryIds);
      await database.transaction(tx => handBackTogether(tx, owner, deliveryIds, keys));
    }),
  };
}

/** Locks the lines whose claims are still as told. Of two that name one line, the first counts, as if it was settled alone. */
async function holdLines(
  tx: Session,
  keys: readonly ReturnKey[],
  claims: readonly { readonly id: string; readonly owner: string; readonly mark: number | undefined }[],
): Promise<readonly HeldRow[]> {
  const accountOf = new Map(keys.map(({ account, id }) => [id, account]));
  const rows = claims.map((each, index) => ({ number: index, account: accountOf.get(each.id), ...each }));
  const held = new Map<string, HeldRow>();
  for (const row of sorted(await tx.all(hold, { rows }), each => each.number)) {
    if (!held.has(row.delivery_id)) held.set(row.delivery_id, row);
  }
  return [...held.values()];
}

function outcomeOf({ row, settlement: { next } }: Held, nowMs: number, ownNowMs: number) {
  const { account, delivery_id: id, arrived_at_ms: arrivedAtMs } = row;
  const key = { account, id };
  if (next.state === 'delivered') return { ...key, state: DELIVERED, at_ms: nowMs };
  if (arrivedAtMs !== null) return { ...key, state: DELIVERED, at_ms: arrivedAtMs };
  if (next.state === 'exhausted') return { ...key, state: EXHAUSTED, at_ms: nowMs };
  return { ...key, state: PENDING, at_ms: nowMs + (next.dueAtMs - ownNowMs), failing_since_ms: nowMs };
}
