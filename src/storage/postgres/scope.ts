import type { Scope } from '../store.ts';
import { sql } from './sql.ts';
import { given, type Values } from './statement.ts';

/**
 * The accounts a caller may see, as a subquery: `r.account IN ${ACCOUNTS} AND r.id = …` probes the key once for each.
 * Ids are unique over all accounts, but an index over ids alone would tie the tables to one machine.
 */
export const ACCOUNTS = sql`(SELECT DISTINCT account FROM connection
  WHERE ${given('all')}::boolean OR account IN (SELECT json_array_elements_text(${given('accounts')}::json)))`;

/** What ACCOUNTS needs. */
export function scoped(scope: Scope): Values {
  return { all: scope === 'all', accounts: scope === 'all' ? [] : scope };
}
