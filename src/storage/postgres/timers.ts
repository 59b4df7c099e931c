import { type TimerStored, toTimer } from '../rows/timer.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { timer } from './schema.ts';
import { sql } from './sql.ts';
import { given, insertInto, type NewRow, sorted, statement } from './statement.ts';

const KEY = sql`(account, kind, subject)`;
const keep = insertInto(timer, sql`ON CONFLICT ${KEY} DO NOTHING`);
/** Who holds the old one has lost it. */
const replace = insertInto(
  timer,
  sql`ON CONFLICT ${KEY} DO UPDATE SET id = excluded.id, due_at_ms = excluded.due_at_ms,
    lease_owner = NULL, lease_until_ms = 0`,
);
const claim = statement<TimerStored>(
  sql`WITH due AS MATERIALIZED (
      SELECT account, kind, subject FROM timer
      WHERE due_at_ms <= retour_now_ms() AND lease_until_ms <= retour_now_ms()
      ORDER BY due_at_ms, id LIMIT ${given('limit')}::bigint FOR UPDATE SKIP LOCKED)
    UPDATE timer t SET lease_owner = ${given('owner')}, lease_until_ms = retour_now_ms() + ${given('lease')}::bigint
    FROM due d WHERE t.account = d.account AND t.kind = d.kind AND t.subject = d.subject
    RETURNING t.id, t.account, t.kind, t.subject, t.due_at_ms`,
);
/** A lease that ran out counts until somebody else has taken the timer. */
const end = statement(sql`DELETE FROM timer WHERE id = ${given('id')} AND lease_owner = ${given('owner')}`);
const move = statement(
  sql`UPDATE timer SET due_at_ms = ${given('due')}::bigint, lease_owner = NULL, lease_until_ms = 0
    WHERE id = ${given('id')} AND lease_owner = ${given('owner')}`,
);

/**
 * Delays, deadlines, polls: due times with a lease each. A due time stands as it was given, by the clock of whoever set
 * it; whether it has come, and whether a lease has ended, is judged by the database's.
 */
export function createTimers(database: Database): Pick<Store, 'setTimer' | 'claimTimers' | 'settleTimer'> {
  return {
    setTimer: database.operation(async ({ id, account, kind, subject, dueAtMs }, existing) => {
      const row: NewRow<typeof timer> = {
        account: account ?? '',
        kind,
        subject,
        id,
        due_at_ms: dueAtMs,
        lease_until_ms: 0,
      };
      await database.run(existing === 'keep' ? keep : replace, { rows: [row] });
    }),

    claimTimers: database.operation(async ({ owner, leaseMs, limit }) => {
      const rows = await database.all(claim, { owner, lease: leaseMs, limit });
      return sorted(
        rows,
        row => row.due_at_ms,
        row => row.id,
      ).map(toTimer);
    }),

    settleTimer: database.operation(async (owner, id, nextDueAtMs) => {
      const changed =
        nextDueAtMs === null
          ? await database.run(end, { id, owner })
          : await database.run(move, { id, owner, due: nextDueAtMs });
      return changed === 1;
    }),
  };
}
