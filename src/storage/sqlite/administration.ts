import { IDEMPOTENCY_MS } from '../idempotency-life.ts';
import { isAdministrator } from '../is-administrator.ts';
import { fromRevision, toRevision } from '../rows/config-revision.ts';
import { toToken } from '../rows/token.ts';
import type { IdempotencyResult, Store, TokenRow } from '../store.ts';
import { insertInto } from './insert.ts';
import { configRevision, idempotencyKey, token } from './schema.ts';
import { sql } from './sql.ts';
import { given, prepare } from './statement.ts';
import { operation } from './store-error.ts';
import type { Writer } from './writer.ts';

type Administration = Pick<
  Store,
  | 'addToken'
  | 'addFirstAdministrator'
  | 'findToken'
  | 'revokeToken'
  | 'listTokens'
  | 'addRevisions'
  | 'currentRevisions'
  | 'beginIdempotent'
  | 'finishIdempotent'
>;

/** Tokens, configuration revisions, idempotency keys. */
export function createAdministration(writer: Writer): Administration {
  const { client } = writer;
  const insertToken = insertInto(client, token);
  const tokens = prepare<typeof token.$inferSelect>(client, sql`SELECT * FROM token ORDER BY created_at_ms, id`);
  const tokenByDigest = prepare<typeof token.$inferSelect>(
    client,
    sql`SELECT * FROM token WHERE digest = ${given('digest')}`,
  );
  const tokenById = prepare<typeof token.$inferSelect>(client, sql`SELECT * FROM token WHERE id = ${given('id')}`);
  const revoke = prepare(
    client,
    sql`UPDATE token SET revoked_at_ms = ${given('now')} WHERE id = ${given('id')} AND revoked_at_ms IS NULL`,
  );
  const insertRevision = insertInto(client, configRevision);
  const newestDigest = prepare<{ digest: string }>(
    client,
    sql`SELECT digest FROM config_revision WHERE path = ${given('path')} ORDER BY ref DESC LIMIT 1`,
  );
  const newestRevisions = prepare<typeof configRevision.$inferSelect>(
    client,
    sql`SELECT * FROM config_revision WHERE ref IN (SELECT max(ref) FROM config_revision GROUP BY path) ORDER BY path`,
  );
  const insertKey = insertInto(client, idempotencyKey);
  const findKey = prepare<typeof idempotencyKey.$inferSelect>(
    client,
    sql`SELECT * FROM idempotency_key
      WHERE token_id = ${given('token_id')} AND route = ${given('route')} AND key = ${given('key')}`,
  );
  const dropKey = prepare(
    client,
    sql`DELETE FROM idempotency_key
      WHERE token_id = ${given('token_id')} AND route = ${given('route')} AND key = ${given('key')}`,
  );
  const answerKey = prepare(
    client,
    sql`UPDATE idempotency_key SET status = ${given('status')}, answer = ${given('answer')}
      WHERE token_id = ${given('token_id')} AND route = ${given('route')} AND key = ${given('key')}`,
  );
  // One process holds the file: requests that were running when it was closed or killed run no longer.
  client.exec('DELETE FROM idempotency_key WHERE status IS NULL');

  return {
    addToken: operation((row, tokenDigest) =>
      writer.durable(() => {
        insertToken.run(toRow(row, tokenDigest));
      }),
    ),

    addFirstAdministrator: operation((row, tokenDigest) =>
      writer.durable(() => {
        if (tokens.all({}).map(toToken).some(isAdministrator)) return false;
        insertToken.run(toRow(row, tokenDigest));
        return true;
      }),
    ),

    findToken: operation(tokenDigest => {
      const row = tokenByDigest.get({ digest: Buffer.from(tokenDigest, 'hex') });
      return row === undefined ? null : toToken(row);
    }),

    revokeToken: operation((id, nowMs) =>
      writer.durable(() => {
        revoke.run({ id, now: nowMs });
        const row = tokenById.get({ id });
        return row === undefined ? null : toToken(row);
      }),
    ),

    listTokens: operation(() => tokens.all({}).map(toToken)),

    addRevisions: operation(revisions =>
      writer.durable(() => {
        for (const row of revisions) {
          if (newestDigest.get({ path: row.path })?.digest !== row.digest) insertRevision.run({ ...fromRevision(row) });
        }
      }),
    ),

    currentRevisions: operation(() => newestRevisions.all({}).map(toRevision)),

    beginIdempotent: operation(({ tokenId, route, key, bodyDigest }, nowMs) =>
      writer.durable((): IdempotencyResult => {
        const of = { token_id: tokenId, route, key };
        const known = findKey.get(of);
        if (known !== undefined && known.expires_at_ms > nowMs) {
          if (known.body_digest !== bodyDigest) return { outcome: 'mismatch' };
          if (known.status === null) return { outcome: 'running' };
          return { outcome: 'replay', status: known.status, body: known.answer ?? '' };
        }
        dropKey.run(of);
        insertKey.run({ ...of, body_digest: bodyDigest, expires_at_ms: nowMs + IDEMPOTENCY_MS });
        return { outcome: 'new' };
      }),
    ),

    finishIdempotent: operation(({ tokenId, route, key }, answer) =>
      writer.durable(() => {
        const of = { token_id: tokenId, route, key };
        if (answer === null) dropKey.run(of);
        else answerKey.run({ ...of, status: answer.status, answer: answer.body });
      }),
    ),
  };
}

function toRow(row: TokenRow, tokenDigest: string): typeof token.$inferInsert {
  return {
    id: row.id,
    digest: Buffer.from(tokenDigest, 'hex'),
    name: row.name,
    roles: JSON.stringify(row.roles),
    accounts: JSON.stringify(row.accounts),
    created_at_ms: row.createdAtMs,
    created_by: row.createdBy,
    revoked_at_ms: row.revokedAtMs,
  };
}
