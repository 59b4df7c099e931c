import { RECEIPTS_LOOKED_AT } from '../receipts-looked-at.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { LIMIT } from './newest-first.ts';
import { sql } from './sql.ts';
import { given, literal, statement } from './statement.ts';

const receipts = statement<{ received_at_ms: number }>(
  sql`SELECT received_at_ms FROM (
      SELECT received_at_ms, source FROM inbound
      WHERE account = ${given('account')} AND connection = ${given('connection')}
      ORDER BY received_at_ms DESC, id DESC LIMIT ${literal(RECEIPTS_LOOKED_AT)}) last
    WHERE source = 'webhook' LIMIT ${LIMIT}`,
);
const standing = statement<{ id: string; settled: boolean }>(
  sql`SELECT r.id, EXISTS (
        SELECT 1 FROM json_array_elements(r.state->'settlements') s
        WHERE s->>'state' IN ('approved', 'processing', 'paid')) AS settled
    FROM "return" r
    WHERE r.account = ${given('account')} AND r.connection = ${given('connection')} AND r.status = ${given('status')}
      AND r.merged_into IS NULL AND r.updated_at_ms < ${given('before')}::bigint
    ORDER BY r.updated_at_ms DESC, r.id DESC LIMIT ${LIMIT}`,
);

/** What tells that a connection, or a stage of its returns, fell silent. */
export function createSilence({ reads, operation }: Database): Pick<Store, 'lastReceipts' | 'standingReturns'> {
  return {
    lastReceipts: operation(async (account, connection, limit) => {
      const rows = await reads.all(receipts, { account, connection, limit });
      return rows.map(row => row.received_at_ms);
    }),

    standingReturns: operation(async ({ account, connection, status, beforeMs }, limit) => {
      const rows = await reads.all(standing, { account, connection, status, before: beforeMs, limit });
      return { looked: rows.length, ids: rows.flatMap(({ id, settled }) => (settled ? [] : [id])) };
    }),
  };
}
