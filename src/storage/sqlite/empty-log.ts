import type { Database } from 'better-sqlite3';

/**
 * Copies everything from the log and empties it, so that nothing that was removed stands in it any more. `false`:
 * somebody reads from it (a backup), or the writer was quicker; it is left as it is. Waits no longer than the keeper
 * does for anything, because the writer is held meanwhile.
 */
export function emptyLog(client: Database): boolean {
  client.pragma('wal_checkpoint(PASSIVE)');
  const [result] = client.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }];
  return result.busy === 0;
}
