import { describe, expect, it } from 'vitest';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, claim, MINUTE, T0 } from './rows.ts';

const timer = (id: string, dueAtMs: number, subject = id) => ({
  id,
  account: ACCOUNT as string | null,
  kind: 'poll',
  subject,
  dueAtMs,
});

export function describeTimers(open: OpenAt): void {
  describe('a timer', () => {
    const harness = withStore(open);

    it('is claimed once it is due, the earliest first, over a restart', async () => {
      await harness.store.setTimer(timer('tmr_1', T0 + 2), 'keep', T0);
      await harness.store.setTimer(timer('tmr_2', T0 + 1), 'keep', T0);
      await harness.store.setTimer({ ...timer('tmr_3', T0 + 3), account: null }, 'keep', T0);
      await harness.reopen();

      const claimed = await harness.store.claimTimers(claim('worker', T0 + 2));

      expect(claimed).toEqual([timer('tmr_2', T0 + 1), timer('tmr_1', T0 + 2)]);
      expect(await harness.store.claimTimers(claim('worker', T0 + 3))).toEqual([
        { ...timer('tmr_3', T0 + 3), account: null },
      ]);
    });

    it('is held by one worker until its lease ends', async () => {
      await harness.store.setTimer(timer('tmr_1', T0), 'keep', T0);
      await harness.store.claimTimers(claim('one', T0));

      expect(await harness.store.claimTimers(claim('other', T0 + MINUTE - 1))).toEqual([]);
      expect(await harness.store.claimTimers(claim('other', T0 + MINUTE))).toHaveLength(1);
      expect(await harness.store.settleTimer('one', 'tmr_1', null, T0)).toBe(false);
      expect(await harness.store.settleTimer('other', 'tmr_1', null, T0)).toBe(true);
    });

    it('is set anew or ended when it is settled', async () => {
      await harness.store.setTimer(timer('tmr_1', T0), 'keep', T0);
      await harness.store.claimTimers(claim('one', T0));
      await harness.store.settleTimer('one', 'tmr_1', T0 + 10, T0);

      expect(await harness.store.claimTimers(claim('one', T0 + 9))).toEqual([]);
      expect(await harness.store.claimTimers(claim('one', T0 + 10))).toHaveLength(1);
      await harness.store.settleTimer('one', 'tmr_1', null, T0);
      expect(await harness.store.claimTimers(claim('one', T0 + MINUTE))).toEqual([]);
    });

    it('stands once for an account, kind and subject', async () => {
      await harness.store.setTimer(timer('tmr_1', T0 + 5, 'same'), 'keep', T0);
      await harness.store.setTimer(timer('tmr_2', T0, 'same'), 'keep', T0);
      const kept = await harness.store.claimTimers(claim('one', T0));
      await harness.store.setTimer(timer('tmr_3', T0, 'same'), 'replace', T0);

      expect(kept).toEqual([]);
      expect(await harness.store.claimTimers(claim('one', T0 + 5))).toEqual([timer('tmr_3', T0, 'same')]);
    });

    it('stands once for the gateway itself, too', async () => {
      await harness.store.setTimer({ ...timer('tmr_1', T0, 'same'), account: null }, 'keep', T0);
      await harness.store.setTimer({ ...timer('tmr_2', T0, 'same'), account: null }, 'keep', T0);
      await harness.store.setTimer(timer('tmr_3', T0, 'same'), 'keep', T0);

      expect((await harness.store.claimTimers(claim('one', T0))).map(each => each.id).sort()).toEqual([
        'tmr_1',
        'tmr_3',
      ]);
    });

    it('that was replaced while it ran is not ended by who ran it', async () => {
      await harness.store.setTimer(timer('tmr_1', T0, 'same'), 'keep', T0);
      await harness.store.claimTimers(claim('one', T0));

      await harness.store.setTimer(timer('tmr_1', T0 + 10, 'same'), 'replace', T0);

      expect(await harness.store.settleTimer('one', 'tmr_1', null, T0)).toBe(false);
      expect(await harness.store.claimTimers(claim('one', T0 + 10))).toHaveLength(1);
    });
  });
}
