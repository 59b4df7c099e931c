import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import type { Scope } from '../store.ts';
import type { KnownConnection } from './connections.ts';
import { sql } from './sql.ts';
import { prepare } from './statement.ts';

export interface ConnectionFilter {
  readonly account?: string | undefined;
  readonly connection?: string | undefined;
  readonly provider?: string | undefined;
}

/** The connections a caller may see and asks for. There are thousands at most, so they are read anew each time. */
export function createScopedConnections(client: Database) {
  const all = prepare<KnownConnection>(client, sql`SELECT ref, account, name, provider FROM connection ORDER BY ref`);
  return (scope: Scope, { account, connection, provider }: ConnectionFilter): readonly KnownConnection[] =>
    all
      .all({})
      .filter(
        known =>
          inScope(scope, known.account) &&
          (account === undefined || known.account === account) &&
          (connection === undefined || known.name === connection) &&
          (provider === undefined || known.provider === provider),
      );
}
