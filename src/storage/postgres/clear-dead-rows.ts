import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Session } from './database.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

/**
 * PostgreSQL keeps what was deleted or replaced as dead rows until VACUUM takes them, and VACUUM takes none that an
 * older snapshot may still read (a backup, a report).
 *
 * What remains after it: the room of a dead row within its page is free and unreadable for statements, but its bytes lie
 * there until a later row is put on them; and the write-ahead log, its archive, replicas that lag and backups hold what
 * they were given. Only time clears those, as their owners set it.
 */

/** Who reads old rows is waited for; a short transaction takes milliseconds, a backup hours. */
const TRIES = 8;
const PAUSE_MS = 250;

const nextTransaction = statement<{ xid: string }>(sql`SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid`);
/** Whoever may still see rows as they were before that transaction. A replica may hold rows back, too. */
const olderReaders = statement<{ readers: number }>(
  sql`SELECT count(*) AS readers FROM (
      SELECT backend_xmin AS xid FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (datname = current_database() OR backend_type = 'walsender')
      UNION ALL SELECT backend_xid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
      UNION ALL SELECT xmin FROM pg_replication_slots
      UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()) held
    WHERE xid IS NOT NULL AND age(xid) > age(${given('xid')}::xid8::xid)`,
);

/** Takes what was deleted from these tables before; `false`: somebody may still read it, or it took too long. */
export async function clearDeadRows(database: Database, tables: Iterable<string>): Promise<boolean> {
  const { xid } = (await database.get(nextTransaction))!;
  let seen = await isReadBefore(database, xid);
  for (let tries = 1; seen && tries < TRIES; tries += 1) {
    await pause(PAUSE_MS);
    seen = await isReadBefore(database, xid);
  }
  for (const table of tables) if (!(await vacuum(database, table))) return false;
  return !seen;
}

/** `false`: another was at it, or it took too long. */
export async function vacuum(session: Session, table: string): Promise<boolean> {
  try {
    // An index entry holds nothing of a person, but for e-mail addresses; elsewhere few dead ones may stay for a while.
    await session.script(`VACUUM (INDEX_CLEANUP ${table === 'shopper' ? 'ON' : 'AUTO'}, TRUNCATE OFF) ${table}`);
    return true;
  } catch {
    return false;
  }
}

async function isReadBefore(session: Session, xid: string): Promise<boolean> {
  return (await session.get(olderReaders, { xid }))!.readers > 0;
}
