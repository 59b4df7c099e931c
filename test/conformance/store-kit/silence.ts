import { describe, expect, it } from 'vitest';
import type { FoldedReturn } from '../../../src/model/return.ts';
import type { NewInbound, ReturnWrite } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, CONNECTION, identifies, inboundRow, kept, MINUTE, recorded, state, T0, write } from './rows.ts';

export function describeSilence(open: OpenAt): void {
  describe('lastReceipts', () => {
    const harness = withStore(open);
    const keep = (id: string, minute: number, changes: Partial<NewInbound> = {}) =>
      kept(harness.store, inboundRow(id, { receivedAtMs: T0 + minute * MINUTE, ...changes }));

    it('are those of webhooks of the connection, newest first, whatever its adapter', async () => {
      await keep('inb_1', 1);
      await keep('inb_2', 3, { adapterId: 'another' });
      await keep('inb_3', 2);
      await keep('inb_4', 4, { source: 'fetch' });
      await keep('inb_5', 5, { connection: 'portal-provider' });
      await keep('inb_6', 6, { account: 'other' });

      const minutes = async (connection: string, limit: number) =>
        (await harness.store.lastReceipts(ACCOUNT, connection, limit)).map(atMs => (atMs - T0) / MINUTE);
      expect(await minutes(CONNECTION, 10)).toEqual([3, 2, 1]);
      expect(await minutes(CONNECTION, 2)).toEqual([3, 2]);
      expect(await minutes('none', 2)).toEqual([]);
    });
  });

  describe('standingReturns', () => {
    const harness = withStore(open);
    const add = (name: string, minute: number, folded: Partial<FoldedReturn>, changes: Partial<ReturnWrite> = {}) =>
      recorded(
        harness.store,
        write(`ret_${name}`, {
          aliases: [identifies(name)],
          updatedAtMs: T0 + minute * MINUTE,
          state: state({ status: 'in_transit', ...folded }),
          ...changes,
        }),
      );
    const standing = (limit: number, changes: object = {}) => {
      const of = { account: ACCOUNT, connection: CONNECTION, status: 'in_transit', beforeMs: T0 + 5 * MINUTE };
      return harness.store.standingReturns({ ...of, ...changes }, limit);
    };

    it('are those of the status without news since the instant, the last first', async () => {
      await add('a', 1, {});
      await add('b', 4, {});
      await add('c', 3, {}, { provider: 'another' });
      await add('at', 5, {});
      await add('received', 2, { status: 'received' });
      await add('portal-provider', 2, {}, { connection: 'portal-provider' });
      await add('other', 2, {}, { account: 'other' });

      expect(await standing(10)).toEqual({ looked: 3, ids: ['ret_b', 'ret_c', 'ret_a'] });
      expect(await standing(2)).toEqual({ looked: 2, ids: ['ret_b', 'ret_c'] });
      expect(await standing(10, { status: 'received' })).toEqual({ looked: 1, ids: ['ret_received'] });
      expect(await standing(10, { connection: 'none' })).toEqual({ looked: 0, ids: [] });
    });

    it.each(['approved', 'processing', 'paid', 'proposed', 'failed', 'declined', 'reversed'] as const)(
      'are looked at and left out where their money is on its way: %s',
      async money => {
        const settlement = { id: 'stl_1', kind: 'refund', state: money, amount: null, scope: null } as const;
        const at = '2026-11-20T11:00:00.000Z';
        await add('settled', 2, { settlements: [{ ...settlement, orderNumber: null, at }] });
        await add('open', 1, {});

        const isOnItsWay = ['approved', 'processing', 'paid'].includes(money);
        expect(await standing(10)).toEqual({ looked: 2, ids: isOnItsWay ? ['ret_open'] : ['ret_settled', 'ret_open'] });
      },
    );
  });
}
