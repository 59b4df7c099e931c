import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import type { Store } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  attempt,
  claim,
  DAY,
  derivation,
  event,
  group,
  inboundRow,
  kept,
  lineClaim,
  outcome,
  stored,
  success,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';
import { inDatabase } from '../../postgres/databases.ts';
import { freshDatabase } from './fresh-database.ts';
import { holding, untilSomebodyWaits } from './holding.ts';

const CANARY = 'canary.in.the.coal@example.com';
const at = '2026-11-20T11:00:00.000Z';
const REAL = { dryRun: false, nowMs: T0 + DAY };

async function openFresh() {
  const fresh = await freshDatabase();
  const store = await openPostgresStore(fresh.url);
  onTestFinished(() => store.close());
  return { ...fresh, fresh, store };
}

/** A return whose shopper and bytes hold an e-mail address; `filler` makes the body long. */
async function told(store: Store, number: number, email: string, filler = 0): Promise<void> {
  const text = JSON.stringify({ email, number, filler: randomBytes(filler).toString('base64') });
  const row = inboundRow(`inb_${number}`, { text, query: `mail=${email}` });
  await kept(store, row);
  await store.claimInbound(claim());
  const shopper = { email: { value: email, at, inboundId: row.id } };
  const aliases = [{ kind: 'return', value: `r${number}`, identifies: true }];
  const events = [event(`${number}`, 1, ['refunds'])];
  const written = write(`ret_${number}`, { shopper, aliases, events, derivations: [derivation(row)] });
  const [result] = await store.record([group([written], [outcome(row.id)])], T0);
  if (result?.outcome !== 'recorded') throw new Error('Not recorded.');
}

/** Tables and indexes with a row, dead or alive, that holds the words. What is free within a page counts as gone. */
async function holdingTables(url: string, words = CANARY): Promise<readonly string[]> {
  return inDatabase(url, async client => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pageinspect');
    const { rows: relations } = await client.query<{ name: string; kind: string; pages: number }>(
      `SELECT oid::regclass::text AS name, relkind AS kind, (pg_relation_size(oid) / 8192)::integer AS pages FROM pg_class
        WHERE relkind IN ('r', 't', 'i') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)
          AND pg_relation_size(oid) > 0 AND oid > 16384`,
    );
    const hex = Buffer.from(words).toString('hex');
    const found: string[] = [];
    for (const { name, kind, pages } of relations) {
      const items =
        kind === 'i'
          ? `generate_series(1, ${pages - 1}) p, bt_page_items('${name}', p) i WHERE replace(i.data, ' ', '') LIKE '%${hex}%'`
          : `generate_series(0, ${pages - 1}) p, heap_page_items(get_raw_page('${name}', p)) i WHERE encode(i.t_data, 'hex') LIKE '%${hex}%'`;
      if ((await client.query(`SELECT FROM ${items} LIMIT 1`)).rows.length > 0) found.push(name);
    }
    return found.sort();
  });
}

describe('an erased e-mail address', () => {
  it.each([
    ['a short body', 0],
    ['a body of many pages', 200_000],
  ])('stands in no row any more, dead ones included, with %s', async (_, filler) => {
    const { store, url } = await openFresh();
    await store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0);
    for (let number = 0; number < 15; number += 1) {
      await told(store, number, number % 7 === 0 ? CANARY : `ann${number}@example.com`, filler);
    }
    // Said once more with more words: the old row of the table is replaced by another.
    const before = await stored(store, 'r7');
    const longer = { ...before.shopper, address: { value: 'x'.repeat(2000), at, inboundId: 'inb_7' } };
    await store.record([group([write('ret_7', { shopper: longer }, before)])], T0);
    const claimed = await store.claimLines(lineClaim());
    const answered = attempt('a', { responseHead: `thanks, ${CANARY}` });
    await store.settleDeliveries([{ ...success(claimed[0]!.id), attempt: answered }], T0);
    const holdingBefore = await holdingTables(url);

    const erasure = await store.eraseShopper('all', ACCOUNT, { email: CANARY }, REAL);

    expect(holdingBefore).toEqual(
      expect.arrayContaining(['attempt_20261120', 'inbound', 'shopper', 'shopper_by_email']),
    );
    expect(holdingBefore.some(name => name.startsWith('pg_toast'))).toBe(filler > 0);
    expect(erasure).toMatchObject({ rows: { erased: 3 }, answers: 1, filesCleared: true });
    expect(await holdingTables(url)).toEqual([]);
    expect(await holdingTables(url, 'ann1@example.com')).not.toEqual([]);
  });

  it('may stay while somebody reads as of before, and that is said; retention clears it', async () => {
    const { store, another, url } = await openFresh();
    await told(store, 1, CANARY);
    const endBackup = await holding(
      another().database,
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      'SELECT count(*) FROM shopper',
    );

    const erasure = await store.eraseShopper('all', ACCOUNT, { email: CANARY }, REAL);
    const meanwhile = await holdingTables(url);
    await endBackup();
    const nothing = { bodiesMs: 0, unreadBodiesMs: 0, attemptsMs: 0, shoppersMs: 0 };
    while ((await store.purgeAged(nothing, T0 + DAY)).endedAtMs === null);

    expect(erasure).toMatchObject({ rows: { erased: 1 }, filesCleared: false });
    expect(meanwhile).toContain('shopper');
    expect(await holdingTables(url)).toEqual([]);
  });
});

