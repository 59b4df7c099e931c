import { bytesCutoffMs } from '../retention-age.ts';
import type { RetentionCounts, RetentionCutoffs } from '../store.ts';
import type { Session } from './database.ts';
import { DAY_MS, type Partition, type Partitioned } from './partitions.ts';
import { lockFreeInbound, removeBytes } from './remove-bytes.ts';
import { sql } from './sql.ts';
import { given, type Statement, statement } from './statement.ts';

/**
 * What retention walks: three tables day by day, and the shoppers in the order of their key, which is the order of time
 * within an account. So what is old stands in front, and no index over ages is needed (one would cost every request a
 * write). What somebody is writing at this moment is left to the next run: retention waits for nobody.
 */
export interface Aged {
  readonly kind: keyof RetentionCounts;
  /** The next rows, in order; `null` begins. */
  page(session: Session, walk: Walk, after: AgedPlace | null): Promise<AgedPage>;
  isDue(row: AgedRow, cutoffs: RetentionCutoffs): boolean;
  /** Within a transaction; looks again, because somebody may have come in between. Answers how many went. */
  remove(tx: Session, due: readonly AgedRow[], cutoffs: RetentionCutoffs, nowMs: number): Promise<number>;
}

export interface Walk {
  readonly days: readonly Partition[];
  readonly cutoffs: RetentionCutoffs;
  /** Rows of a page. */
  readonly limit: number;
}

export interface AgedPlace {
  /** The end of the day that is walked; 0 where there are no days. */
  readonly dayEndMs: number;
  /** The last row that was seen; `null`: the day is done. */
  readonly key: AgedKey | null;
}

export interface AgedKey {
  readonly account: string;
  readonly id: string;
  readonly number: number;
}

export interface AgedPage {
  readonly rows: readonly AgedRow[];
  /** Where the next begins; `null`: there is none. */
  readonly next: AgedPlace | null;
}

export interface AgedRow extends AgedKey {
  /** When it was made, which is its place in a walk over days. */
  readonly made_at_ms: number;
  /** What its age counts from. */
  readonly at_ms: number;
  readonly state: string;
  readonly trust: string;
}

const FIRST: AgedKey = { account: '', id: '', number: -1 };
/** Above every id. */
const LAST_ID = '\u{10FFFF}';

const IN_DAYS = (column: string) =>
  sql`${sql.raw(column)} >= ${given('from_ms')}::bigint AND ${sql.raw(column)} < ${given('until_ms')}::bigint`;
const LIMIT = sql`LIMIT ${given('limit')}::bigint`;
/** Rows given as `keys`; their days as `from_ms` and `until_ms`. */
const KEYS = sql`json_to_recordset(${given('keys')}::json) AS k(account text, id text, number bigint, at_ms bigint)`;

const bodies = statement<AgedRow>(
  sql`SELECT b.account, b.inbound_id AS id, 0 AS number, b.received_at_ms AS made_at_ms, b.received_at_ms AS at_ms, i.state, i.trust
    FROM inbound_body b JOIN inbound i ON i.account = b.account AND i.id = b.inbound_id
    WHERE ${IN_DAYS('b.received_at_ms')} AND (b.account, b.inbound_id) > (${given('account')}, ${given('id')})
    ORDER BY b.account, b.inbound_id ${LIMIT}`,
);

/**
 * A delivery that may still be sent needs its message; after a merge it stays with the return that was merged away.
 * OFFSET 0: its state is looked at last, or the index of all that are pending would be read for each message.
 */
const PENDING_OF_EVENT = sql`EXISTS (SELECT FROM event e JOIN "return" r ON r.account = e.account AND r.id = e.return_id
    CROSS JOIN LATERAL (SELECT r.id UNION ALL SELECT json_array_elements_text(r.merged_from)) own(id)
    CROSS JOIN LATERAL (
      SELECT state FROM delivery WHERE account = e.account AND return_id = own.id AND position = e.position OFFSET 0) d
    WHERE e.account = b.account AND e.position = b.position AND d.state = 0)`;
