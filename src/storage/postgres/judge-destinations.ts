import { judgeDestination } from '../judge-destination.ts';
import type { DestinationStored } from '../rows/destination.ts';
import type { Settlement } from '../store.ts';
import type { Session } from './database.ts';
import { KEYS } from './return-rows.ts';
import { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, rowsOf, statement } from './statement.ts';

/** What a batch says of each destination, by `destinationKey`. */
export type Verdicts = ReadonlyMap<string, readonly Settlement['verdict'][]>;

/** How old a success may be shown: a busy destination's row is not written with every batch of every process. */
const SUCCESS_FRESH_MS = 1000;

const DESTINATION = sql`t.account, t.name, t.state, t.reason, t.breaker, t.failures_in_row, t.tried_since_ms, t.trial_at_ms,
  t.last_success_at_ms, t.last_failure_at_ms`;
/** The destination of each delivery, unlocked. */
export const destinationsOf = statement<DestinationStored & { delivery_id: string; now_ms: number }>(
  // LIMIT keeps each delivery looked up by its key; joined freely, all deliveries of a destination were read instead.
  sql`SELECT d.id AS delivery_id, ${DESTINATION}, retour_now_ms() AS now_ms FROM ${KEYS}
    CROSS JOIN LATERAL (
      SELECT account, id, destination FROM delivery WHERE account = k.account AND id = k.id LIMIT 1) d
    JOIN destination t ON t.account = d.account AND t.name = d.destination`,
);
export const lockDestinations = statement<DestinationStored>(
  sql`SELECT ${DESTINATION} FROM ${rowsOf(destination)} r JOIN destination t ON t.account = r.account AND t.name = r.name
    ORDER BY t.account, t.name FOR UPDATE OF t`,
);
const updateDestinations = statement(
  sql`UPDATE destination t SET state = r.state, reason = r.reason, breaker = r.breaker, failures_in_row = r.failures_in_row,
      tried_since_ms = r.tried_since_ms, trial_at_ms = r.trial_at_ms, last_success_at_ms = r.last_success_at_ms,
      last_failure_at_ms = r.last_failure_at_ms
    FROM ${rowsOf(destination)} r WHERE t.account = r.account AND t.name = r.name`,
);
/**
 * The last statement of its transaction, after locks that come later in the order of locks; so it waits for nobody.
 * Whoever has the row writes a success of this moment as well, or a failure, after which the next success is written
 * with the whole row.
 */
const noteSuccess = statement(
  sql`UPDATE destination t SET last_success_at_ms = free.at_ms FROM (
      SELECT d.account, d.name, r.last_success_at_ms AS at_ms FROM ${rowsOf(destination)} r
      JOIN destination d ON d.account = r.account AND d.name = r.name
      WHERE d.last_success_at_ms IS NULL OR d.last_success_at_ms < r.last_success_at_ms
      FOR UPDATE OF d SKIP LOCKED) free
    WHERE t.account = free.account AND t.name = free.name`,
);
/** The trial that was handed back may be made at once. */
export const trialsAgain = statement(
  sql`UPDATE destination t SET breaker = 'open', trial_at_ms = ${given('now')}::bigint FROM ${rowsOf(destination)} r
    WHERE t.account = r.account AND t.name = r.name AND t.breaker = 'half_open'`,
);

/**
 * What was read without a lock decides only whether a row is locked. A success that found the destination well while
 * another process counts a failure has come before that failure: nobody can tell which was first.
 */
export async function writeDestinations(
  tx: Session,
  {
    before,
    locked,
    counted,
    nowMs,
  }: {
    readonly before: ReadonlyMap<string, DestinationStored>;
    readonly locked: readonly DestinationStored[];
    readonly counted: Verdicts;
    readonly nowMs: number;
  },
): Promise<void> {
  const changed = locked.filter(row => counted.has(destinationKey(row))).map(row => judge(row, counted, nowMs));
  if (changed.length > 0) await tx.run(updateDestinations, { rows: changed });
  const done = new Set(locked.map(destinationKey));
  const succeeded = [...before].filter(
    ([key, row]) =>
      !done.has(key) &&
      counted.get(key)?.includes('success') &&
      (row.last_success_at_ms ?? Number.NEGATIVE_INFINITY) < nowMs - SUCCESS_FRESH_MS,
  );
  if (succeeded.length > 0) {
    await tx.run(noteSuccess, { rows: succeeded.map(([, row]) => ({ ...nameOf(row), last_success_at_ms: nowMs })) });
  }
}

export function verdictsOf(
  settlements: readonly Settlement[],
  keyOf: (settlement: Settlement) => string | undefined,
): Verdicts {
  const verdicts = new Map<string, Settlement['verdict'][]>();
  for (const settlement of settlements) {
    const key = keyOf(settlement);
    if (key === undefined) continue;
    const known = verdicts.get(key);
    if (known === undefined) verdicts.set(key, [settlement.verdict]);
    else known.push(settlement.verdict);
  }
  return verdicts;
}

export function judge(row: DestinationStored, verdicts: Verdicts, nowMs: number): DestinationStored {
  return (verdicts.get(destinationKey(row)) ?? []).reduce(
    (judged, verdict) => judgeDestination(judged, verdict, nowMs),
    row,
  );
}

/** In anything but when it last succeeded. */
export function isChanged(before: DestinationStored, after: DestinationStored): boolean {
  return (
    before.state !== after.state ||
    before.reason !== after.reason ||
    before.breaker !== after.breaker ||
    before.failures_in_row !== after.failures_in_row ||
    before.trial_at_ms !== after.trial_at_ms ||
    before.tried_since_ms !== after.tried_since_ms ||
    before.last_failure_at_ms !== after.last_failure_at_ms
  );
}

export function destinationKey({ account, name }: { readonly account: string; readonly name: string }): string {
  return `${account} ${name}`;
}

export function nameOf({ account, name }: DestinationStored): { readonly account: string; readonly name: string } {
  return { account, name };
}
