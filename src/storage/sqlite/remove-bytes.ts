import type { Database } from 'better-sqlite3';
import { stateOfNotices } from '../worst-state.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

export interface RemoveBytes {
  /** Takes the bytes of an inbound row, within the running transaction; answers how many rows had some. */
  remove(ref: number, nowMs: number): 0 | 1;
}

/**
 * Body and query go, row and outcome stay. What cannot be read any more must never be read: the row waits for no alias,
 * and one that was queued to be read again goes back to the state of its last interpretation.
 */
export function createRemoveBytes(client: Database): RemoveBytes {
  const drop = prepare(client, sql`DELETE FROM inbound_body WHERE inbound_ref = ${given('ref')}`);
  const mark = prepare(
    client,
    sql`UPDATE inbound SET bytes_erased_at_ms = ${given('now')}, query = '' WHERE ref = ${given('ref')}`,
  );
  const stopAttaching = prepare(client, sql`DELETE FROM attaching_alias WHERE inbound_ref = ${given('ref')}`);
  const queued = prepare<{ notices: string }>(
    client,
    sql`SELECT n.notices FROM inbound i JOIN interpretation n ON n.inbound_ref = i.ref
      WHERE i.ref = ${given('ref')} AND i.state = 'received'`,
  );
  const settle = prepare(client, sql`UPDATE inbound SET state = ${given('state')} WHERE ref = ${given('ref')}`);

  return {
    remove(ref, nowMs) {
      if (drop.run({ ref }).changes === 0) return 0;
      mark.run({ ref, now: nowMs });
      stopAttaching.run({ ref });
      const before = queued.get({ ref });
      if (before !== undefined) settle.run({ ref, state: stateOfNotices(JSON.parse(before.notices)) });
      return 1;
    },
  };
}
