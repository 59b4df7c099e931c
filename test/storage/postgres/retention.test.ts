import { describe, expect, it } from 'vitest';
import { packText } from '../../../src/storage/pack.ts';
import { AGED, type AgedRow } from '../../../src/storage/postgres/aged.ts';
import { createDestinations } from '../../../src/storage/postgres/destinations.ts';
import { createRetention, createRetentionReport } from '../../../src/storage/postgres/retention.ts';
import { sql } from '../../../src/storage/postgres/sql.ts';
import { bytesToJson, statement } from '../../../src/storage/postgres/statement.ts';
import { DAY, T0 } from '../../conformance/store-kit/rows.ts';
import { inDatabase } from '../../postgres/databases.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';
import { holding, untilSomebodyWaits } from './holding.ts';

const CUTOFFS = { bodiesMs: T0 + 1, unreadBodiesMs: T0 + 1, attemptsMs: T0 + 1, shoppersMs: T0 + 1 };
/** The day of `T0` is over and before these. */
const NEXT_DAY = { bodiesMs: T0 + DAY, unreadBodiesMs: T0 + DAY, attemptsMs: T0 + DAY, shoppersMs: T0 + DAY };

/** A store with that many rows to remove. */
async function filled(rows: number) {
  const fresh = await freshDatabase();
  await fresh.query(`
    INSERT INTO connection VALUES ('acme', 'c', 'c');
    INSERT INTO inbound (account, id, connection, provider, state, source, received_at_ms, method, path, query, headers,
        body_digest, body_bytes, trust)
      SELECT 'acme', 'inb_' || lpad(i::text, 4, '0'), 'c', 'c', 'recorded', 'webhook', ${T0}, 'POST', '/', 'q', '{}', '', 1, 'signed'
      FROM generate_series(1, ${rows}) i;
    INSERT INTO inbound_body SELECT account, id, received_at_ms, 'x' FROM inbound`);
  const left = async () => Number((await fresh.query<{ n: string }>('SELECT count(*) AS n FROM inbound_body'))[0]!.n);
  const days = async () =>
    (await fresh.partitions.list()).filter(({ endMs }) => endMs <= T0 + DAY).map(({ name }) => name);
  return { ...fresh, left, days };
}

/** One row of every kind, each due. */
async function oneOfEach() {
  const fresh = await filled(1);
  await fresh.query(`
    INSERT INTO "return" VALUES ('acme', 'ret_1', 'c', 'c', 1, 1, 'requested', ${T0}, ${T0}, NULL, NULL, '{}');
    INSERT INTO shopper VALUES ('acme', 'ret_1', NULL, '{}');
    INSERT INTO event VALUES ('acme', 1, 'ret_1', 'c', 'c', 1, 'evt_1', 1, 't', false, false, NULL, 0, 0, ${T0}, NULL, '{}');
    INSERT INTO event_body VALUES ('acme', 1, ${T0}, 'x');
    INSERT INTO delivery VALUES ('acme', 'dlv_1', 'd', 'ret_1', 1, 1, 1, 1, ${T0}, ${T0}, NULL, 0);
    INSERT INTO attempt VALUES ('acme', 'dlv_1', 1, 'att_1', ${T0}, 1, 'delivered')`);
  const days = await fresh.partitions.list();
  const found: (readonly AgedRow[])[] = [];
  for (const aged of AGED) {
    const { rows } = await aged.page(fresh.database, { days, cutoffs: CUTOFFS, limit: 10 }, null);
    found.push(rows.filter(row => aged.isDue(row, CUTOFFS)));
  }
  const remove = async () => {
    const removed: number[] = [];
    for (const [index, aged] of AGED.entries()) {
      const due = found[index]!;
      removed.push(await fresh.database.transaction(tx => aged.remove(tx, due, CUTOFFS, T0 + DAY)));
    }
    return removed;
  };
  return { ...fresh, found: found.map(rows => rows.length), remove };
}

