import { toTimer } from '../rows/timer.ts';
import type { Store } from '../store.ts';
import { insertInto } from './insert.ts';
import { createLeases } from './leases.ts';
import { timer } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

type TimerRow = typeof timer.$inferSelect;

/** Delays, deadlines, polls: due times with a lease each. */
export function createTimers(writer: Writer): Pick<Store, 'setTimer' | 'claimTimers' | 'settleTimer'> {
  const { client } = writer;
  const leases = createLeases<string>();
  const insert = insertInto(client, timer);
  const find = prepare<TimerRow>(
    client,
    sql`SELECT * FROM timer WHERE account = ${given('account')} AND kind = ${given('kind')} AND subject = ${given('subject')}`,
  );
  const remove = prepare(client, sql`DELETE FROM timer WHERE id = ${given('id')}`);
  const due = prepare<TimerRow>(
    client,
    sql`SELECT * FROM timer WHERE due_at_ms <= ${given('now')} ORDER BY due_at_ms, id LIMIT ${given('limit')}`,
  );
  const move = prepare(client, sql`UPDATE timer SET due_at_ms = ${given('due')} WHERE id = ${given('id')}`);

  return {
    setTimer: operation(({ id, account, kind, subject, dueAtMs }, existing) =>
      writer.durable(() => {
        const known = find.get({ account: account ?? '', kind, subject });
        if (known !== undefined && existing === 'keep') return;
        if (known !== undefined) {
          remove.run(known);
          leases.release(known.id); // who holds the old one has lost it
        }
        insert.run({ id, account: account ?? '', kind, subject, due_at_ms: dueAtMs });
      }),
    ),

    claimTimers: operation(({ owner, nowMs, leaseMs, limit }) => {
      const rows = due.all({ now: nowMs, limit: limit + leases.held(nowMs) });
      const free = rows.filter(row => leases.isFree(row.id, nowMs)).slice(0, limit);
      for (const row of free) leases.take(row.id, owner, nowMs + leaseMs);
      return free.map(toTimer);
    }),

    settleTimer: operation(async (owner, id, nextDueAtMs) => {
      if (!leases.isOwner(id, owner)) return false;
      const { changes } = await writer.durable(() =>
        nextDueAtMs === null ? remove.run({ id }) : move.run({ id, due: nextDueAtMs }),
      );
      leases.release(id);
      return changes === 1;
    }),
  };
}
