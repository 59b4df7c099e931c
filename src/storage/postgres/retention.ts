import { NOTHING_REMOVED, type RunStored, toRun } from '../rows/retention-run.ts';
import type { RetentionCounts, RetentionCutoffs, RetentionReport, RetentionRun } from '../store.ts';
import { AGED, type AgedPage, type AgedPlace, cutoffOf } from './aged.ts';
import { vacuum } from './clear-dead-rows.ts';
import type { Database, Session } from './database.ts';
import { DAY_MS, type Partitioned, type Partitions } from './partitions.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/** Rows of one transaction. */
const STEP = 250;
/** Rows looked at in one slice: some seconds, so that a process that is to stop need not wait long. */
const SLICE = 10_000;
/** A day without rows is looked at, too; what is done to whole tables may take seconds. */
const COST_OF_PAGE = 100;
const COST_OF_TABLE = 2000;
/** Rows looked at per kind for the report. */
const MOST_COUNTED = 10_000;

/** Processes take turns, step by step, at the one run under way: by this advisory lock. */
const RETAINING = '8246779704221698';

interface RunRow extends RunStored {
  readonly number: number;
  /** JSON. */
  readonly resume: string | null;
}

/** What a run does, one after the other: the kinds of AGED, then empty days, then dead rows. */
interface Place {
  /** Index of the kind that is walked; what follows the kinds follows their number. */
  readonly kind: number;
  readonly after: AgedPlace | null;
  /** The last table that was cleared of dead rows. */
  readonly cleared?: string;
}

interface Step {
  readonly run: RunRow;
  /** Rows looked at, or what it weighs as such. */
  readonly looked: number;
}

const DROPPING = AGED.length;
const CLEARING = AGED.length + 1;

const lock = statement(sql`SELECT pg_advisory_xact_lock(${sql.raw(RETAINING)})`);
const underWay = statement<RunRow>(sql`SELECT * FROM retention_run WHERE ended_at_ms IS NULL ORDER BY number LIMIT 1`);
const byNumber = statement<RunRow>(sql`SELECT * FROM retention_run WHERE number = ${given('number')}::bigint`);
const recent = statement<RunRow>(sql`SELECT * FROM retention_run ORDER BY number DESC LIMIT 2`);
const begin = statement<RunRow>(
  sql`INSERT INTO retention_run (started_at_ms, removed) VALUES (${given('now')}::bigint, ${given('removed')}) RETURNING *`,
);
const proceed = statement<RunRow>(
  sql`UPDATE retention_run SET resume = ${given('resume')}, removed = ${given('removed')}, ended_at_ms = ${given('ended')}::bigint
    WHERE number = ${given('number')}::bigint RETURNING *`,
);
const forget = statement(
  sql`DELETE FROM retention_run WHERE number < ${given('number')}::bigint AND ended_at_ms IS NOT NULL`,
);
const clock = statement<{ now_ms: number }>(sql`SELECT retour_now_ms() AS now_ms`);
/** Within its day, which is one partition. */
const FILLED = {
  inbound_body: filled('inbound_body', 'received_at_ms'),
  event_body: filled('event_body', 'recorded_at_ms'),
  attempt: filled('attempt', 'started_at_ms'),
};
/** Tables that held personal data and have dead rows. */
const dirty = statement<{ name: string }>(
  sql`SELECT s.relname AS name FROM pg_stat_user_tables s LEFT JOIN pg_inherits i ON i.inhrelid = s.relid
    WHERE s.schemaname = current_schema() AND s.n_dead_tup > 0 AND (s.relname IN ('shopper', 'inbound')
      OR i.inhparent IN ('inbound_body'::regclass, 'attempt'::regclass))
    ORDER BY s.relname`,
);
const size = statement<{ bytes: number }>(sql`SELECT pg_database_size(current_database()) AS bytes`);

/**
 * Removal by age. Days whose rows are all gone are dropped as a whole, and what was deleted within the others is
 * vacuumed at the end of a run, also for an erasure that could not.
 */
