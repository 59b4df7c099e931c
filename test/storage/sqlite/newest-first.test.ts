import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestFirst, type Timed, type Window } from '../../../src/storage/sqlite/newest-first.ts';

/** An index range: what SQLite answers for a window. */
function read(rows: readonly Timed[], { atMs, ref, floorMs, limit }: Window): readonly Timed[] {
  return rows
    .filter(row => row.at_ms >= floorMs && (row.at_ms < atMs || (row.at_ms === atMs && row.ref < ref)))
    .sort((a, b) => b.at_ms - a.at_ms || b.ref - a.ref)
    .slice(0, limit);
}

describe('newestFirst', () => {
  it('gives the pages that sorting everything gives', () => {
    const times = fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 40 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 6 }), fc.option(fc.nat(5)), (rows, limit, afterMs) => {
        const all = rows.map(([atMs, source], ref) => ({ ref, at_ms: atMs, source }));
        const sources = [0, 1, 2, 3].map(source => all.filter(row => row.source === source));
        const sorted = all
          .filter(row => afterMs === null || row.at_ms > afterMs)
          .sort((a, b) => b.at_ms - a.at_ms || b.ref - a.ref);

        const paged: number[] = [];
        for (;;) {
          const last = all.find(row => row.ref === paged.at(-1));
          const after = last === undefined ? null : { atMs: last.at_ms, id: String(last.ref) };
          const page = newestFirst(sources, read, { limit, after }, { refOf: Number, afterMs: afterMs ?? undefined });
          paged.push(...page);
          if (page.length < limit) break;
        }

        expect(paged).toEqual(sorted.map(row => row.ref));
      }),
    );
  });
});
