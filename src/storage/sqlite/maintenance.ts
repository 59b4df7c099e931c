import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { keeperWrite, type Steps } from './keeper-write.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';

/** Beyond this the checkpoints have fallen behind, and intake takes nothing more. */
export const WAL_LIMIT_BYTES = 1024 ** 3;

/** Below this a checkpoint is not worth its syncs. */
const WORTH_A_CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** Above this the log is begun anew: a passive checkpoint alone never catches up with a busy writer. 64 MiB. */
const WORTH_BEGINNING_ANEW_PAGES = 16 * 1024;
/** A longer file is cut off. Up to here its blocks are used again: a sync of a file that grows waits for the file system's journal. */
const WORTH_CUTTING_BYTES = 128 * 1024 * 1024;

/** Beginning anew copies the rest while it holds the writer, so the rest must be short: some milliseconds. */
const SHORT_REST_PAGES = 1000;

interface Progress {
  /** Pages in the log. */
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Copies what is committed from the log into the database. Passive rounds hold nobody up. Having the log begin anew
 * holds the writer while it copies what was committed since, so it comes right after them, and it waits for nobody:
 * while somebody still reads from the log, waiting would hold the writer as long, and with it the whole process.
 */
export function checkpoint(client: Database, walPath: string): void {
  if (!isWorthACheckpoint(walPath)) return;
  const [first] = client.pragma('wal_checkpoint(PASSIVE)') as [Progress];
  const isLong = walBytes(walPath) > WORTH_CUTTING_BYTES;
  if (!isLong && first.log < WORTH_BEGINNING_ANEW_PAGES) return;
  const [{ log, checkpointed }] = client.pragma('wal_checkpoint(PASSIVE)') as [Progress];
  if (log - checkpointed > SHORT_REST_PAGES) return; // a reader needs the rest, or the writer is that far ahead
  const waits = client.pragma('busy_timeout', { simple: true });
  client.pragma('busy_timeout = 0');
  try {
    client.pragma(isLong ? 'wal_checkpoint(TRUNCATE)' : 'wal_checkpoint(RESTART)');
  } finally {
    client.pragma(`busy_timeout = ${waits}`);
  }
}

export function isWorthACheckpoint(walPath: string): boolean {
  return walBytes(walPath) >= WORTH_A_CHECKPOINT_BYTES;
}

export function walBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Keys looked at in one step; each step that finds something is one short transaction. */
const STEP = 2000;

/** Walks the ledger in key order, a step at a time; an index over expiry would cost every request a write. */
export function createPurge(client: Database): (nowMs: number) => Steps<number> {
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
    let purged = yield* keeperWrite(client, () => dropIdempotency.run({ now: nowMs }).changes);
    let last: { readonly key_hash: Buffer; readonly body_hash: Buffer } = {
      key_hash: Buffer.alloc(0),
      body_hash: Buffer.alloc(0),
    };
    for (;;) {
      const rows = step.all(last);
      const expired = rows.filter(row => row.expires_at_ms <= nowMs);
      for (let from = 0; from < expired.length; from += 200) {
        const some = expired.slice(from, from + 200);
        purged += yield* keeperWrite(client, () =>
          some.reduce(
            (count, { key_hash, body_hash }) => count + dropKey.run({ key_hash, body_hash, now: nowMs }).changes,
            0,
          ),
        );
      }
      const end = rows.at(-1);
      if (end === undefined || rows.length < STEP) return purged;
      last = end;
      yield 0;
    }
  };
}
