import { inScope } from '../in-scope.ts';
import type { Scope } from '../store.ts';
import { scoped } from './scope.ts';
import { sql } from './sql.ts';
import { given, type Values } from './statement.ts';

export interface ConnectionFilter {
  readonly account?: string | undefined;
  readonly connection?: string | undefined;
  readonly provider?: string | undefined;
}

/** The connections a caller may see and asks for, as a subquery. There are thousands at most, so all are read. */
export const CONNECTIONS = sql`(SELECT DISTINCT account, name FROM connection
  WHERE (${given('all')}::boolean OR account IN (SELECT json_array_elements_text(${given('accounts')}::json)))
    AND (${given('connection')}::text IS NULL OR name = ${given('connection')})
    AND (${given('provider')}::text IS NULL OR provider = ${given('provider')}))`;

/** What CONNECTIONS needs, and ACCOUNTS. */
export function ofConnections(scope: Scope, { account, connection, provider }: ConnectionFilter): Values {
  return { ...scoped(narrowed(scope, account)), connection, provider };
}

/** The part of a scope that one account is, where one is asked for. */
export function narrowed(scope: Scope, account: string | null | undefined): Scope {
  if (account === null || account === undefined) return scope;
  return inScope(scope, account) ? [account] : [];
}
