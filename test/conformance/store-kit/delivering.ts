import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import {
  ACCOUNT,
  attempt,
  event,
  failure,
  group,
  HOUR,
  identifies,
  lineClaim,
  MINUTE,
  recorded,
  SECOND,
  stored,
  success,
  T0,
  write,
} from './rows.ts';

const REFUNDS = { account: ACCOUNT, name: 'refunds' };
const LEDGER = { account: ACCOUNT, name: 'ledger' };

/** A return with events 1 to `count`, each for `destinations`: `ret_a` has `evt_a1`, `dlv_a1_refunds`, … */
async function withEvents(
  store: Store,
  name: string,
  count: number,
  destinations: readonly string[] = ['refunds'],
  nowMs = T0,
): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => event(`${name}${index + 1}`, index + 1, destinations));
  const [result] = await store.record([group([write(`ret_${name}`, { aliases: [identifies(name)], events })])], nowMs);
  expect(result).toEqual({ outcome: 'recorded' });
}

export function describeDelivering(open: OpenAt): void {
  describe('claimLines', () => {
    const harness = withStore(open);

    it('hands out one message of a return at a time, in sequence', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);

      const first = await harness.store.claimLines(lineClaim('one'));
      const meanwhile = await harness.store.claimLines(lineClaim('other'));
      await harness.store.settleDeliveries([success('dlv_a1_refunds', 'one')], T0);
      const second = await harness.store.claimLines(lineClaim('other'));
      await harness.store.settleDeliveries([success('dlv_a2_refunds', 'other')], T0);

      expect(first).toEqual([
        {
          id: 'dlv_a1_refunds',
          account: ACCOUNT,
          destination: 'refunds',
          returnId: 'ret_a',
          eventId: 'evt_a1',
          revision: 1,
          sequence: 1,
          webhookId: 'evt_a1',
          body: '{"type":"refund.issued","data":{"eventId":"evt_a1","note":"Größe „M“"}}',
          tries: 1,
          trial: false,
          createdAtMs: T0,
          leaseUntilMs: T0 + MINUTE,
          requestedBy: null,
        },
      ]);
      expect(meanwhile).toEqual([]);
      expect(second.map(line => line.id)).toEqual(['dlv_a2_refunds']);
      expect(await harness.store.claimLines(lineClaim())).toEqual([]);
    });

    it('hands out lines of other returns and destinations beside it', async () => {
      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);
      await withEvents(harness.store, 'a', 1, ['refunds', 'ledger']);
      await withEvents(harness.store, 'b', 1, ['refunds', 'ledger'], T0 + 1);

      const one = await harness.store.claimLines(lineClaim('one', T0 + 1, { limit: 1 }));
      const other = await harness.store.claimLines(lineClaim('other', T0 + 1, { limit: 5 }));
      const ledger = await harness.store.claimLines(lineClaim('one', T0 + 1, { name: 'ledger' }));

      expect(one.map(line => line.id)).toEqual(['dlv_a1_refunds']);
      expect(other.map(line => line.id)).toEqual(['dlv_b1_refunds']);
      expect(ledger.map(line => line.id)).toEqual(['dlv_a1_ledger', 'dlv_b1_ledger']);
    });

    it('keeps long bodies byte for byte over a restart', async () => {
      const body = JSON.stringify({ type: 'refund.issued', data: { note: 'Größe „M“ 🎁 '.repeat(2000) } });
      await harness.store.syncDestinations([REFUNDS], T0);
      await recorded(harness.store, write('ret_a', { events: [event('a1', 1, ['refunds'], { body })] }));

      await harness.reopen();

      expect((await harness.store.claimLines(lineClaim())).map(line => line.body)).toEqual([body]);
      expect((await harness.store.getDelivery('all', 'dlv_a1_refunds'))?.body).toBe(body);
    });

    it('keeps a webhook id that is not the event’s own', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      const own = { revision: 2, deliveries: [{ id: 'dlv_1', destination: 'refunds', webhookId: 'evt_a1_r2' }] };
      const other = { deliveries: [{ id: 'dlv_2', destination: 'refunds', webhookId: 'evt_else' }] };
      await recorded(harness.store, write('ret_a', { events: [event('a1', 1, ['refunds'], own)] }));
      await recorded(harness.store, write('ret_b', { events: [event('b1', 1, ['refunds'], other)] }));

      const ids = (await harness.store.claimLines(lineClaim())).map(line => line.webhookId);

      expect(ids.sort()).toEqual(['evt_a1_r2', 'evt_else']);
    });

    it('claims nothing for a destination that is not configured, and all once it is', async () => {
      await withEvents(harness.store, 'a', 1);
      const before = await harness.store.claimLines(lineClaim());

      await harness.store.syncDestinations([REFUNDS], T0);

      expect(before).toEqual([]);
      expect(await harness.store.claimLines(lineClaim())).toHaveLength(1);
    });
  });

  describe('a lease', () => {
    const harness = withStore(open);

    it('that ran out brings the line back and tells the try as interrupted', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await harness.store.claimLines(lineClaim('dead'));

      const tooEarly = await harness.store.claimLines(lineClaim('next', T0 + MINUTE - 1));
      const again = await harness.store.claimLines(lineClaim('next', T0 + MINUTE));

      expect(tooEarly).toEqual([]);
      expect(again).toMatchObject([{ id: 'dlv_a1_refunds', tries: 2 }]);
      expect((await harness.store.getDelivery('all', 'dlv_a1_refunds'))?.attempts).toMatchObject([
        { outcome: 'interrupted', startedAtMs: T0, status: null },
      ]);
    });

    it('that was lost cannot settle', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim('slow'));
      await harness.store.claimLines(lineClaim('quick', T0 + MINUTE));

      const late = await harness.store.settleDeliveries([success('dlv_a1_refunds', 'slow')], T0 + MINUTE);
      const mine = await harness.store.settleDeliveries(
        [success('dlv_a1_refunds', 'quick'), success('dlv_none', 'quick')],
        T0 + MINUTE,
      );
      const twice = await harness.store.settleDeliveries([success('dlv_a1_refunds', 'quick')], T0 + MINUTE);

      expect([late, mine, twice]).toEqual([[false], [true, false], [false]]);
      expect((await harness.store.getDelivery('all', 'dlv_a1_refunds'))?.attempts.map(each => each.outcome)).toEqual([
        'interrupted',
        'delivered',
      ]);
    });

    it('that ran out cannot settle for a later claim of the same owner', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      const [slow] = await harness.store.claimLines(lineClaim());
      const [again] = await harness.store.claimLines(lineClaim('worker', T0 + MINUTE));
      const settle = (leaseUntilMs: number) =>
        harness.store.settleDeliveries([{ ...success('dlv_a1_refunds'), leaseUntilMs }], T0 + MINUTE);

      expect(await settle(slow!.leaseUntilMs)).toEqual([false]);
      expect(await settle(again!.leaseUntilMs)).toEqual([true]);
    });

    it('of a process that ended brings the line back with its lease at the latest', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim('dead'));

      await harness.reopen();

      expect(await harness.store.claimLines(lineClaim('next', T0 + MINUTE))).toMatchObject([
        { id: 'dlv_a1_refunds', tries: 2 },
      ]);
      expect((await harness.store.getDelivery('all', 'dlv_a1_refunds'))?.attempts).toHaveLength(1);
    });

    it('that is handed back gives the try back', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim('one'));

      await harness.store.handBackLines('other', ['dlv_a1_refunds'], T0);
      const notMine = await harness.store.claimLines(lineClaim('other'));
      await harness.store.handBackLines('one', ['dlv_a1_refunds'], T0);

      expect(notMine).toEqual([]);
      expect(await harness.store.claimLines(lineClaim('other'))).toMatchObject([{ id: 'dlv_a1_refunds', tries: 1 }]);
      expect((await harness.store.getDelivery('all', 'dlv_a1_refunds'))?.attempts).toEqual([]);
    });

    it('is kept while new events are recorded for its line', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim('one'));

      await recorded(
        harness.store,
        write('ret_a', { events: [event('a2', 2, ['refunds'])] }, await stored(harness.store, 'a')),
      );

      expect(await harness.store.claimLines(lineClaim('other'))).toEqual([]);
      await harness.store.settleDeliveries([success('dlv_a1_refunds', 'one')], T0);
      expect((await harness.store.claimLines(lineClaim('other'))).map(line => line.id)).toEqual(['dlv_a2_refunds']);
    });
  });

  describe('settleDeliveries', () => {
    const harness = withStore(open);

    it('writes every attempt with what is known of it', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim());
      const tried = attempt('1', {
        outcome: 'timeout',
        status: null,
        durationMs: 15_000,
        detail: 'No answer.',
        responseHead: 'head',
        requestedBy: 'jo',
      });

      await harness.store.settleDeliveries(
        [
          {
            deliveryId: 'dlv_a1_refunds',
            owner: 'worker',
            attempt: tried,
            next: { state: 'pending', dueAtMs: T0 + 5000 },
            verdict: 'failure',
          },
        ],
        T0,
      );
      await harness.reopen();

      expect(await harness.store.getDelivery(['acme-outdoor'], 'dlv_a1_refunds')).toEqual({
        id: 'dlv_a1_refunds',
        account: ACCOUNT,
        destination: 'refunds',
        returnId: 'ret_a',
        eventId: 'evt_a1',
        type: 'refund.issued',
        revision: 1,
        sequence: 1,
        webhookId: 'evt_a1',
        state: 'pending',
        tries: 1,
        createdAtMs: T0,
        dueAtMs: T0 + 5000,
        deliveredAtMs: null,
        lastAttempt: tried,
        attempts: [tried],
        body: event('a1', 1, ['refunds']).body,
      });
    });

    it('marks what was delivered, and when', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim());
      const during = await harness.store.getDelivery('all', 'dlv_a1_refunds');

      await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0 + 12);

      expect(during).toMatchObject({ state: 'delivering', deliveredAtMs: null });
      expect(await harness.store.getDelivery('all', 'dlv_a1_refunds')).toMatchObject({
        state: 'delivered',
        deliveredAtMs: T0 + 12,
        dueAtMs: null,
      });
    });

    it('lets a failing head hold its line for an hour, and then later messages pass', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await withEvents(harness.store, 'b', 1);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + 2 * HOUR), success('dlv_b1_refunds')], T0);

      const held = await harness.store.claimLines(lineClaim('worker', T0 + HOUR - 1));
      const due = await harness.store.dueDestinations(T0 + HOUR - 1);
      const passed = await harness.store.claimLines(lineClaim('worker', T0 + HOUR));
      await harness.store.settleDeliveries([success('dlv_a2_refunds')], T0 + HOUR);
      const before = await harness.store.claimLines(lineClaim('worker', T0 + 2 * HOUR - 1));
      const head = await harness.store.claimLines(lineClaim('worker', T0 + 2 * HOUR));

      expect(held).toEqual([]);
      expect(due).toEqual({ due: [], nextDueAtMs: T0 + HOUR });
      expect(passed.map(line => line.id)).toEqual(['dlv_a2_refunds']);
      expect(before).toEqual([]);
      expect(head).toMatchObject([{ id: 'dlv_a1_refunds', tries: 2 }]);
    });

    it('sends what was held for longer than an hour in order', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 3);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + 5 * SECOND)], T0);
      const later = T0 + 3 * HOUR; // nobody claimed meanwhile

      const sent: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const [line] = await harness.store.claimLines(lineClaim('worker', later));
        sent.push(line!.id);
        await harness.store.settleDeliveries([success(line!.id)], later);
      }

      expect(sent).toEqual(['dlv_a1_refunds', 'dlv_a2_refunds', 'dlv_a3_refunds']);
    });

    it('moves on once the head is exhausted', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await harness.store.claimLines(lineClaim());

      await harness.store.settleDeliveries([{ ...failure('dlv_a1_refunds', 0), next: { state: 'exhausted' } }], T0);

      expect((await harness.store.claimLines(lineClaim())).map(line => line.id)).toEqual(['dlv_a2_refunds']);
      expect(await harness.store.getDelivery('all', 'dlv_a1_refunds')).toMatchObject({
        state: 'exhausted',
        dueAtMs: null,
      });
    });

    it('holds nothing back where the destination wants no order', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 3);
      const unordered = (nowMs: number) => lineClaim('worker', nowMs, { ordering: 'none' });
      await harness.store.claimLines(unordered(T0));

      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + HOUR)], T0);

      expect((await harness.store.claimLines(unordered(T0))).map(line => line.id)).toEqual(['dlv_a2_refunds']);
      await harness.store.settleDeliveries([success('dlv_a2_refunds')], T0);
      expect((await harness.store.claimLines(unordered(T0))).map(line => line.id)).toEqual(['dlv_a3_refunds']);
    });

    it('reaches a message behind many that let it pass', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 30);
      const unordered = lineClaim('worker', T0, { ordering: 'none' });
      const sent: string[] = [];

      for (let round = 0; round < 30; round += 1) {
        const claimed = await harness.store.claimLines(unordered);
        for (const line of claimed) {
          sent.push(line.id);
          await harness.store.settleDeliveries([failure(line.id, T0 + HOUR)], T0);
          await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'active', null, T0);
        }
      }

      expect(new Set(sent).size).toBe(30);
    });

    it('disables a destination that is gone, with its reason, and keeps the message', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await withEvents(harness.store, 'b', 1);
      await harness.store.claimLines(lineClaim('worker', T0, { limit: 1 }));

      await harness.store.settleDeliveries([{ ...failure('dlv_a1_refunds', T0), verdict: 'gone' }], T0 + 1);

      expect(await harness.store.claimLines(lineClaim('worker', T0 + HOUR))).toEqual([]);
      expect(await harness.store.dueDestinations(T0 + HOUR)).toEqual({ due: [], nextDueAtMs: null });
      expect(await harness.store.getDelivery('all', 'dlv_a1_refunds')).toMatchObject({ state: 'held' });
      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        {
          name: 'refunds',
          state: 'disabled',
          reason: expect.stringContaining('410'),
          pending: 2,
          lastFailureAtMs: T0 + 1,
        },
      ]);
    });
  });

  describe('dueDestinations', () => {
    const harness = withStore(open);

    it('names active destinations with a due line, and when the next falls due', async () => {
      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);
      await withEvents(harness.store, 'a', 1);
      await withEvents(harness.store, 'b', 1, ['ledger'], T0 + 5000);

      expect(await harness.store.dueDestinations(T0 - 1)).toEqual({ due: [], nextDueAtMs: T0 });
      expect(await harness.store.dueDestinations(T0)).toEqual({ due: [REFUNDS], nextDueAtMs: T0 + 5000 });
      expect((await harness.store.dueDestinations(T0 + 5000)).due).toHaveLength(2);
    });

    it('counts a line that is being sent only once its lease ends', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await harness.store.claimLines(lineClaim());

      expect(await harness.store.dueDestinations(T0)).toEqual({ due: [], nextDueAtMs: T0 + MINUTE });
    });

    it('answers that nothing is due where nothing is', async () => {
      expect(await harness.store.dueDestinations(T0)).toEqual({ due: [], nextDueAtMs: null });
    });
  });

  describe('the breaker', () => {
    const harness = withStore(open);

    /** Ten lines fail once each. */
    async function broken(store: Store): Promise<void> {
      await store.syncDestinations([REFUNDS], T0);
      for (let index = 0; index < 12; index += 1) await withEvents(store, `r${index}_`, 1, ['refunds'], T0 + index);
      const claimed = await store.claimLines(lineClaim('worker', T0 + 20, { limit: 10 }));
      await store.settleDeliveries(
        claimed.map(line => failure(line.id, T0 + 5 * SECOND)),
        T0 + 20,
      );
    }
    const opened = T0 + 20;

    it('opens after ten failures in a row and holds every line', async () => {
      await broken(harness.store);

      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { breaker: 'open', failuresInRow: 10, trialAtMs: opened + 30 * SECOND, state: 'active' },
      ]);
      expect(await harness.store.claimLines(lineClaim('worker', opened + 29 * SECOND))).toEqual([]);
      expect(await harness.store.dueDestinations(opened + 29 * SECOND)).toEqual({
        due: [],
        nextDueAtMs: opened + 30 * SECOND,
      });
    });

    it('is counted in a row: a success between starts anew', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await withEvents(harness.store, 'b', 1);
      await harness.store.claimLines(lineClaim());

      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + SECOND)], T0);
      const failed = await harness.store.listDestinationStates('all');
      await harness.store.settleDeliveries([success('dlv_b1_refunds')], T0 + 1);

      expect(failed).toMatchObject([{ failuresInRow: 1, lastFailureAtMs: T0, lastSuccessAtMs: null }]);
      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { failuresInRow: 0, lastFailureAtMs: T0, lastSuccessAtMs: T0 + 1 },
      ]);
    });

    it('lets one line through as a trial that is not counted', async () => {
      await broken(harness.store);
      const at = opened + 30 * SECOND;

      const due = await harness.store.dueDestinations(at);
      const trial = await harness.store.claimLines(lineClaim('one', at));
      const other = await harness.store.claimLines(lineClaim('other', at));

      expect(due.due).toEqual([REFUNDS]);
      expect(trial).toMatchObject([{ trial: true, tries: 0 }]);
      expect(other).toEqual([]);
      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { breaker: 'half_open', trialAtMs: at + 30 * SECOND },
      ]);
    });

    it('closes when a trial succeeds, and lets everything go on', async () => {
      await broken(harness.store);
      const at = opened + 30 * SECOND;
      const [trial] = await harness.store.claimLines(lineClaim('worker', at));

      await harness.store.settleDeliveries([success(trial!.id)], at);

      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { breaker: 'closed', failuresInRow: 0, trialAtMs: null },
      ]);
      expect(await harness.store.claimLines(lineClaim('worker', at))).toHaveLength(11);
    });

    it('begins the hour of failing heads anew when it closes', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      for (let index = 0; index < 9; index += 1) await withEvents(harness.store, `r${index}_`, 1);
      const claimed = await harness.store.claimLines(lineClaim());
      const dueAtMs = (id: string) => (id === 'dlv_a1_refunds' ? T0 + 5 * HOUR : T0 + 5 * SECOND);
      await harness.store.settleDeliveries(
        claimed.map(line => failure(line.id, dueAtMs(line.id))),
        T0,
      );
      const closing = T0 + 2 * HOUR;
      const [trial] = await harness.store.claimLines(lineClaim('worker', closing));
      await harness.store.settleDeliveries([success(trial!.id)], closing);

      const others = await harness.store.claimLines(lineClaim('worker', closing + HOUR - 1));
      const passed = await harness.store.claimLines(lineClaim('worker', closing + HOUR));

      expect(trial).toMatchObject({ trial: true });
      expect(others).toHaveLength(8);
      expect(others.map(line => line.returnId)).not.toContain('ret_a');
      expect(passed.map(line => line.id)).toEqual(['dlv_a2_refunds']);
    });

    it('neither counts nor gives up a message whose trial fails, and tries another line next', async () => {
      await broken(harness.store);
      const at = opened + 30 * SECOND;
      const [first] = await harness.store.claimLines(lineClaim('worker', at));

      await harness.store.settleDeliveries([{ ...failure(first!.id, at), next: { state: 'exhausted' } }], at + SECOND);
      const early = await harness.store.claimLines(lineClaim('worker', at + 30 * SECOND));
      const [second] = await harness.store.claimLines(lineClaim('worker', at + 31 * SECOND));

      expect(early).toEqual([]);
      expect(second).toMatchObject({ trial: true });
      expect(second?.returnId).not.toBe(first?.returnId);
      expect(await harness.store.getDelivery('all', first!.id)).toMatchObject({
        state: 'pending',
        tries: first!.tries,
      });
    });

    it('has another trial after one that nobody settled', async () => {
      await broken(harness.store);
      const at = opened + 30 * SECOND;
      await harness.store.claimLines(lineClaim('dead', at));

      expect(await harness.store.claimLines(lineClaim('next', at + 29 * SECOND))).toEqual([]);
      expect(await harness.store.claimLines(lineClaim('next', at + 30 * SECOND))).toMatchObject([{ trial: true }]);
    });

    it('has another trial at once after one that was handed back', async () => {
      await broken(harness.store);
      const at = opened + 30 * SECOND;
      const [trial] = await harness.store.claimLines(lineClaim('one', at));

      await harness.store.handBackLines('one', [trial!.id], at + 1);

      expect(await harness.store.claimLines(lineClaim('other', at + 1))).toMatchObject([{ trial: true }]);
      expect(await harness.store.listDestinationStates('all')).toMatchObject([{ breaker: 'half_open' }]);
    });

    it('of one destination stops no other', async () => {
      await broken(harness.store);
      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);

      await withEvents(harness.store, 'a', 1, ['ledger']);

      expect(await harness.store.claimLines(lineClaim('worker', opened, { name: 'ledger' }))).toHaveLength(1);
    });
  });

  describe('a destination', () => {
    const harness = withStore(open);

    it('that is paused holds its messages without using up tries, and sends them once resumed', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);

      const paused = await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'paused', 'maintenance', T0);
      const whilePaused = await harness.store.claimLines(lineClaim('worker', T0 + HOUR));
      const held = await harness.store.getDelivery('all', 'dlv_a1_refunds');
      const resumed = await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'active', null, T0);

      expect(paused).toMatchObject({ state: 'paused', reason: 'maintenance', pending: 1 });
      expect(whilePaused).toEqual([]);
      expect(held).toMatchObject({ state: 'held', tries: 0 });
      expect(resumed).toMatchObject({ state: 'active', reason: null });
      expect(await harness.store.claimLines(lineClaim('worker', T0 + HOUR))).toMatchObject([{ tries: 1 }]);
    });

    it('closes its breaker when it is resumed', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      for (let index = 0; index < 10; index += 1) await withEvents(harness.store, `r${index}_`, 1);
      const claimed = await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries(
        claimed.map(line => failure(line.id, T0 + SECOND)),
        T0,
      );

      const resumed = await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'active', null, T0);

      expect(resumed).toMatchObject({ breaker: 'closed', failuresInRow: 0, trialAtMs: null });
      expect(await harness.store.claimLines(lineClaim('worker', T0 + SECOND))).toHaveLength(10);
    });

    it('begins the hour of its failing heads anew when it is resumed', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + 5 * HOUR)], T0);
      await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'paused', null, T0);
      await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'active', null, T0 + 2 * HOUR);

      const held = await harness.store.claimLines(lineClaim('worker', T0 + 3 * HOUR - 1));
      const passed = await harness.store.claimLines(lineClaim('worker', T0 + 3 * HOUR));

      expect(held).toEqual([]);
      expect(passed.map(line => line.id)).toEqual(['dlv_a2_refunds']);
    });

    it('out of scope, or unknown, cannot be changed', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);

      expect(await harness.store.setDestinationState(['other'], ACCOUNT, 'refunds', 'paused', null, T0)).toBeNull();
      expect(await harness.store.setDestinationState('all', ACCOUNT, 'none', 'paused', null, T0)).toBeNull();
      expect(await harness.store.listDestinationStates('all')).toMatchObject([{ state: 'active' }]);
    });

    it('that leaves the configuration is disabled, and active again when it returns', async () => {
      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);
      await harness.store.syncDestinations([REFUNDS], T0);
      const without = await harness.store.listDestinationStates('all');

      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);

      expect(without).toMatchObject([
        { name: 'ledger', state: 'disabled', reason: 'not configured' },
        { name: 'refunds', state: 'active' },
      ]);
      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { name: 'ledger', state: 'active', reason: null },
        { name: 'refunds' },
      ]);
    });

    it('that a person paused comes back paused, for the same reason', async () => {
      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);
      await harness.store.setDestinationState('all', ACCOUNT, 'ledger', 'paused', 'why', T0);
      await harness.store.setDestinationState('all', ACCOUNT, 'refunds', 'paused', null, T0);
      await harness.store.syncDestinations([], T0);
      const without = await harness.store.listDestinationStates('all');
      await harness.store.syncDestinations([], T0);

      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);

      expect(without).toMatchObject([{ state: 'disabled' }, { state: 'disabled' }]);
      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { name: 'ledger', state: 'paused', reason: 'why' },
        { name: 'refunds', state: 'paused', reason: null },
      ]);
    });

    it('stays paused, or disabled for being gone, when the configuration is read again', async () => {
      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);
      await harness.store.setDestinationState('all', ACCOUNT, 'ledger', 'paused', 'why', T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([{ ...failure('dlv_a1_refunds', T0), verdict: 'gone' }], T0);

      await harness.store.syncDestinations([REFUNDS, LEDGER], T0);

      expect(await harness.store.listDestinationStates('all')).toMatchObject([
        { name: 'ledger', state: 'paused', reason: 'why' },
        { name: 'refunds', state: 'disabled' },
      ]);
    });
  });

  describe('redeliver', () => {
    const harness = withStore(open);

    it('sends the same row under the same webhook id once more, and says who asked', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0);

      const row = await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0 + HOUR);
      const again = await harness.store.claimLines(lineClaim('worker', T0 + HOUR));
      await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0 + HOUR);

      expect(row).toMatchObject({ id: 'dlv_a1_refunds', state: 'pending', dueAtMs: T0 + HOUR });
      expect(again).toMatchObject([{ id: 'dlv_a1_refunds', webhookId: 'evt_a1', tries: 2, requestedBy: 'jo' }]);
      expect(await harness.store.getDelivery('all', 'dlv_a1_refunds')).toMatchObject({
        state: 'delivered',
        deliveredAtMs: T0 + HOUR,
      });
      expect(await harness.store.claimLines(lineClaim('worker', T0 + HOUR))).toEqual([]);
    });

    it('waits for no failing head and holds nothing back', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 3);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a2_refunds', T0 + MINUTE)], T0);

      await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0 + SECOND);
      const asked = await harness.store.claimLines(lineClaim('worker', T0 + SECOND));
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + HOUR)], T0 + SECOND);
      const head = await harness.store.claimLines(lineClaim('worker', T0 + MINUTE));

      expect(asked.map(line => line.id)).toEqual(['dlv_a1_refunds']);
      expect(head.map(line => line.id)).toEqual(['dlv_a2_refunds']);
    });

    it('makes a failing head due at once and keeps the order behind it', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + HOUR)], T0);

      await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0 + SECOND);

      expect((await harness.store.claimLines(lineClaim('worker', T0 + SECOND))).map(line => line.id)).toEqual([
        'dlv_a1_refunds',
      ]);
    });

    it('leaves what had arrived delivered when it is refused, and tries no more', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0);

      await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0 + HOUR);
      const meanwhile = await harness.store.getDelivery('all', 'dlv_a1_refunds');
      await harness.store.claimLines(lineClaim('worker', T0 + HOUR));
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + HOUR + MINUTE)], T0 + HOUR);

      expect(meanwhile).toMatchObject({ state: 'pending', deliveredAtMs: T0 });
      expect(await harness.store.getDelivery('all', 'dlv_a1_refunds')).toMatchObject({
        state: 'delivered',
        deliveredAtMs: T0,
        dueAtMs: null,
        attempts: [{ outcome: 'delivered' }, { outcome: 'refused' }],
      });
      expect(await harness.store.claimLines(lineClaim('worker', T0 + 2 * HOUR))).toEqual([]);
    });

    it.each(['exhausted', 'pending'] as const)(
      'leaves what had arrived delivered when the caller says %s',
      async next => {
        await harness.store.syncDestinations([REFUNDS], T0);
        await withEvents(harness.store, 'a', 1);
        await harness.store.claimLines(lineClaim());
        await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0);
        await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0 + HOUR);
        await harness.store.claimLines(lineClaim('worker', T0 + HOUR));

        const refused = { ...failure('dlv_a1_refunds', T0 + HOUR), next: { state: next, dueAtMs: T0 + HOUR } };
        await harness.store.settleDeliveries([refused], T0 + HOUR);

        expect(await harness.store.getDelivery('all', 'dlv_a1_refunds')).toMatchObject({
          state: 'delivered',
          deliveredAtMs: T0,
        });
      },
    );

    it('sends a pending one past its head, once, and then leaves it in its place', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 3);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + MINUTE)], T0);

      await harness.store.redeliver('all', 'dlv_a3_refunds', 'jo', T0 + SECOND);
      const asked = await harness.store.claimLines(lineClaim('worker', T0 + SECOND));
      await harness.store.settleDeliveries([failure('dlv_a3_refunds', T0 + 5 * SECOND)], T0 + SECOND);
      const sent: string[] = [];
      const behind = await harness.store.claimLines(lineClaim('worker', T0 + MINUTE - 1));
      for (let round = 0; round < 3; round += 1) {
        const [line] = await harness.store.claimLines(lineClaim('worker', T0 + MINUTE));
        sent.push(line!.id);
        await harness.store.settleDeliveries([success(line!.id)], T0 + MINUTE);
      }

      expect(asked).toMatchObject([{ id: 'dlv_a3_refunds', requestedBy: 'jo' }]);
      expect(behind).toEqual([]);
      expect(sent).toEqual(['dlv_a1_refunds', 'dlv_a2_refunds', 'dlv_a3_refunds']);
    });

    it('begins the schedule of an exhausted one anew, past what waits', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await harness.store.claimLines(lineClaim());
      await harness.store.settleDeliveries([{ ...failure('dlv_a1_refunds', 0), next: { state: 'exhausted' } }], T0);

      const row = await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0 + SECOND);
      const [asked] = await harness.store.claimLines(lineClaim('worker', T0 + SECOND));
      await harness.store.settleDeliveries([failure('dlv_a1_refunds', T0 + MINUTE)], T0 + SECOND);
      const [next] = await harness.store.claimLines(lineClaim('worker', T0 + SECOND));
      await harness.store.settleDeliveries([success('dlv_a2_refunds')], T0 + SECOND);
      const [again] = await harness.store.claimLines(lineClaim('worker', T0 + MINUTE));

      expect(row).toMatchObject({ state: 'pending', tries: 0 });
      expect(asked).toMatchObject({ id: 'dlv_a1_refunds', tries: 1 });
      expect(next).toMatchObject({ id: 'dlv_a2_refunds' });
      expect(again).toMatchObject({ id: 'dlv_a1_refunds', tries: 2 });
    });

    it('leaves a delivery that is being sent as it is', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);
      await harness.store.claimLines(lineClaim());

      expect(await harness.store.redeliver('all', 'dlv_a1_refunds', 'jo', T0)).toMatchObject({ state: 'delivering' });
      expect(await harness.store.claimLines(lineClaim('other'))).toEqual([]);
      expect(await harness.store.settleDeliveries([success('dlv_a1_refunds')], T0)).toEqual([true]);
    });

    it('answers nothing for a delivery out of scope or unknown', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 1);

      expect(await harness.store.redeliver(['other'], 'dlv_a1_refunds', 'jo', T0)).toBeNull();
      expect(await harness.store.redeliver('all', 'dlv_none', 'jo', T0)).toBeNull();
    });
  });

  describe('loadShopper', () => {
    const harness = withStore(open);

    it('gives the personal data of a return of the account', async () => {
      const at = '2026-11-20T11:00:00.000Z';
      const shopper = { name: { value: 'Jo', at, inboundId: 'inb_1' }, email: { value: null, at, inboundId: 'inb_1' } };
      await recorded(harness.store, write('ret_1', { shopper }));

      expect(await harness.store.loadShopper(ACCOUNT, 'ret_1')).toEqual({ name: 'Jo', email: null });
      expect(await harness.store.loadShopper('other', 'ret_1')).toBeNull();
      expect(await harness.store.loadShopper(ACCOUNT, 'ret_none')).toBeNull();
    });
  });

  describe('the backlog', () => {
    const harness = withStore(open);

    it('counts lines with something to send, and since when', async () => {
      await harness.store.syncDestinations([REFUNDS], T0);
      await withEvents(harness.store, 'a', 2);
      await withEvents(harness.store, 'b', 1, ['refunds'], T0 + 5);

      expect(await harness.store.backlog()).toEqual({
        received: 0,
        oldestReceivedAtMs: null,
        lines: 2,
        oldestDueAtMs: T0,
      });
    });
  });
}
