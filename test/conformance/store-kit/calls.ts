import { describe, expect, it } from 'vitest';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, T0 } from './rows.ts';

const SECOND = 1000;
/** The beginning of a span of every length used here. */
const START = T0 - (T0 % (60 * SECOND));
const limits = [
  { calls: 2, perSeconds: 1 },
  { calls: 3, perSeconds: 60 },
];

export function describeCalls(open: OpenAt): void {
  describe('a call to a provider', () => {
    const harness = withStore(open);
    const take = (nowMs: number, connection = 'portal', account = ACCOUNT) =>
      harness.store.takeCall({ account, connection, limits, nowMs });

    it('is granted within every limit, and else told when to try again', async () => {
      expect(await take(START)).toEqual({ granted: true });
      expect(await take(START + 10)).toEqual({ granted: true });
      expect(await take(START + 20)).toEqual({ granted: false, retryAtMs: START + SECOND });
      expect(await take(START + SECOND)).toEqual({ granted: true });
      expect(await take(START + SECOND + 1)).toEqual({ granted: false, retryAtMs: START + 60 * SECOND });
      expect(await take(START + 60 * SECOND)).toEqual({ granted: true });
    });

    it('is counted for its own connection, over a restart', async () => {
      await take(START);
      await take(START);
      expect(await take(START, 'other')).toEqual({ granted: true });
      expect(await take(START, 'portal', 'other-account')).toEqual({ granted: true });
      await harness.reopen();

      expect(await take(START + 1)).toMatchObject({ granted: false });
    });

    it('waits as long as its connection is held, and a shorter hold does not end a longer one', async () => {
      const hold = (untilMs: number) =>
        harness.store.holdCalls({ account: ACCOUNT, connection: 'portal', untilMs, nowMs: START });
      await hold(START + 90 * SECOND);
      await hold(START + 5 * SECOND);

      expect(await take(START + 6 * SECOND)).toEqual({ granted: false, retryAtMs: START + 90 * SECOND });
      expect(await take(START + 6 * SECOND, 'other')).toEqual({ granted: true });
      expect(await take(START + 90 * SECOND)).toEqual({ granted: true });
    });

    it('is granted once where many ask at the same time for the last one', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => take(START)));

      expect(answers.filter(({ granted }) => granted)).toHaveLength(2);
    });

    it('has no limit but a hold where none is given', async () => {
      const free = { account: ACCOUNT, connection: 'portal', limits: [], nowMs: START };
      for (let nth = 0; nth < 5; nth += 1) expect(await harness.store.takeCall(free)).toEqual({ granted: true });
    });
  });
}
