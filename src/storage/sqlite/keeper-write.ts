import type { Database } from 'better-sqlite3';

/** Yields how many milliseconds to pause; the reading thread answers others meanwhile. */
export type Steps<Result> = Generator<number, Result>;

/** After each transaction the writer has its turn: waiting for the lock, it asks again after 1, 2, 5, 10 … ms. */
export const PAUSE_MS = 10;

/** How often the lock may still be found taken. A writer under full load leaves it free for microseconds at a time. */
export interface Patience {
  tries: number;
}

/**
 * One transaction of the keeping connection. It waits for the lock with pauses, because waiting inside SQLite would
 * hold up every read of the thread, and throws what SQLite says once its patience, some seconds, is at an end.
 */
export function* keeperWrite<Result>(
  client: Database,
  body: () => Result,
  patience: Patience = { tries: 400 },
): Steps<Result> {
  const transaction = client.transaction(body);
  for (;;) {
    try {
      const result = transaction.immediate();
      yield PAUSE_MS;
      return result;
    } catch (cause) {
      patience.tries -= 1;
      if (!isBusy(cause) || patience.tries <= 0) throw cause;
    }
    yield PAUSE_MS;
  }
}

/** The lock was not free. */
export function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
}
