import { describe, expect, it } from 'vitest';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { generateReturns } from '../../src/demo/generate-returns.ts';
import { loadStories } from '../../src/demo/stories.ts';
import type { Interpretation } from '../../src/pipeline/interpret.ts';
import { accountsOf } from './fixture-account.ts';
import { fixturesOf } from './fixtures.ts';
import { compareWithChaos, connectionsOfStories, NEW_YEAR, readReturn, record } from './generated-returns.ts';

/** Enough that every story is told; `test/conformance/many-returns.test.ts` tells far more. */
const RETURNS = 240;

describe(`${RETURNS} generated returns`, () => {
  it('end as their stories say, and with all chaos in the same state', async () => {
    const { returns, stories, forgeries, timed, wrong } = await compareWithChaos(20, RETURNS);

    expect(wrong).toEqual([]);
    expect(returns).toBe(RETURNS);
    expect(stories).toBe([...adapters, ...exampleAdapters].flatMap(({ id }) => loadStories(fixturesOf(id))).length);
    expect(forgeries).toBeGreaterThan(0);
    expect(timed).toBeGreaterThan(0);
  }, 60_000);

  it('are as many returns in one store', async () => {
    const connections = connectionsOfStories();
    const rows: Interpretation[] = [];
    let expected = 0;
    for await (const one of generateReturns({ seed: 21, returns: RETURNS, connections, now: () => NEW_YEAR })) {
      expected += one.story.ends.returns ?? 1;
      const own = (await readReturn(one)).rows;
      rows.push(...own.map(row => ({ ...row, work: { ...row.work, id: `${row.work.id}_${rows.length}` } })));
    }

    expect(record(accountsOf(...connections), rows).returns().length).toBe(expected);
  }, 60_000);
});