describe('a retention run', () => {
  it('is done slice by slice, and goes on where it was in another process', async () => {
    const { database, partitions, another, left, setClock } = await filled(950);
    const other = another();

    await setClock(T0 + DAY);
    const first = await createRetention(database, partitions, 500)(CUTOFFS, T0 + DAY);
    const leftAfterFirst = await left();
    const between = await createRetentionReport(database, partitions)(CUTOFFS);
    await setClock(T0 + DAY + 1);
    const second = await createRetention(other.database, other.partitions, 100_000)(CUTOFFS, T0 + DAY + 1);

    expect(first).toEqual({
      startedAtMs: T0 + DAY,
      endedAtMs: null,
      removed: { bodies: 500, messages: 0, attempts: 0, shoppers: 0 },
    });
    expect(leftAfterFirst).toBe(450);
    expect(between).toMatchObject({ lastRun: null, running: first, due: { bodies: 450 } });
    expect(second).toMatchObject({ startedAtMs: T0 + DAY, endedAtMs: T0 + DAY + 1, removed: { bodies: 950 } });
    expect(await left()).toBe(0);
  });

  it('is one run, whichever processes are at it at once, and counts every row once', async () => {
    const { database, partitions, another, query, left, setClock } = await filled(2000);
    const others = [another(), another()];
    await setClock(T0 + DAY);

    const runs = await Promise.all(
      [{ database, partitions }, ...others].map(each =>
        createRetention(each.database, each.partitions, 100_000)(CUTOFFS, T0 + DAY),
      ),
    );

    expect(runs.map(run => run.removed.bodies)).toEqual([2000, 2000, 2000]);
    expect(await left()).toBe(0);
    expect(await query('SELECT count(*)::integer AS runs FROM retention_run')).toEqual([{ runs: 1 }]);
  });

  it('keeps the report of one run before', async () => {
    const { database, partitions, query, setClock } = await filled(1);

    for (const hour of [1, 2, 3]) {
      await setClock(T0 + hour);
      await createRetention(database, partitions, 100_000)(CUTOFFS, T0 + hour);
    }

    expect(await query('SELECT started_at_ms FROM retention_run')).toEqual([{ started_at_ms: String(T0 + 3) }]);
    expect((await createRetentionReport(database, partitions)(CUTOFFS)).lastRun?.startedAtMs).toBe(T0 + 3);
  });

  it('makes the days ahead', async () => {
    const { database, partitions, setClock } = await filled(0);
    await setClock(T0 + 30 * DAY);

    await createRetention(database, partitions)(CUTOFFS, T0 + 30 * DAY);

    const ends = (await partitions.list()).filter(({ table }) => table === 'attempt').map(({ endMs }) => endMs);
    expect(Math.max(...ends)).toBe(T0 - DAY / 2 + 38 * DAY);
  });
});

describe('a day', () => {
  it('is dropped once it is empty, over and before the cut-off', async () => {
    const { database, partitions, setClock, days } = await filled(3);
    const run = createRetention(database, partitions, 100_000);
    const before = await days();

    await setClock(T0 + DAY);
    await run({ ...NEXT_DAY, bodiesMs: T0, unreadBodiesMs: T0 }, T0 + DAY);
    const filledOrYoung = await days();
    await run(NEXT_DAY, T0 + DAY);

    expect(before).toEqual(['attempt_20261120', 'event_body_20261120', 'inbound_body_20261120']);
    expect(filledOrYoung).toEqual(['inbound_body_20261120']);
    expect(await days()).toEqual([]);
  });

  it('that is not over by the clock of the database stays, whatever the cut-offs say', async () => {
    const { database, partitions, days } = await filled(0);

    await createRetention(database, partitions, 100_000)(NEXT_DAY, T0 + DAY);

    expect(await days()).toHaveLength(3);
  });

  it('comes back for a row that is written to it after all', async () => {
    const { database, partitions, setClock, another, days } = await filled(0);
    const other = another();
    await other.partitions.ensure([T0]); // it knows the day to be there
    await setClock(T0 + DAY);
    await createRetention(database, partitions, 100_000)(NEXT_DAY, T0 + DAY);
    const dropped = await days();

    const insert = statement(sql`INSERT INTO inbound_body VALUES ('acme', 'inb_9', ${T0}, 'x')`);
    await other.database.transaction(tx => tx.run(insert));

    expect(dropped).toEqual([]);
    expect(await days()).toContain('inbound_body_20261120');
  });

  it('that took a row after it was found empty is not dropped', async () => {
    const { partitions, query, left, days } = await filled(0);
    const day = (await partitions.list()).find(({ name }) => name === 'inbound_body_20261120')!;
    await query(`INSERT INTO inbound_body VALUES ('acme', 'inb_9', ${T0}, 'x')`);

    const dropped = await partitions.drop(day);

    expect(dropped).toBe(false);
    expect(await left()).toBe(1);
    expect(await days()).toContain('inbound_body_20261120');
  });

  it('whose dropping was cut short is dropped by the next run', async () => {
    const { database, partitions, setClock, query } = await filled(0);
    await query('ALTER TABLE inbound_body DETACH PARTITION inbound_body_20261120 CONCURRENTLY');
    await setClock(T0 + DAY);

    await createRetention(database, partitions, 100_000)(NEXT_DAY, T0 + DAY);

    expect(await query(`SELECT to_regclass('inbound_body_20261120') AS there`)).toEqual([{ there: null }]);
  });

  it('that is half detached takes rows again, as soon as there is one', async () => {
    const fresh = await filled(0);
    await detachHalf(fresh);
    const insertAs = (number: number) =>
      statement(sql`INSERT INTO inbound_body VALUES ('acme', ${`inb_${number}`}, ${T0}, 'x')`);

    const processes = [fresh, fresh.another(), fresh.another()];
    await Promise.all(processes.map(({ database }, number) => database.transaction(tx => tx.run(insertAs(number)))));

    expect(await fresh.left()).toBe(3);
    expect(await fresh.days()).toContain('inbound_body_20261120');
  });

  it('that is half detached is detached, and does not keep the others from being dropped', async () => {
    const fresh = await filled(0);
    const { database, partitions, setClock, query, days } = fresh;
    await detachHalf(fresh);
    await setClock(T0 + 2 * DAY);
    const later = { ...NEXT_DAY, bodiesMs: T0 + 2 * DAY, unreadBodiesMs: T0 + 2 * DAY };

    await createRetention(database, partitions, 100_000)(later, T0 + 2 * DAY);

    expect(await query(`SELECT to_regclass('inbound_body_20261120') AS there`)).toEqual([{ there: null }]);
    expect(await query(`SELECT to_regclass('inbound_body_20261121') AS there`)).toEqual([{ there: null }]);
    expect(await days()).toEqual([]);
  });
});

