import { IDEMPOTENCY_MS } from '../idempotency-life.ts';
import { isAdministrator } from '../is-administrator.ts';
import { fromRevision, type RevisionStored, toRevision } from '../rows/config-revision.ts';
import { type TokenStored, toToken } from '../rows/token.ts';
import type { IdempotencyResult, Store, TokenRow } from '../store.ts';
import type { Database } from './database.ts';
import { token } from './schema.ts';
import { sql } from './sql.ts';
import { bytesToJson, given, insertInto, type NewRow, statement } from './statement.ts';

/**
 * When a request that has not ended is taken for dead with its process, and its key is free again. The longest one, an
 * erasure that searches a large account, takes minutes, and nobody waits for an answer longer than two (http/server.ts).
 */
const RUNNING_MS = 10 * 60 * 1000;

const insertToken = insertInto(token);
/** Processes that start at once each want to make the first administrator: one at a time, by this advisory lock. */
const ADMINISTRATING = '8246779704221700';
const lockAdministrators = statement(sql`SELECT pg_advisory_xact_lock(${sql.raw(ADMINISTRATING)})`);
const tokens = statement<TokenStored>(sql`SELECT * FROM token ORDER BY created_at_ms, id`);
const tokenByDigest = statement<TokenStored>(sql`SELECT * FROM token WHERE digest = ${given('digest')}`);
const revoke = statement<TokenStored>(
  sql`UPDATE token SET revoked_at_ms = coalesce(revoked_at_ms, ${given('now')}::bigint) WHERE id = ${given('id')}
    RETURNING *`,
);

/** Processes that start at once find the same files changed: one at a time, by this advisory lock. */
const REVISING = '8246779704221699';
const lockRevisions = statement(sql`SELECT pg_advisory_xact_lock(${sql.raw(REVISING)})`);
/** JSON goes in as text: in a set of rows a content that is JSON's null would be no content at all. */
const insertRevisions = statement(
  sql`INSERT INTO config_revision (id, account, path, digest, content, differences, author, reason, effective_from_ms, created_at_ms)
    SELECT id, account, path, digest, content::json, differences::json, author, reason, effective_from_ms, created_at_ms
    FROM ROWS FROM (json_to_recordset(${given('rows')}::json) AS (id text, account text, path text, digest text,
      content text, differences text, author text, reason text, effective_from_ms bigint, created_at_ms bigint))
      WITH ORDINALITY r
    WHERE r.digest IS DISTINCT FROM (
      SELECT c.digest FROM config_revision c WHERE c.path = r.path ORDER BY c.number DESC LIMIT 1)
    ORDER BY ordinality`,
);
const newestRevisions = statement<RevisionStored>(
  sql`SELECT DISTINCT ON (path) * FROM config_revision ORDER BY path, number DESC`,
);

const OF_KEY = sql`token_id = ${given('token_id')} AND route = ${given('route')} AND key = ${given('key')}`;
/** One of several processes gets the key; whoever comes second waits for the first, and then finds it taken. */
const takeKey = statement<{ taken: boolean }>(
  sql`INSERT INTO idempotency_key AS k (token_id, route, key, body_digest, running_until_ms, expires_at_ms)
    VALUES (${given('token_id')}, ${given('route')}, ${given('key')}, ${given('body_digest')},
      retour_now_ms() + ${sql.raw(String(RUNNING_MS))}, retour_now_ms() + ${sql.raw(String(IDEMPOTENCY_MS))})
    ON CONFLICT (token_id, route, key) DO UPDATE SET body_digest = excluded.body_digest, status = NULL, answer = NULL,
      running_until_ms = excluded.running_until_ms, expires_at_ms = excluded.expires_at_ms
      WHERE k.expires_at_ms <= retour_now_ms() OR (k.status IS NULL AND k.running_until_ms <= retour_now_ms())
    RETURNING true AS taken`,
);
const findKey = statement<{ body_digest: string; status: number | null; answer: string | null }>(
  sql`SELECT body_digest, status, answer FROM idempotency_key WHERE ${OF_KEY}`,
);
const dropKey = statement(sql`DELETE FROM idempotency_key WHERE ${OF_KEY}`);
const answerKey = statement(
  sql`UPDATE idempotency_key SET status = ${given('status')}::integer, answer = ${given('answer')} WHERE ${OF_KEY}`,
);

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
export function createAdministration(database: Database): Administration {
  return {
    addToken: database.operation(async (row, tokenDigest) => {
      await database.run(insertToken, { rows: [toRow(row, tokenDigest)] });
    }),

    addFirstAdministrator: database.operation((row, tokenDigest) =>
      database.transaction(async tx => {
        await tx.all(lockAdministrators);
        if ((await tx.all(tokens)).map(toToken).some(isAdministrator)) return false;
        await tx.run(insertToken, { rows: [toRow(row, tokenDigest)] });
        return true;
      }),
    ),

    findToken: database.operation(async tokenDigest => {
      const row = await database.get(tokenByDigest, { digest: Buffer.from(tokenDigest, 'hex') });
      return row === undefined ? null : toToken(row);
    }),

    revokeToken: database.operation(async (id, nowMs) => {
      const row = await database.get(revoke, { id, now: nowMs });
      return row === undefined ? null : toToken(row);
    }),

    listTokens: database.operation(async () => (await database.reads.all(tokens)).map(toToken)),

    addRevisions: database.operation(async revisions => {
      if (revisions.length === 0) return;
      await database.transaction(async tx => {
        await tx.all(lockRevisions);
        await tx.run(insertRevisions, { rows: revisions.map(fromRevision) });
      });
    }),

    currentRevisions: database.operation(async () => (await database.reads.all(newestRevisions)).map(toRevision)),

    beginIdempotent: database.operation(async ({ tokenId, route, key, bodyDigest }): Promise<IdempotencyResult> => {
      const of = { token_id: tokenId, route, key };
      for (;;) {
        if ((await database.get(takeKey, { ...of, body_digest: bodyDigest })) !== undefined) return { outcome: 'new' };
        const known = await database.get(findKey, of);
        if (known === undefined) continue; // freed in between: its request has just failed
        if (known.body_digest !== bodyDigest) return { outcome: 'mismatch' };
        if (known.status === null) return { outcome: 'running' };
        return { outcome: 'replay', status: known.status, body: known.answer ?? '' };
      }
    }),

    finishIdempotent: database.operation(async ({ tokenId, route, key }, answer) => {
      const of = { token_id: tokenId, route, key };
      if (answer === null) await database.run(dropKey, of);
      else await database.run(answerKey, { ...of, status: answer.status, answer: answer.body });
    }),
  };
}

function toRow(row: TokenRow, tokenDigest: string): NewRow<typeof token> {
  return {
    id: row.id,
    digest: bytesToJson(Buffer.from(tokenDigest, 'hex')),
    name: row.name,
    roles: row.roles,
    accounts: row.accounts,
    created_at_ms: row.createdAtMs,
    created_by: row.createdBy,
    revoked_at_ms: row.revokedAtMs,
  };
}
