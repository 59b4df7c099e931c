import { describe, expect, it } from 'vitest';
import type { InboundState, RetentionCutoffs, RetentionRun, Store } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import {
  attempt,
  claim,
  DAY,
  derivation,
  event,
  failure,
  group,
  inboundRow,
  kept,
  lineClaim,
  outcome,
  recorded,
  success,
  T0,
  write,
} from './rows.ts';

const NONE = { bodies: 0, messages: 0, attempts: 0, shoppers: 0 };
const REFUNDS = [{ account: 'acme-outdoor', name: 'refunds' }];

/** Everything made at `T0` is a day too old, but bytes that were not understood have two more days. */
const NEXT_DAY: RetentionCutoffs = {
  bodiesMs: T0 + 1,
  unreadBodiesMs: T0 - 2 * DAY,
  attemptsMs: T0 + 1,
  shoppersMs: T0 + 1,
};

/** Slice after slice, as the timer calls it. */
async function purged(store: Store, cutoffs = NEXT_DAY, nowMs = T0 + DAY): Promise<RetentionRun['removed']> {
  for (;;) {
    const run = await store.purgeAged(cutoffs, nowMs);
    if (run.endedAtMs !== null) return run.removed;
  }
}

/** Rows kept at `T0` that were interpreted, each to the state in its id. */
async function interpreted(store: Store, ...states: readonly InboundState[]): Promise<void> {
  await kept(store, ...states.map(state => inboundRow(`inb_${state}`, { query: 'e=jo' })));
  await store.claimInbound(claim());
  const outcomes = states.map(state => outcome(`inb_${state}`, { state }));
  const results = await store.record(
    outcomes.map(each => group([], [each])),
    T0,
  );
  if (results.some(result => result.outcome !== 'recorded')) throw new Error('Not recorded.');
}

async function withBytes(store: Store, ...ids: readonly string[]): Promise<readonly string[]> {
  const rows = await Promise.all(ids.map(id => store.getInbound('all', id)));
  return rows.filter(row => row?.body !== null).map(row => row!.id);
}

