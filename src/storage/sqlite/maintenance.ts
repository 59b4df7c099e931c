import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Below this a checkpoint is not worth its syncs. */
const WORTH_A_CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** Above this the log is emptied: a passive checkpoint alone never catches up with a busy writer. */
const WORTH_EMPTYING_BYTES = 64 * 1024 * 1024;

/**
 * Copies what is committed from the log into the database. Passive rounds hold nobody up; emptying the log holds
 * writers only for what was committed since, so it comes right after them.
 */
export function checkpoint(client: Database, walPath: string): void {
  if (walBytes(walPath) < WORTH_A_CHECKPOINT_BYTES) return;
  client.pragma('wal_checkpoint(PASSIVE)');
  if (walBytes(walPath) < WORTH_EMPTYING_BYTES) return;
  client.pragma('wal_checkpoint(PASSIVE)');
  client.pragma('wal_checkpoint(TRUNCATE)');
}

function walBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Keys looked at in one step; each step that finds something is one short transaction. */
const STEP = 2000;

/** Walks the ledger in key order, a step at a time; an index over expiry would cost every request a write. */
export function createPurge(client: Database): (nowMs: number) => Generator<void, number> {
  const step = prepare<{ key_hash: Buffer; body_hash: Buffer; expires_at_ms: number }>(
    client,
    sql`SELECT key_hash, body_hash, expires_at_ms FROM dedupe
      WHERE (key_hash, body_hash) > (${given('key_hash')}, ${given('body_hash')})
      ORDER BY key_hash, body_hash LIMIT ${sql.raw(String(STEP))}`,
  );
  // Looked at again in the transaction: a key may have been renewed meanwhile.
  const dropKey = prepare(
    client,
    sql`DELETE FROM dedupe WHERE key_hash = ${given('key_hash')} AND body_hash = ${given('body_hash')}
      AND expires_at_ms <= ${given('now')}`,
  );
  const dropIdempotency = prepare(client, sql`DELETE FROM idempotency_key WHERE expires_at_ms <= ${given('now')}`);

  return function* purge(nowMs) {
    let purged = client.transaction(() => dropIdempotency.run({ now: nowMs }).changes).immediate();
    let last: { readonly key_hash: Buffer; readonly body_hash: Buffer } = {
      key_hash: Buffer.alloc(0),
      body_hash: Buffer.alloc(0),
    };
    for (;;) {
      const rows = step.all(last);
      const expired = rows.filter(row => row.expires_at_ms <= nowMs);
      for (let from = 0; from < expired.length; from += 200) {
        const some = expired.slice(from, from + 200);
        purged += client
          .transaction(() =>
            some.reduce(
              (count, { key_hash, body_hash }) => count + dropKey.run({ key_hash, body_hash, now: nowMs }).changes,
              0,
            ),
          )
          .immediate();
        yield;
      }
      const end = rows.at(-1);
      if (end === undefined || rows.length < STEP) return purged;
      last = end;
      yield;
    }
  };
}
