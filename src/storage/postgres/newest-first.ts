import type { SQL } from 'drizzle-orm';
import type { Page } from '../store.ts';
import { sql } from './sql.ts';
import { given, type Values } from './statement.ts';

/** The rows of one source `c`, an index range that leads with it and is ordered by (at, id). */
export interface Ranged {
  /** Table and alias, with what is joined. */
  readonly from: SQL;
  /** What leads the key of a row, beside its id. */
  readonly key: SQL;
  readonly id: SQL;
  readonly at: SQL;
  readonly where: readonly SQL[];
}

/**
 * One page out of many sources, each an index range of its own: PostgreSQL would sort all their rows to merge them. The
 * rows of a page come from as many sources at most as it has rows: those whose first rows are the newest. Answers
 * the key, id and at_ms.
 */
export function newestFirst(sources: SQL, ranged: Ranged): SQL {
  return sql`SELECT found.* FROM (
      SELECT c.* FROM ${sources} c CROSS JOIN LATERAL (${rangeOf(ranged)} LIMIT 1) newest
      ORDER BY newest.at_ms DESC, newest.id DESC LIMIT ${LIMIT}) c
    CROSS JOIN LATERAL (${rangeOf(ranged)} LIMIT ${LIMIT}) found
    ORDER BY found.at_ms DESC, found.id DESC LIMIT ${LIMIT}`;
}

/** Newest first, within the window. */
export function rangeOf({ from, key, id, at, where }: Ranged): SQL {
  const conditions = [
    ...where,
    sql`(${at}, ${id}) < (${given('before_ms')}::bigint, ${given('before_id')})`,
    sql`${at} > ${given('after_ms')}::bigint`,
  ];
  return sql`SELECT ${key}, ${id} AS id, ${at} AS at_ms FROM ${from}
    WHERE ${sql.join(conditions, sql` AND `)} ORDER BY ${at} DESC, ${id} DESC`;
}

export const LIMIT = sql`${given('limit')}::bigint`;

/** What the statement of a page needs. `afterMs` is exclusive. */
export function windowOf({ limit, after }: Page, afterMs = -1): Values {
  return { limit, before_ms: after?.atMs ?? Number.MAX_SAFE_INTEGER, before_id: after?.id ?? '', after_ms: afterMs };
}
