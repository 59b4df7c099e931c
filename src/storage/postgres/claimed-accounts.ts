import type { Session } from './database.ts';
import type { ReturnKey } from './return-rows.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/**
 * Whose each claimed delivery is. An outcome names the delivery alone, and a lookup by id alone probes the index once
 * for every account there is; but what a process settles, it has nearly always claimed itself.
 */
export interface ClaimedAccounts {
  add(deliveryId: string, account: string): void;
  /** The keys of these deliveries; one that does not exist is left out. */
  keysOf(session: Session, deliveryIds: Iterable<string>): Promise<readonly ReturnKey[]>;
}

/** Many times what is ever under way at once; some 2 MB. */
const MOST_REMEMBERED = 20_000;

const byIds = statement<ReturnKey>(
  sql`SELECT account, id FROM delivery
    WHERE account IN ${ACCOUNTS} AND id IN (SELECT json_array_elements_text(${given('ids')}::json))`,
);

export function createClaimedAccounts(): ClaimedAccounts {
  const accounts = new Map<string, string>();

  return {
    add(deliveryId, account) {
      accounts.delete(deliveryId); // the newest stand last
      accounts.set(deliveryId, account);
      if (accounts.size > MOST_REMEMBERED) accounts.delete(accounts.keys().next().value!);
    },
    async keysOf(session, deliveryIds) {
      const known: ReturnKey[] = [];
      const ids: string[] = [];
      for (const id of new Set(deliveryIds)) {
        const account = accounts.get(id);
        if (account === undefined) ids.push(id);
        else known.push({ account, id });
      }
      return ids.length === 0 ? known : [...known, ...(await session.all(byIds, { ...scoped('all'), ids }))];
    },
  };
}
