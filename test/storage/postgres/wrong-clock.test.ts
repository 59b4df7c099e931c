import { expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import {
  ACCOUNT,
  event,
  failure,
  group,
  identifies,
  lineClaim,
  MINUTE,
  write,
} from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';

const DAY = 24 * 60 * MINUTE;

it.each([
  ['three days slow', -3 * DAY],
  ['three days fast', 3 * DAY],
])('a process whose clock is %s delivers like the others, and is told instants on its own', async (_, errorMs) => {
  const url = await emptyDatabase();
  const store = await openPostgresStore(url, { connections: 2 });
  onTestFinished(async () => {
    await store.close();
    await dropDatabase(url);
  });
  const own = () => Date.now() + errorMs;
  await store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], own());
  const events = [event('a1', 1, ['refunds'])];
  await store.record([group([write('ret_a', { aliases: [identifies('a')], events })])], own());

  const begunMs = own();
  const before = await store.dueDestinations(own());
  const claimed = await store.claimLines(lineClaim('worker', begunMs));
  const leased = await store.dueDestinations(own());
  const failed = failure('dlv_a1_refunds', begunMs + 10 * MINUTE);
  const attempted = { ...failed, attempt: { ...failed.attempt, startedAtMs: begunMs } };
  const settled = await store.settleDeliveries([attempted], begunMs);
  const waiting = await store.dueDestinations(own());
  const elapsedMs = own() - begunMs;
  const delivery = await store.getDelivery('all', 'dlv_a1_refunds');

  expect(before.due).toEqual([{ account: ACCOUNT, name: 'refunds' }]);
  expect(claimed).toMatchObject([{ leaseUntilMs: begunMs + MINUTE }]);
  expect(leased.due).toEqual([]);
  expectAbout(leased.nextDueAtMs, begunMs + MINUTE, elapsedMs);
  expect(settled).toEqual([true]);
  expectAbout(waiting.nextDueAtMs, begunMs + 10 * MINUTE, elapsedMs);
  expectAbout(delivery!.dueAtMs, begunMs - errorMs + 10 * MINUTE, elapsedMs);
  expectAbout(delivery!.lastAttempt!.startedAtMs, begunMs - errorMs, elapsedMs);
});

/** Within what the test itself took, and the rounding of two clocks. */
function expectAbout(actualMs: number | null, expectedMs: number, elapsedMs: number): void {
  expect(Math.abs((actualMs ?? Number.NaN) - expectedMs)).toBeLessThanOrEqual(elapsedMs + 2);
}
