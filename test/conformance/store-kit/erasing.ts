import { describe, expect, it } from 'vitest';
import type { Erasure, ErasureSubject, Store } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import {
  ACCOUNT,
  attaches,
  attempt,
  claim,
  DAY,
  derivation,
  event,
  FIRST_PAGE,
  group,
  identifies,
  inboundRow,
  kept,
  lineClaim,
  outcome,
  recorded,
  stored,
  success,
  T0,
  write,
} from './rows.ts';

const EMAIL = 'Jo@Example.com';
const shopperOf = (inboundId: string, email = EMAIL) => ({
  email: { value: email, at: '2026-11-20T11:00:00.000Z', inboundId },
});
const REAL = { dryRun: false, nowMs: T0 + DAY };

/** A return and the row that told of it, as recording leaves them. */
async function told(store: Store, id: string, inboundId: string, shopper = shopperOf(inboundId)): Promise<void> {
  await kept(store, inboundRow(inboundId, { query: 'q=1' }));
  await store.claimInbound(claim());
  const written = write(id, { shopper, derivations: [derivation(inboundRow(inboundId))] });
  const [result] = await store.record([group([written], [outcome(inboundId)])], T0);
  if (result?.outcome !== 'recorded') throw new Error('Not recorded.');
}

async function erased(store: Store, subject: ErasureSubject, options = REAL): Promise<Erasure> {
  const erasure = await store.eraseShopper([ACCOUNT], ACCOUNT, subject, options);
  if (erasure === null) throw new Error('Nothing was found.');
  return erasure;
}

const bodyOf = async (store: Store, id: string) => (await store.getInbound('all', id))!.body;

