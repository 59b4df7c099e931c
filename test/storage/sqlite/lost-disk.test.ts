import { fdatasync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../../src/storage/sqlite/store.ts';
import type { Store } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  claim,
  event,
  FIRST_PAGE,
  inboundRow,
  kept,
  lineClaim,
  MINUTE,
  recorded,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

/** A store with a return and its message on disk; from then on the disk loses what is written. */
async function onALosingDisk() {
  let loses = false;
  const lost: string[] = [];
  const path = join(temporaryFolder(), 'retour.db');
  const store = openSqliteStore(path, {
    checkpointEveryMs: 60_000,
    syncFile: (descriptor, done) => (loses ? setImmediate(done, new Error('EIO')) : fdatasync(descriptor, done)),
    onLost: ({ message }) => void lost.push(message),
  });
  onTestFinished(() => store.close());
  await store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0);
  await kept(store, inboundRow('inb_1'));
  await recorded(store, write('ret_1', { events: [event('a', 1, ['refunds'])] }));
  await store.getReturn('all', 'ret_1');
  loses = true;
  return { store, path, lost };
}

/** A return that is committed, seen inside, and not on disk. */
async function recordMore(store: Store): Promise<void> {
  await recorded(store, write('ret_2', { events: [event('b', 1, ['refunds'])] }));
}

const ASKING: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['the return itself', store => store.getReturn('all', 'ret_2')],
  ['its delivery', store => store.getDelivery('all', 'dlv_b_refunds')],
  ['a kept request', store => store.getInbound('all', 'inb_1')],
  ['the shopper that a message carries', store => store.loadShopper(ACCOUNT, 'ret_1')],
  ['the list of returns', store => store.listReturns('all', {}, FIRST_PAGE)],
  ['the feed of events', store => store.listEvents('all', null, 0, 50)],
  ['the tokens', store => store.listTokens()],
  ['what is due to be sent', store => store.claimLines(lineClaim())],
];

describe('what was recorded and is not on disk', () => {
  it.each(ASKING)('is not told: %s', async (_, ask) => {
    const { store, lost } = await onALosingDisk();
    await recordMore(store);

    await expect(ask(store)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(lost).toEqual(['The disk lost what was written. Restart after mending it.']);
  });

  it('is not told: an erasure', async () => {
    const { store } = await onALosingDisk();

    const erasing = store.eraseShopper('all', ACCOUNT, { returnId: 'ret_1' }, { dryRun: false, nowMs: T0 });

    await expect(erasing).rejects.toThrow('The disk lost what was written.');
  });

  it('is not recorded further, counted as tried, or kept on top of, once the disk has lost it', async () => {
    const { store, path } = await onALosingDisk();
    await recordMore(store);
    await expect(store.getReturn('all', 'ret_2')).rejects.toThrow('The disk lost');

    const results = await store.keepInbound([inboundRow('inb_2'), inboundRow('inb_3', { dedupe: null })]);
    const later = T0 + 10 * MINUTE;

    expect(results).toMatchObject([
      { outcome: 'failed', error: { code: 'STORE_UNAVAILABLE' } },
      { outcome: 'failed', error: { code: 'STORE_UNAVAILABLE' } },
    ]);
    await expect(store.claimLines(lineClaim('worker', later))).rejects.toThrow('The disk lost');
    await expect(store.record([], later)).rejects.toThrow('The disk lost');
    await store.close();
    const again = openSqliteStore(path);
    onTestFinished(() => again.close());
    const claimed = await again.claimLines(lineClaim('worker', later));
    expect(claimed.map(({ tries }) => tries)).toEqual(claimed.map(() => 1));
    expect(claimed.length).toBeGreaterThan(0);
    expect(await again.claimInbound(claim())).toHaveLength(1);
  });
});
