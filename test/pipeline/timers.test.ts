import { describe, expect, it } from 'vitest';
import { GatewayConfig } from '../../src/config/gateway-config.ts';
import { retention, retentionCutoffs } from '../../src/pipeline/retention.ts';
import { ensureTimers, housekeeping, runTimers } from '../../src/pipeline/timers.ts';
import type { RetentionRun } from '../../src/storage/store.ts';
import { told } from './toy-adapter.ts';
import { openWorkshop } from './workshop.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const requested = told('return:R-1', {
  type: 'return.requested',
  change: { details: { shopper: { email: 'jo@example.com' } } },
});

/** The gateway's own timers over a real store and a clock that only the test moves. */
async function openTimers(settings: object = {}) {
  const workshop = await openWorkshop();
  const { store, clock, lines } = workshop;
  const config = () => ({ gateway: GatewayConfig.parse({ retention: settings }) });
  const log = {
    debug() {},
    info: (line: object) => void lines.push(line),
    warn() {},
    error: (line: object) => void lines.push(line),
  } as never;
  let ids = 0;
  const ensure = () => ensureTimers(store, prefix => `${prefix}_${++ids}`, clock.nowMs);
  const timers = { ...housekeeping(store), ...retention({ store, config, log }) };
  const run = () => runTimers({ store, owner: 'worker-1', now: () => clock.nowMs, log, timers });
  return {
    ...workshop,
    ensure,
    run,
    ended: () => lines.filter(line => 'event' in line && line.event === 'retention.ended'),
  };
}

describe('retention', () => {
  it('runs every hour, and each run leaves one line', async () => {
    const { clock, ensure, run, ended, tell, store, deliver } = await openTimers();
    await tell('inb_1', requested);
    await deliver();
    await ensure();

    await run();
    clock.nowMs += HOUR_MS;
    await run();
    await run();
    clock.nowMs += 90 * DAY_MS;
    await run();

    expect(ended()).toEqual([
      { event: 'retention.ended', durationMs: 0, bodies: 0, messages: 0, attempts: 0, shoppers: 0 },
      { event: 'retention.ended', durationMs: 0, bodies: 1, messages: 1, attempts: 1, shoppers: 0 },
    ]);
    expect(await store.getInbound('all', 'inb_1')).toMatchObject({ body: null, bytesErasedAtMs: clock.nowMs });
    expect(await store.listReturns('all', { email: 'jo@example.com' }, { limit: 1, after: null })).toHaveLength(1);
  });

  it('keeps its hour over a restart', async () => {
    const { clock, ensure, run, ended } = await openTimers();
    await ensure();
    clock.nowMs += 40 * 60_000;
    await ensure();
    clock.nowMs += 20 * 60_000;
    await run();

    expect(ended()).toHaveLength(1);
  });

  it('keeps what a person may still mend four times as long', async () => {
    const { clock, ensure, run, tell, store } = await openTimers({ bodiesDays: 10 });
    await tell('inb_1', 'bad');
    await ensure();

    clock.nowMs += 40 * DAY_MS;
    await run();
    const before = await store.getInbound('all', 'inb_1');
    clock.nowMs += HOUR_MS;
    await run();

    expect(before).toMatchObject({ state: 'unreadable', bytesErasedAtMs: null });
    expect(await store.getInbound('all', 'inb_1')).toMatchObject({ state: 'unreadable', body: null });
  });

  it('of shoppers counts from the last change of the return', async () => {
    const { clock, ensure, run, tell, store } = await openTimers({ shopperDays: 10 });
    await tell('inb_1', requested);
    clock.nowMs += 9 * DAY_MS;
    await tell('inb_2', told('return:R-1', { type: 'return.authorized' }));
    await ensure();
    const shopper = async () => (await store.listReturns('all', {}, { limit: 1, after: null }))[0]!.shopper;

    clock.nowMs += 9 * DAY_MS;
    await run();
    const before = await shopper();
    clock.nowMs += DAY_MS + HOUR_MS;
    await run();

    expect(before).toEqual({ email: 'jo@example.com' });
    expect(await shopper()).toBeNull();
  });

  it('goes on at once while a run has more to do, and counts its hour from the beginning', async () => {
    const DAY_BEFORE = -DAY_MS; // where the store's clock stands
    const running: RetentionRun = {
      startedAtMs: DAY_BEFORE,
      endedAtMs: null,
      removed: { bodies: 5, messages: 0, attempts: 0, shoppers: 0 },
    };
    const answers = [running, { ...running, endedAtMs: DAY_BEFORE + 2000 }];
    const lines: object[] = [];
    const handlers = retention({
      store: { purgeAged: async () => answers.shift()! },
      config: () => ({ gateway: GatewayConfig.parse({}) }),
      log: { info: (line: object) => void lines.push(line) } as never,
    });
    const timer = { id: 'tmr_1', account: null, kind: 'retention', subject: 'age', dueAtMs: 0 };

    expect(await handlers.retention!(timer, 1000)).toBe(1000);
    expect(lines).toEqual([]);
    expect(await handlers.retention!(timer, 2000)).toBe(HOUR_MS);
    expect(lines).toEqual([
      { event: 'retention.ended', durationMs: 2000, bodies: 5, messages: 0, attempts: 0, shoppers: 0 },
    ]);
  });
});

describe('the cut-offs', () => {
  it('follow the settings', () => {
    const { retention: settings } = GatewayConfig.parse({});

    expect(retentionCutoffs(settings, 1000 * DAY_MS)).toEqual({
      bodiesMs: 910 * DAY_MS,
      unreadBodiesMs: 640 * DAY_MS,
      attemptsMs: 970 * DAY_MS,
      shoppersMs: 600 * DAY_MS,
    });
  });
});

describe('a timer', () => {
  it('whose handler throws is tried again in a minute, and the others run', async () => {
    const { store, clock, lines } = await openWorkshop();
    const timer = (id: string, kind: string) => ({ id, account: null, kind, subject: id, dueAtMs: clock.nowMs });
    await store.setTimer(timer('tmr_1', 'broken'), 'keep', clock.nowMs);
    await store.setTimer(timer('tmr_2', 'sound'), 'keep', clock.nowMs);
    const ran: string[] = [];
    const log = { error: (line: object) => void lines.push(line) } as never;
    const timers = {
      broken: async () => {
        ran.push('broken');
        throw new Error('no');
      },
      sound: async () => {
        ran.push('sound');
        return null;
      },
    };
    const run = () => runTimers({ store, owner: 'w', now: () => clock.nowMs, log, timers });

    await run();
    clock.nowMs += 59_999;
    await run();
    clock.nowMs += 1;
    await run();

    expect(ran).toEqual(['broken', 'sound', 'broken']);
    expect(lines).toMatchObject([
      { event: 'timer.failed', kind: 'broken' },
      { event: 'timer.failed', kind: 'broken' },
    ]);
  });
});
