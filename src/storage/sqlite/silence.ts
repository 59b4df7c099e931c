import type { Database } from 'better-sqlite3';
import { RECEIPTS_LOOKED_AT } from '../receipts-looked-at.ts';
import { createScopedConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** What tells that a connection, or a stage of its returns, fell silent. */
export function createSilence(client: Database) {
  const scoped = createScopedConnections(client);
  const receipts = prepare<{ at_ms: number }>(
    client,
    sql`SELECT received_at_ms AS at_ms FROM (
        SELECT received_at_ms, source FROM inbound WHERE connection_ref = ${given('connection_ref')}
        ORDER BY received_at_ms DESC LIMIT ${RECEIPTS_LOOKED_AT})
      WHERE source = 'webhook' LIMIT ${given('limit')}`,
  );
  const standing = prepare<{ id: string; at_ms: number; settled: number }>(
    client,
    sql`SELECT r.id, r.updated_at_ms AS at_ms, EXISTS (
          SELECT 1 FROM json_each(r.state, '$.settlements') s
          WHERE json_extract(s.value, '$.state') IN ('approved', 'processing', 'paid')) AS settled
      FROM "return" r
      WHERE r.connection_ref = ${given('connection_ref')} AND r.status = ${given('status')} AND r.merged_into IS NULL
        AND r.updated_at_ms < ${given('before')}
      ORDER BY r.updated_at_ms DESC LIMIT ${given('limit')}`,
  );
  /** One that changed its adapter is there once for each. */
  const refsOf = (account: string, connection: string) =>
    scoped([account], { account, connection }).map(known => known.ref);

  return {
    lastReceipts(account: string, connection: string, limit: number): readonly number[] {
      const rows = refsOf(account, connection).flatMap(ref => receipts.all({ connection_ref: ref, limit }));
      return rows
        .map(({ at_ms }) => at_ms)
        .sort((a, b) => b - a)
        .slice(0, limit);
    },

    standingReturns(
      of: { readonly account: string; readonly connection: string; readonly status: string; readonly beforeMs: number },
      limit: number,
    ): { readonly looked: number; readonly ids: readonly string[] } {
      const values = { status: of.status, before: of.beforeMs, limit };
      const rows = refsOf(of.account, of.connection)
        .flatMap(ref => standing.all({ ...values, connection_ref: ref }))
        .sort((a, b) => b.at_ms - a.at_ms)
        .slice(0, limit);
      return { looked: rows.length, ids: rows.flatMap(({ id, settled }) => (settled === 1 ? [] : [id])) };
    },
  };
}
