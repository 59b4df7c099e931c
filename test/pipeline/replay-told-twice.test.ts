import { describe, expect, it } from 'vitest';
import { forgets, mended, refund, requested } from './toy-refunds.ts';
import { openWorkshop } from './workshop.ts';

describe('a replay of one of two rows that tell the same fact', () => {
  it('names the requests that keep a fact alive because an older version read them', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested, refund(2500));
    await workshop.tell('inb_2', refund(2500));
    workshop.mend(forgets('refund.issued'));

    const first = await workshop.replay('inb_1', false);
    const second = await workshop.replay('inb_2', true);

    expect(first).toMatchObject({
      outcome: 'changed',
      events: [
        { type: 'return.requested', effect: 'unchanged' },
        { type: 'refund.issued', effect: 'unchanged' },
      ],
      alsoToldBy: ['inb_2'],
    });
    expect(second).toMatchObject({ events: [{ type: 'refund.issued', effect: 'withdrawn' }], alsoToldBy: [] });
  });

  it('names no request that tells a fact as this one still does', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', refund(250_000));
    await workshop.tell('inb_2', refund(250_000));
    workshop.mend(mended);

    expect(await workshop.replay('inb_1', true)).toMatchObject({
      events: [{ type: 'refund.issued', effect: 'revised' }],
      alsoToldBy: [],
    });
  });

  it('may move the time of a fact that has none of its own, which is no news and makes no event', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    workshop.clock.nowMs += 60_000;
    await workshop.tell('inb_2', requested);
    workshop.mend(forgets('return.requested'));

    const moved = { before: '2026-11-20T10:00:00.000Z', after: '2026-11-20T10:01:00.000Z' };
    expect(await workshop.replay('inb_1', false)).toMatchObject({
      outcome: 'changed',
      events: [{ type: 'return.requested', effect: 'unchanged' }],
      returns: [
        {
          differences: [
            { path: '/decision/at', ...moved },
            { path: '/decisions/request/at', ...moved },
          ],
        },
      ],
    });
  });
});
