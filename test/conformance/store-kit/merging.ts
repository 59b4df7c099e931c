import { describe, expect, it } from 'vitest';
import type { ReturnWrite, Store } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import {
  ACCOUNT,
  derivation,
  event,
  FIRST_PAGE,
  fact,
  group,
  identifies,
  inboundRow,
  kept,
  lineClaim,
  recorded,
  stored,
  success,
  T0,
  write,
} from './rows.ts';

export function describeMerging(open: OpenAt): void {
  describe('a merge', () => {
    const harness = withStore(open);
    const shopper = (value: string) => ({ name: { value, at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } });

    /** ret_old has one event, ret_young two; both have something to send. */
    async function twoReturns(store: Store): Promise<void> {
      const [one, two] = [inboundRow('inb_1'), inboundRow('inb_2')];
      await store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0);
      await kept(store, one, two);
      const old = { aliases: [identifies('old')], derivations: [derivation(one)], facts: [fact('o1')] };
      const young = { aliases: [identifies('young')], derivations: [derivation(two)], facts: [fact('y1'), fact('y2')] };
      await recorded(
        store,
        write('ret_old', { ...old, shopper: shopper('Old'), events: [event('o1', 1, ['refunds'])] }),
        write('ret_young', {
          ...young,
          shopper: shopper('Young'),
          events: [event('y1', 1, ['refunds']), event('y2', 2, ['refunds'])],
        }),
      );
    }

    async function merge(store: Store, changes: Partial<ReturnWrite['absorbs'][number]> = {}): Promise<ReturnWrite> {
      const [old, young] = [await stored(store, 'old'), await stored(store, 'young')];
      const farewell = event('bye', 3, ['refunds'], { type: 'return.merged', change: { into: 'ret_old' } });
      const absorbs = [{ id: 'ret_young', expectedVersion: young.version, firstSequence: 2, farewell, ...changes }];
      const aliases = [identifies('old'), identifies('young')];
      const events = [event('merged', 4, ['refunds'], { type: 'return.merged', change: { from: 'ret_young' } })];
      return write(
        'ret_old',
        { aliases, events, absorbs, derivations: [...old.derivations, ...young.derivations] },
        old,
      );
    }

    it('moves derivations, facts, aliases and events to the survivor', async () => {
      await twoReturns(harness.store);

      await recorded(harness.store, await merge(harness.store));

      const survivor = await stored(harness.store, 'young');
      expect(survivor).toMatchObject({ id: 'ret_old', sequence: 4, mergedFrom: ['ret_young'] });
      expect(survivor.derivations.map(each => each.inboundId).sort()).toEqual(['inb_1', 'inb_2']);
      expect(survivor.facts.map(each => each.eventId)).toEqual(['evt_o1', 'evt_y1', 'evt_y2']);
      const events = await harness.store.listReturnEvents('all', 'ret_old', 0, 10);
      expect(events?.map(each => [each.sequence, each.eventId])).toEqual([
        [1, 'evt_o1'],
        [2, 'evt_y1'],
        [3, 'evt_y2'],
        [4, 'evt_merged'],
      ]);
      expect((await harness.store.getInbound('all', 'inb_2'))?.returnIds).toEqual(['ret_old']);
    });

    it('answers for the younger with the survivor', async () => {
      await twoReturns(harness.store);

      await recorded(harness.store, await merge(harness.store));
      await harness.reopen();

      expect(await harness.store.getReturn('all', 'ret_young')).toMatchObject({
        id: 'ret_old',
        shopper: { name: 'Old' },
      });
      expect(await harness.store.loadShopper(ACCOUNT, 'ret_young')).toEqual({ name: 'Old' });
      expect((await harness.store.listReturnEvents('all', 'ret_young', 2, 10))?.map(each => each.sequence)).toEqual([
        3, 4,
      ]);
      expect((await harness.store.listReturns('all', {}, FIRST_PAGE)).map(row => row.id)).toEqual(['ret_old']);
    });

    it('ends the line of the younger with its farewell, and sends nothing again', async () => {
      await twoReturns(harness.store);
      const [first] = (await harness.store.claimLines(lineClaim())).filter(line => line.returnId === 'ret_young');
      await harness.store.settleDeliveries([success(first!.id)], T0);

      await recorded(harness.store, await merge(harness.store));

      const sent: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        const claimed = await harness.store.claimLines(lineClaim('next', T0 + 60_000));
        for (const line of claimed) sent.push(`${line.returnId} ${line.sequence} ${line.eventId}`);
        await harness.store.settleDeliveries(
          claimed.map(line => success(line.id, 'next')),
          T0 + 60_000,
        );
      }
      expect(sent.filter(each => each.startsWith('ret_young'))).toEqual(['ret_young 2 evt_y2', 'ret_young 3 evt_bye']);
      expect(sent.filter(each => each.startsWith('ret_old'))).toEqual(['ret_old 1 evt_o1', 'ret_old 4 evt_merged']);
      const all = await harness.store.listEvents('all', ACCOUNT, 0, 10);
      expect(all.find(each => each.eventId === 'evt_bye')).toMatchObject({
        returnId: 'ret_young',
        sequence: 3,
        return: { id: 'ret_old' },
      });
    });

    it('finds the deliveries of events that moved', async () => {
      await twoReturns(harness.store);

      await recorded(harness.store, await merge(harness.store));

      const found = await harness.store.deliveriesOf('all', ['evt_y1', 'evt_o1', 'evt_bye']);
      expect(found.map(row => [row.id, row.returnId])).toEqual([
        ['dlv_y1_refunds', 'ret_young'],
        ['dlv_o1_refunds', 'ret_old'],
        ['dlv_bye_refunds', 'ret_young'],
      ]);
    });

    it('follows a chain of merges', async () => {
      await twoReturns(harness.store);
      await recorded(harness.store, write('ret_oldest', { aliases: [identifies('oldest')] }));
      await recorded(harness.store, await merge(harness.store));
      const [oldest, old] = [await stored(harness.store, 'oldest'), await stored(harness.store, 'old')];

      const farewell = event('bye2', 5, [], { type: 'return.merged' });
      const absorbs = [{ id: 'ret_old', expectedVersion: old.version, firstSequence: 1, farewell }];
      await recorded(
        harness.store,
        write(
          'ret_oldest',
          {
            absorbs,
            events: [event('merged2', 5)],
            aliases: ['oldest', 'old', 'young'].map(value => identifies(value)),
          },
          oldest,
        ),
      );

      expect(await harness.store.getReturn('all', 'ret_young')).toMatchObject({
        id: 'ret_oldest',
        mergedFrom: ['ret_old', 'ret_young'],
      });
    });

    it('is a conflict where the younger was written meanwhile', async () => {
      await twoReturns(harness.store);

      const late = await merge(harness.store, { expectedVersion: 7 });

      expect(await harness.store.record([group([late])], T0)).toEqual([{ outcome: 'conflict' }]);
      expect(await harness.store.getReturn('all', 'ret_young')).toMatchObject({ id: 'ret_young' });
    });

    it('refuses sequences that do not continue the survivor’s', async () => {
      await twoReturns(harness.store);

      const gap = await merge(harness.store, { firstSequence: 3 });

      expect(await harness.store.record([group([gap])], T0)).toMatchObject([
        { outcome: 'failed', error: { code: 'BUG' } },
      ]);
    });

    it('takes no more writes for a return that was merged away', async () => {
      await twoReturns(harness.store);
      const young = await stored(harness.store, 'young');
      await recorded(harness.store, await merge(harness.store));

      const late = write('ret_young', { events: [event('late', 3)], aliases: [] }, young);

      expect(await harness.store.record([group([late]), group([{ ...late, expectedVersion: 2 }])], T0)).toEqual([
        { outcome: 'conflict' },
        { outcome: 'conflict' },
      ]);
    });
  });
}
