import { describe, expect, it } from 'vitest';
import type { ShapeRow } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, CONNECTION } from './rows.ts';

function shape(type: string, changes: Partial<ShapeRow> = {}): ShapeRow {
  const content = { notices: 1, fields: [['/ü', 'string']] };
  return { account: ACCOUNT, connection: CONNECTION, type, version: 0, content, ...changes };
}

export function describeShapes(open: OpenAt): void {
  describe('the shapes of bodies', () => {
    const harness = withStore(open);
    const load = async (connection = CONNECTION, account = ACCOUNT) =>
      (await harness.store.loadShapes(account, connection)).toSorted((a, b) => (a.type < b.type ? -1 : 1));

    it('are kept by connection and type, over a restart', async () => {
      const saved = await harness.store.saveShapes([shape('b'), shape('a'), shape('a', { connection: 'other' })]);
      await harness.reopen();

      expect(saved).toEqual([true, true, true]);
      expect(await load()).toEqual([shape('a', { version: 1 }), shape('b', { version: 1 })]);
      expect(await load('other')).toEqual([shape('a', { connection: 'other', version: 1 })]);
      expect(await load(CONNECTION, 'another')).toEqual([]);
    });

    it('are written over by whoever read the last version, each by itself', async () => {
      await harness.store.saveShapes([shape('a'), shape('b')]);
      await harness.store.saveShapes([shape('a', { version: 1 })]);

      const saved = await harness.store.saveShapes([
        shape('c'),
        shape('b', { version: 1, content: 'next' }),
        shape('a', { version: 1, content: 'late' }),
        shape('d', { version: 3 }),
      ]);

      expect(saved).toEqual([true, true, false, false]);
      expect((await load()).map(({ type, version, content }) => [type, version, content])).toEqual([
        ['a', 2, shape('a').content],
        ['b', 2, 'next'],
        ['c', 1, shape('c').content],
      ]);
    });

    it('are made once where many make them at the same time', async () => {
      const saved = await Promise.all(
        Array.from({ length: 6 }, (_, nth) => harness.store.saveShapes([shape('a', { content: nth }), shape('b')])),
      );

      expect(saved.filter(([a]) => a)).toHaveLength(1);
      expect(saved.filter(([, b]) => b)).toHaveLength(1);
      expect(await harness.store.saveShapes([])).toEqual([]);
    });
  });
}
