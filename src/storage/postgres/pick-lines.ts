import type { LineClaim } from '../store.ts';
import type { Session } from './database.ts';
import type { LineKey, Ordering } from './line.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/** So many lines of a destination, at most. */
export interface Wanted {
  readonly number: number;
  readonly account: string;
  readonly name: string;
  readonly room: number;
}

interface PickedRow {
  readonly number: number;
  readonly now_ms: number;
  readonly return_id: string;
  readonly lease_owner: string | null;
  readonly leased_at_ms: number | null;
  readonly delivery_id: string | null;
}

/** A line that this transaction has locked. */
export interface PickedLine extends LineKey {
  readonly number: number;
  readonly ordering: Ordering;
  readonly trial: boolean;
  /** What its last worker, who never settled, was sending, and since when. */
  readonly interrupted: { readonly deliveryId: string; readonly startedAtMs: number } | null;
}

const WANTED = sql`json_to_recordset(${given('wanted')}::json) AS w(number integer, account text, name text, room integer)`;
const LINE = sql`SELECT l.return_id, l.due_at_ms, l.lease_owner, l.leased_at_ms, l.delivery_id FROM line l`;
/**
 * Lines that somebody else has locked are skipped, so a claim waits for nobody. A destination whose breaker is not
 * closed answers with its breaker alone.
 */
const pick = statement<PickedRow & { return_id: string | null; breaker: string }>(
  sql`SELECT w.number, d.breaker, n.now_ms, l.return_id, l.lease_owner, l.leased_at_ms, l.delivery_id
    FROM (SELECT retour_now_ms() AS now_ms) n CROSS JOIN ${WANTED}
    JOIN destination d ON d.account = w.account AND d.name = w.name AND d.state = 'active'
    LEFT JOIN LATERAL (
      ${LINE} WHERE l.account = w.account AND l.destination = w.name AND l.due_at_ms <= n.now_ms AND d.breaker = 'closed'
      ORDER BY l.due_at_ms LIMIT w.room FOR UPDATE SKIP LOCKED) l ON true
    ORDER BY w.number, l.due_at_ms`,
);
/** One line each of destinations whose trial is due; whoever has the destination's row has its trial. */
const pickTrials = statement<PickedRow>(
  sql`SELECT d.number, n.now_ms, l.return_id, l.lease_owner, l.leased_at_ms, l.delivery_id
    FROM (SELECT retour_now_ms() AS now_ms) n CROSS JOIN (
      SELECT w.number, t.account, t.name FROM ${WANTED} JOIN destination t ON t.account = w.account AND t.name = w.name
      WHERE t.state = 'active' AND t.breaker <> 'closed' AND coalesce(t.trial_at_ms, 0) <= retour_now_ms()
      ORDER BY t.account, t.name FOR UPDATE OF t SKIP LOCKED) d
    CROSS JOIN LATERAL (
      ${LINE} WHERE l.account = d.account AND l.destination = d.name AND l.due_at_ms <= n.now_ms
      ORDER BY l.due_at_ms LIMIT 1 FOR UPDATE SKIP LOCKED) l`,
);
export const beginTrials = statement(
  sql`UPDATE destination t SET breaker = 'half_open', trial_at_ms = ${given('at')}::bigint FROM ${WANTED}
    WHERE t.account = w.account AND t.name = w.name`,
);

/** Locks lines that are due: of a destination whose breaker is closed as many as there is room for, else one for its trial. */
export async function pickLines(
  tx: Session,
  claim: LineClaim,
  wanted: readonly Wanted[],
): Promise<{ readonly lines: readonly PickedLine[]; readonly nowMs: number }> {
  const rows = await tx.all(pick, { wanted });
  const lines: PickedLine[] = [];
  const open: Wanted[] = [];
  for (const row of rows) {
    if (row.breaker !== 'closed') open.push(wanted.find(each => each.number === row.number)!);
    else if (row.return_id !== null) lines.push(toPicked(claim, { ...row, return_id: row.return_id }, false));
  }
  const trials = open.length === 0 ? [] : await tx.all(pickTrials, { wanted: open });
  for (const row of trials) lines.push(toPicked(claim, row, true));
  return { lines, nowMs: rows[0]?.now_ms ?? 0 };
}

function toPicked({ destinations }: LineClaim, row: PickedRow, trial: boolean): PickedLine {
  const { account, name, ordering } = destinations[row.number]!;
  const { lease_owner, leased_at_ms: startedAtMs, delivery_id: deliveryId } = row;
  const isInterrupted = lease_owner !== null && deliveryId !== null && startedAtMs !== null;
  return {
    number: row.number,
    account,
    destination: name,
    return_id: row.return_id,
    ordering,
    trial,
    interrupted: isInterrupted ? { deliveryId, startedAtMs } : null,
  };
}
