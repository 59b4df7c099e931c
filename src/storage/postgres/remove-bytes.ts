import type { InboundState } from '../store.ts';
import { stateOfNotices } from '../worst-state.ts';
import type { Session } from './database.ts';
import { KEYS, type ReturnKey } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

export interface InboundKey extends ReturnKey {
  readonly received_at_ms: number;
}

/** An inbound row that is locked until the transaction ends. */
export interface LockedInbound extends InboundKey {
  readonly state: string;
  readonly trust: string;
}

const LOCKED = sql`SELECT i.account, i.id, i.received_at_ms, i.state, i.trust
  FROM inbound i JOIN ${KEYS} ON i.account = k.account AND i.id = k.id ORDER BY i.account, i.id FOR NO KEY UPDATE OF i`;
const lockQueue = statement(
  sql`SELECT FROM inbound_queue q JOIN ${KEYS} ON q.account = k.account AND q.inbound_id = k.id
    ORDER BY q.account, q.inbound_id FOR UPDATE OF q`,
);
const lock = statement<LockedInbound>(LOCKED);
const lockFree = statement<LockedInbound>(sql`${LOCKED} SKIP LOCKED`);

/** The bounds say which days it may touch; the rest is by key. */
const drop = statement<ReturnKey>(
  sql`DELETE FROM inbound_body b
    USING json_to_recordset(${given('keys')}::json) AS k(account text, id text, received_at_ms bigint)
    WHERE b.account = k.account AND b.inbound_id = k.id AND b.received_at_ms = k.received_at_ms
      AND b.received_at_ms >= ${given('first_ms')}::bigint AND b.received_at_ms <= ${given('last_ms')}::bigint
    RETURNING b.account, b.inbound_id AS id`,
);
const mark = statement<ReturnKey & { readonly state: string }>(
  sql`UPDATE inbound i SET bytes_erased_at_ms = ${given('now')}::bigint, query = '' FROM ${KEYS}
    WHERE i.account = k.account AND i.id = k.id RETURNING i.account, i.id, i.state`,
);
const stopAttaching = statement(
  sql`DELETE FROM attaching_alias a USING ${KEYS} WHERE a.account = k.account AND a.inbound_id = k.id`,
);
const interpreted = statement<ReturnKey & { readonly notices: string }>(
  sql`SELECT n.account, n.inbound_id AS id, n.notices FROM interpretation n
    JOIN ${KEYS} ON n.account = k.account AND n.inbound_id = k.id`,
);
const settle = statement(
  sql`UPDATE inbound i SET state = k.state
    FROM json_to_recordset(${given('keys')}::json) AS k(account text, id text, state text)
    WHERE i.account = k.account AND i.id = k.id`,
);
const leaveQueue = statement(
  sql`DELETE FROM inbound_queue q USING ${KEYS} WHERE q.account = k.account AND q.inbound_id = k.id`,
);

/** Waits for whoever records them. What is recorded afterwards finds the bytes gone and is a conflict. */
export async function lockInbound(tx: Session, keys: readonly ReturnKey[]): Promise<readonly LockedInbound[]> {
  await tx.all(lockQueue, { keys });
  return tx.all(lock, { keys });
}

/** Without those that somebody is writing at this moment. */
export function lockFreeInbound(tx: Session, keys: readonly ReturnKey[]): Promise<readonly LockedInbound[]> {
  return tx.all(lockFree, { keys });
}

/**
 * Takes the bytes of inbound rows that are locked; answers how many had some. Body and query go, row and outcome stay.
 * What cannot be read any more must never be read: the row waits for no alias, and one that was queued to be read again
 * goes back to the state of its last interpretation.
 */
export async function removeBytes(tx: Session, rows: readonly InboundKey[], nowMs: number): Promise<number> {
  if (rows.length === 0) return 0;
  const instants = rows.map(({ received_at_ms }) => received_at_ms);
  const bounds = { first_ms: Math.min(...instants), last_ms: Math.max(...instants) };
  const keys = await tx.all(drop, { keys: rows, ...bounds });
  if (keys.length === 0) return 0;
  const marked = await tx.all(mark, { keys, now: nowMs });
  await tx.run(stopAttaching, { keys });
  const queued = marked.filter(({ state }) => state === ('received' satisfies InboundState));
  if (queued.length > 0) {
    const before = await tx.all(interpreted, { keys: queued });
    const settled = before.map(({ account, id, notices }) => ({
      account,
      id,
      state: stateOfNotices(JSON.parse(notices)),
    }));
    await tx.run(settle, { keys: settled });
    await tx.run(leaveQueue, { keys: settled });
  }
  return keys.length;
}
