import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import type { Store } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  CONNECTION,
  event,
  group,
  inboundRow,
  kept,
  lineClaim,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

/** Processes that go on while the server that takes over has not all that was committed. */

const PAGE = { limit: 10, after: null };

async function openStore({ url }: FreshDatabase): Promise<Store> {
  const store = await openPostgresStore(url, { connections: 2 });
  onTestFinished(() => store.close());
  return store;
}

/** What the last moments wrote. */
async function loseCommits({ query }: FreshDatabase): Promise<void> {
  await query(`TRUNCATE connection, destination, inbound, inbound_body, inbound_queue, dedupe, "return", return_alias,
    event, event_body, delivery, line`);
  await query(`SELECT setval('event_position', 1, false)`);
}

it('rows of a connection and deliveries to a destination that were lost are found again', async () => {
  const fresh = await freshDatabase();
  const store = await openStore(fresh);
  const told = (name: string) => group([write(`ret_${name}`, { events: [event(name, 1, ['refunds'])] })]);
  await kept(store, inboundRow('inb_1'));
  await store.record([told('a')], T0);
  await loseCommits(fresh);

  await kept(store, inboundRow('inb_2'));
  const seen = await store.listInbound('all', {}, PAGE);
  await fresh.query('TRUNCATE connection');
  const recorded = await store.record([told('b')], T0);

  expect(seen.map(({ id, connection }) => [id, connection])).toEqual([['inb_2', CONNECTION]]);
  expect(recorded).toEqual([{ outcome: 'recorded' }]);
  expect((await store.listReturns('all', {}, PAGE)).map(({ id }) => id)).toEqual(['ret_b']);
  expect((await store.listDeliveries('all', {}, PAGE)).map(({ id }) => id)).toEqual(['dlv_b_refunds']);
  expect(await store.listDestinationStates('all')).toMatchObject([{ account: ACCOUNT, name: 'refunds', pending: 1 }]);
});

it('what is sent is what another process recorded, where the server gave its position before', async () => {
  const fresh = await freshDatabase();
  const [store, other] = [await openStore(fresh), await openStore(fresh)];
  const told = (name: string) => group([write(`ret_${name}`, { events: [event(name, 1, ['refunds'])] })]);
  await store.record([told('a')], T0);
  await loseCommits(fresh);
  await fresh.setClock(T0 + 1);

  await other.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0 + 1);
  await other.record([told('b')], T0 + 1);
  const claimed = await store.claimLines(lineClaim('worker', T0 + 1));

  expect(claimed).toMatchObject([{ id: 'dlv_b_refunds', eventId: 'evt_b' }]);
  expect(JSON.parse(claimed[0]!.body)).toMatchObject({ data: { eventId: 'evt_b' } });
});
