import { type CallSpan, judgeCall } from '../call-limits.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { callSpan } from './schema.ts';
import { sql } from './sql.ts';
import { given, insertInto, statement } from './statement.ts';

/** A number of its own, so that connections are locked beside whatever else takes advisory locks. */
const CALLS = 824_677;

const lock = statement<{ now_ms: number }>(
  sql`SELECT retour_now_ms() AS now_ms
    FROM (SELECT pg_advisory_xact_lock(${sql.raw(String(CALLS))}, hashtext(${given('key')}))) AS locked`,
);
const known = statement<CallSpan>(
  sql`SELECT span_ms, began_at_ms, calls FROM call_span
    WHERE account = ${given('account')} AND connection = ${given('connection')}`,
);
const write = insertInto(
  callSpan,
  sql`ON CONFLICT (account, connection, span_ms) DO UPDATE SET began_at_ms = excluded.began_at_ms, calls = excluded.calls`,
);
const hold = statement(
  sql`INSERT INTO call_span AS t (account, connection, span_ms, began_at_ms, calls)
    VALUES (${given('account')}, ${given('connection')}, 0, retour_now_ms() + ${given('wait')}::bigint, 0)
    ON CONFLICT (account, connection, span_ms) DO UPDATE
      SET began_at_ms = greatest(t.began_at_ms, excluded.began_at_ms)`,
);

/** Calls to providers, counted per connection over all processes, by the database's clock. */
export function createCalls(database: Database): Pick<Store, 'takeCall' | 'holdCalls'> {
  return {
    takeCall: database.operation(({ account, connection, limits, nowMs }) =>
      database.transaction(async tx => {
        const { now_ms } = (await tx.get(lock, { key: `${account} ${connection}` }))!;
        const judged = judgeCall(await tx.all(known, { account, connection }), limits, now_ms);
        if (!judged.granted) return { granted: false, retryAtMs: nowMs + (judged.retryAtMs - now_ms) };
        await tx.run(write, { rows: judged.spans.map(span => ({ account, connection, ...span })) });
        return { granted: true };
      }),
    ),

    holdCalls: database.operation(async ({ account, connection, untilMs, nowMs }) => {
      await database.run(hold, { account, connection, wait: untilMs - nowMs });
    }),
  };
}
