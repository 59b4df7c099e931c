import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { type GatewayFolder, startGateway } from './processes.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

/** Gives a store a dedupe ledger of `keys` remembered webhooks, as a busy year leaves one; random keys, as hashes are. */
export async function fillLedger(folder: GatewayFolder, keys: number): Promise<void> {
  const gateway = await startGateway(folder, 'receive'); // makes the tables
  await gateway.stop();
  const client = new Database(folder.database);
  client.pragma('synchronous = OFF');
  client.pragma('cache_size = -400000');
  const expires = Date.now() + 400 * 24 * 3_600_000;
  // Sorted by SQLite's own b-tree as they come: the cost that the real ledger pays, paid here beforehand.
  const fill = client.prepare(
    `INSERT INTO dedupe (key_hash, body_hash, inbound_ref, expires_at_ms)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT k, randomblob(16), 1, ? FROM (SELECT randomblob(16) AS k FROM n) ORDER BY k`,
  );
  fill.run(keys, expires);
  client.pragma('wal_checkpoint(TRUNCATE)');
  client.close();
}
