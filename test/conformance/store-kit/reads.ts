import { describe, expect, it } from 'vitest';
import type { Page, Scope, Store } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import {
  ACCOUNT,
  attaches,
  claim,
  derivation,
  event,
  FIRST_PAGE,
  failure,
  group,
  identifies,
  inboundRow,
  kept,
  lineClaim,
  outcome,
  recorded,
  state,
  stored,
  success,
  T0,
  write,
} from './rows.ts';

const OTHER = 'other';

/** One object of every kind for each of two accounts. */
async function twoAccounts(store: Store): Promise<void> {
  await store.syncDestinations(
    [ACCOUNT, OTHER].map(account => ({ account, name: 'refunds' })),
    T0,
  );
  for (const [account, suffix] of [
    [ACCOUNT, '1'],
    [OTHER, '2'],
  ] as const) {
    const row = inboundRow(`inb_${suffix}`, { account });
    await kept(store, row);
    await store.claimInbound(claim());
    const aliases = [identifies(`r${suffix}`)];
    const events = [event(suffix, 1, ['refunds'])];
    const returns = [write(`ret_${suffix}`, { account, aliases, events, derivations: [derivation(row)] })];
    expect(await store.record([group(returns, [outcome(row.id, { account })])], T0)).toEqual([{ outcome: 'recorded' }]);
  }
}

