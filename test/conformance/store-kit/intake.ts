import { describe, expect, it } from 'vitest';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, CONNECTION, claim, DAY, FIRST_PAGE, inboundRow, kept, outcome, T0 } from './rows.ts';

export function describeIntake(open: OpenAt): void {
  describe('keepInbound', () => {
    const harness = withStore(open);

    it('keeps every byte and header of a request over a restart', async () => {
      const body = new Uint8Array([0, 255, 10, 13, 0]);
      const row = inboundRow('inb_1', { body });

      await kept(harness.store, row);
      await harness.reopen();

      const { dedupe: _, ...told } = row;
      expect(await harness.store.getInbound('all', 'inb_1')).toEqual({
        ...told,
        body: Buffer.from(body),
        state: 'received',
        variantOf: null,
        interpretedVersion: null,
        notices: [],
        bodyBytes: 5,
        bytesErasedAtMs: null,
        fingerprint: null,
        interpretedAtMs: null,
        returnIds: [],
      });
    });

    it('answers a redelivery with the first id, in the same batch and later', async () => {
      const again = (id: string) => inboundRow(id, { text: 'same bytes' });

      const first = await harness.store.keepInbound([again('inb_1'), again('inb_2')]);
      const later = await harness.store.keepInbound([again('inb_3')]);

      expect(first).toEqual([
        { outcome: 'kept', id: 'inb_1', variantOf: null },
        { outcome: 'duplicate', id: 'inb_1' },
      ]);
      expect(later).toEqual([{ outcome: 'duplicate', id: 'inb_1' }]);
    });

    it('remembers a key over a restart', async () => {
      await kept(harness.store, inboundRow('inb_1', { text: 'same bytes' }));

      await harness.reopen();

      expect(await harness.store.keepInbound([inboundRow('inb_2', { text: 'same bytes' })])).toEqual([
        { outcome: 'duplicate', id: 'inb_1' },
      ]);
    });

    it('makes one row of 5,000 equal requests', async () => {
      const batch = Array.from({ length: 5000 }, (_, index) => inboundRow(`inb_${index}`, { text: 'same bytes' }));

      const results = await Promise.all([
        harness.store.keepInbound(batch.slice(0, 2500)),
        harness.store.keepInbound(batch.slice(2500)),
      ]);

      expect(results.flat().filter(result => result.outcome === 'kept')).toEqual([
        { outcome: 'kept', id: 'inb_0', variantOf: null },
      ]);
      expect(await harness.store.claimInbound(claim())).toHaveLength(1);
    });

    it('keeps other bytes under the same key as a variant, and knows the variant again', async () => {
      const dedupe = { key: 'provider-id:42', expiresAtMs: T0 + 400 * DAY };
      await kept(harness.store, inboundRow('inb_1', { text: 'first', dedupe }));

      const results = await harness.store.keepInbound([
        inboundRow('inb_2', { text: 'second', dedupe }),
        inboundRow('inb_3', { text: 'second', dedupe }),
        inboundRow('inb_4', { text: 'first', dedupe }),
      ]);

      expect(results).toEqual([
        { outcome: 'kept', id: 'inb_2', variantOf: 'inb_1' },
        { outcome: 'duplicate', id: 'inb_2' },
        { outcome: 'duplicate', id: 'inb_1' },
      ]);
      expect(await harness.store.getInbound('all', 'inb_2')).toMatchObject({ variantOf: 'inb_1', state: 'received' });
    });

    it('tells accounts, connections and keys apart', async () => {
      const dedupe = { key: 'provider-id:42', expiresAtMs: T0 + DAY };
      await kept(harness.store, inboundRow('inb_1', { text: 'same', dedupe }));

      const others = await harness.store.keepInbound([
        inboundRow('inb_2', { text: 'same', dedupe, account: 'other' }),
        inboundRow('inb_3', { text: 'same', dedupe, connection: 'parcel-port' }),
        inboundRow('inb_4', { text: 'same', dedupe: { ...dedupe, key: 'provider-id:43' } }),
        inboundRow('inb_5', { text: 'same', dedupe: null }),
        inboundRow('inb_6', { text: 'same', dedupe: null }),
      ]);

      expect(others.map(result => result.outcome)).toEqual(['kept', 'kept', 'kept', 'kept', 'kept']);
    });

    it('forgets a key once it has expired', async () => {
      const until = (expiresAtMs: number) => ({ key: 'digest:1', expiresAtMs });
      await kept(harness.store, inboundRow('inb_1', { text: 'same', dedupe: until(T0 + DAY) }));

      const atTheEnd = inboundRow('inb_2', { text: 'same', receivedAtMs: T0 + DAY, dedupe: until(T0 + 2 * DAY) });
      const after = inboundRow('inb_3', { text: 'same', receivedAtMs: T0 + DAY + 1, dedupe: until(T0 + 3 * DAY) });

      expect(await harness.store.keepInbound([atTheEnd])).toEqual([{ outcome: 'kept', id: 'inb_2', variantOf: null }]);
      expect(await harness.store.keepInbound([after])).toEqual([{ outcome: 'duplicate', id: 'inb_2' }]);
    });

    it.each(['failed', 'unreadable', 'unrecognized'] as const)(
      'queues a row that is %s again when it is redelivered',
      async was => {
        await kept(harness.store, inboundRow('inb_1', { text: 'same' }));
        await harness.store.claimInbound(claim());
        await harness.store.record(
          [{ inbound: [outcome('inb_1', { state: was, fingerprint: 'f' })], returns: [] }],
          T0,
        );

        const results = await harness.store.keepInbound([inboundRow('inb_2', { text: 'same' })]);

        expect(results).toEqual([{ outcome: 'duplicate', id: 'inb_1' }]);
        expect(await harness.store.claimInbound(claim())).toMatchObject([{ id: 'inb_1', state: 'received' }]);
      },
    );

    it('leaves a recorded row alone when it is redelivered', async () => {
      await kept(harness.store, inboundRow('inb_1', { text: 'same' }));
      await harness.store.claimInbound(claim());
      await harness.store.record([{ inbound: [outcome('inb_1')], returns: [] }], T0);

      await harness.store.keepInbound([inboundRow('inb_2', { text: 'same' })]);

      expect(await harness.store.claimInbound(claim())).toEqual([]);
    });

    it('keeps the neighbours of a row that cannot be kept', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      const bad = inboundRow('inb_1', { text: 'an id that is taken' });

      const results = await harness.store.keepInbound([inboundRow('inb_2'), bad, inboundRow('inb_3')]);

      expect(results.map(result => result.outcome)).toEqual(['kept', 'failed', 'kept']);
      const rows = await harness.store.claimInbound(claim());
      expect(rows.map(row => row.id).sort()).toEqual(['inb_1', 'inb_2', 'inb_3']);
    });

    it('does not remember the key of a row that was not kept', async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await harness.store.keepInbound([inboundRow('inb_1', { text: 'an id that is taken' })]);

      const results = await harness.store.keepInbound([inboundRow('inb_2', { text: 'an id that is taken' })]);

      expect(results).toEqual([{ outcome: 'kept', id: 'inb_2', variantOf: null }]);
    });
  });

  describe('addRejection', () => {
    const harness = withStore(open);
    const rejection = (id: string, receivedAtMs: number, connection = CONNECTION) => ({
      id,
      account: ACCOUNT,
      connection,
      receivedAtMs,
      reason: 'mismatch',
      method: 'POST',
      path: '/webhooks/acme-outdoor/happy-returns',
      header: 'x-signature',
      received: 'ab12',
      expected: ['cd34', 'ef56'],
      skewSeconds: null,
      bodyBytes: 120,
    });

    it('keeps the newest of a connection and drops the oldest', async () => {
      for (let index = 1; index <= 4; index += 1)
        await harness.store.addRejection(rejection(`rej_${index}`, T0 + index), 3);
      await harness.store.addRejection(rejection('rej_other', T0, 'parcel-port'), 3);

      const rows = await harness.store.listRejections('all', {}, FIRST_PAGE);

      expect(rows.map(row => row.id)).toEqual(['rej_4', 'rej_3', 'rej_2', 'rej_other']);
      expect(rows[0]).toEqual(rejection('rej_4', T0 + 4));
    });

    it('shows the rejections of accounts in scope only, by account and connection', async () => {
      await harness.store.addRejection(rejection('rej_1', T0), 10);
      await harness.store.addRejection({ ...rejection('rej_2', T0 + 1), account: 'other' }, 10);
      await harness.store.addRejection(rejection('rej_3', T0 + 2, 'parcel-port'), 10);
      const ids = async (...list: Parameters<typeof harness.store.listRejections>) =>
        (await harness.store.listRejections(...list)).map(row => row.id);

      expect(await ids(['other'], {}, FIRST_PAGE)).toEqual(['rej_2']);
      expect(await ids(['other'], { account: ACCOUNT }, FIRST_PAGE)).toEqual([]);
      expect(await ids('all', { account: ACCOUNT, connection: CONNECTION }, FIRST_PAGE)).toEqual(['rej_1']);
      expect(await ids([], {}, FIRST_PAGE)).toEqual([]);
    });
  });
}
