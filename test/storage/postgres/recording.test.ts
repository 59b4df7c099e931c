import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import {
  attaches,
  group,
  identifies,
  inboundRow,
  kept,
  outcome,
  recorded,
  stored,
  write,
} from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase, inDatabase } from '../../postgres/databases.ts';

async function openFresh(parameters = '') {
  const url = await emptyDatabase();
  const store = await openPostgresStore(url + parameters, { connections: 3 });
  onTestFinished(async () => {
    await store.close();
    await dropDatabase(url);
  });
  return { url, store };
}

it('a return that no index takes fails alone', async () => {
  const { store } = await openFresh();
  const tooLong = attaches('order_line', randomBytes(3000).toString('hex'));

  const results = await store.record(
    [group([write('ret_1', { aliases: [identifies('r1'), tooLong] })]), group([write('ret_2')])],
    Date.now(),
  );

  expect(results).toMatchObject([{ outcome: 'failed', error: { code: 'BUG' } }, { outcome: 'recorded' }]);
});

it('a return whose lock is not given in time fails alone, and is recorded once it is free', async () => {
  const { url, store } = await openFresh('?options=-c%20lock_timeout%3D200');
  await recorded(store, write('ret_1'));
  const before = await stored(store, 'ret_1');
  const groups = [group([write('ret_1', {}, before)]), group([write('ret_2')])];

  const during = await inDatabase(url, async other => {
    await other.query('BEGIN');
    await other.query(`SELECT FROM "return" WHERE id = 'ret_1' FOR UPDATE`);
    return store.record(groups, Date.now());
  });
  const after = await store.record(groups.slice(0, 1), Date.now());

  expect(during).toMatchObject([{ outcome: 'failed', error: { code: 'STORE_UNAVAILABLE' } }, { outcome: 'recorded' }]);
  expect(after).toEqual([{ outcome: 'recorded' }]);
});

it('a row whose bytes are removed while an alias comes is not woken', async () => {
  const { url, store } = await openFresh();
  await kept(store, inboundRow('inb_1'));
  const claim = { owner: 'worker', nowMs: Date.now(), leaseMs: 60_000, limit: 10 };
  await store.claimInbound(claim);
  const waits = outcome('inb_1', { state: 'waiting', attachesBy: [{ kind: 'tracking', value: '1Z', seen: [] }] });
  await store.record([group([], [waits])], Date.now());

  const recording = await inDatabase(url, async removing => {
    await removing.query('BEGIN');
    await removing.query('DELETE FROM inbound_body');
    await removing.query(`UPDATE inbound SET bytes_erased_at_ms = 1, query = ''`);
    await removing.query('DELETE FROM attaching_alias');
    const running = store.record([group([write('ret_1', { aliases: [attaches('tracking', '1Z')] })])], Date.now());
    await waitUntilBlocked(url);
    await removing.query('COMMIT');
    return running;
  });

  expect(recording).toEqual([{ outcome: 'recorded' }]);
  expect(await store.claimInbound(claim)).toEqual([]);
  expect(await store.getInbound('all', 'inb_1')).toMatchObject({ state: 'waiting' });
});

async function waitUntilBlocked(url: string): Promise<void> {
  await inDatabase(url, async client => {
    for (let tries = 0; tries < 200; tries += 1) {
      const { rowCount } = await client.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      if (rowCount !== null && rowCount > 0) return;
      await new Promise(resolve => setTimeout(resolve, 25));
    }
    throw new Error('Nobody waits.');
  });
}
