import { combineNoted, type FindingStored, toFinding } from '../rows/finding.ts';
import type { FindingFilter, Store } from '../store.ts';
import type { Database } from './database.ts';
import { newestFirst, windowOf } from './newest-first.ts';
import { finding } from './schema.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { CONNECTIONS, ofConnections } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, insertInto, rowsOf, sorted, statement } from './statement.ts';

const known = statement<{ id: string; closed_at_ms: number | null }>(
  sql`SELECT f.id, f.closed_at_ms FROM ${rowsOf(finding)} r
    JOIN finding f ON f.account = r.account AND f.id = r.id ORDER BY f.account, f.id FOR UPDATE OF f`,
);
/** `added`: it was not there, even a moment before. */
const note = insertInto<FindingStored & { added: boolean }>(
  finding,
  sql`ON CONFLICT (account, id) DO UPDATE SET
      first_seen_at_ms = least(t.first_seen_at_ms, excluded.first_seen_at_ms),
      last_seen_at_ms = greatest(t.last_seen_at_ms, excluded.last_seen_at_ms),
      count = t.count + excluded.count,
      detail = CASE WHEN excluded.last_seen_at_ms >= t.last_seen_at_ms THEN excluded.detail ELSE t.detail END,
      closed_at_ms = CASE WHEN excluded.last_seen_at_ms > t.closed_at_ms THEN NULL ELSE t.closed_at_ms END
    RETURNING t.*, (t.xmax = 0) AS added`,
);
const close = statement(
  sql`UPDATE finding f SET closed_at_ms = ${given('now')}::bigint
    WHERE f.account IN ${ACCOUNTS} AND f.id = ${given('id')} AND f.closed_at_ms IS NULL`,
);
const find = statement<FindingStored>(
  sql`SELECT f.* FROM finding f WHERE f.account IN ${ACCOUNTS} AND f.id = ${given('id')}`,
);

function listing(state: FindingFilter['state'], byKind: boolean) {
  // The partial index is used only where the statement says what it says.
  const closed = { open: [sql`f.closed_at_ms IS NULL`], closed: [sql`f.closed_at_ms IS NOT NULL`] };
  const page = newestFirst(CONNECTIONS, {
    from: sql`finding f`,
    key: sql`f.account`,
    id: sql`f.id`,
    at: sql`f.last_seen_at_ms`,
    where: [
      sql`f.account = c.account AND f.connection = c.name`,
      ...(state === undefined ? [] : closed[state]),
      ...(byKind ? [sql`f.kind = ${given('kind')}`] : []),
    ],
  });
  return statement<FindingStored>(
    sql`SELECT f.* FROM finding f JOIN (${page}) p ON f.account = p.account AND f.id = p.id
      ORDER BY f.last_seen_at_ms DESC, f.id DESC`,
  );
}

const listings = [undefined, 'open', 'closed'] as const;
const LISTINGS = new Map(listings.map(state => [state, listing(state, false)] as const));
const LISTINGS_BY_KIND = new Map(listings.map(state => [state, listing(state, true)] as const));

/** What a person should look at. */
export function createFindings(database: Database): Pick<Store, 'noteFindings' | 'closeFinding' | 'listFindings'> {
  return {
    noteFindings: database.operation(async batch => {
      const rows = sorted(
        combineNoted(batch).map(({ firstSeenAtMs, lastSeenAtMs, ...noted }) => ({
          ...noted,
          first_seen_at_ms: firstSeenAtMs,
          last_seen_at_ms: lastSeenAtMs,
        })),
        row => row.account,
        row => row.id,
      );
      if (rows.length === 0) return [];
      return database.transaction(async tx => {
        const before = new Map((await tx.all(known, { rows })).map(row => [row.id, row.closed_at_ms] as const));
        const after = await tx.all(note, { rows });
        return after
          .filter(row => row.closed_at_ms === null && (row.added || (before.get(row.id) ?? null) !== null))
          .map(toFinding);
      });
    }),

    closeFinding: database.operation(async (scope, id, nowMs) => {
      await database.run(close, { ...scoped(scope), id, now: nowMs });
      const row = await database.get(find, { ...scoped(scope), id });
      return row === undefined ? null : toFinding(row);
    }),

    listFindings: database.operation(async (scope, { account, connection, kind, state, seenAfterMs }, page) => {
      const of = (kind === undefined ? LISTINGS : LISTINGS_BY_KIND).get(state)!;
      const rows = await database.reads.all(of, {
        ...ofConnections(scope, { account, connection }),
        ...windowOf(page, seenAfterMs),
        kind,
      });
      return rows.map(toFinding);
    }),
  };
}