export function describeReads(open: OpenAt): void {
  describe('a read', () => {
    const harness = withStore(open);

    it.each<[string, (store: Store, scope: Scope) => Promise<unknown>]>([
      ['getReturn', (store, scope) => store.getReturn(scope, 'ret_1')],
      ['listReturnEvents', (store, scope) => store.listReturnEvents(scope, 'ret_1', 0, 10)],
      ['getInbound', (store, scope) => store.getInbound(scope, 'inb_1')],
      ['getDelivery', (store, scope) => store.getDelivery(scope, 'dlv_1_refunds')],
    ])('of one object by %s sees its own account only', async (_, read) => {
      await twoAccounts(harness.store);

      expect(await read(harness.store, 'all')).not.toBeNull();
      expect(await read(harness.store, [OTHER, ACCOUNT])).not.toBeNull();
      expect(await read(harness.store, [OTHER])).toBeNull();
      expect(await read(harness.store, [])).toBeNull();
    });

    it('of many sees the accounts in scope only', async () => {
      const { store } = harness;
      await twoAccounts(store);
      const lists: Record<string, (scope: Scope) => Promise<readonly { readonly account: string }[]>> = {
        listReturns: scope => store.listReturns(scope, {}, FIRST_PAGE),
        listEvents: scope => store.listEvents(scope, null, 0, 10),
        listInbound: scope => store.listInbound(scope, {}, FIRST_PAGE),
        listDeliveries: scope => store.listDeliveries(scope, {}, FIRST_PAGE),
        deliveriesOf: scope => store.deliveriesOf(scope, ['evt_1', 'evt_2']),
        listDestinationStates: scope => store.listDestinationStates(scope),
      };

      for (const [name, list] of Object.entries(lists)) {
        const accounts = async (scope: Scope) => (await list(scope)).map(row => row.account).sort();
        expect(await accounts('all'), name).toEqual([ACCOUNT, OTHER]);
        expect(await accounts([OTHER]), name).toEqual([OTHER]);
        expect(await accounts([]), name).toEqual([]);
      }
    });

    it('that asks for an account out of scope finds nothing', async () => {
      const { store } = harness;
      await twoAccounts(store);
      const lists: Record<string, (scope: Scope) => Promise<readonly unknown[]>> = {
        listReturns: scope => store.listReturns(scope, { account: ACCOUNT }, FIRST_PAGE),
        listEvents: scope => store.listEvents(scope, ACCOUNT, 0, 10),
        listInbound: scope => store.listInbound(scope, { account: ACCOUNT }, FIRST_PAGE),
        listDeliveries: scope => store.listDeliveries(scope, { account: ACCOUNT }, FIRST_PAGE),
      };

      for (const [name, list] of Object.entries(lists)) {
        expect(await list('all'), name).toHaveLength(1);
        expect(await list([OTHER]), name).toEqual([]);
      }
    });
  });

  describe('listReturns', () => {
    const harness = withStore(open);

    async function three(store: Store): Promise<void> {
      const email = (value: string) => ({ email: { value, at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } });
      const aliases = (name: string) => [
        identifies(name),
        attaches('order', 'MK-1'),
        attaches('tracking', `1Z${name.toUpperCase()}`),
        attaches('rma', 'RA'),
      ];
      await recorded(
        store,
        write('ret_a', {
          aliases: aliases('a'),
          updatedAtMs: T0 + 1,
          shopper: email('Jo@Example.com'),
          state: state({ status: 'completed' }),
        }),
        write('ret_b', { aliases: aliases('b'), updatedAtMs: T0 + 3, shopper: email('jo@example.com') }),
        write('ret_c', {
          connection: 'parcel-port',
          provider: 'parcel-port-eu',
          aliases: aliases('c'),
          updatedAtMs: T0 + 2,
        }),
      );
    }

    it('finds by each filter and several, newest first', async () => {
      await three(harness.store);
      const cases = [
        ['nothing', {}, ['ret_b', 'ret_c', 'ret_a']],
        ['status', { status: 'completed' }, ['ret_a']],
        ['connection', { connection: 'happy-returns' }, ['ret_b', 'ret_a']],
        ['provider', { provider: 'parcel-port-eu' }, ['ret_c']],
        ['order', { order: 'MK-1' }, ['ret_b', 'ret_c', 'ret_a']],
        ['order of another', { order: 'MK-2' }, []],
        ['rma', { rma: 'RA' }, ['ret_b', 'ret_c', 'ret_a']],
        ['tracking as printed', { tracking: '1z b' }, ['ret_b']],
        ['e-mail in any case', { email: 'JO@example.COM' }, ['ret_b', 'ret_a']],
        ['several at once', { email: 'jo@example.com', order: 'MK-1', status: 'requested' }, ['ret_b']],
        ['an identifying alias as if it were a number', { order: 'a' }, []],
        ['updated after, exclusively', { updatedAfterMs: T0 + 2 }, ['ret_b']],
        ['number and updated after', { order: 'MK-1', updatedAfterMs: T0 + 1 }, ['ret_b', 'ret_c']],
      ] as const;

      for (const [what, filter, ids] of cases) {
        const rows = await harness.store.listReturns('all', filter, FIRST_PAGE);
        expect(
          rows.map(row => row.id),
          what,
        ).toEqual(ids);
      }
    });

    it('finds a number that very many returns share', async () => {
      const many = Array.from({ length: 1100 }, (_, index) =>
        write(`ret_${index}`, { aliases: [identifies(`r${index}`), attaches('rma', 'RA')], updatedAtMs: T0 + index }),
      );
      await harness.store.record(
        many.map(each => group([each])),
        T0,
      );
      await recorded(harness.store, write('ret_x', { aliases: [identifies('x')], updatedAtMs: T0 + 5000 }));

      const page = await harness.store.listReturns('all', { rma: 'RA' }, { limit: 2, after: null });

      expect(page.map(row => row.id)).toEqual(['ret_1099', 'ret_1098']);
    });

    it('shows personal data as stated', async () => {
      await three(harness.store);

      expect((await harness.store.listReturns('all', {}, FIRST_PAGE)).map(row => row.shopper)).toEqual([
        { email: 'jo@example.com' },
        null,
        { email: 'Jo@Example.com' },
      ]);
    });
  });

  describe('listReturnEvents', () => {
    const harness = withStore(open);

    it('goes on after a sequence, oldest first', async () => {
      await recorded(harness.store, write('ret_1', { events: [event('a', 1), event('b', 2), event('c', 3)] }));

      const events = await harness.store.listReturnEvents('all', 'ret_1', 1, 1);

      expect(events?.map(row => row.eventId)).toEqual(['evt_b']);
      expect(await harness.store.listReturnEvents('all', 'ret_1', 3, 10)).toEqual([]);
      expect(await harness.store.listReturnEvents('all', 'ret_none', 0, 10)).toBeNull();
    });
  });

  describe('listEvents', () => {
    const harness = withStore(open);

    it('goes on after a position in commit order, with the return as now known', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('a')], events: [event('a1', 1)] }));
      await recorded(
        harness.store,
        write('ret_2', { connection: 'parcel-port', provider: 'parcel-port', events: [event('b1', 1)] }),
      );
      await recorded(
        harness.store,
        write(
          'ret_1',
          { events: [event('a2', 2)], state: state({ status: 'completed' }) },
          await stored(harness.store, 'a'),
        ),
      );

      const first = await harness.store.listEvents([ACCOUNT], null, 0, 2);
      const rest = await harness.store.listEvents([ACCOUNT], null, first[1]!.position, 2);
      const whole = await harness.store.listEvents('all', null, 0, 10);

      expect([...first, ...rest].map(row => row.eventId)).toEqual(['evt_a1', 'evt_b1', 'evt_a2']);
      expect(first[0]).toMatchObject({
        sequence: 1,
        return: { id: 'ret_1', sequence: 2, state: { status: 'completed' } },
      });
      expect(whole).toEqual([...first, ...rest]);
    });
  });

  describe('listInbound', () => {
    const harness = withStore(open);

    async function four(store: Store): Promise<void> {
      await kept(
        store,
        inboundRow('inb_1', { receivedAtMs: T0 + 1 }),
        inboundRow('inb_2', { receivedAtMs: T0 + 2, connection: 'parcel-port', adapterId: 'parcel-port' }),
        inboundRow('inb_3', { receivedAtMs: T0 + 3 }),
        inboundRow('inb_4', { receivedAtMs: T0 + 4 }),
      );
      await store.claimInbound(claim('worker', T0 + 10, 3));
      const failed = { state: 'failed' as const, fingerprint: 'normalize · x@1' };
      await store.record(
        [group([], [outcome('inb_1', failed)]), group([], [outcome('inb_2', failed)]), group([], [outcome('inb_3')])],
        T0,
      );
    }

    it('finds by each filter and several, newest first', async () => {
      await four(harness.store);
      const cases = [
        ['nothing', {}, ['inb_4', 'inb_3', 'inb_2', 'inb_1']],
        ['connection', { connection: 'happy-returns' }, ['inb_4', 'inb_3', 'inb_1']],
        ['state failed', { state: 'failed' }, ['inb_2', 'inb_1']],
        ['state recorded', { state: 'recorded' }, ['inb_3']],
        ['state received', { state: 'received' }, ['inb_4']],
        ['state held', { state: 'held' }, []],
        ['fingerprint', { fingerprint: 'normalize · x@1' }, ['inb_2', 'inb_1']],
        ['fingerprint and state', { fingerprint: 'normalize · x@1', state: 'ignored' }, []],
        ['fingerprint and connection', { fingerprint: 'normalize · x@1', connection: 'parcel-port' }, ['inb_2']],
        ['received after, exclusively', { receivedAfterMs: T0 + 2 }, ['inb_4', 'inb_3']],
      ] as const;

      for (const [what, filter, ids] of cases) {
        const rows = await harness.store.listInbound('all', filter, FIRST_PAGE);
        expect(
          rows.map(row => row.id),
          what,
        ).toEqual(ids);
      }
    });

    it('lists without bodies', async () => {
      await four(harness.store);

      const [row] = await harness.store.listInbound('all', {}, FIRST_PAGE);

      expect(row).toMatchObject({
        body: null,
        bodyBytes: 15,
        bytesErasedAtMs: null,
        headers: { 'x-twice': ['one', 'two'] },
      });
    });

    it('counts what is not interpreted yet in the backlog', async () => {
      await four(harness.store);

      expect(await harness.store.backlog()).toMatchObject({ received: 1, oldestReceivedAtMs: T0 + 4 });
    });
  });

  describe('listDeliveries', () => {
    const harness = withStore(open);

    /** a: delivered, b: pending after a failure, c: being sent, d: exhausted; e: pending at a paused destination. */
    async function five(store: Store): Promise<void> {
      await store.syncDestinations(
        [
          { account: ACCOUNT, name: 'refunds' },
          { account: ACCOUNT, name: 'ledger' },
        ],
        T0,
      );
      for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
        await store.record([group([write(`ret_${name}`, { events: [event(name, 1, ['refunds'])] })])], T0 + index);
      }
      await store.record([group([write('ret_e', { events: [event('e', 1, ['ledger'])] })])], T0 + 4);
      await store.claimLines(lineClaim('worker', T0 + 10));
      const exhausted = { ...failure('dlv_d_refunds', 0), next: { state: 'exhausted' as const } };
      await store.settleDeliveries([success('dlv_a_refunds'), failure('dlv_b_refunds', T0 + 99), exhausted], T0 + 10);
      await store.setDestinationState('all', ACCOUNT, 'ledger', 'paused', null, T0);
    }

    it('finds by each filter and several, newest first', async () => {
      await five(harness.store);
      const cases = [
        ['nothing', {}, ['e_ledger', 'd_refunds', 'c_refunds', 'b_refunds', 'a_refunds']],
        ['destination', { destination: 'ledger' }, ['e_ledger']],
        ['return', { returnId: 'ret_b' }, ['b_refunds']],
        ['return and state', { returnId: 'ret_b', state: 'delivered' }, []],
        ['unknown return', { returnId: 'ret_none' }, []],
        ['state delivered', { state: 'delivered' }, ['a_refunds']],
        ['state pending', { state: 'pending' }, ['b_refunds']],
        ['state delivering', { state: 'delivering' }, ['c_refunds']],
        ['state exhausted', { state: 'exhausted' }, ['d_refunds']],
        ['state held', { state: 'held' }, ['e_ledger']],
        ['state cancelled', { state: 'cancelled' }, []],
      ] as const;

      for (const [what, filter, ids] of cases) {
        const rows = await harness.store.listDeliveries('all', filter, FIRST_PAGE);
        expect(
          rows.map(row => row.id),
          what,
        ).toEqual(ids.map(id => `dlv_${id}`));
      }
    });

    it('shows the state and the last attempt of each', async () => {
      await five(harness.store);

      const rows = await harness.store.listDeliveries('all', {}, FIRST_PAGE);

      expect(rows.map(row => [row.state, row.lastAttempt?.outcome ?? null])).toEqual([
        ['held', null],
        ['exhausted', 'refused'],
        ['delivering', null],
        ['pending', 'refused'],
        ['delivered', 'delivered'],
      ]);
    });
  });

  describe('a list', () => {
    const harness = withStore(open);

    /** Reads to the end in pages of three; `between` runs after each. */
    async function pages<Row extends { readonly id: string }>(
      list: (page: Page) => Promise<readonly Row[]>,
      atMs: (row: Row) => number,
      between: (round: number) => Promise<void> = async () => undefined,
    ): Promise<readonly string[]> {
      const ids: string[] = [];
      let after: Page['after'] = null;
      for (let round = 0; round < 20; round += 1) {
        const rows: readonly Row[] = await list({ limit: 3, after });
        ids.push(...rows.map(row => row.id));
        const last = rows.at(-1);
        if (last === undefined) break;
        after = { atMs: atMs(last), id: last.id };
        await between(round);
      }
      return ids;
    }

    it('of returns pages without gaps or doubles, also where many share an instant and connection', async () => {
      for (let index = 0; index < 14; index += 1) {
        const connection = index % 3 === 0 ? 'parcel-port' : 'happy-returns';
        await recorded(
          harness.store,
          write(`ret_${index}`, {
            connection,
            provider: connection,
            aliases: [identifies(`r${index}`)],
            updatedAtMs: T0 + Math.floor(index / 5),
          }),
        );
      }

      const ids = await pages(
        page => harness.store.listReturns('all', {}, page),
        row => row.updatedAtMs,
      );

      expect(ids).toHaveLength(14);
      expect(new Set(ids).size).toBe(14);
    });

    it('of returns shows every return that stays as it is exactly once while others change', async () => {
      for (let index = 0; index < 12; index += 1) {
        await recorded(
          harness.store,
          write(`ret_${index}`, { aliases: [identifies(`r${index}`)], updatedAtMs: T0 + index }),
        );
      }

      const ids = await pages(
        page => harness.store.listReturns('all', {}, page),
        row => row.updatedAtMs,
        async round => {
          // One of the oldest moves to the front, the last of the page before moves too, and a new one comes.
          await recorded(
            harness.store,
            write('ret_0', { updatedAtMs: T0 + 100 + round }, await stored(harness.store, 'r0')),
          );
          await recorded(
            harness.store,
            write('ret_9', { updatedAtMs: T0 + 200 + round }, await stored(harness.store, 'r9')),
          );
          await recorded(
            harness.store,
            write(`ret_new${round}`, { aliases: [identifies(`new${round}`)], updatedAtMs: T0 + 300 + round }),
          );
        },
      );

      const untouched = ids.filter(id => id !== 'ret_0' && id !== 'ret_9');
      expect(untouched).toEqual(['ret_11', 'ret_10', ...[8, 7, 6, 5, 4, 3, 2, 1].map(index => `ret_${index}`)]);
    });

    it('of inbound rows and deliveries pages in the same way', async () => {
      await harness.store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0);
      await kept(
        harness.store,
        ...Array.from({ length: 10 }, (_, index) =>
          inboundRow(`inb_${index}`, { receivedAtMs: T0 + Math.floor(index / 4) }),
        ),
      );
      for (let index = 0; index < 10; index += 1)
        await recorded(harness.store, write(`ret_${index}`, { events: [event(`${index}`, 1, ['refunds'])] }));

      const inbound = await pages(
        page => harness.store.listInbound('all', {}, page),
        row => row.receivedAtMs,
      );
      const deliveries = await pages(
        page => harness.store.listDeliveries('all', {}, page),
        row => row.createdAtMs,
      );

      expect([inbound.length, new Set(inbound).size]).toEqual([10, 10]);
      expect([deliveries.length, new Set(deliveries).size]).toEqual([10, 10]);
    });

    it('of returns with a number pages in the same way', async () => {
      for (let index = 0; index < 8; index += 1) {
        await recorded(
          harness.store,
          write(`ret_${index}`, {
            aliases: [identifies(`r${index}`), attaches('order', 'MK-1')],
            updatedAtMs: T0 + (index % 2),
          }),
        );
      }

      const ids = await pages(
        page => harness.store.listReturns('all', { order: 'MK-1' }, page),
        row => row.updatedAtMs,
      );

      expect([ids.length, new Set(ids).size]).toEqual([8, 8]);
    });
  });

  describe('a closed store', () => {
    const harness = withStore(open);

    it('refuses every operation, and closing again does nothing', async () => {
      await harness.store.close();

      await expect(harness.store.getReturn('all', 'ret_1')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(harness.store.listReturns('all', {}, FIRST_PAGE)).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
      await expect(harness.store.close()).resolves.toBeUndefined();
    });
  });
}
