import { GatewayError } from '../../gateway-error.ts';
import { bodyHash, keyHash } from '../dedupe-hash.ts';
import type { InboundState, KeepResult, NewInbound, Store } from '../store.ts';
import { connectionRows } from './connections.ts';
import type { Database, Session } from './database.ts';
import { connection, dedupe, inbound, inboundBody, inboundQueue, rejection } from './schema.ts';
import { sql } from './sql.ts';
import { bytesToJson, given, insertInto, type NewRow, rowsOf, sorted, statement } from './statement.ts';
import { isOfOneTransaction, storeError } from './store-error.ts';

const RECEIVED: InboundState = 'received';

/**
 * Takes each (key, body) that no living row has; a conflicting insert waits until the other transaction has ended, so
 * two processes that are told the same at once agree on who was first. Answers the first row of each, and the first
 * with other bytes that was there before the statement.
 */
const remember = statement<{ key_hash: Buffer; body_hash: Buffer; inbound_id: string; variant_of: string | null }>(
  sql`WITH taken AS (
      INSERT INTO dedupe AS t (account, key_hash, body_hash, inbound_id, expires_at_ms)
      SELECT account, key_hash, body_hash, inbound_id, expires_at_ms FROM ${rowsOf(dedupe)} r
      ON CONFLICT (account, key_hash, body_hash) DO UPDATE SET
        inbound_id = CASE WHEN t.expires_at_ms <= ${given('now')}::bigint THEN excluded.inbound_id ELSE t.inbound_id END,
        expires_at_ms = CASE WHEN t.expires_at_ms <= ${given('now')}::bigint THEN excluded.expires_at_ms ELSE t.expires_at_ms END
      RETURNING t.account, t.key_hash, t.body_hash, t.inbound_id
    )
    SELECT t.key_hash, t.body_hash, t.inbound_id, (
        SELECT min(d.inbound_id) FROM dedupe d WHERE d.account = t.account AND d.key_hash = t.key_hash
          AND d.body_hash <> t.body_hash AND d.expires_at_ms > ${given('now')}::bigint) AS variant_of
    FROM taken t`,
);
const keep = statement(
  sql`WITH known AS (
      INSERT INTO connection (account, name, provider)
      SELECT account, name, provider FROM ${rowsOf(connection, 'connections')} c ON CONFLICT DO NOTHING
    ), row AS (
      INSERT INTO inbound (account, id, connection, provider, state, source, received_at_ms, method, path, query,
        headers, body_digest, body_bytes, trust, secret_index, config_revision, variant_of)
      SELECT account, id, connection, provider, ${RECEIVED}, source, received_at_ms, method, path, query,
        headers, body_digest, body_bytes, trust, secret_index, config_revision, variant_of FROM ${rowsOf(inbound)} r
    ), bytes AS (
      INSERT INTO inbound_body (account, inbound_id, received_at_ms, body)
      SELECT account, inbound_id, received_at_ms, body FROM ${rowsOf(inboundBody, 'bodies')} b
    )
    INSERT INTO inbound_queue (account, inbound_id, received_at_ms, lease_until_ms)
    SELECT account, id, received_at_ms, 0 FROM ${rowsOf(inbound)} r`,
);
const insertBodies = insertInto(inboundBody, sql`ON CONFLICT DO NOTHING`);
const insertQueued = insertInto(inboundQueue, sql`ON CONFLICT DO NOTHING`);
/** What was tried in vain before is tried again; retention may have taken its bytes, and these are the same. */
const queueAgain = statement<{ id: string; received_at_ms: number }>(
  sql`UPDATE inbound i SET state = ${RECEIVED}, bytes_erased_at_ms = NULL,
      query = CASE WHEN i.bytes_erased_at_ms IS NULL THEN i.query ELSE r.query END
    FROM ${rowsOf(inbound)} r WHERE i.account = r.account AND i.id = r.id
      AND i.state IN ('failed', 'unreadable', 'unrecognized')
    RETURNING i.id, i.received_at_ms`,
);
const insertRejection = insertInto(rejection);
const capRejections = statement(
  sql`DELETE FROM rejection t USING (
      SELECT received_at_ms, id FROM rejection WHERE account = ${given('account')} AND connection = ${given('connection')}
      ORDER BY received_at_ms DESC, id DESC OFFSET ${given('cap')}::bigint) old
    WHERE t.account = ${given('account')} AND t.connection = ${given('connection')}
      AND t.received_at_ms = old.received_at_ms AND t.id = old.id`,
);

