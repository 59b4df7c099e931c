import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/** Pages of the ledger looked at in one transaction: some thousand keys. */
const STEP_PAGES = 64;
/** Idempotency keys of one transaction. */
const STEP_KEYS = 500;

const ledger = statement<{ pages: number }>(
  sql`SELECT pg_relation_size('dedupe') / current_setting('block_size')::integer AS pages`,
);
/**
 * By the place of the rows in the file, one stretch after the other: an index over expiry would cost every request a
 * write, and the order of the keys, which are hashes, would jump through the whole file. It waits for nobody; a key that
 * is being renewed at this moment is not expired.
 */
const dropKeys = statement(
  sql`DELETE FROM dedupe WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM dedupe
      WHERE ctid >= format('(%s,0)', ${given('from')}::bigint)::tid AND ctid < format('(%s,0)', ${given('until')}::bigint)::tid
        AND expires_at_ms <= retour_now_ms() FOR UPDATE SKIP LOCKED))`,
);
const dropIdempotency = statement(
  sql`DELETE FROM idempotency_key k USING (
      SELECT token_id, route, key FROM idempotency_key WHERE expires_at_ms <= retour_now_ms()
      ORDER BY expires_at_ms LIMIT ${sql.raw(String(STEP_KEYS))} FOR UPDATE SKIP LOCKED) old
    WHERE k.token_id = old.token_id AND k.route = old.route AND k.key = old.key`,
);

/** Expired dedupe and idempotency keys go, on the database's clock. */
export function createPurge(database: Database): Pick<Store, 'purgeExpired'> {
  return {
    purgeExpired: database.operation(async () => {
      let purged = 0;
      for (let dropped = STEP_KEYS; dropped === STEP_KEYS; purged += dropped) {
        dropped = await database.run(dropIdempotency);
      }
      const { pages } = (await database.get(ledger))!;
      for (let from = 0; from < pages; from += STEP_PAGES) {
        purged += await database.run(dropKeys, { from, until: from + STEP_PAGES });
      }
      return purged;
    }),
  };
}
