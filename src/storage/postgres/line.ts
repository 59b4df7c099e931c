import { PENDING } from '../delivery-state.ts';
import { ALL_THAT_MATTER, FIRST_FEW, mayHideNext, nextOfQueued, type QueuedStored } from '../rows/queued.ts';
import type { LineClaim } from '../store.ts';
import type { Session } from './database.ts';
import { line } from './schema.ts';
import { sql } from './sql.ts';
import { given, literal, type NewRow, rowsOf, sorted, statement } from './statement.ts';

/**
 * Whoever changes a line or a delivery of it has locked the line's row before, and reads what the line still has to send
 * in a statement after that. So a line is never dropped, or made to wait, while a delivery committed meanwhile has nobody
 * to send it: whoever records one inserts it first and then upserts the line, which locks the row even where it changes
 * nothing. Either that came first: then the lock here was given once the recording was committed (a claim skips the line
 * instead), and the statement that followed saw the delivery. Or it comes second: then the upsert waits until this
 * transaction has ended, finds the row free and lowers its due time, or finds it gone and inserts it anew.
 */
export interface LineKey {
  readonly account: string;
  readonly destination: string;
  readonly return_id: string;
}

export type Ordering = LineClaim['destinations'][number]['ordering'];

export interface QueuedRow extends QueuedStored {
  readonly id: string;
  readonly position: number;
  readonly tries: number;
  readonly created_at_ms: number;
  readonly webhook_id: string | null;
  readonly requested_by: string | null;
}

export interface LineNext {
  readonly row: QueuedRow;
  /** On the database's clock. */
  readonly dueAtMs: number;
}

const queued = statement<QueuedRow & { number: number }>(
  sql`SELECT k.number, q.id, q.sequence, q.position, q.tries, q.created_at_ms, q.at_ms, q.passes, q.webhook_id, q.requested_by,
      CASE WHEN q.failing_since_ms IS NOT NULL THEN greatest(q.failing_since_ms, t.tried_since_ms) END AS failing_since_ms
    FROM json_to_recordset(${given('lines')}::json) AS k(number integer, account text, destination text, return_id text)
    JOIN destination t ON t.account = k.account AND t.name = k.destination
    CROSS JOIN LATERAL (
      SELECT * FROM delivery d WHERE d.account = k.account AND d.destination = k.destination AND d.return_id = k.return_id
        AND d.state = ${literal(PENDING)}
      ORDER BY d.passes DESC, d.sequence LIMIT ${given('limit')}::integer) q`,
);
const update = statement(
  sql`UPDATE line t SET due_at_ms = r.due_at_ms, lease_owner = r.lease_owner, leased_at_ms = r.leased_at_ms,
      lease_mark = r.lease_mark, delivery_id = r.delivery_id, trial = r.trial, unordered = r.unordered
    FROM ${rowsOf(line)} r
    WHERE t.account = r.account AND t.destination = r.destination AND t.return_id = r.return_id`,
);
const drop = statement(
  sql`DELETE FROM line t USING ${rowsOf(line)} r
    WHERE t.account = r.account AND t.destination = r.destination AND t.return_id = r.return_id`,
);

/** What each of these lines, which are locked, sends next, in their order; `null`: it is empty. */
export async function nextOfLines(
  tx: Session,
  lines: readonly (LineKey & { readonly ordering: Ordering })[],
  nowMs: number,
): Promise<readonly (LineNext | null)[]> {
  const read = async (numbers: readonly number[], limit: number) => {
    const keys = numbers.map(number => ({ number, ...keyOf(lines[number]!) }));
    return Map.groupBy(await tx.all(queued, { lines: keys, limit }), ({ number }) => number);
  };
  const few = await read([...lines.keys()], FIRST_FEW);
  const more = [...few]
    .filter(([number, rows]) => mayHideNext(rows, lines[number]!.ordering))
    .map(([number]) => number);
  const all = more.length === 0 ? new Map<number, QueuedRow[]>() : await read(more, ALL_THAT_MATTER);
  return lines.map(({ ordering }, number) =>
    nextOfQueued<QueuedRow>(all.get(number) ?? few.get(number) ?? [], ordering, nowMs),
  );
}

/** A line that nobody holds and that is due then. */
export function freeLine(key: LineKey, dueAtMs: number): NewRow<typeof line> & LineKey {
  return { ...keyOf(key), due_at_ms: dueAtMs, trial: false, unordered: false };
}

/** Writes lines that are locked, each as a whole, and drops those that are empty. */
export async function writeLines(
  tx: Session,
  changed: readonly (NewRow<typeof line> & LineKey)[],
  empty: readonly LineKey[],
): Promise<void> {
  if (changed.length > 0) await tx.run(update, { rows: byKey(changed) });
  if (empty.length > 0) await tx.run(drop, { rows: byKey(empty.map(keyOf)) });
}

function keyOf({ account, destination, return_id }: LineKey): LineKey {
  return { account, destination, return_id };
}

function byKey<Row extends LineKey>(rows: readonly Row[]): readonly Row[] {
  return sorted(
    rows,
    row => row.account,
    row => row.destination,
    row => row.return_id,
  );
}
