import { describe, expect, it } from 'vitest';
import { type OpenAt, withStore } from './harness.ts';
import {
  ACCOUNT,
  attaches,
  claim,
  derivation,
  event,
  FIRST_PAGE,
  fact,
  group,
  identifies,
  inboundRow,
  kept,
  lineClaim,
  lookup,
  MINUTE,
  outcome,
  recorded,
  state,
  stored,
  T0,
  write,
} from './rows.ts';

export function describeRecording(open: OpenAt): void {
  describe('claimInbound', () => {
    const harness = withStore(open);

    it('hands out the oldest rows first, with all that interpretation needs', async () => {
      const row = inboundRow('inb_2', { receivedAtMs: T0 + 2 });
      await kept(
        harness.store,
        row,
        inboundRow('inb_1', { receivedAtMs: T0 + 1 }),
        inboundRow('inb_3', { receivedAtMs: T0 + 3 }),
      );

      const claimed = await harness.store.claimInbound(claim('worker', T0 + 3, 2));

      const { dedupe: _, ...told } = row;
      expect(claimed.map(work => work.id)).toEqual(['inb_1', 'inb_2']);
      expect(claimed[1]).toEqual({
        ...told,
        body: Buffer.from(row.body),
        state: 'received',
        variantOf: null,
        interpretedVersion: null,
        notices: [],
      });
    });

    it('never hands one row to two workers', async () => {
      await kept(harness.store, inboundRow('inb_1'), inboundRow('inb_2'), inboundRow('inb_3'));

      const one = await harness.store.claimInbound(claim('one', T0, 2));
      const other = await harness.store.claimInbound(claim('other', T0, 2));

      expect(one).toHaveLength(2);
      expect(other).toHaveLength(1);
      expect(new Set([...one, ...other].map(work => work.id)).size).toBe(3);
    });

    it('hands a row out again once its lease has run out', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim('one', T0));

      expect(await harness.store.claimInbound(claim('other', T0 + MINUTE - 1))).toEqual([]);
      expect(await harness.store.claimInbound(claim('other', T0 + MINUTE))).toHaveLength(1);
    });

    it('takes back what its owner hands back, and only that', async () => {
      await kept(harness.store, inboundRow('inb_1'), inboundRow('inb_2'));
      await harness.store.claimInbound(claim('one', T0));

      await harness.store.handBackInbound('other', ['inb_1']);
      await harness.store.handBackInbound('one', ['inb_2']);

      expect((await harness.store.claimInbound(claim('other', T0))).map(work => work.id)).toEqual(['inb_2']);
    });

    it('loses nothing that was claimed when the process ended', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim('one', T0));

      await harness.reopen();

      expect(await harness.store.claimInbound(claim('other', T0 + MINUTE))).toHaveLength(1);
    });
  });

  describe('record', () => {
    const harness = withStore(open);

    it('writes an interpretation over a restart', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      const notices = [
        {
          type: 'return.asn',
          key: 'k',
          state: 'failed' as const,
          eventIds: [],
          problem: { code: 'X', path: '/a', message: 'Why.' },
        },
      ];
      const told = outcome('inb_1', {
        state: 'failed',
        notices,
        fingerprint: 'normalize · x@1 · /a',
        adapterVersion: 3,
      });

      expect(await harness.store.record([group([], [told])], T0 + 5)).toEqual([{ outcome: 'recorded' }]);
      await harness.reopen();

      expect(await harness.store.getInbound('all', 'inb_1')).toMatchObject({
        state: 'failed',
        notices,
        fingerprint: 'normalize · x@1 · /a',
        interpretedVersion: 3,
        interpretedAtMs: T0 + 5,
      });
    });

    it('gives back the whole of a return that it wrote', async () => {
      const row = inboundRow('inb_1');
      await kept(harness.store, row);
      const shopper = { email: { value: 'Jo@Example.com', at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } };
      const aliases = [identifies('r1'), attaches('order', 'MK-1')];
      const derivations = [derivation(row)];
      const facts = [
        fact('a'),
        fact('b', { position: 'another form', withdrawn: true, announced: false, revision: 2 }),
      ];
      await recorded(
        harness.store,
        write('ret_1', {
          state: state({ status: 'authorized' }),
          shopper,
          aliases,
          derivations,
          facts,
          events: [event('a', 1), event('b', 2)],
        }),
      );

      await harness.reopen();

      expect(await stored(harness.store, 'r1')).toEqual({
        id: 'ret_1',
        account: ACCOUNT,
        connection: 'happy-returns',
        provider: 'happy-returns',
        version: 1,
        sequence: 2,
        createdAtMs: T0,
        updatedAtMs: T0,
        mergedFrom: [],
        state: state({ status: 'authorized' }),
        shopper,
        aliases: [attaches('order', 'MK-1'), identifies('r1')],
        derivations,
        facts,
        related: [],
      });
      expect(await harness.store.getReturn('all', 'ret_1')).toEqual({
        id: 'ret_1',
        account: ACCOUNT,
        connection: 'happy-returns',
        provider: 'happy-returns',
        sequence: 2,
        createdAtMs: T0,
        updatedAtMs: T0,
        mergedFrom: [],
        state: state({ status: 'authorized' }),
        shopper: { email: 'Jo@Example.com' },
        related: [],
      });
      expect((await harness.store.getInbound('all', 'inb_1'))?.returnIds).toEqual(['ret_1']);
    });

    it('reports a version that moved, and writes nothing then', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1')] }));
      const before = await stored(harness.store, 'r1');
      await recorded(
        harness.store,
        write('ret_1', { events: [event('a', 1)], state: state({ status: 'completed' }) }, before),
      );

      const late = write('ret_1', { events: [event('b', 1)], state: state({ status: 'rejected' }) }, before);

      expect(await harness.store.record([group([late])], T0)).toEqual([{ outcome: 'conflict' }]);
      expect(await harness.store.getReturn('all', 'ret_1')).toMatchObject({
        sequence: 1,
        state: { status: 'completed' },
      });
    });

    it('reports a new return whose id is there, and a known one that is not', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1')] }));
      const before = await stored(harness.store, 'r1');

      const results = await harness.store.record(
        [
          group([write('ret_1', { aliases: [identifies('r9')] })]),
          group([write('ret_2', { aliases: [identifies('r8')] }, before)]),
        ],
        T0,
      );

      expect(results).toEqual([{ outcome: 'conflict' }, { outcome: 'conflict' }]);
    });

    it('reports an identifying alias that another return of the connection has', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1')] }));

      const taken = write('ret_2', {
        aliases: [identifies('r1'), identifies('r2')],
        events: [event('a', 1, ['refunds'])],
      });

      expect(await harness.store.record([group([taken])], T0)).toEqual([{ outcome: 'conflict' }]);
      expect(await harness.store.getReturn('all', 'ret_2')).toBeNull();
      expect(await harness.store.listEvents('all', null, 0, 10)).toEqual([]);
    });

    it('lets returns share an alias that identifies neither, or that another connection gave', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1'), attaches('rma', 'RA')] }));

      await recorded(
        harness.store,
        write('ret_2', { aliases: [identifies('r2'), attaches('rma', 'RA')] }),
        write('ret_3', { connection: 'parcel-port', provider: 'parcel-port', aliases: [identifies('r1')] }),
        write('ret_4', { account: 'other', aliases: [identifies('r1')] }),
      );

      expect((await stored(harness.store, 'r1', 'parcel-port')).id).toBe('ret_3');
      expect((await stored(harness.store, 'r1')).id).toBe('ret_1');
    });

    it('gives an alias to another return of the same group that loses it', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1'), identifies('x')] }));
      const before = await stored(harness.store, 'r1');

      const gains = write('ret_2', { aliases: [identifies('x')] });
      const loses = write('ret_1', { aliases: [identifies('r1')] }, before);

      expect(await harness.store.record([group([gains, loses])], T0)).toEqual([{ outcome: 'recorded' }]);
      expect((await stored(harness.store, 'x')).id).toBe('ret_2');
    });

    it('leaves nothing of a group that fails half way, and all of its neighbours', async () => {
      await kept(harness.store, inboundRow('inb_1'), inboundRow('inb_2'), inboundRow('inb_3'));
      await harness.store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0);
      await harness.store.claimInbound(claim());
      const good = (number: number) =>
        group(
          [write(`ret_${number}`, { events: [event(String(number), 1, ['refunds'])] })],
          [outcome(`inb_${number}`)],
        );
      const half = group(
        [
          write('ret_2', { events: [event('2', 1, ['refunds'])] }),
          write('ret_2b', { events: [event('2b', 7, ['refunds'])] }),
        ],
        [outcome('inb_2')],
      );

      const results = await harness.store.record([good(1), half, good(3)], T0);

      expect(results).toMatchObject([
        { outcome: 'recorded' },
        { outcome: 'failed', error: { code: 'BUG' } },
        { outcome: 'recorded' },
      ]);
      expect(await harness.store.getReturn('all', 'ret_2')).toBeNull();
      expect(await harness.store.getInbound('all', 'inb_2')).toMatchObject({
        state: 'received',
        interpretedVersion: null,
      });
      expect((await harness.store.listEvents('all', null, 0, 10)).map(row => row.returnId)).toEqual(['ret_1', 'ret_3']);
      expect((await harness.store.claimLines(lineClaim())).map(line => line.returnId).sort()).toEqual([
        'ret_1',
        'ret_3',
      ]);
    });

    it.each([
      ['leave a gap', [2], 2],
      ['repeat', [1, 1], 1],
      ['end elsewhere than the return', [1], 2],
    ])('refuses events whose sequences %s', async (_, sequences, last) => {
      const events = sequences.map((sequence, index) => event(`e${index}`, sequence));

      const results = await harness.store.record([group([write('ret_1', { events, sequence: last })])], T0);

      expect(results).toMatchObject([{ outcome: 'failed', error: { code: 'BUG' } }]);
      expect(await harness.store.getReturn('all', 'ret_1')).toBeNull();
    });

    it('reports a row whose claim went to another worker', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim('slow', T0));
      await harness.store.claimInbound(claim('quick', T0 + MINUTE));

      const late = await harness.store.record(
        [group([write('ret_1')], [outcome('inb_1', { owner: 'slow' })])],
        T0 + MINUTE,
      );
      const quick = await harness.store.record(
        [group([write('ret_1')], [outcome('inb_1', { owner: 'quick' })])],
        T0 + MINUTE,
      );

      expect(late).toEqual([{ outcome: 'conflict' }]);
      expect(quick).toEqual([{ outcome: 'recorded' }]);
    });

    it('lets a replay, which holds no claim, write', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await harness.store.record([group([], [outcome('inb_1')])], T0);

      const again = outcome('inb_1', { owner: null, state: 'ignored', adapterVersion: 2 });

      expect(await harness.store.record([group([], [again])], T0)).toEqual([{ outcome: 'recorded' }]);
      expect(await harness.store.getInbound('all', 'inb_1')).toMatchObject({ state: 'ignored', interpretedVersion: 2 });
    });

    it('replaces the derivation of a row, and ends one that is superseded', async () => {
      const [one, two] = [inboundRow('inb_1'), inboundRow('inb_2')];
      await kept(harness.store, one, two);
      await recorded(
        harness.store,
        write('ret_1', { aliases: [identifies('r1')], derivations: [derivation(one), derivation(two)] }),
      );

      const again = derivation(one, { adapterVersion: 2 });
      await recorded(
        harness.store,
        write('ret_1', { derivations: [again], superseded: ['inb_2'] }, await stored(harness.store, 'r1')),
      );

      expect((await stored(harness.store, 'r1')).derivations).toEqual([again]);
      expect((await harness.store.getInbound('all', 'inb_2'))?.returnIds).toEqual([]);
    });

    it('replaces a fact by its event id and keeps the others', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1')], facts: [fact('a'), fact('b')] }));

      await recorded(
        harness.store,
        write('ret_1', { facts: [fact('b', { revision: 2, withdrawn: true })] }, await stored(harness.store, 'r1')),
      );

      expect((await stored(harness.store, 'r1')).facts).toEqual([
        fact('a'),
        fact('b', { revision: 2, withdrawn: true }),
      ]);
    });

    it('forgets aliases and personal data that a write leaves out', async () => {
      const shopper = { name: { value: 'Jo', at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } };
      await recorded(
        harness.store,
        write('ret_1', { aliases: [identifies('r1'), attaches('order', 'MK-1')], shopper }),
      );

      await recorded(
        harness.store,
        write('ret_1', { aliases: [identifies('r1')], shopper: {} }, await stored(harness.store, 'r1')),
      );

      expect(await stored(harness.store, 'r1')).toMatchObject({ aliases: [identifies('r1')], shopper: {} });
      expect(await harness.store.loadShopper(ACCOUNT, 'ret_1')).toBeNull();
    });

    it('keeps an event as it was told', async () => {
      await recorded(
        harness.store,
        write('ret_1', {
          events: [
            event('a', 1, [], { occurredAt: null, late: true }),
            event('a', 2, [], { revision: 2, withdrawn: true, replayOf: 'evt_a', change: {} }),
          ],
        }),
      );

      const events = await harness.store.listReturnEvents('all', 'ret_1', 0, 10);

      const { body: _, deliveries: __, ...first } = event('a', 1, [], { occurredAt: null, late: true });
      expect(events?.[0]).toEqual({
        ...first,
        position: expect.any(Number),
        account: ACCOUNT,
        connection: 'happy-returns',
        provider: 'happy-returns',
        returnId: 'ret_1',
        recordedAtMs: T0,
      });
      expect(events?.[1]).toMatchObject({
        eventId: 'evt_a',
        revision: 2,
        withdrawn: true,
        replayOf: 'evt_a',
        sequence: 2,
      });
    });
  });

  describe('a row that waits', () => {
    const harness = withStore(open);
    const waiting = (id: string, value: string, seen: readonly string[] = []) =>
      outcome(id, {
        state: 'waiting',
        attachesBy: [
          { kind: 'tracking', value: 'OTHER', seen: [] },
          { kind: 'tracking', value, seen },
        ],
      });

    it('is queued again once a return of the account gains the alias', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await harness.store.record([group([], [waiting('inb_1', '1Z')])], T0);

      await recorded(
        harness.store,
        write('ret_1', { connection: 'parcel-port', provider: 'parcel-port', aliases: [attaches('tracking', '1Z')] }),
      );

      expect(await harness.store.claimInbound(claim())).toMatchObject([{ id: 'inb_1', state: 'received' }]);
    });

    it('stays where the alias came to another account, or another alias came', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await harness.store.record([group([], [waiting('inb_1', '1Z')])], T0);

      await recorded(
        harness.store,
        write('ret_1', { account: 'other', aliases: [attaches('tracking', '1Z')] }),
        write('ret_2', { aliases: [attaches('order', '1Z'), attaches('tracking', '2Z')] }),
      );

      expect(await harness.store.claimInbound(claim())).toEqual([]);
      expect(await harness.store.getInbound('all', 'inb_1')).toMatchObject({ state: 'waiting' });
    });

    it('does not miss an alias that came between its claim and its recording', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await recorded(harness.store, write('ret_1', { aliases: [attaches('tracking', '1Z')] }));

      await harness.store.record([group([], [waiting('inb_1', '1Z')])], T0);

      expect(await harness.store.claimInbound(claim())).toMatchObject([{ id: 'inb_1' }]);
    });

    it('stays where a return had the alias all along and could not be told apart', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [attaches('tracking', '1Z')] }));
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());

      await harness.store.record([group([], [waiting('inb_1', '1Z', ['ret_1'])])], T0);

      expect(await harness.store.claimInbound(claim())).toEqual([]);
    });

    it('waits no longer once it attaches by nothing', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await harness.store.record([group([], [waiting('inb_1', '1Z')])], T0);
      await harness.store.record([group([], [outcome('inb_1', { owner: null })])], T0);

      await recorded(harness.store, write('ret_1', { aliases: [attaches('tracking', '1Z')] }));

      expect(await harness.store.getInbound('all', 'inb_1')).toMatchObject({ state: 'recorded' });
    });
  });

  describe('a row that attaches', () => {
    const harness = withStore(open);
    const by = (value: string, ...seen: readonly string[]) => [{ kind: 'tracking', value, seen }];
    const label = (value: string, id = 'r1') => [identifies(id), attaches('tracking', value)];
    const queued = async () => (await harness.store.claimInbound(claim('looking', T0))).map(work => work.id);

    /** ret_1 has 1Z, and inb_1 has told it a fact that attached by it. */
    async function attached(): Promise<void> {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      const told = write('ret_1', { aliases: label('1Z'), derivations: [derivation(inboundRow('inb_1'))] });
      const results = await harness.store.record([group([told], [outcome('inb_1', { attachesBy: by('1Z') })])], T0);
      expect(results).toEqual([{ outcome: 'recorded' }]);
    }

    it('is queued again when another return gains the alias', async () => {
      await attached();

      await recorded(
        harness.store,
        write('ret_2', { connection: 'parcel-port', provider: 'parcel-port', aliases: label('1Z') }),
      );

      expect(await queued()).toEqual(['inb_1']);
    });

    it('is queued again when its return loses the alias', async () => {
      await attached();

      await recorded(harness.store, write('ret_1', { aliases: label('2Z') }, await stored(harness.store, 'r1')));

      expect(await queued()).toEqual(['inb_1']);
    });

    it('is queued again when a merge takes the alias from a return', async () => {
      await attached();
      await recorded(harness.store, write('ret_0', { aliases: label('3Z', 'r0') }));
      const [older, younger] = [await stored(harness.store, 'r0'), await stored(harness.store, 'r1')];
      const farewell = event('bye', 1, [], { type: 'return.merged' });

      const absorbs = [{ id: 'ret_1', expectedVersion: younger.version, firstSequence: 1, farewell }];
      const aliases = [identifies('r0'), identifies('r1'), attaches('tracking', '3Z')];
      await recorded(harness.store, write('ret_0', { aliases, absorbs }, older));

      expect(await queued()).toEqual(['inb_1']);
    });

    it('is left alone where the alias stays, or one it no longer attaches by changes', async () => {
      await attached();
      await harness.store.record([group([], [outcome('inb_1', { owner: null, attachesBy: by('9Z') })])], T0);

      await recorded(
        harness.store,
        write('ret_1', { events: [event('a', 1)] }, await stored(harness.store, 'r1')),
        write('ret_2', { aliases: label('1Z', 'r2') }),
      );

      expect(await queued()).toEqual([]);
    });

    it('does not miss what changed between its claim and its recording', async () => {
      await recorded(harness.store, write('ret_1', { aliases: label('1Z') }));
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      await recorded(harness.store, write('ret_1', { aliases: label('2Z') }, await stored(harness.store, 'r1')));

      await harness.store.record([group([], [outcome('inb_1', { attachesBy: by('1Z', 'ret_1') })])], T0);

      expect(await queued()).toEqual(['inb_1']);
    });

    it('stays queued where a replay that read it before ends after it was queued', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.claimInbound(claim());
      const waits = outcome('inb_1', { state: 'waiting', attachesBy: by('1Z') });
      await harness.store.record([group([], [waits])], T0);
      await recorded(harness.store, write('ret_1', { aliases: label('1Z') }));

      await harness.store.record([group([], [{ ...waits, owner: null }])], T0);

      expect(await queued()).toEqual(['inb_1']);
    });

    it('is not queued by its own recording, nor by that of another that attaches to the same return', async () => {
      await attached();
      await kept(harness.store, inboundRow('inb_2'));
      await harness.store.claimInbound(claim());
      const again = async (id: string, owner: string | null) => {
        const before = await stored(harness.store, 'r1');
        const told = write('ret_1', { derivations: [derivation(inboundRow(id))] }, before);
        const results = await harness.store.record(
          [group([told], [outcome(id, { owner, attachesBy: by('1Z', 'ret_1') })])],
          T0,
        );
        expect(results).toEqual([{ outcome: 'recorded' }]);
      };

      await again('inb_2', 'worker');
      await again('inb_1', null);
      await again('inb_2', null);

      expect(await queued()).toEqual([]);
    });

    it('is not queued by an alias that its own group brings, unless it waits for it, and then once', async () => {
      await kept(harness.store, inboundRow('inb_1'), inboundRow('inb_2'));
      await harness.store.claimInbound(claim());
      const told = outcome('inb_1', { attachesBy: by('1Z') });
      const waits = outcome('inb_2', { state: 'waiting', attachesBy: by('1Z') });
      await harness.store.record([group([write('ret_1', { aliases: label('1Z') })], [told, waits])], T0);

      const first = await queued();
      const before = await stored(harness.store, 'r1');
      await harness.store.record(
        [group([write('ret_1', {}, before)], [{ ...waits, owner: 'looking', attachesBy: by('1Z', 'ret_1') }])],
        T0,
      );

      expect(first).toEqual(['inb_2']);
      expect(await queued()).toEqual([]);
    });
  });

  describe('loadReturns', () => {
    const harness = withStore(open);

    it('says nothing of a number that more than 5,000 returns share', { timeout: 60_000 }, async () => {
      const sharing = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, index) =>
          group([write(`ret_${from + index}`, { aliases: [attaches('tracking', '1Z')] })]),
        );
      const found = () => harness.store.loadReturns([lookup({ attaching: [{ kind: 'tracking', value: '1Z' }] })]);
      await harness.store.record(sharing(0, 5000), T0);
      const all = await found();

      await harness.store.record(sharing(5000, 5001), T0);

      expect(all).toHaveLength(5000);
      expect(await found()).toEqual([]);
    });

    it('finds each return once, however many lookups lead to it', async () => {
      const row = inboundRow('inb_1');
      await kept(harness.store, row);
      await recorded(
        harness.store,
        write('ret_1', {
          aliases: [identifies('r1'), identifies('HR1', 'express_code'), attaches('tracking', '1Z')],
          derivations: [derivation(row)],
        }),
      );

      const found = await harness.store.loadReturns([
        lookup({
          identifying: [
            { kind: 'return', value: 'r1' },
            { kind: 'express_code', value: 'HR1' },
          ],
        }),
        lookup({ attaching: [{ kind: 'tracking', value: '1Z' }] }),
        lookup({ inboundId: 'inb_1' }),
      ]);

      expect(found.map(each => each.id)).toEqual(['ret_1']);
    });

    it('matches what identifies within the connection and what attaches within the account', async () => {
      await recorded(harness.store, write('ret_1', { aliases: [identifies('r1'), attaches('tracking', '1Z')] }));

      const ids = async (changes: Parameters<typeof lookup>[0]) =>
        (await harness.store.loadReturns([lookup(changes)])).map(each => each.id);
      const [byId, byTracking] = [
        { identifying: [{ kind: 'return', value: 'r1' }] },
        { attaching: [{ kind: 'tracking', value: '1Z' }] },
      ];

      expect(await ids({ ...byId, connection: 'parcel-port' })).toEqual([]);
      expect(await ids({ ...byTracking, connection: 'parcel-port' })).toEqual(['ret_1']);
      expect(await ids({ ...byTracking, account: 'other' })).toEqual([]);
      expect(await ids({ identifying: [{ kind: 'tracking', value: '1Z' }] })).toEqual([]);
    });

    it('tells returns of other connections that share an order line or the order, and by which', async () => {
      const line = attaches('order_line', 'MK-1/1');
      const order = attaches('order', 'MK-1');
      await recorded(
        harness.store,
        write('ret_1', { aliases: [identifies('r1'), line, order] }),
        write('ret_2', {
          connection: 'parcel-port',
          provider: 'parcel-port',
          aliases: [identifies('n1'), line, attaches('order_line', 'MK-1/2'), order],
        }),
        write('ret_3', { aliases: [identifies('r3'), line] }),
        write('ret_4', { account: 'other', connection: 'parcel-port', aliases: [identifies('o1'), line, order] }),
        write('ret_5', { connection: 'market', provider: 'market', aliases: [identifies('m1'), order] }),
        write('ret_6', { aliases: [identifies('r6'), attaches('order', 'MK-10'), attaches('rma', 'MK-1')] }),
      );

      expect((await stored(harness.store, 'r1')).related).toEqual([
        { id: 'ret_2', connection: 'parcel-port', by: 'order_line' },
        { id: 'ret_5', connection: 'market', by: 'order' },
      ]);
      expect((await harness.store.getReturn('all', 'ret_2'))?.related).toEqual([
        { id: 'ret_1', connection: 'happy-returns', by: 'order_line' },
        { id: 'ret_3', connection: 'happy-returns', by: 'order_line' },
        { id: 'ret_5', connection: 'market', by: 'order' },
      ]);
      expect((await harness.store.getReturn('all', 'ret_5'))?.related).toEqual([
        { id: 'ret_1', connection: 'happy-returns', by: 'order' },
        { id: 'ret_2', connection: 'parcel-port', by: 'order' },
      ]);
      expect((await harness.store.listReturns('all', { order: 'none' }, FIRST_PAGE)).length).toBe(0);
    });
  });
}
