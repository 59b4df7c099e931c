import { beforeEach, describe, expect, it } from 'vitest';
import type { NotedFinding, Page } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, CONNECTION, FIRST_PAGE, inboundRow, kept, MINUTE, T0 } from './rows.ts';

const OTHER = 'other';

function noted(id: string, changes: Partial<NotedFinding> = {}): NotedFinding {
  return {
    id: `fnd_${id}`,
    account: ACCOUNT,
    connection: CONNECTION,
    kind: 'new_field',
    subject: `/${id}`,
    seenAtMs: T0,
    count: 1,
    detail: { sample: { type: 'string', form: 'AAA-999' } },
    ...changes,
  };
}

export function describeFindings(open: OpenAt): void {
  describe('a finding', () => {
    const harness = withStore(open);
    const note = (...batch: readonly NotedFinding[]) => harness.store.noteFindings(batch);
    const all = () => harness.store.listFindings('all', {}, FIRST_PAGE);
    beforeEach(async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await kept(harness.store, inboundRow('inb_2', { account: OTHER }));
      // The same connection with another adapter is still the same connection.
      await kept(harness.store, inboundRow('inb_3', { adapterId: 'another' }));
    });

    it('opens when it is noted for the first time, and over a restart is there once', async () => {
      const opened = await note(noted('a'));
      await harness.reopen();

      const finding = {
        id: 'fnd_a',
        account: ACCOUNT,
        connection: CONNECTION,
        kind: 'new_field',
        subject: '/a',
        firstSeenAtMs: T0,
        lastSeenAtMs: T0,
        count: 1,
        detail: { sample: { type: 'string', form: 'AAA-999' } },
        closedAtMs: null,
      };
      expect(opened).toEqual([finding]);
      expect(await all()).toEqual([finding]);
    });

    it('adds up what is noted of it, in one batch or several, whatever their order', async () => {
      await note(noted('a', { seenAtMs: T0 + 5, count: 2, detail: { nth: 2 } }), noted('a', { detail: { nth: 1 } }));
      const opened = await note(
        noted('a', { seenAtMs: T0 - 9, count: 0, detail: { nth: 0 } }),
        noted('a', { seenAtMs: T0 + 9, count: 4, detail: { nth: 3 } }),
        noted('b'),
      );

      expect(opened.map(({ id }) => id)).toEqual(['fnd_b']);
      expect((await all())[0]).toMatchObject({
        id: 'fnd_a',
        firstSeenAtMs: T0 - 9,
        lastSeenAtMs: T0 + 9,
        count: 7,
        detail: { nth: 3 },
      });
    });

    it('keeps the detail that was seen last', async () => {
      await note(noted('a', { seenAtMs: T0 + 5, detail: { nth: 2 } }));
      await note(noted('a', { seenAtMs: T0, detail: { nth: 1 } }));

      expect((await all())[0]).toMatchObject({ lastSeenAtMs: T0 + 5, detail: { nth: 2 } });
    });

    it('is closed once, and opens again when it is seen after that', async () => {
      await note(noted('a'));

      const closed = await harness.store.closeFinding('all', 'fnd_a', T0 + 10);
      const again = await harness.store.closeFinding('all', 'fnd_a', T0 + 20);
      const late = await note(noted('a', { seenAtMs: T0 + 9 }));
      const reopened = await note(noted('a', { seenAtMs: T0 + 30 }));

      expect(closed).toMatchObject({ closedAtMs: T0 + 10 });
      expect(again).toMatchObject({ closedAtMs: T0 + 10 });
      expect(late).toEqual([]);
      expect(reopened).toMatchObject([{ id: 'fnd_a', firstSeenAtMs: T0, count: 3, closedAtMs: null }]);
    });

    it('opens for one of many who note it at the same time', async () => {
      const opened = await Promise.all(Array.from({ length: 8 }, () => note(noted('a'), noted('b'))));

      expect(opened.flat()).toHaveLength(2);
      expect((await all()).map(({ count }) => count)).toEqual([8, 8]);
    });

    it('is of its own account: for others it is not there', async () => {
      await note(noted('a'), noted('b', { account: OTHER }));

      expect(await harness.store.closeFinding([OTHER], 'fnd_a', T0)).toBeNull();
      expect(await harness.store.closeFinding([OTHER], 'fnd_none', T0)).toBeNull();
      const ids = async (scope: readonly string[], filter = {}) =>
        (await harness.store.listFindings(scope, filter, FIRST_PAGE)).map(({ id }) => id);
      expect(await ids([OTHER])).toEqual(['fnd_b']);
      expect(await ids([OTHER], { account: ACCOUNT })).toEqual([]);
      expect(await ids([])).toEqual([]);
      expect((await all()).every(({ closedAtMs }) => closedAtMs === null)).toBe(true);
    });

    it('takes an empty batch', async () => {
      expect(await note()).toEqual([]);
    });
  });

  describe('listFindings', () => {
    const harness = withStore(open);
    beforeEach(async () => {
      await kept(harness.store, inboundRow('inb_1'));
      await kept(harness.store, inboundRow('inb_2', { connection: 'portal-provider' }));
      await kept(harness.store, inboundRow('inb_3', { account: OTHER }));
      await harness.store.noteFindings([
        noted('a', { seenAtMs: T0 + MINUTE }),
        noted('b', { connection: 'portal-provider', kind: 'new_code', seenAtMs: T0 + 2 * MINUTE }),
        noted('c', { account: OTHER, kind: 'new_code', seenAtMs: T0 + 3 * MINUTE }),
        noted('d', { seenAtMs: T0 + 4 * MINUTE }),
      ]);
      await harness.store.closeFinding('all', 'fnd_d', T0 + 5 * MINUTE);
    });

    it.each<[string, Parameters<typeof harness.store.listFindings>[1], readonly string[]]>([
      ['nothing', {}, ['d', 'c', 'b', 'a']],
      ['an account', { account: ACCOUNT }, ['d', 'b', 'a']],
      ['a connection', { connection: CONNECTION }, ['d', 'c', 'a']],
      ['a kind', { kind: 'new_code' }, ['c', 'b']],
      ['what is open', { state: 'open' }, ['c', 'b', 'a']],
      ['what is closed', { state: 'closed' }, ['d']],
      ['what is open of a kind', { state: 'open', kind: 'new_field' }, ['a']],
      ['what was seen after an instant, exclusively', { seenAfterMs: T0 + 2 * MINUTE }, ['d', 'c']],
    ])('narrowed down to %s is last seen first', async (_, filter, expected) => {
      const found = await harness.store.listFindings('all', filter, FIRST_PAGE);

      expect(found.map(({ subject }) => subject.slice(1))).toEqual(expected);
    });

    it('goes on where a page ended', async () => {
      const seen: string[] = [];
      let after: Page['after'] = null;
      for (let pages = 0; pages < 5; pages += 1) {
        const [row] = await harness.store.listFindings('all', {}, { limit: 1, after });
        if (row === undefined) break;
        seen.push(row.subject.slice(1));
        after = { atMs: row.lastSeenAtMs, id: row.id };
      }

      expect(seen).toEqual(['d', 'c', 'b', 'a']);
    });
  });
}
