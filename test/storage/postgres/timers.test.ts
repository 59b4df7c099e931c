import { describe, expect, it } from 'vitest';
import { createTimers } from '../../../src/storage/postgres/timers.ts';
import { claim, DAY, MINUTE, T0 } from '../../conformance/store-kit/rows.ts';
import { freshDatabase } from './fresh-database.ts';

const timer = (number: number, dueAtMs = T0) => ({
  id: `tmr_${number}`,
  account: null,
  kind: 'poll',
  subject: `s${number}`,
  dueAtMs,
});

describe('timers of several processes', () => {
  it('are each claimed by one of them', async () => {
    const { database, another } = await freshDatabase();
    const processes = [database, another().database, another().database].map(createTimers);
    for (let number = 0; number < 60; number += 1) await processes[0]!.setTimer(timer(number), 'keep', T0);

    const claimed = await Promise.all(
      Array.from({ length: 18 }, (_, index) => processes[index % 3]!.claimTimers(claim(`worker_${index}`, T0, 5))),
    );

    const ids = claimed.flat().map(({ id }) => id);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
  });

  it('are due and leased by the clock of the database, whatever a process believes', async () => {
    const { database, setClock } = await freshDatabase();
    const timers = createTimers(database);
    await timers.setTimer(timer(1, T0 + 1), 'keep', T0);

    const early = await timers.claimTimers(claim('fast', T0 + DAY));
    await setClock(T0 + 1);
    const due = await timers.claimTimers(claim('slow', T0 - DAY));
    const leased = await timers.claimTimers(claim('fast', T0 + DAY));
    await setClock(T0 + 1 + MINUTE);
    const again = await timers.claimTimers(claim('fast', T0));

    expect([early, due, leased, again].map(rows => rows.length)).toEqual([0, 1, 0, 1]);
  });

  it.each([
    ['a day fast', DAY],
    ['a day slow', -DAY],
  ])('are set, told and moved by a process whose clock is %s as far off as it means', async (_, errorMs) => {
    const { database, setClock } = await freshDatabase();
    const timers = createTimers(database);
    const [kept, replaced] = [timer(1, T0 + errorMs + MINUTE), timer(2, T0 + errorMs + 2 * MINUTE)];
    await timers.setTimer(kept, 'keep', T0 + errorMs);
    await timers.setTimer(replaced, 'replace', T0 + errorMs);

    await setClock(T0 + 2 * MINUTE);
    const claimed = await timers.claimTimers(claim('worker', T0 + errorMs + 2 * MINUTE));
    await timers.settleTimer('worker', 'tmr_1', T0 + errorMs + 5 * MINUTE, T0 + errorMs + 2 * MINUTE);
    await setClock(T0 + 5 * MINUTE - 1);
    const early = await timers.claimTimers(claim('other', T0, 1));
    await setClock(T0 + 5 * MINUTE);
    const moved = await timers.claimTimers(claim('other', T0));

    expect(claimed).toEqual([kept, replaced]);
    expect(early.map(({ id }) => id)).toEqual(['tmr_2']); // whose lease has ended
    expect(moved.map(({ id }) => id)).toEqual(['tmr_1']);
  });
});
