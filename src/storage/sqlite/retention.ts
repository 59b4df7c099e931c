import type { Database } from 'better-sqlite3';
import { NOTHING_REMOVED, toRun } from '../rows/retention-run.ts';
import type { RetentionCounts, RetentionCutoffs, RetentionReport, RetentionRun } from '../store.ts';
import { type Aged, type AgedRow, createAged } from './aged.ts';
import { emptyLog } from './empty-log.ts';
import { isBusy, keeperWrite, type Steps } from './keeper-write.ts';
import type { retentionRun } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Rows of one transaction. */
const STEP = 100;
/** Rows looked at in one slice: some seconds, so that a process that is to stop need not wait long. */
const SLICE = 10_000;
/** How often a slice finds the lock taken before it leaves the rest to the next. */
const MOST_TRIES = 100;
/** Rows looked at per kind for the report. */
const MOST_COUNTED = 10_000;

type RunRow = typeof retentionRun.$inferSelect;

interface Place {
  /** Index of the kind that is walked. */
  readonly kind: number;
  readonly after: readonly number[];
}

export function createRetention(
  client: Database,
  slice = SLICE,
): (cutoffs: RetentionCutoffs, nowMs: number) => Steps<RetentionRun> {
  const aged = createAged(client);
  const underWay = prepare<RunRow>(client, sql`SELECT * FROM retention_run WHERE ended_at_ms IS NULL`);
  const byRef = prepare<RunRow>(client, sql`SELECT * FROM retention_run WHERE ref = ${given('ref')}`);
  const begin = prepare<RunRow>(
    client,
    sql`INSERT INTO retention_run (started_at_ms, resume, removed) VALUES (${given('now')}, ${given('resume')}, ${given('removed')})
      RETURNING *`,
  );
  const proceed = prepare(
    client,
    sql`UPDATE retention_run SET resume = ${given('resume')}, removed = ${given('removed')}, ended_at_ms = ${given('ended')}
      WHERE ref = ${given('ref')}`,
  );
  const forget = prepare(
    client,
    sql`DELETE FROM retention_run WHERE ref < ${given('ref')} AND ended_at_ms IS NOT NULL`,
  );
  return function* purgeAged(cutoffs, nowMs) {
    const first: Place = { kind: 0, after: [] };
    const run =
      underWay.get({}) ??
      (yield* keeperWrite(client, () =>
        begin.get({ now: nowMs, resume: JSON.stringify(first), removed: JSON.stringify(NOTHING_REMOVED) }),
      ))!;
    const removed: { -readonly [Kind in keyof RetentionCounts]: number } = JSON.parse(run.removed);
    let place: Place = run.resume === null ? first : JSON.parse(run.resume);
    let ended = false;
    const patience = { tries: MOST_TRIES };

    /** What is removed is counted in the same transaction, so that the report is right over a crash. */
    const proceedWith = (body: () => void) => {
      const write = () => {
        body();
        const resume = ended ? null : JSON.stringify(place);
        proceed.run({ ref: run.ref, resume, removed: JSON.stringify(removed), ended: ended ? nowMs : null });
      };
      return keeperWrite(client, write, patience);
    };

    try {
      for (let looked = 0; looked < slice && place.kind < aged.length; ) {
        const of = aged[place.kind]!;
        const rows = of.page(place.after, STEP);
        looked += rows.length;
        const due = rows.filter(row => of.isDue(row, cutoffs));
        const before = removed[of.kind];
        place = isLast(of, rows, cutoffs)
          ? { kind: place.kind + 1, after: [] }
          : { kind: place.kind, after: rows.at(-1)!.key };
        if (due.length === 0) yield 0;
        else
          yield* proceedWith(() => {
            removed[of.kind] = before + due.reduce((count, row) => count + of.remove(row, cutoffs, nowMs), 0);
          });
      }
      ended = place.kind === aged.length;
      // What was removed would still stand in it. Where somebody reads from it, the next run has its turn.
      if (ended) emptyLog(client);
      yield* proceedWith(() => {
        if (ended) forget.run({ ref: run.ref });
      });
    } catch (cause) {
      if (!isBusy(cause)) throw cause; // the writer needs all there is: the rest is for the next slice
    }
    return toRun(byRef.get({ ref: run.ref })!);
  };
}

/**
 * The table's end, or a whole step of rows that are too young. A stretch that a clock running ahead has stamped can
 * end a walk too early; what is behind it goes once the stretch is old.
 */
function isLast(of: Aged, rows: readonly AgedRow[], cutoffs: RetentionCutoffs): boolean {
  return rows.length < STEP || rows.every(row => of.isYoung(row, cutoffs));
}

/** The same walk without removing anything. */
export function createRetentionReport(
  client: Database,
  mostCounted = MOST_COUNTED,
): (cutoffs: RetentionCutoffs) => Steps<RetentionReport> {
  const aged = createAged(client);
  const runs = prepare<RunRow>(client, sql`SELECT * FROM retention_run ORDER BY ref DESC LIMIT 2`);
  const pragma = (name: string) => Number(client.pragma(name, { simple: true }));

  return function* retentionReport(cutoffs) {
    const due = { ...NOTHING_REMOVED };
    let dueIsAtLeast = false;
    for (const of of aged) {
      let after: readonly number[] = [];
      for (let looked = 0; ; looked += STEP) {
        const rows = of.page(after, STEP);
        due[of.kind] += rows.filter(row => of.isDue(row, cutoffs)).length;
        if (isLast(of, rows, cutoffs)) break;
        if (looked >= mostCounted) {
          dueIsAtLeast = true;
          break;
        }
        after = rows.at(-1)!.key;
      }
      yield 0;
    }
    const recent = runs.all({}).map(toRun);
    const pageBytes = pragma('page_size');
    return {
      lastRun: recent.find(run => run.endedAtMs !== null) ?? null,
      running: recent.find(run => run.endedAtMs === null) ?? null,
      due,
      dueIsAtLeast,
      storeBytes: pragma('page_count') * pageBytes,
      freeBytes: pragma('freelist_count') * pageBytes,
    };
  };
}
