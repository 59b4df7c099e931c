import type { Database } from 'better-sqlite3';
import { inScope } from '../in-scope.ts';
import { toDestinationState } from '../rows/destination.ts';
import type { Scope } from '../store.ts';
import type { destination } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

type StateRow = typeof destination.$inferSelect & { readonly pending: number };

/** Destinations with what they still have to get. */
export function createDestinationStates(client: Database) {
  const columns = sql`SELECT t.*, (SELECT count(*) FROM delivery WHERE destination_ref = t.ref AND state = 0) AS pending
    FROM destination t`;
  const all = prepare<StateRow>(client, sql`${columns} ORDER BY account, name`);
  const byRef = prepare<StateRow>(client, sql`${columns} WHERE t.ref = ${given('ref')}`);
  return {
    list: (scope: Scope) =>
      all
        .all({})
        .filter(row => inScope(scope, row.account))
        .map(row => toDestinationState(row, row.pending)),
    byRef(ref: number) {
      const row = byRef.get({ ref })!;
      return toDestinationState(row, row.pending);
    },
  };
}