export function describeRetention(open: OpenAt): void {
  describe('bytes by age', () => {
    const harness = withStore(open);

    it('go from what was understood; row, digest and outcome stay', async () => {
      await interpreted(harness.store, 'recorded', 'ignored');
      const before = await harness.store.getInbound('all', 'inb_recorded');

      const removed = await purged(harness.store);
      const again = await purged(harness.store);

      expect(removed).toEqual({ ...NONE, bodies: 2 });
      expect(again).toEqual(NONE);
      expect(await harness.store.getInbound('all', 'inb_recorded')).toEqual({
        ...before,
        body: null,
        query: '',
        bytesErasedAtMs: T0 + DAY,
      });
    });

    it('go only of rows received before the cut-off', async () => {
      await kept(harness.store, inboundRow('inb_old'), inboundRow('inb_new', { receivedAtMs: T0 + 1 }));
      await harness.store.claimInbound(claim());
      await harness.store.record([group([], [outcome('inb_old'), outcome('inb_new')])], T0);

      expect(await purged(harness.store)).toEqual({ ...NONE, bodies: 1 });
      expect(await withBytes(harness.store, 'inb_old', 'inb_new')).toEqual(['inb_new']);
    });

    it('of what a mended adapter may still read stay longer', async () => {
      const unread = ['failed', 'unreadable', 'unrecognized', 'waiting', 'held'] as const;
      const ids = unread.map(state => `inb_${state}`);
      await interpreted(harness.store, ...unread);

      expect(await purged(harness.store)).toEqual(NONE);
      expect(await withBytes(harness.store, ...ids)).toEqual(ids);

      expect(await purged(harness.store, { ...NEXT_DAY, unreadBodiesMs: T0 + 1 })).toEqual({ ...NONE, bodies: 5 });
      expect(await withBytes(harness.store, ...ids)).toEqual([]);
    });

    it('of an unproven sender do not', async () => {
      await kept(harness.store, inboundRow('inb_hint', { trust: 'hint', dedupe: null }));
      await harness.store.claimInbound(claim());
      await harness.store.record([group([], [outcome('inb_hint', { state: 'held' })])], T0);

      expect(await purged(harness.store)).toEqual({ ...NONE, bodies: 1 });
    });

    it('of what was not read yet never go', async () => {
      await kept(harness.store, inboundRow('inb_1'));

      expect(await purged(harness.store, { ...NEXT_DAY, unreadBodiesMs: T0 + DAY })).toEqual(NONE);
      expect(await harness.store.claimInbound(claim('worker', T0 + DAY))).toHaveLength(1);
    });

    it('that are gone are given back by a redelivery of what was not understood', async () => {
      await interpreted(harness.store, 'failed', 'recorded');
      await purged(harness.store, { ...NEXT_DAY, unreadBodiesMs: T0 + 1 });
      const again = (state: string) =>
        inboundRow(`inb_again_${state}`, {
          text: `{"row":"inb_${state}"}`,
          dedupe: inboundRow(`inb_${state}`).dedupe,
          query: 'e=jo',
        });

      const results = await harness.store.keepInbound([again('failed'), again('recorded')]);

      expect(results).toEqual([
        { outcome: 'duplicate', id: 'inb_failed' },
        { outcome: 'duplicate', id: 'inb_recorded' },
      ]);
      const [work, ...others] = await harness.store.claimInbound(claim('worker', T0 + DAY));
      expect(others).toEqual([]);
      expect(work).toMatchObject({ id: 'inb_failed', query: 'e=jo' });
      expect(Buffer.from(work!.body).toString()).toBe('{"row":"inb_failed"}');
      expect(await harness.store.getInbound('all', 'inb_failed')).toMatchObject({ bytesErasedAtMs: null });
      expect(await withBytes(harness.store, 'inb_recorded')).toEqual([]);
    });

    it('that went while the row was read again make the recording a conflict', async () => {
      await interpreted(harness.store, 'recorded');
      await purged(harness.store);

      const replayed = group([], [outcome('inb_recorded', { owner: null, state: 'ignored' })]);

      expect(await harness.store.record([replayed], T0 + DAY)).toEqual([{ outcome: 'conflict' }]);
      expect(await harness.store.getInbound('all', 'inb_recorded')).toMatchObject({ state: 'recorded' });
    });
  });

  describe('attempts and messages by age', () => {
    const harness = withStore(open);

    it('go together; the delivery stays and cannot be sent again', async () => {
      await harness.store.syncDestinations(REFUNDS, T0);
      await recorded(harness.store, write('ret_1', { events: [event('a', 1, ['refunds'])] }));
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([success('dlv_a_refunds')], T0);

      const removed = await purged(harness.store);

      expect(removed).toEqual({ ...NONE, messages: 1, attempts: 1 });
      expect(await harness.store.getDelivery('all', 'dlv_a_refunds')).toMatchObject({
        state: 'delivered',
        tries: 1,
        deliveredAtMs: T0,
        lastAttempt: null,
        attempts: [],
        body: null,
      });
      await expect(harness.store.redeliver('all', 'dlv_a_refunds', 'jo', T0 + DAY)).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    });

    it('stay while the delivery is pending, however old', async () => {
      await harness.store.syncDestinations(REFUNDS, T0);
      await recorded(harness.store, write('ret_1', { events: [event('a', 1, ['refunds'])] }));
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a_refunds', T0 + DAY)], T0);

      expect(await purged(harness.store)).toEqual(NONE);
      expect(await harness.store.claimLines(lineClaim('worker', T0 + DAY))).toMatchObject([{ id: 'dlv_a_refunds' }]);
    });

    it('stay while another destination of the message is pending', async () => {
      await harness.store.syncDestinations([...REFUNDS, { account: 'acme-outdoor', name: 'audit' }], T0);
      await recorded(harness.store, write('ret_1', { events: [event('a', 1, ['refunds', 'audit'])] }));
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([success('dlv_a_refunds')], T0);

      expect(await purged(harness.store)).toEqual({ ...NONE, attempts: 1 });
      expect(await harness.store.claimLines(lineClaim('w', T0 + DAY, { name: 'audit' }))).toHaveLength(1);
    });

    it('stay with a return that was merged away while its deliveries are pending', async () => {
      await harness.store.syncDestinations(REFUNDS, T0);
      await recorded(harness.store, write('ret_1'), write('ret_2', { events: [event('a', 1, ['refunds'])] }));
      const farewell = event('bye', 2, []);
      const absorbs = [{ id: 'ret_2', expectedVersion: 1, firstSequence: 1, farewell }];
      await recorded(harness.store, write('ret_1', { expectedVersion: 1, sequence: 1, absorbs }));

      expect(await purged(harness.store)).toEqual(NONE);
      expect(await harness.store.claimLines(lineClaim('worker', T0 + DAY))).toMatchObject([{ id: 'dlv_a_refunds' }]);
    });

    it('are as old as the try, not as the delivery', async () => {
      await harness.store.syncDestinations(REFUNDS, T0);
      await recorded(harness.store, write('ret_1', { events: [event('a', 1, ['refunds'])] }));
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([success('dlv_a_refunds')], T0);
      await harness.store.redeliver('all', 'dlv_a_refunds', 'jo', T0 + 5);
      await harness.store.claimLines(lineClaim('worker', T0 + 5));
      const late = { ...success('dlv_a_refunds'), attempt: attempt('second', { startedAtMs: T0 + 5 }) };
      await harness.store.settleDeliveries([late], T0 + 5);

      expect(await purged(harness.store)).toEqual({ ...NONE, messages: 1, attempts: 1 });
      expect(await harness.store.getDelivery('all', 'dlv_a_refunds')).toMatchObject({
        attempts: [{ id: 'att_second' }],
        tries: 2,
      });
    });
  });

  describe('shoppers by age', () => {
    const harness = withStore(open);
    const shopper = { email: { value: 'jo@example.com', at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } };

    it('go from returns that were not updated since', async () => {
      await recorded(harness.store, write('ret_old', { shopper }), write('ret_new', { shopper, updatedAtMs: T0 + 1 }));

      expect(await purged(harness.store)).toEqual({ ...NONE, shoppers: 1 });

      expect(await harness.store.getReturn('all', 'ret_old')).toMatchObject({ shopper: null });
      expect(await harness.store.getReturn('all', 'ret_new')).toMatchObject({ shopper: { email: 'jo@example.com' } });
      const found = await harness.store.listReturns('all', { email: 'jo@example.com' }, { limit: 9, after: null });
      expect(found.map(({ id }) => id)).toEqual(['ret_new']);
    });
  });

  describe('a retention run', () => {
    const harness = withStore(open);

    it('is reported with what it removed, over a restart', async () => {
      await interpreted(harness.store, 'recorded', 'failed');
      const before = await harness.store.retentionReport(NEXT_DAY);

      await purged(harness.store);
      await harness.reopen();
      const after = await harness.store.retentionReport(NEXT_DAY);

      expect(before).toMatchObject({
        lastRun: null,
        running: null,
        due: { ...NONE, bodies: 1 },
        dueIsAtLeast: false,
        storeBytes: expect.any(Number),
        freeBytes: expect.any(Number),
      });
      expect(after).toMatchObject({
        lastRun: { startedAtMs: T0 + DAY, endedAtMs: T0 + DAY, removed: { ...NONE, bodies: 1 } },
        running: null,
        due: NONE,
      });
    });

    it('reports the last one', async () => {
      await interpreted(harness.store, 'recorded');
      await purged(harness.store);
      await purged(harness.store, NEXT_DAY, T0 + 2 * DAY);

      expect(await harness.store.retentionReport(NEXT_DAY)).toMatchObject({
        lastRun: { startedAtMs: T0 + 2 * DAY, removed: NONE },
      });
    });

    it('finds what is due behind much that must stay', async () => {
      const rows = Array.from({ length: 450 }, (_, index) => inboundRow(`inb_${String(index).padStart(3, '0')}`));
      await kept(harness.store, ...rows);
      await harness.store.claimInbound(claim('worker', T0, 500));
      const outcomes = rows.map(({ id }, index) => outcome(id, { state: index < 430 ? 'failed' : 'recorded' }));
      await harness.store.record([group([], outcomes)], T0);

      expect((await harness.store.retentionReport(NEXT_DAY)).due).toEqual({ ...NONE, bodies: 20 });
      expect(await purged(harness.store)).toEqual({ ...NONE, bodies: 20 });
    });

    it('leaves what is derived from the bytes', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await harness.store.record(
        [
          group(
            [write('ret_1', { derivations: [derivation(inboundRow('inb_1'))], events: [event('a', 1)] })],
            [outcome('inb_1')],
          ),
        ],
        T0,
      );

      await purged(harness.store);

      expect(await harness.store.listReturnEvents('all', 'ret_1', 0, 9)).toHaveLength(1);
      expect(await harness.store.getInbound('all', 'inb_1')).toMatchObject({ returnIds: ['ret_1'] });
    });
  });
}