/** A detaching of the day of `T0` that waited for a reader, and was stopped. */
async function detachHalf({ url, another, query }: FreshDatabase): Promise<void> {
  const release = await holding(
    another().database,
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'DECLARE c CURSOR FOR SELECT * FROM inbound_body',
  );
  const cutShort = inDatabase(url, async client => {
    await client.query('SET statement_timeout = 500');
    await client.query('ALTER TABLE inbound_body DETACH PARTITION inbound_body_20261120 CONCURRENTLY');
  });
  await expect(cutShort).rejects.toThrow('statement timeout');
  expect(await query('SELECT count(*)::integer AS n FROM pg_inherits WHERE inhdetachpending')).toEqual([{ n: 1 }]);
  await release();
}

describe('what was found to be due', () => {
  it('goes', async () => {
    const { found, remove } = await oneOfEach();

    expect(found).toEqual([1, 1, 1, 1]);
    expect(await remove()).toEqual([1, 1, 1, 1]);
    expect(await remove()).toEqual([0, 0, 0, 0]);
  });

  it('is looked at again before it goes, because somebody may have come in between', async () => {
    const { query, remove } = await oneOfEach();
    await query(`
      UPDATE inbound SET state = 'received';
      UPDATE delivery SET state = 0;
      UPDATE "return" SET updated_at_ms = ${T0 + 1}`);

    expect(await remove()).toEqual([0, 0, 0, 0]);
  });

  it('is left to the next run while somebody writes it, without waiting', async () => {
    const { another, remove } = await oneOfEach();
    await holding(
      another().database,
      'SELECT FROM inbound FOR UPDATE',
      'SELECT FROM event_body FOR KEY SHARE',
      'SELECT FROM attempt FOR UPDATE',
      'SELECT FROM "return" FOR UPDATE',
    );

    expect(await remove()).toEqual([0, 0, 0, 0]);
  });
});

it('a message stays that somebody is about to have sent again', async () => {
  const fresh = await oneOfEach();
  const { query, another, remove } = fresh;
  await query(`
    INSERT INTO destination VALUES ('acme', 'd', 'active', NULL, 'closed', 0, 0);
    UPDATE event_body SET body = '${bytesToJson(packText('{}'))}'`);
  const other = another().database;
  const release = await holding(other, 'SELECT FROM delivery FOR UPDATE');
  const asking = createDestinations(another().database).redeliver('all', 'dlv_1', 'jo', T0 + DAY);
  await untilSomebodyWaits(fresh); // it has seen the message

  const [, messages] = await remove();
  await release();

  expect(messages).toBe(0);
  expect(await asking).toMatchObject({ id: 'dlv_1', state: 'pending' });
  expect(await query('SELECT FROM event_body')).toHaveLength(1);
});

describe('the walk over shoppers', () => {
  it('leaves an account once a whole page of it is too young, and goes on with the next', async () => {
    const { database, query } = await freshDatabase();
    await query(`
      INSERT INTO "return" SELECT a, 'ret_' || i, 'c', 'c', 1, 1, 'requested', ${T0} + i, ${T0} + i, NULL, NULL, '{}'
        FROM generate_series(1, 9) i, unnest(ARRAY['acme', 'beta']) a;
      INSERT INTO shopper SELECT account, id, NULL, '{}' FROM "return"`);
    const shoppers = AGED.find(({ kind }) => kind === 'shoppers')!;
    const walk = { days: [], cutoffs: { ...CUTOFFS, shoppersMs: T0 + 3 }, limit: 3 };

    const seen: string[] = [];
    let page = await shoppers.page(database, walk, null);
    for (;;) {
      seen.push(page.rows.map(({ account, id }) => `${account} ${id}`).join(', '));
      if (page.next === null) break;
      page = await shoppers.page(database, walk, page.next);
    }

    expect(seen).toEqual([
      'acme ret_1, acme ret_2, acme ret_3',
      'acme ret_4, acme ret_5, acme ret_6',
      'beta ret_1, beta ret_2, beta ret_3',
      'beta ret_4, beta ret_5, beta ret_6',
      '',
    ]);
  });
});

describe('the report of what is due', () => {
  it('counts no further than it must to say that it is much', async () => {
    const { database, partitions } = await filled(950);

    const report = await createRetentionReport(database, partitions, 500)(CUTOFFS);

    expect(report.dueIsAtLeast).toBe(true);
    expect(report.due.bodies).toBe(500);
    expect(report.storeBytes).toBeGreaterThan(1_000_000);
    expect(report.freeBytes).toBe(0);
  });
});
