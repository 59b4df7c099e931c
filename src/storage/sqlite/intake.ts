import { GatewayError } from '../../gateway-error.ts';
import { bodyHash, keyHash } from '../dedupe-hash.ts';
import type { KeepResult, NewInbound, Store } from '../store.ts';
import { query } from './builder.ts';
import type { Connections } from './connections.ts';
import { insertInto } from './insert.ts';
import { walBytes } from './maintenance.ts';
import { dedupe, inbound, inboundBody, rejection } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation, storeError } from './store-error.ts';
import type { Writer } from './writer.ts';

/** How soon a refused sender may come back: a checkpoint needs about this long. */
const RETRY_AFTER_MS = 5000;

interface Remembered {
  readonly body_hash: Buffer;
  readonly inbound_ref: number;
  readonly id: string;
  readonly expires_at_ms: number;
}

/** Bytes in, dedupe, rejections. `walLimitBytes`: beyond it the checkpoints have fallen behind and nothing more is taken. */
export function createIntake(
  writer: Writer,
  connections: Connections,
  wal: { readonly path: string; readonly limitBytes: number },
): Pick<Store, 'keepInbound' | 'addRejection'> {
  const { client } = writer;
  const insertInbound = insertInto(client, inbound);
  const insertBody = insertInto(client, inboundBody);
  const remembered = prepare<Remembered>(
    client,
    sql`SELECT d.body_hash, d.inbound_ref, d.expires_at_ms, i.id FROM dedupe d JOIN inbound i ON i.ref = d.inbound_ref
        WHERE d.key_hash = ${given('key_hash')} ORDER BY d.inbound_ref`,
  );
  const remember = prepare(
    client,
    query
      .insert(dedupe)
      .values({
        key_hash: given('key_hash'),
        body_hash: given('body_hash'),
        inbound_ref: given('inbound_ref'),
        expires_at_ms: given('expires_at_ms'),
      })
      .onConflictDoUpdate({
        target: [dedupe.key_hash, dedupe.body_hash],
        set: { inbound_ref: sql`excluded.inbound_ref`, expires_at_ms: sql`excluded.expires_at_ms` },
      }),
  );
  const queueAgain = prepare(
    client,
    sql`UPDATE inbound SET state = 'received', bytes_erased_at_ms = NULL,
        query = CASE WHEN bytes_erased_at_ms IS NULL THEN query ELSE ${given('query')} END
      WHERE ref = ${given('ref')} AND state IN ('failed', 'unreadable', 'unrecognized')`,
  );
  // Retention may have taken the bytes of the row; these are the same.
  const giveBack = prepare(
    client,
    sql`INSERT INTO inbound_body (inbound_ref, body) VALUES (${given('ref')}, ${given('body')}) ON CONFLICT DO NOTHING`,
  );
  const insertRejection = insertInto(client, rejection);
  const capRejections = prepare(
    client,
    sql`DELETE FROM rejection WHERE ref IN (
          SELECT ref FROM rejection WHERE account = ${given('account')} AND connection = ${given('connection')}
          ORDER BY received_at_ms DESC, ref DESC LIMIT -1 OFFSET ${given('cap')})`,
  );

  function keepOne(row: NewInbound): KeepResult {
    let variantOf: Remembered | null = null;
    let hashes: { readonly key: Buffer; readonly body: Buffer } | null = null;
    if (row.dedupe !== null) {
      hashes = { key: keyHash(row, row.dedupe.key), body: bodyHash(row) };
      for (const known of remembered.all({ key_hash: hashes.key })) {
        if (known.expires_at_ms <= row.receivedAtMs) continue;
        if (known.body_hash.equals(hashes.body)) {
          const again = queueAgain.run({ ref: known.inbound_ref, query: row.query }).changes === 1;
          if (again) giveBack.run({ ref: known.inbound_ref, body: row.body });
          return { outcome: 'duplicate', id: known.id };
        }
        variantOf ??= known;
      }
    }
    const ref = insertInbound.run({
      id: row.id,
      connection_ref: connections.refOf(row.account, row.connection, row.adapterId),
      state: 'received',
      source: row.source,
      received_at_ms: row.receivedAtMs,
      method: row.method,
      path: row.path,
      query: row.query,
      headers: JSON.stringify(row.headers),
      body_digest: Buffer.from(row.bodyDigest, 'hex'),
      body_bytes: row.body.byteLength,
      trust: row.trust,
      secret_index: row.secretIndex,
      config_revision: row.configRevision,
      variant_of: variantOf?.inbound_ref,
    });
    insertBody.run({ inbound_ref: ref, body: row.body as Buffer });
    if (hashes !== null && row.dedupe !== null) {
      const { expiresAtMs } = row.dedupe;
      remember.run({ key_hash: hashes.key, body_hash: hashes.body, inbound_ref: ref, expires_at_ms: expiresAtMs });
    }
    return { outcome: 'kept', id: row.id, variantOf: variantOf?.id ?? null };
  }

  async function keepAlone(row: NewInbound): Promise<KeepResult> {
    try {
      return await writer.durable(() => keepOne(row));
    } catch (cause) {
      const error = storeError(cause);
      if (error instanceof GatewayError) return { outcome: 'failed', error };
      return { outcome: 'failed', error: new GatewayError('BUG', 'The request could not be kept.', { cause }) };
    }
  }

  return {
    keepInbound: operation(async batch => {
      if (walBytes(wal.path) > wal.limitBytes) {
        const message = 'The store has fallen behind with its checkpoints.';
        const error = new GatewayError('OVERLOADED', message, { retryAfterMs: RETRY_AFTER_MS });
        return batch.map(() => ({ outcome: 'failed', error }) as const);
      }
      if (batch.length === 1) return Promise.all(batch.map(keepAlone));
      try {
        return await writer.durable(() => batch.map(keepOne));
      } catch {
        return Promise.all(batch.map(keepAlone));
      }
    }),

    addRejection: operation((row, cap) => {
      const { id, account, connection, receivedAtMs, ...detail } = row;
      writer.relaxed(() => {
        insertRejection.run({ id, account, connection, received_at_ms: receivedAtMs, detail: JSON.stringify(detail) });
        capRejections.run({ account, connection, cap });
      });
    }),
  };
}