const messages = statement<AgedRow>(
  sql`SELECT b.account, '' AS id, b.position AS number, b.recorded_at_ms AS made_at_ms, b.recorded_at_ms AS at_ms, '' AS trust,
      CASE WHEN ${PENDING_OF_EVENT} THEN 'pending' ELSE '' END AS state
    FROM event_body b
    WHERE ${IN_DAYS('b.recorded_at_ms')} AND (b.account, b.position) > (${given('account')}, ${given('number')}::bigint)
    ORDER BY b.account, b.position ${LIMIT}`,
);
const OF_MESSAGE = sql`b.account = k.account AND b.position = k.number AND b.recorded_at_ms = k.at_ms AND ${IN_DAYS('b.recorded_at_ms')}`;
/** Whoever wants one sent again holds it: then it stays. */
const lockMessages = statement<AgedKey & { readonly at_ms: number }>(
  sql`SELECT b.account, '' AS id, b.position AS number, b.recorded_at_ms AS at_ms
    FROM event_body b JOIN ${KEYS} ON ${OF_MESSAGE} FOR UPDATE OF b SKIP LOCKED`,
);
/** A statement of its own: it sees what was committed before the locks were taken. */
const dropMessages = statement(
  sql`DELETE FROM event_body b USING ${KEYS} WHERE ${OF_MESSAGE} AND NOT ${PENDING_OF_EVENT}`,
);

const attempts = statement<AgedRow>(
  sql`SELECT a.account, a.delivery_id AS id, a.number, a.started_at_ms AS made_at_ms, a.started_at_ms AS at_ms, '' AS trust,
      CASE WHEN d.state = 0 THEN 'pending' ELSE '' END AS state
    FROM attempt a JOIN delivery d ON d.account = a.account AND d.id = a.delivery_id
    WHERE ${IN_DAYS('a.started_at_ms')}
      AND (a.account, a.delivery_id, a.number) > (${given('account')}, ${given('id')}, ${given('number')}::bigint)
    ORDER BY a.account, a.delivery_id, a.number ${LIMIT}`,
);
const dropAttempts = statement(
  sql`WITH free AS MATERIALIZED (
      SELECT a.account, a.delivery_id, a.number, a.started_at_ms FROM attempt a
      JOIN ${KEYS} ON a.account = k.account AND a.delivery_id = k.id AND a.number = k.number AND a.started_at_ms = k.at_ms
      JOIN delivery d ON d.account = a.account AND d.id = a.delivery_id
      WHERE ${IN_DAYS('a.started_at_ms')} AND d.state <> 0 FOR UPDATE OF a SKIP LOCKED)
    DELETE FROM attempt a USING free f WHERE a.account = f.account AND a.delivery_id = f.delivery_id
      AND a.number = f.number AND a.started_at_ms = f.started_at_ms AND ${IN_DAYS('a.started_at_ms')}`,
);

const shoppers = statement<AgedRow>(
  sql`SELECT s.account, s.return_id AS id, 0 AS number, r.created_at_ms AS made_at_ms, r.updated_at_ms AS at_ms, '' AS state, '' AS trust
    FROM shopper s JOIN "return" r ON r.account = s.account AND r.id = s.return_id
    WHERE (s.account, s.return_id) > (${given('account')}, ${given('id')}) ORDER BY s.account, s.return_id ${LIMIT}`,
);
/** A recording holds its return while it writes the shopper. */
const dropShoppers = statement(
  sql`WITH free AS MATERIALIZED (
      SELECT r.account, r.id FROM "return" r JOIN ${KEYS} ON r.account = k.account AND r.id = k.id
      WHERE r.updated_at_ms < ${given('cutoff')}::bigint FOR NO KEY UPDATE OF r SKIP LOCKED)
    DELETE FROM shopper s USING free f WHERE s.account = f.account AND s.return_id = f.id`,
);

