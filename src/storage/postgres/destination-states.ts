import { PENDING } from '../delivery-state.ts';
import { type DestinationStored, toDestinationState } from '../rows/destination.ts';
import type { DestinationState, Scope } from '../store.ts';
import type { Session } from './database.ts';
import { scoped } from './scope.ts';
import { sql } from './sql.ts';
import { given, literal, statement } from './statement.ts';

type StateRow = DestinationStored & { readonly pending: number };

const COLUMNS = sql`SELECT t.*, (SELECT count(*) FROM delivery d WHERE d.account = t.account AND d.destination = t.name
    AND d.state = ${literal(PENDING)}) AS pending
  FROM destination t`;
/** Not by ACCOUNTS: a destination may be configured before its account ever heard from a provider. */
const all = statement<StateRow>(
  sql`${COLUMNS} WHERE ${given('all')}::boolean OR t.account IN (SELECT json_array_elements_text(${given('accounts')}::json))
    ORDER BY t.account, t.name`,
);
const byName = statement<StateRow>(sql`${COLUMNS} WHERE t.account = ${given('account')} AND t.name = ${given('name')}`);

/** Destinations with what they still have to get. */
export async function listDestinationStates(session: Session, scope: Scope): Promise<readonly DestinationState[]> {
  return (await session.all(all, scoped(scope))).map(row => toDestinationState(row, row.pending));
}

export async function destinationState(
  session: Session,
  account: string,
  name: string,
): Promise<DestinationState | null> {
  const row = await session.get(byName, { account, name });
  return row === undefined ? null : toDestinationState(row, row.pending);
}
