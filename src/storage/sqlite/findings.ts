import { inScope } from '../in-scope.ts';
import { combineNoted, type FindingStored, toFinding } from '../rows/finding.ts';
import type { Finding, Store } from '../store.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

/** What a person should look at. A power cut may forget the last of them. */
export function createFindings(writer: Writer): Pick<Store, 'noteFindings' | 'closeFinding'> {
  const { client } = writer;
  const find = prepare<FindingStored>(client, sql`SELECT * FROM finding WHERE id = ${given('id')}`);
  const note = prepare(
    client,
    sql`INSERT INTO finding
        (id, account, connection, kind, subject, first_seen_at_ms, last_seen_at_ms, count, detail)
      VALUES (${given('id')}, ${given('account')}, ${given('connection')}, ${given('kind')}, ${given('subject')},
        ${given('first_seen_at_ms')}, ${given('last_seen_at_ms')}, ${given('count')}, ${given('detail')})
      ON CONFLICT (id) DO UPDATE SET
        first_seen_at_ms = min(first_seen_at_ms, excluded.first_seen_at_ms),
        last_seen_at_ms = max(last_seen_at_ms, excluded.last_seen_at_ms),
        count = count + excluded.count,
        detail = iif(excluded.last_seen_at_ms >= last_seen_at_ms, excluded.detail, detail),
        closed_at_ms = iif(excluded.last_seen_at_ms > closed_at_ms, NULL, closed_at_ms)`,
  );
  const close = prepare(
    client,
    sql`UPDATE finding SET closed_at_ms = ${given('now')} WHERE id = ${given('id')} AND closed_at_ms IS NULL`,
  );

  return {
    noteFindings: operation(batch =>
      writer.relaxed(() => {
        const opened: Finding[] = [];
        for (const { firstSeenAtMs, lastSeenAtMs, detail, ...noted } of combineNoted(batch)) {
          const { id } = noted;
          const before = find.get({ id });
          const times = { first_seen_at_ms: firstSeenAtMs, last_seen_at_ms: lastSeenAtMs };
          note.run({ ...noted, ...times, detail: JSON.stringify(detail) });
          const after = find.get({ id })!;
          const wasOpen = before !== undefined && before.closed_at_ms === null;
          if (!wasOpen && after.closed_at_ms === null) opened.push(toFinding(after));
        }
        return opened;
      }),
    ),

    closeFinding: operation((scope, id, nowMs) =>
      writer.durable(() => {
        const row = find.get({ id });
        if (row === undefined || !inScope(scope, row.account)) return null;
        close.run({ id, now: nowMs });
        return toFinding(find.get({ id })!);
      }),
    ),
  };
}
