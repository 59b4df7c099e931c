import { sql } from './sql.ts';
import { statement } from './statement.ts';

/**
 * Events are numbered as they are inserted, but their transactions commit in another order: whoever follows the list
 * by position would pass a number whose event shows up later. Numbers in the order of commits would let one transaction
 * record at a time; instead readers stop before the first position that may still be on its way.
 *
 * - A recording transaction reads the last number given out, V, locks it, shared and until it ends, and only then takes
 *   its positions: each is above V. Shared locks wait for nobody.
 * - A reader reads the last number given out, S, then the lowest number L that is locked by anybody, and then, in
 *   another statement, events up to min(S, L).
 *
 * No event appears later at or below what was shown. Say its position is P ≤ S: it was given out before S was read, so
 * its transaction held its lock on some V < P by then. If it still held it when L was read, then L ≤ V < P, and P was
 * not shown. If it did not, it had ended; PostgreSQL makes a commit visible before it lets go of the locks, so the
 * statement that began after that saw the event. A transaction that read V and locks it after L was read takes its
 * positions later still: they are above S.
 *
 * It holds as long as the sequence caches nothing (CACHE 1) and reads go to the primary: a replica has no such locks.
 * A transaction that is left open holds readers up until the server ends it (idle_in_transaction_session_timeout).
 */

/** The upper 16 bits of the lock's key. Positive, so that a key is; far from the keys of the other locks. */
const MARKER = 21061;

/**
 * The last number given out. Not the sequence's column `last_value`: each time the sequence logs numbers ahead, a plain
 * read can meet one up to 32 too high (15 of 300,000 reads while another connection took numbers); this function locks
 * the page. It answers null before the first number.
 */
const LAST = sql`coalesce(pg_sequence_last_value('event_position'), 0)`;

/**
 * Once in a transaction, before it takes positions; not within a savepoint, because rolling back to that lets go of the
 * lock. Also answers the database's time.
 */
export const takeEventLock = statement<{ now_ms: number }>(
  sql`SELECT retour_now_ms() AS now_ms, pg_advisory_xact_lock_shared((${sql.raw(String(MARKER))}::bigint << 48) | ${LAST})`,
);

/** Up to where events may be shown, by a statement that follows it. LATERAL: the sequence is read before the locks. */
export const readablePosition = statement<{ position: number }>(
  sql`SELECT least(s.last, l.lowest) AS position
    FROM (SELECT ${LAST} AS last) s CROSS JOIN LATERAL (
      SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) AS lowest FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = ${sql.raw(String(MARKER))}
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.last >= 0) l`,
);