export function describeErasing(open: OpenAt): void {
  describe('erasing a shopper', () => {
    const harness = withStore(open);

    it('by e-mail takes the shopper and the bytes of every return that has it, and nothing else', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await told(store, 'ret_2', 'inb_2', shopperOf('inb_2', 'JO@example.COM'));
      await told(store, 'ret_3', 'inb_3', shopperOf('inb_3', 'ann@example.com'));
      const before = await store.getInbound('all', 'inb_1');

      const erasure = await erased(store, { email: 'jo@example.com' });

      expect(erasure).toEqual({
        returns: [
          { id: 'ret_1', mergedFrom: [], hadShopper: true },
          { id: 'ret_2', mergedFrom: [], hadShopper: true },
        ],
        rows: { erased: 2, goneBefore: 0, shared: 0 },
        naming: [],
        unattributed: [],
        answers: 0,
        deliveries: [],
        filesCleared: true,
      });
      expect(await store.getInbound('all', 'inb_1')).toEqual({
        ...before,
        body: null,
        query: '',
        bytesErasedAtMs: T0 + DAY,
      });
      expect(await store.getReturn('all', 'ret_2')).toMatchObject({ shopper: null });
      expect(await store.loadShopper(ACCOUNT, 'ret_1')).toBeNull();
      expect(await store.listReturns('all', { email: EMAIL }, FIRST_PAGE)).toEqual([]);
      expect(await store.getReturn('all', 'ret_3')).toMatchObject({ shopper: { email: 'ann@example.com' } });
      expect(await bodyOf(store, 'inb_3')).not.toBeNull();
    });

    it('only tells what it would do when asked', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await kept(store, inboundRow('inb_2', { text: 'broken jo@example.com' }));
      await store.claimInbound(claim());
      await store.record([group([], [outcome('inb_2', { state: 'unreadable' })])], T0);

      const preview = await erased(store, { email: EMAIL }, { ...REAL, dryRun: true });

      expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: { email: EMAIL } });
      expect(await bodyOf(store, 'inb_1')).not.toBeNull();
      expect(await bodyOf(store, 'inb_2')).not.toBeNull();
      expect(preview).toMatchObject({ rows: { erased: 1 }, naming: ['inb_2'], filesCleared: false });
      expect(await erased(store, { email: EMAIL })).toEqual({ ...preview, filesCleared: true });
    });

    it('by return leaves the other returns of the same shopper', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await told(store, 'ret_2', 'inb_2');

      const erasure = await erased(store, { returnId: 'ret_1' });

      expect(erasure.returns.map(({ id }) => id)).toEqual(['ret_1']);
      const left = await store.listReturns('all', { email: EMAIL }, FIRST_PAGE);
      expect(left.map(({ id }) => id)).toEqual(['ret_2']);
      expect(await bodyOf(store, 'inb_2')).not.toBeNull();
    });

    it('follows a merge, to the rows that told of the younger return', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await told(store, 'ret_2', 'inb_2');
      const farewell = event('bye', 1);
      const absorbs = [{ id: 'ret_2', expectedVersion: 1, firstSequence: 1, farewell }];
      await recorded(store, write('ret_1', { absorbs }, await stored(store, 'ret_1')));

      const erasure = await erased(store, { returnId: 'ret_2' });

      expect(erasure).toMatchObject({ returns: [{ id: 'ret_1', mergedFrom: ['ret_2'] }], rows: { erased: 2 } });
      expect([await bodyOf(store, 'inb_1'), await bodyOf(store, 'inb_2')]).toEqual([null, null]);
    });

    it('takes the bytes of rows whose interpretation was superseded, too', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await recorded(store, write('ret_1', { superseded: ['inb_1'] }, await stored(store, 'ret_1')));

      expect(await erased(store, { returnId: 'ret_1' })).toMatchObject({ rows: { erased: 1 } });
      expect(await bodyOf(store, 'inb_1')).toBeNull();
    });

    it('says which rows told of other returns, too', async () => {
      const { store } = harness;
      await kept(store, inboundRow('inb_1'));
      await store.claimInbound(claim());
      const derivations = [derivation(inboundRow('inb_1'))];
      const one = write('ret_1', { shopper: shopperOf('inb_1'), derivations });
      const other = write('ret_2', { derivations });
      await store.record([group([one, other], [outcome('inb_1')])], T0);

      expect(await erased(store, { email: EMAIL })).toMatchObject({ rows: { erased: 1, shared: 1 } });
    });

    it('repeated finds that nothing is left', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await erased(store, { returnId: 'ret_1' });

      expect(await erased(store, { returnId: 'ret_1' })).toMatchObject({
        returns: [{ id: 'ret_1', hadShopper: false }],
        rows: { erased: 0, goneBefore: 1 },
      });
      expect(await erased(store, { email: EMAIL })).toMatchObject({ returns: [], rows: { erased: 0 } });
    });

    it('by e-mail takes the bytes of rows of no return that name it, and counts those it cannot attribute', async () => {
      const { store } = harness;
      const rows = [
        inboundRow('inb_named', { text: '{"customer":"JO@example.com"' }),
        inboundRow('inb_escaped', { text: 'mail=jo%40example.com&x=1' }),
        inboundRow('inb_other', { text: '{"customer":"mojo@example.com"' }),
        inboundRow('inb_ignored', { text: '{"customer":"ann@example.com"}' }),
        inboundRow('inb_foreign', { text: '"jo@example.com"', account: 'beta', dedupe: null }),
      ];
      await kept(store, ...rows);
      await store.claimInbound(claim());
      const states = { inb_other: 'failed', inb_ignored: 'ignored' } as const;
      const outcomes = rows.map(({ id, account }) =>
        outcome(id, { account, state: states[id as keyof typeof states] ?? 'unreadable' }),
      );
      await store.record([group([], outcomes)], T0);
      await kept(store, inboundRow('inb_waiting', { text: '"jo@example.com" waits to be read' }));

      const erasure = await erased(store, { email: EMAIL });

      expect(erasure.naming.toSorted()).toEqual(['inb_escaped', 'inb_named']);
      expect(erasure.unattributed.toSorted((a, b) => (a.state < b.state ? -1 : 1))).toEqual([
        { state: 'failed', rows: 1 },
        { state: 'ignored', rows: 1 },
        { state: 'received', rows: 1 },
      ]);
      const gone = await Promise.all([...rows, { id: 'inb_waiting' }].map(({ id }) => bodyOf(store, id)));
      expect(gone.map(body => body === null)).toEqual([true, true, false, false, false, false]);
    });

    it('takes what destinations answered, and counts what was sent and what is still to be sent', async () => {
      const { store } = harness;
      await store.syncDestinations(
        [
          { account: ACCOUNT, name: 'care' },
          { account: ACCOUNT, name: 'refunds' },
        ],
        T0,
      );
      const events = [event('a', 1, ['care']), event('b', 2, ['care', 'refunds']), event('c', 3, ['care'])];
      await recorded(store, write('ret_1', { shopper: shopperOf('inb_1'), events }));
      await store.claimLines(lineClaim('worker', T0, { name: 'care' }));
      const answered = attempt('a', { responseHead: 'thanks, Jo@Example.com' });
      await store.settleDeliveries([{ ...success('dlv_a_care'), attempt: answered }], T0);
      await store.claimLines(lineClaim('worker', T0, { name: 'care' }));

      const erasure = await erased(store, { email: EMAIL });

      expect(erasure).toMatchObject({
        answers: 1,
        deliveries: [
          { destination: 'care', pending: 1, delivering: 1, delivered: 1 },
          { destination: 'refunds', pending: 1, delivering: 0, delivered: 0 },
        ],
      });
      expect(await store.getDelivery('all', 'dlv_a_care')).toMatchObject({
        attempts: [{ id: 'att_a', outcome: 'delivered', responseHead: null }],
      });
    });

    it('is not undone by a recording that read the return before', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      const before = await stored(store, 'ret_1');

      await erased(store, { email: EMAIL });
      const results = await store.record([group([write('ret_1', {}, before)])], T0 + DAY);

      expect(results).toEqual([{ outcome: 'conflict' }]);
      expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: null });
    });

    it('is not undone by a row that was being read again', async () => {
      const { store } = harness;
      await kept(store, inboundRow('inb_1'));
      await store.claimInbound(claim());
      const partly = outcome('inb_1', { state: 'failed' });
      const failedNotice = { type: null, key: 'n2', state: 'failed' as const, eventIds: [], problem: null };
      const written = write('ret_1', {
        shopper: shopperOf('inb_1'),
        derivations: [derivation(inboundRow('inb_1'))],
      });
      await store.record([group([written], [{ ...partly, notices: [...partly.notices, failedNotice] }])], T0);
      await store.keepInbound([inboundRow('inb_again', { text: '{"row":"inb_1"}' })]);
      const [again] = await store.claimInbound(claim('second', T0 + 1));

      await erased(store, { email: EMAIL });
      const fresh = await stored(store, 'ret_1');
      const rewritten = write('ret_1', { shopper: shopperOf('inb_1'), derivations: [derivation(again!)] }, fresh);
      const results = await store.record([group([rewritten], [outcome('inb_1', { owner: 'second' })])], T0 + DAY);
      await store.handBackInbound('second', ['inb_1']);

      expect(results).toEqual([{ outcome: 'conflict' }]);
      expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: null });
      expect(await store.getInbound('all', 'inb_1')).toMatchObject({ state: 'failed', body: null });
      expect(await store.claimInbound(claim('third', T0 + 2 * DAY))).toEqual([]);
    });

    it('ends the waiting of a row whose bytes are gone', async () => {
      const { store } = harness;
      await kept(store, inboundRow('inb_1', { text: '{"parcel":"1Z9","mail":"jo@example.com"}' }));
      await store.claimInbound(claim());
      const waits = outcome('inb_1', { state: 'waiting', attachesBy: [{ kind: 'tracking', value: '1Z9', seen: [] }] });
      await store.record([group([], [waits])], T0);

      const erasure = await erased(store, { email: EMAIL });
      await recorded(store, write('ret_1', { aliases: [identifies('r1'), attaches('tracking', '1Z9')] }));

      expect(erasure.naming).toEqual(['inb_1']);
      expect(await store.claimInbound(claim('worker', T0 + DAY))).toEqual([]);
    });

    it('leaves a later telling of the same shopper alone', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await erased(store, { email: EMAIL });

      const fresh = await stored(store, 'ret_1');
      await recorded(store, write('ret_1', { shopper: shopperOf('inb_2') }, fresh));

      expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: { email: EMAIL } });
    });

    it('knows no account outside the scope, and no return of another', async () => {
      const { store } = harness;
      await told(store, 'ret_1', 'inb_1');
      await kept(store, inboundRow('inb_b', { account: 'beta' }));

      expect(await store.eraseShopper(['beta'], ACCOUNT, { email: EMAIL }, REAL)).toBeNull();
      expect(await store.eraseShopper('all', 'nobody', { email: EMAIL }, REAL)).toBeNull();
      expect(await store.eraseShopper('all', 'beta', { returnId: 'ret_1' }, REAL)).toBeNull();
      expect(await store.eraseShopper('all', ACCOUNT, { returnId: 'ret_none' }, REAL)).toBeNull();
      expect(await store.eraseShopper('all', 'beta', { email: EMAIL }, REAL)).toMatchObject({ returns: [] });
      expect(await store.getReturn('all', 'ret_1')).toMatchObject({ shopper: { email: EMAIL } });
    });
  });
}