export function createRetention(
  database: Database,
  partitions: Partitions,
  slice = SLICE,
): (cutoffs: RetentionCutoffs, nowMs: number) => Promise<RetentionRun> {
  /** One page; what is removed is counted in the same transaction, so that the report is right over a crash. */
  async function walk({ number }: RunRow, cutoffs: RetentionCutoffs, nowMs: number): Promise<Step> {
    const days = await partitions.list();
    return database.transaction(async tx => {
      const run = await locked(tx, number);
      const place = placeOf(run);
      const aged = AGED[place.kind];
      if (run.ended_at_ms !== null || aged === undefined) return { run, looked: 0 };
      const { rows, next } = await aged.page(tx, { days, cutoffs, limit: STEP }, place.after);
      const due = rows.filter(row => aged.isDue(row, cutoffs));
      const count = due.length === 0 ? 0 : await aged.remove(tx, due, cutoffs, nowMs);
      const before: RetentionCounts = JSON.parse(run.removed);
      const removed = { ...before, [aged.kind]: before[aged.kind] + count };
      const resume: Place = next === null ? { kind: place.kind + 1, after: null } : { kind: place.kind, after: next };
      const proceeded = await tx.get(proceed, { number, resume, removed, ended: null });
      return { run: proceeded!, looked: Math.max(rows.length, COST_OF_PAGE) };
    });
  }

  /** Empty days that are over and before the cut-off; one that somebody uses waits for the next run. */
  async function dropDays(run: RunRow, cutoffs: RetentionCutoffs, room: number): Promise<Step> {
    await partitions.tidy();
    const { now_ms: todayMs } = (await database.get(clock))!;
    const busy = new Set<Partitioned>();
    let looked = 0;
    for (const day of await partitions.list()) {
      if (day.endMs > Math.min(todayMs, cutoffOf(day.table, cutoffs)) || busy.has(day.table)) continue;
      const bounds = { from_ms: day.endMs - DAY_MS, until_ms: day.endMs };
      if ((await database.reads.get(FILLED[day.table], bounds))!.filled) continue;
      if (looked >= room) return { run, looked };
      if (!(await partitions.drop(day))) busy.add(day.table);
      looked += COST_OF_TABLE;
    }
    return { run: await enter(run, { kind: CLEARING, after: null }), looked };
  }

  async function clear(run: RunRow, nowMs: number): Promise<Step> {
    const { cleared = '' } = placeOf(run);
    const next = (await database.reads.all(dirty)).find(({ name }) => name > cleared);
    if (next === undefined) return { run: await end(run, nowMs), looked: 0 };
    await vacuum(database, next.name);
    return { run: await enter(run, { kind: CLEARING, after: null, cleared: next.name }), looked: COST_OF_TABLE };
  }

  function enter({ number }: RunRow, place: Place): Promise<RunRow> {
    return database.transaction(async tx => {
      const run = await locked(tx, number);
      if (run.ended_at_ms !== null || placeOf(run).kind > place.kind) return run;
      return (await tx.get(proceed, { number, resume: place, removed: JSON.parse(run.removed), ended: null }))!;
    });
  }

  function end({ number }: RunRow, nowMs: number): Promise<RunRow> {
    return database.transaction(async tx => {
      const run = await locked(tx, number);
      if (run.ended_at_ms !== null) return run;
      await tx.run(forget, { number });
      return (await tx.get(proceed, { number, resume: null, removed: JSON.parse(run.removed), ended: nowMs }))!;
    });
  }

  return async function purgeAged(given, ownNowMs) {
    await partitions.ensureAhead();
    // A process whose clock is ahead must not remove what is young.
    const { now_ms: nowMs } = (await database.get(clock))!;
    const cutoffs = shifted(given, nowMs - ownNowMs);
    let run = await database.transaction(async tx => {
      await tx.all(lock);
      return (await tx.get(underWay)) ?? (await tx.get(begin, { now: nowMs, removed: NOTHING_REMOVED }))!;
    });
    for (let looked = 0; run.ended_at_ms === null && looked < slice; ) {
      const { kind } = placeOf(run);
      let step: Step;
      if (kind === CLEARING) step = await clear(run, nowMs);
      else if (kind === DROPPING) step = await dropDays(run, cutoffs, slice - looked);
      else step = await walk(run, cutoffs, nowMs);
      run = step.run;
      looked += step.looked;
    }
    return toRun(run);
  };
}

/** The same walk without removing anything. */
export function createRetentionReport(
  database: Database,
  partitions: Partitions,
  mostCounted = MOST_COUNTED,
): (cutoffs: RetentionCutoffs) => Promise<RetentionReport> {
  const { reads } = database;

  return async function retentionReport(cutoffs) {
    const days = await partitions.list();
    const due = { ...NOTHING_REMOVED };
    let dueIsAtLeast = false;
    for (const aged of AGED) {
      let after: AgedPlace | null = null;
      for (let looked = 0; ; ) {
        const page: AgedPage = await aged.page(reads, { days, cutoffs, limit: STEP }, after);
        due[aged.kind] += page.rows.filter(row => aged.isDue(row, cutoffs)).length;
        if (page.next === null) break;
        looked += Math.max(page.rows.length, COST_OF_PAGE);
        if (looked >= mostCounted) {
          dueIsAtLeast = true;
          break;
        }
        after = page.next;
      }
    }
    const runs = (await reads.all(recent)).map(toRun);
    return {
      lastRun: runs.find(run => run.endedAtMs !== null) ?? null,
      running: runs.find(run => run.endedAtMs === null) ?? null,
      due,
      dueIsAtLeast,
      storeBytes: (await reads.get(size))!.bytes,
      freeBytes: 0, // what tables have free is known only by reading all of them
    };
  };
}

/** Whoever else is at the run waits for this transaction. */
async function locked(tx: Session, number: number): Promise<RunRow> {
  await tx.all(lock);
  return (await tx.get(byNumber, { number }))!;
}

function placeOf({ resume }: RunRow): Place {
  return resume === null ? { kind: 0, after: null } : JSON.parse(resume);
}

function filled(table: Partitioned, column: string) {
  return statement<{ filled: boolean }>(
    sql`SELECT EXISTS (SELECT FROM ${sql.identifier(table)} WHERE ${sql.identifier(column)} >= ${given('from_ms')}::bigint
      AND ${sql.identifier(column)} < ${given('until_ms')}::bigint) AS filled`,
  );
}

/** From a caller's clock to the database's. */
function shifted(
  { bodiesMs, unreadBodiesMs, attemptsMs, shoppersMs }: RetentionCutoffs,
  byMs: number,
): RetentionCutoffs {
  return {
    bodiesMs: bodiesMs + byMs,
    unreadBodiesMs: unreadBodiesMs + byMs,
    attemptsMs: attemptsMs + byMs,
    shoppersMs: shoppersMs + byMs,
  };
}
