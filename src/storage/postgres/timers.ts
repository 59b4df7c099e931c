import { type TimerStored, toTimer } from '../rows/timer.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';
import { given, sorted, statement } from './statement.ts';

const insert = sql`INSERT INTO timer (account, kind, subject, id, due_at_ms, lease_until_ms)
  VALUES (${given('account')}, ${given('kind')}, ${given('subject')}, ${given('id')}, retour_now_ms() + ${given('wait')}::bigint, 0)
  ON CONFLICT (account, kind, subject)`;
const keep = statement(sql`${insert} DO NOTHING`);
/** Who holds the old one has lost it. */
const replace = statement(
  sql`${insert} DO UPDATE SET id = excluded.id, due_at_ms = excluded.due_at_ms, lease_owner = NULL, lease_until_ms = 0`,
);
const claim = statement<TimerStored & { readonly now_ms: number }>(
  sql`WITH due AS MATERIALIZED (
      SELECT account, kind, subject FROM timer
      WHERE due_at_ms <= retour_now_ms() AND lease_until_ms <= retour_now_ms()
      ORDER BY due_at_ms, id LIMIT ${given('limit')}::bigint FOR UPDATE SKIP LOCKED)
    UPDATE timer t SET lease_owner = ${given('owner')}, lease_until_ms = retour_now_ms() + ${given('lease')}::bigint
    FROM due d WHERE t.account = d.account AND t.kind = d.kind AND t.subject = d.subject
    RETURNING t.id, t.account, t.kind, t.subject, t.due_at_ms, retour_now_ms() AS now_ms`,
);
/** A lease that ran out counts until somebody else has taken the timer. */
const end = statement(sql`DELETE FROM timer WHERE id = ${given('id')} AND lease_owner = ${given('owner')}`);
const move = statement(
  sql`UPDATE timer SET due_at_ms = retour_now_ms() + ${given('wait')}::bigint, lease_owner = NULL, lease_until_ms = 0
    WHERE id = ${given('id')} AND lease_owner = ${given('owner')}`,
);

/**
 * Delays, deadlines, polls: due times with a lease each, on the database's clock. An instant that is given or answered is
 * on the clock of whoever calls: only how far it is from that caller's now is taken of it.
 */
export function createTimers(database: Database): Pick<Store, 'setTimer' | 'claimTimers' | 'settleTimer'> {
  return {
    setTimer: database.operation(async ({ id, account, kind, subject, dueAtMs }, existing, nowMs) => {
      const values = { id, account: account ?? '', kind, subject, wait: dueAtMs - nowMs };
      await database.run(existing === 'keep' ? keep : replace, values);
    }),

    claimTimers: database.operation(async ({ owner, nowMs, leaseMs, limit }) => {
      const rows = await database.all(claim, { owner, lease: leaseMs, limit });
      return sorted(
        rows,
        row => row.due_at_ms,
        row => row.id,
      ).map(({ now_ms, ...row }) => toTimer({ ...row, due_at_ms: nowMs + (row.due_at_ms - now_ms) }));
    }),

    settleTimer: database.operation(async (owner, id, nextDueAtMs, nowMs) => {
      const changed =
        nextDueAtMs === null
          ? await database.run(end, { id, owner })
          : await database.run(move, { id, owner, wait: nextDueAtMs - nowMs });
      return changed === 1;
    }),
  };
}
