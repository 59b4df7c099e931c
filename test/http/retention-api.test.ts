import { describe, expect, it } from 'vitest';
import { openHttp, requested } from './open-http.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('GET /v1/retention', () => {
  it('shows the settings, and that nothing ran or is due yet', async () => {
    const { get, tell } = await openHttp();
    await tell(requested('R-1'));

    expect((await get('/v1/retention')).body).toEqual({
      settings: { bodiesDays: 90, unreadBodiesDays: 360, attemptsDays: 30, shopperDays: 400, dedupeDays: 400 },
      lastRun: null,
      running: null,
      due: { bodies: 0, messages: 0, attempts: 0, shoppers: 0 },
      dueIsAtLeast: false,
      store: { bytes: expect.any(Number), freeBytes: 0 },
    });
  });

  it('shows what is due, and what the last run removed', async () => {
    const { get, tell, clock, store } = await openHttp();
    await tell(requested('R-1'));
    clock.nowMs += 91 * DAY_MS;

    const before = (await get('/v1/retention')).body;
    const cutoffMs = clock.nowMs - 90 * DAY_MS;
    await store.purgeAged({ bodiesMs: cutoffMs, unreadBodiesMs: 0, attemptsMs: 0, shoppersMs: 0 }, clock.nowMs);
    const after = (await get('/v1/retention')).body;

    // Two destinations have not got their messages, so these stay.
    expect(before).toMatchObject({ lastRun: null, due: { bodies: 1, messages: 0, attempts: 0, shoppers: 0 } });
    expect(after).toMatchObject({
      lastRun: {
        startedAt: '2027-02-19T12:00:00.000Z',
        endedAt: '2027-02-19T12:00:00.000Z',
        removed: { bodies: 1, messages: 0, attempts: 0, shoppers: 0 },
      },
      due: { bodies: 0 },
    });
  });
});
