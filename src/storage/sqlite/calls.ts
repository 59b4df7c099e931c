import { type CallSpan, judgeCall } from '../call-limits.ts';
import type { Store } from '../store.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

/** Calls to providers, counted per connection. A power cut may forget the last ones. */
export function createCalls(writer: Writer): Pick<Store, 'takeCall' | 'holdCalls'> {
  const { client } = writer;
  const known = prepare<CallSpan>(
    client,
    sql`SELECT span_ms, began_at_ms, calls FROM call_span
      WHERE account = ${given('account')} AND connection = ${given('connection')}`,
  );
  const write = prepare(
    client,
    sql`INSERT INTO call_span (account, connection, span_ms, began_at_ms, calls)
      VALUES (${given('account')}, ${given('connection')}, ${given('span_ms')}, ${given('began_at_ms')}, ${given('calls')})
      ON CONFLICT (account, connection, span_ms) DO UPDATE SET began_at_ms = excluded.began_at_ms, calls = excluded.calls`,
  );
  const hold = prepare(
    client,
    sql`INSERT INTO call_span (account, connection, span_ms, began_at_ms, calls)
      VALUES (${given('account')}, ${given('connection')}, 0, ${given('until')}, 0)
      ON CONFLICT (account, connection, span_ms) DO UPDATE SET began_at_ms = max(began_at_ms, excluded.began_at_ms)`,
  );

  return {
    takeCall: operation(({ account, connection, limits, nowMs }) =>
      writer.relaxed(() => {
        const judged = judgeCall(known.all({ account, connection }), limits, nowMs);
        if (!judged.granted) return judged;
        for (const span of judged.spans) write.run({ account, connection, ...span });
        return { granted: true };
      }),
    ),

    holdCalls: operation(({ account, connection, untilMs }) => {
      writer.relaxed(() => hold.run({ account, connection, until: untilMs }));
    }),
  };
}