export const AGED: readonly Aged[] = [
  {
    kind: 'bodies',
    page: byDay('inbound_body', bodies),
    isDue: (row, cutoffs) => row.at_ms < (bytesCutoffMs(row, cutoffs) ?? Number.NEGATIVE_INFINITY),
    async remove(tx, due, cutoffs, nowMs) {
      const locked = await lockFreeInbound(tx, due);
      const still = locked.filter(
        row => row.received_at_ms < (bytesCutoffMs(row, cutoffs) ?? Number.NEGATIVE_INFINITY),
      );
      return removeBytes(tx, still, nowMs);
    },
  },
  {
    kind: 'messages',
    page: byDay('event_body', messages),
    isDue: (row, { attemptsMs }) => isOld(row, attemptsMs),
    async remove(tx, due) {
      const keys = await tx.all(lockMessages, { keys: due, ...daysOf(due) });
      return keys.length === 0 ? 0 : tx.run(dropMessages, { keys, ...daysOf(due) });
    },
  },
  {
    kind: 'attempts',
    page: byDay('attempt', attempts),
    isDue: (row, { attemptsMs }) => isOld(row, attemptsMs),
    remove: (tx, due) => tx.run(dropAttempts, { keys: due, ...daysOf(due) }),
  },
  {
    kind: 'shoppers',
    page: pageOfShoppers,
    isDue: (row, { shoppersMs }) => isOld(row, shoppersMs),
    remove: (tx, due, { shoppersMs }) => tx.run(dropShoppers, { keys: due, cutoff: shoppersMs }),
  },
];

/** Before which instant a partition holds nothing that is kept, once it is empty. */
export function cutoffOf(table: Partitioned, { bodiesMs, attemptsMs }: RetentionCutoffs): number {
  return table === 'inbound_body' ? bodiesMs : attemptsMs;
}

function isOld(row: AgedRow, cutoffMs: number): boolean {
  return row.at_ms < cutoffMs && row.state !== 'pending';
}

/** From the oldest day on; days that begin after the cut-off are not looked at. */
function byDay(table: Partitioned, of: Statement<AgedRow>): Aged['page'] {
  return async (session, { days, cutoffs, limit }, after) => {
    const begun = after?.key ?? null;
    const day = days
      .filter(each => each.table === table && each.endMs - DAY_MS < cutoffOf(table, cutoffs))
      .filter(({ endMs }) => (begun === null ? endMs > (after?.dayEndMs ?? 0) : endMs >= after!.dayEndMs))
      .reduce<Partition | null>((first, each) => (first === null || each.endMs < first.endMs ? each : first), null);
    if (day === null) return { rows: [], next: null };
    const from = begun !== null && day.endMs === after!.dayEndMs ? begun : FIRST;
    const rows = await session.all(of, { ...from, from_ms: day.endMs - DAY_MS, until_ms: day.endMs, limit });
    return { rows, next: { dayEndMs: day.endMs, key: rows.length < limit ? null : keyOf(rows.at(-1)!) } };
  };
}

/**
 * Ids rise with time: after a whole page of returns of one account that are too young, the account is done. A stretch that
 * a clock running ahead has stamped can end it too early; what is behind it goes once the stretch is old.
 */
async function pageOfShoppers(session: Session, { cutoffs, limit }: Walk, after: AgedPlace | null): Promise<AgedPage> {
  const { account, id } = after?.key ?? FIRST;
  const rows = await session.all(shoppers, { account, id, limit });
  const last = rows.at(-1);
  if (last === undefined || rows.length < limit) return { rows, next: null };
  const isDone = rows.every(row => row.account === last.account && row.made_at_ms >= cutoffs.shoppersMs);
  return { rows, next: { dayEndMs: 0, key: isDone ? { ...keyOf(last), id: LAST_ID } : keyOf(last) } };
}

function keyOf({ account, id, number }: AgedKey): AgedKey {
  return { account, id, number };
}

function daysOf(rows: readonly AgedRow[]): { readonly from_ms: number; readonly until_ms: number } {
  const instants = rows.map(({ made_at_ms }) => made_at_ms);
  return { from_ms: Math.min(...instants), until_ms: Math.max(...instants) + 1 };
}