/**
 * Providers give up after 5 to 20 s, mostly, and a 503 in time is sent again sooner than an answer that never came. The
 * batch behind waits for this one and then for itself, or for a connection, of as long: ten seconds. A row that somebody
 * has locked is no silence, and its neighbours are not to wait for it.
 */
const INTAKE_LIMITS = { silenceTimeoutMs: 5000, lockTimeoutMs: 1500 };

/** A row with what it is deduplicated by; `null`: it never is. */
interface Hashed {
  readonly row: NewInbound;
  readonly key: Buffer | null;
  readonly body: Buffer;
}

/** Bytes in, dedupe, rejections. */
export function createIntake(database: Database): Pick<Store, 'keepInbound' | 'addRejection'> {
  async function keepTogether(batch: readonly NewInbound[]): Promise<readonly KeepResult[]> {
    const hashed = batch.map(hash);
    return database.transaction(tx => keepHashed(tx, hashed), INTAKE_LIMITS);
  }

  async function keepAlone(row: NewInbound): Promise<KeepResult> {
    try {
      return (await keepTogether([row]))[0]!;
    } catch (cause) {
      const error = storeError(cause, database.place);
      if (error instanceof GatewayError) return { outcome: 'failed', error };
      return { outcome: 'failed', error: new GatewayError('BUG', 'The request could not be kept.', { cause }) };
    }
  }

  return {
    keepInbound: database.operation(async batch => {
      try {
        return await keepTogether(batch);
      } catch (cause) {
        const error = storeError(cause, database.place);
        // A row that cannot be written must not take the others with it; where nothing can, one answer is for all.
        const isDatabase = error instanceof GatewayError && error.code !== 'BUG' && !isOfOneTransaction(cause);
        if (isDatabase) return batch.map(() => ({ outcome: 'failed', error }) as const);
        return Promise.all(batch.map(keepAlone)); // side by side, so that one that waits for a lock holds up no other
      }
    }),

    addRejection: database.operation(async (row, cap) => {
      const { id, account, connection, receivedAtMs, ...detail } = row;
      const rows: NewRow<typeof rejection>[] = [{ account, connection, received_at_ms: receivedAtMs, id, detail }];
      await database.transaction(async tx => {
        await tx.run(insertRejection, { rows });
        await tx.run(capRejections, { account, connection, cap });
      }, INTAKE_LIMITS);
    }),
  };
}

function hash(row: NewInbound): Hashed {
  return { row, key: row.dedupe === null ? null : keyHash(row, row.dedupe.key), body: bodyHash(row) };
}

async function keepHashed(tx: Session, batch: readonly Hashed[]): Promise<readonly KeepResult[]> {
  const firstOf = await takeKeys(tx, batch);
  const results = batch.map((hashed): KeepResult => {
    const { id } = hashed.row;
    const first = firstOf(hashed);
    if (first.same !== id) return { outcome: 'duplicate', id: first.same };
    return { outcome: 'kept', id, variantOf: first.variantOf };
  });
  const kept = batch.flatMap(({ row }, index) => {
    const result = results[index]!;
    return result.outcome === 'kept' ? [{ row, variantOf: result.variantOf }] : [];
  });
  if (kept.length > 0) {
    const byKey = sorted(
      kept,
      ({ row }) => row.account,
      ({ row }) => row.id,
    );
    const connections = kept.map(({ row }) => ({
      account: row.account,
      name: row.connection,
      provider: row.adapterId,
    }));
    await tx.run(keep, {
      connections: connectionRows(connections),
      rows: byKey.map(({ row, variantOf }) => toInbound(row, variantOf)),
      bodies: byKey.map(({ row }) => toBody(row, row.id, row.receivedAtMs)),
    });
  }
  const again = new Map<string, NewInbound>();
  for (const [index, { row }] of batch.entries()) {
    const result = results[index]!;
    if (result.outcome === 'duplicate') again.set(result.id, row);
  }
  await queueOnceMore(tx, again);
  return results;
}

