import type { Database } from 'better-sqlite3';

/** How long the writer may be held while somebody else still reads from the log. */
const TIMEOUT_MS = 20;

/**
 * Copies everything from the log and empties it, so that nothing that was removed stands in it any more. `false`:
 * somebody reads from it (a backup), or the writer was quicker; it is left as it is.
 */
export function emptyLog(client: Database): boolean {
  const waits = client.pragma('busy_timeout', { simple: true });
  client.pragma(`busy_timeout = ${TIMEOUT_MS}`);
  try {
    client.pragma('wal_checkpoint(PASSIVE)');
    const [result] = client.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }];
    return result.busy === 0;
  } finally {
    client.pragma(`busy_timeout = ${waits}`);
  }
}
