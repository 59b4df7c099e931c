import { attachingKey } from '../attaching.ts';
import type { InboundState } from '../store.ts';
import type { Session } from './database.ts';
import { type Accepted, isOutdated } from './judge-groups.ts';
import { keyOf, type RecordState } from './record-state.ts';
import { attachingAlias, inbound, inboundQueue, interpretation } from './schema.ts';
import { sql } from './sql.ts';
import { given, insertInto, type NewRow, rowsOf, sorted, statement } from './statement.ts';

const RECEIVED: InboundState = 'received';

const settle = statement(
  sql`UPDATE inbound t SET state = r.state, fingerprint = r.fingerprint FROM ${rowsOf(inbound)} r
    WHERE t.account = r.account AND t.id = r.id`,
);
const interpret = insertInto(
  interpretation,
  sql`ON CONFLICT (account, inbound_id) DO UPDATE SET adapter_version = excluded.adapter_version,
    interpreted_at_ms = excluded.interpreted_at_ms, notices = excluded.notices`,
);
const forgetAttaching = statement(
  sql`DELETE FROM attaching_alias t USING ${rowsOf(attachingAlias)} r
    WHERE t.account = r.account AND t.inbound_id = r.inbound_id`,
);
const insertAttaching = insertInto(attachingAlias, sql`ON CONFLICT DO NOTHING`);
const leaveQueue = statement(
  sql`DELETE FROM inbound_queue t USING ${rowsOf(inboundQueue)} r
    WHERE t.account = r.account AND t.inbound_id = r.inbound_id`,
);
const queueAgain = insertInto(
  inboundQueue,
  sql`ON CONFLICT (account, inbound_id) DO UPDATE SET lease_owner = NULL, lease_until_ms = 0`,
);
/**
 * Rows that attach by what returns gained or lost, but for those whose outcome says itself what becomes of them, and for
 * those whose bytes were removed while this statement waited for the row.
 */
const wake = statement<{ account: string; inbound_id: string; received_at_ms: number }>(
  sql`UPDATE inbound t SET state = ${RECEIVED} FROM (
      SELECT DISTINCT a.account, a.inbound_id FROM attaching_alias a
      JOIN json_to_recordset(${given('changed')}::json) AS c(account text, kind text, value text)
        ON a.account = c.account AND a.kind = c.kind AND a.value = c.value
      WHERE NOT EXISTS (
        SELECT 1 FROM json_to_recordset(${given('own')}::json) AS o(account text, id text)
        WHERE o.account = a.account AND o.id = a.inbound_id)) a
    WHERE t.account = a.account AND t.id = a.inbound_id AND t.state <> ${RECEIVED} AND t.bytes_erased_at_ms IS NULL
    RETURNING t.account, t.id AS inbound_id, t.received_at_ms`,
);

/** Writes what became of the inbound rows of all groups, and queues those that have to be read again. */
export async function recordInbound(tx: Session, accepted: readonly Accepted[], state: RecordState): Promise<void> {
  const outcomes = sorted(
    accepted.flatMap(({ group, changed }) => group.inbound.map(outcome => ({ outcome, changed }))),
    ({ outcome }) => outcome.account,
    ({ outcome }) => outcome.id,
  );
  await wakeOthers(tx, accepted);
  if (outcomes.length === 0) return;
  const changedElsewhere = countChanges(accepted);

  const settled: NewRow<typeof inbound>[] = [];
  const interpreted: NewRow<typeof interpretation>[] = [];
  const attaching: NewRow<typeof attachingAlias>[] = [];
  const [done, again]: [NewRow<typeof inboundQueue>[], NewRow<typeof inboundQueue>[]] = [[], []];
  for (const { outcome, changed } of outcomes) {
    const { account, id, attachesBy } = outcome;
    const keys = attachesBy.map(({ kind, value }) => attachingKey(account, kind, value));
    const isOverdue =
      isOutdated(outcome, state) ||
      keys.some(key => (changedElsewhere.get(key) ?? 0) > (changed.has(key) ? 1 : 0)) ||
      (outcome.state === 'waiting' && keys.some(key => changed.has(key)));
    settled.push({ account, id, state: isOverdue ? RECEIVED : outcome.state, fingerprint: outcome.fingerprint });
    interpreted.push({
      account,
      inbound_id: id,
      adapter_version: outcome.adapterVersion,
      interpreted_at_ms: state.nowMs,
      notices: outcome.notices,
    });
    for (const { kind, value } of attachesBy) attaching.push({ account, kind, value, inbound_id: id });
    const row = state.inbound.get(keyOf(outcome))!;
    const isAnothers = outcome.owner === null && row.state === RECEIVED;
    const queued = { account, inbound_id: id, received_at_ms: row.received_at_ms, lease_until_ms: 0 };
    if (!isOverdue) done.push(queued);
    else if (!isAnothers) again.push(queued); // else it stays queued, with the claim that somebody may have on it
  }
  await tx.run(settle, { rows: settled });
  await tx.run(interpret, { rows: interpreted });
  await tx.run(forgetAttaching, { rows: interpreted.map(({ account, inbound_id }) => ({ account, inbound_id })) });
  if (attaching.length > 0) await tx.run(insertAttaching, { rows: attaching });
  if (done.length > 0) await tx.run(leaveQueue, { rows: done });
  if (again.length > 0) await tx.run(queueAgain, { rows: again });
}

async function wakeOthers(tx: Session, accepted: readonly Accepted[]): Promise<void> {
  const changed = new Map(accepted.flatMap(({ changed: of }) => [...of]));
  if (changed.size === 0) return;
  const own = accepted.flatMap(({ group }) => group.inbound.map(({ account, id }) => ({ account, id })));
  const woken = await tx.all(wake, { changed: [...changed.values()], own });
  if (woken.length === 0) return;
  const rows = sorted(
    woken,
    row => row.account,
    row => row.inbound_id,
  ).map(row => ({ ...row, lease_until_ms: 0 }));
  await tx.run(queueAgain, { rows });
}

/** How many groups change each alias. */
function countChanges(accepted: readonly Accepted[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { changed } of accepted) for (const key of changed.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