interface First {
  /** The first living row with this key and body; its own id where it is the first. */
  readonly same: string;
  /** The first living row with this key and other bytes. */
  readonly variantOf: string | null;
}

async function takeKeys(tx: Session, batch: readonly Hashed[]): Promise<(hashed: Hashed) => First> {
  const distinct = new Map<string, Hashed>();
  for (const hashed of batch) {
    if (hashed.key !== null && !distinct.has(pairOf(hashed.key, hashed.body))) {
      distinct.set(pairOf(hashed.key, hashed.body), hashed);
    }
  }
  if (distinct.size === 0) return ({ row }) => ({ same: row.id, variantOf: null });
  const keys = sorted(
    [...distinct.values()],
    ({ row }) => row.account,
    each => pairOf(each.key!, each.body),
  );
  const rows = keys.map(({ row, key, body }) => ({
    account: row.account,
    key_hash: bytesToJson(key!),
    body_hash: bytesToJson(body),
    inbound_id: row.id,
    expires_at_ms: row.dedupe!.expiresAtMs,
  }));
  // A batch is of one moment; what expires within it may as well have expired.
  const now = Math.max(...batch.map(({ row }) => row.receivedAtMs));
  const taken = new Map<string, { readonly id: string; readonly variantOf: string | null }>();
  const ofKey = new Map<string, string[]>();
  for (const { key_hash, body_hash, inbound_id: id, variant_of } of await tx.all(remember, { rows, now })) {
    taken.set(pairOf(key_hash, body_hash), { id, variantOf: variant_of });
    const key = key_hash.toString('hex');
    ofKey.set(key, [...(ofKey.get(key) ?? []), id]);
  }
  return ({ row, key, body }) => {
    if (key === null) return { same: row.id, variantOf: null };
    const { id, variantOf } = taken.get(pairOf(key, body))!;
    // The statement did not see what it took itself for this key, from an earlier row of the batch.
    const inBatch = ofKey.get(key.toString('hex'))!.filter(other => other < row.id);
    return { same: id, variantOf: variantOf ?? inBatch.sort()[0] ?? null };
  };
}

function pairOf(key: Buffer, body: Buffer): string {
  return `${key.toString('hex')}${body.toString('hex')}`;
}

async function queueOnceMore(tx: Session, again: ReadonlyMap<string, NewInbound>): Promise<void> {
  if (again.size === 0) return;
  const rows = [...again].map(([id, row]) => ({ account: row.account, id, query: row.query }));
  const queued = sorted(
    await tx.all(queueAgain, {
      rows: sorted(
        rows,
        row => row.account,
        row => row.id,
      ),
    }),
    row => row.id,
  );
  if (queued.length === 0) return;
  const with_ = queued.map(({ id, received_at_ms }) => ({ row: again.get(id)!, id, receivedAtMs: received_at_ms }));
  await tx.run(insertBodies, { rows: with_.map(({ row, id, receivedAtMs }) => toBody(row, id, receivedAtMs)) });
  await tx.run(insertQueued, {
    rows: with_.map(({ row, id, receivedAtMs }) => toQueued(row.account, id, receivedAtMs)),
  });
}

function toInbound(row: NewInbound, variantOf: string | null): NewRow<typeof inbound> {
  return {
    account: row.account,
    id: row.id,
    connection: row.connection,
    provider: row.adapterId,
    source: row.source,
    received_at_ms: row.receivedAtMs,
    method: row.method,
    path: row.path,
    query: row.query,
    headers: row.headers,
    body_digest: bytesToJson(Buffer.from(row.bodyDigest, 'hex')),
    body_bytes: row.body.byteLength,
    trust: row.trust,
    secret_index: row.secretIndex,
    config_revision: row.configRevision,
    variant_of: variantOf,
  };
}

function toBody(row: NewInbound, id: string, receivedAtMs: number): NewRow<typeof inboundBody> {
  return { account: row.account, inbound_id: id, received_at_ms: receivedAtMs, body: bytesToJson(row.body) };
}

function toQueued(account: string, id: string, receivedAtMs: number): NewRow<typeof inboundQueue> {
  return { account, inbound_id: id, received_at_ms: receivedAtMs, lease_until_ms: 0 };
}
