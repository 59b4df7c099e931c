import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Database } from '../../../src/storage/postgres/database.ts';
import type { FreshDatabase } from './fresh-database.ts';

/** Holds what the statements lock and write until it is told to commit, or the test ends. */
export async function holding(database: Database, ...texts: readonly string[]): Promise<() => Promise<void>> {
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const done = database.transaction(async tx => {
    for (const text of texts) await tx.script(text);
    begun.resolve();
    await end.promise;
  });
  const commit = () => {
    end.resolve();
    return done;
  };
  onTestFinished(commit);
  await begun.promise;
  return commit;
}

/** Until somebody waits for a lock on a row. */
export async function untilSomebodyWaits({ query }: FreshDatabase): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await query(waiting)).length === 0) await pause(10);
}
