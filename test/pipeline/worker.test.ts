import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { startWorker, type WorkerDeps } from '../../src/pipeline/worker.ts';
import type { InboundState, Store } from '../../src/storage/store.ts';
import { told, toyRow } from './toy-adapter.ts';
import { openWorkshop } from './workshop.ts';

/** On a machine that is busy otherwise. */
const WAIT = { timeout: 10_000 };

/** A store in which something is in the way of the groups of one row, and how often that row is claimed. */
function withObstacle(store: Store, inboundId: string) {
  const claimed = { times: 0 };
  const obstacle = new GatewayError('STORE_UNAVAILABLE', 'A lock was not given in time.');
  const blocked: Store = {
    ...store,
    async claimInbound(claim) {
      const works = await store.claimInbound(claim);
      if (works.some(({ id }) => id === inboundId)) claimed.times += 1;
      return works;
    },
    async record(groups, nowMs) {
      const isFree = groups.map(({ inbound }) => inbound.every(({ id }) => id !== inboundId));
      const results = await store.record(
        groups.filter((_, index) => isFree[index]),
        nowMs,
      );
      let next = 0;
      return isFree.map(free => (free ? results[next++]! : { outcome: 'failed', error: obstacle }));
    },
  };
  return { blocked, claimed };
}

it('a row that something is in the way of holds up no other, and waits for its lease', async () => {
  const workshop = await openWorkshop();
  const { blocked, claimed } = withObstacle(workshop.store, 'inb_1');
  const row = (number: number) => ({
    ...toyRow(`inb_${number}`, [told(`return:R-${number}`, { type: 'return.requested' })], {
      receivedAtMs: workshop.clock.nowMs,
    }),
    dedupe: null,
    bodyDigest: String(number).padEnd(64, '0'),
  });
  await workshop.store.keepInbound([1, 2, 3].map(row));
  const seen: InboundState[] = [];
  const worker = startWorker({
    ...workshop.shared,
    store: blocked,
    owner: 'worker-1',
    timers: {},
    roles: new Set(['process']),
    onInterpreted: () => undefined,
    onRecorded: outcomes => seen.push(...outcomes.map(({ state }) => state)),
  } as Partial<WorkerDeps> as WorkerDeps);
  onTestFinished(() => worker.stop());

  const states = async () => {
    const rows = await workshop.store.listInbound('all', {}, { limit: 10, after: null });
    return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
  };
  await expect.poll(states, WAIT).toEqual({ inb_1: 'received', inb_2: 'recorded', inb_3: 'recorded' });
  await pause(1200); // the loop goes on a second after an error
  await workshop.store.keepInbound([row(4)]);
  worker.received();

  await expect.poll(states, WAIT).toMatchObject({ inb_1: 'received', inb_4: 'recorded' });
  expect(seen).toEqual(['recorded', 'recorded', 'recorded']);
  expect(claimed.times).toBe(1);
});