describe('an erasure', () => {
  it('waits for a recording under way, and takes what that brought', async () => {
    const { store, another, fresh } = await openFresh();
    await told(store, 1, CANARY);
    await kept(store, inboundRow('inb_late', { text: CANARY }));
    const commit = await holding(
      another().database,
      `SELECT FROM "return" WHERE id = 'ret_1' FOR NO KEY UPDATE`,
      `UPDATE "return" SET version = version + 1 WHERE id = 'ret_1'`,
      `UPDATE inbound SET state = 'recorded' WHERE id = 'inb_late'`,
      `DELETE FROM inbound_queue WHERE inbound_id = 'inb_late'`,
      `INSERT INTO derivation (account, return_id, inbound_id, connection, provider, adapter_version, superseded, notices)
        VALUES ('${ACCOUNT}', 'ret_1', 'inb_late', 'c', 'c', 1, false, '[]')`,
    );

    const erasing = store.eraseShopper('all', ACCOUNT, { returnId: 'ret_1' }, REAL);
    await untilSomebodyWaits(fresh);
    await commit();
    const erasure = await erasing;

    expect(erasure).toMatchObject({ rows: { erased: 2 } });
    expect(await store.getInbound('all', 'inb_late')).toMatchObject({ body: null, bytesErasedAtMs: T0 + DAY });
    expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: null });
  });

  it('follows a return that is merged away while it waits', async () => {
    const { store, another, fresh } = await openFresh();
    await told(store, 1, 'jo@example.com');
    await told(store, 2, CANARY);
    const commit = await holding(
      another().database,
      `SELECT FROM "return" ORDER BY id FOR NO KEY UPDATE`,
      `UPDATE "return" SET merged_into = 'ret_1', version = version + 1 WHERE id = 'ret_2'`,
      `UPDATE "return" SET merged_from = '["ret_2"]', version = version + 1 WHERE id = 'ret_1'`,
      `DELETE FROM shopper WHERE return_id = 'ret_2'`,
      `UPDATE derivation SET return_id = 'ret_1'`,
    );

    const erasing = store.eraseShopper('all', ACCOUNT, { returnId: 'ret_2' }, REAL);
    await untilSomebodyWaits(fresh);
    await commit();
    await erasing;

    expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: null });
    expect((await store.getInbound('all', 'inb_1'))!.body).toBeNull();
  });

  it('ends beside others, recordings and retention, and none of them fails', async () => {
    const { store, url } = await openFresh();
    const other = await openPostgresStore(url);
    onTestFinished(() => other.close());
    for (let number = 0; number < 20; number += 1) await told(store, number, CANARY);
    const cutoffs = { bodiesMs: T0 + 1, unreadBodiesMs: T0 + 1, attemptsMs: T0 + 1, shoppersMs: 0 };

    async function recordAgain(number: number): Promise<void> {
      const before = await stored(other, `r${number}`);
      const [result] = await other.record([group([write(`ret_${number}`, {}, before)])], T0);
      if (result!.outcome === 'failed') throw result!.error;
    }
    const results = await Promise.allSettled([
      store.eraseShopper('all', ACCOUNT, { email: CANARY }, REAL),
      other.eraseShopper('all', ACCOUNT, { email: CANARY }, REAL),
      other.purgeAged(cutoffs, T0 + DAY),
      store.purgeAged(cutoffs, T0 + DAY),
      ...Array.from({ length: 20 }, (_, number) => recordAgain(number)),
    ]);

    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    // What was recorded in between from before is a conflict, so nothing brings it back.
    expect(await store.listReturns('all', { email: CANARY }, { limit: 50, after: null })).toEqual([]);
  });
});
