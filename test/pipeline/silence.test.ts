import { describe, expect, it } from 'vitest';
import { Expectations } from '../../src/config/expectations.ts';
import { createNoteFindings } from '../../src/pipeline/note-findings.ts';
import { silence } from '../../src/pipeline/silence.ts';
import { runTimers } from '../../src/pipeline/timers.ts';
import type { Store } from '../../src/storage/store.ts';
import { told, toyAccounts, toyAdapter, toyConnection, toyRow } from './toy-adapter.ts';
import { openWorkshop } from './workshop.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function openSilence(options: { readonly expect?: object; readonly changed?: Partial<Store> } = {}) {
  const workshop = await openWorkshop();
  const { clock } = workshop;
  const store = { ...workshop.store, ...options.changed };
  const opened: object[] = [];
  const log = { warn: (line: object) => void opened.push(line) } as never;
  let connections = [{ ...toyConnection(), expect: Expectations.parse(options.expect ?? {}) }];
  const handlers = silence({
    store,
    accounts: () => toyAccounts(connections),
    note: createNoteFindings({ store, log }),
    now: () => clock.nowMs,
  });
  const timer = { id: 'tmr_1', account: null, kind: 'silence', subject: 'connections', dueAtMs: 0 };
  let ids = 0;
  return {
    ...workshop,
    opened,
    configure(next: typeof connections) {
      connections = next;
    },
    run: () => handlers.silence!(timer, clock.nowMs),
    findings: () => store.listFindings('all', {}, { limit: 50, after: null }),
    /** So many webhooks of other returns, each after a gap. */
    async webhooks(count: number, gapMs: number) {
      const rows = Array.from({ length: count }, () => {
        clock.nowMs += gapMs;
        return { ...toyRow(`inb_w${++ids}`, [], { receivedAtMs: clock.nowMs }), dedupe: null };
      });
      await store.keepInbound(rows.map(row => ({ ...row, bodyDigest: '0'.repeat(64) })));
    },
  };
}

describe('a silent connection', () => {
  it('is told once nothing came for three usual gaps, and closes when something comes', async () => {
    const { webhooks, run, findings, clock, opened } = await openSilence();
    await webhooks(60, 20 * MINUTE);
    const lastMs = clock.nowMs;
    clock.nowMs = lastMs + 60 * MINUTE - 1;
    await run();
    const before = await findings();

    clock.nowMs = lastMs + 60 * MINUTE;
    await run();
    clock.nowMs += 5 * MINUTE;
    await run();
    const during = await findings();
    await webhooks(1, 0);
    clock.nowMs += 5 * MINUTE;
    await run();

    expect(before).toEqual([]);
    expect(during).toMatchObject([
      {
        account: 'acme',
        connection: 'toy',
        kind: 'silent_connection',
        subject: 'webhooks',
        count: 1,
        firstSeenAtMs: lastMs + 60 * MINUTE,
        lastSeenAtMs: lastMs + 65 * MINUTE,
        detail: { lastReceivedAt: new Date(lastMs).toISOString(), silentMinutes: 65, usualGapMinutes: 20 },
        closedAtMs: null,
      },
    ]);
    expect(await findings()).toMatchObject([{ closedAtMs: clock.nowMs }]);
    expect(opened).toHaveLength(1);
  });

  it('is counted anew when it falls silent again', async () => {
    const { webhooks, run, findings, clock } = await openSilence();
    await webhooks(60, MINUTE);
    clock.nowMs += DAY;
    await run();
    await webhooks(1, 0);
    await run();
    clock.nowMs += DAY;
    await run();

    expect(await findings()).toMatchObject([{ count: 2, closedAtMs: null }]);
  });

  it.each<[string, number]>([
    ['too few webhooks are known', 49],
    ['nothing ever came', 0],
  ])('is not told where %s', async (_, count) => {
    const { webhooks, run, findings, clock } = await openSilence();
    await webhooks(count, MINUTE);
    clock.nowMs += 30 * DAY;

    await run();

    expect(await findings()).toEqual([]);
  });

  it('is not told of the time in which nobody listened', async () => {
    const { webhooks, store, findings, clock } = await openSilence();
    await webhooks(60, MINUTE);
    clock.nowMs += DAY;
    const accounts = () => toyAccounts([toyConnection()]);
    const note = createNoteFindings({ store, log: { warn: () => undefined } as never });
    const restarted = silence({ store, accounts, note, now: () => clock.nowMs });
    const timers = { owner: 'w', now: () => clock.nowMs, log: {} as never, timers: restarted };
    await store.setTimer({ id: 'tmr_1', account: null, kind: 'silence', subject: 's', dueAtMs: 0 }, 'keep', 0);

    await runTimers({ store, ...timers });
    const atOnce = await findings();
    clock.nowMs += 45 * MINUTE;
    await runTimers({ store, ...timers });

    expect(atOnce).toEqual([]);
    expect(await findings()).toMatchObject([{ kind: 'silent_connection' }]);
  });

  it('is none where its adapter takes no webhooks', async () => {
    const { webhooks, run, findings, clock, configure } = await openSilence();
    await webhooks(60, MINUTE);
    const { webhook: _, ...polled } = toyAdapter();
    configure([toyConnection(polled)]);
    clock.nowMs += DAY;

    await run();

    expect(await findings()).toEqual([]);
  });
});

describe('a silent stage', () => {
  const requested = (id: string) => told(`return:${id}`, { type: 'return.requested' });
  const authorized = (id: string) => told(`return:${id}`, { type: 'return.authorized' });

  it('is told of all returns that stand in it too long, and closes when none does', async () => {
    const { tell, run, findings, returns, clock } = await openSilence();
    for (let nth = 0; nth < 12; nth += 1) await tell(`inb_${nth}`, requested(`R-${nth}`));
    clock.nowMs += 7 * DAY;
    await run();
    const before = await findings();

    clock.nowMs += 1;
    await tell('inb_20', authorized('R-0'));
    await run();
    const during = await findings();
    for (let nth = 1; nth < 12; nth += 1) await tell(`inb_a${nth}`, authorized(`R-${nth}`));
    clock.nowMs += 5 * MINUTE;
    await run();

    expect(before).toEqual([]);
    expect(during).toMatchObject([
      { kind: 'silent_stage', subject: 'requested', count: 1, detail: { returns: 11, days: 7 }, closedAtMs: null },
    ]);
    const { returnIds } = during[0]!.detail as { returnIds: readonly string[] };
    const known = (await returns()).map(({ id }) => id);
    expect(returnIds).toHaveLength(10);
    expect(returnIds.every(id => known.includes(id))).toBe(true);
    expect(await findings()).toMatchObject([{ closedAtMs: clock.nowMs }]);
  });

  it('is looked for as long as the account says, or not at all', async () => {
    const { tell, run, findings, clock, configure } = await openSilence({ expect: { requested: 30 } });
    await tell('inb_1', requested('R-1'));
    clock.nowMs += 20 * DAY;
    await run();
    const early = await findings();
    clock.nowMs += 20 * DAY;
    await run();
    const late = await findings();

    configure([{ ...toyConnection(), expect: Expectations.parse({ requested: null }) }]);
    await run();

    expect([early, late.length]).toEqual([[], 1]);
    expect(await findings()).toMatchObject([{ subject: 'requested', closedAtMs: clock.nowMs }]);
  });

  it('says so where there are more than are looked at', async () => {
    const standingReturns: Store['standingReturns'] = async (of, limit) =>
      of.status === 'received' ? { looked: limit, ids: ['ret_1', 'ret_2'] } : { looked: 0, ids: [] };
    const { run, findings, store } = await openSilence({ changed: { standingReturns } });
    await store.keepInbound([{ ...toyRow('inb_1', []), dedupe: null, bodyDigest: '0'.repeat(64) }]);

    await run();

    expect((await findings())[0]).toMatchObject({ detail: { returns: 2, ofTheLast: 500, days: 7 } });
  });
});

describe('the look at all connections', () => {
  it('comes every five minutes', async () => {
    const { run, clock } = await openSilence();

    expect(await run()).toBe(clock.nowMs + 5 * MINUTE);
  });

  it('goes on at its next turn where it took long, and comes five minutes after it began', async () => {
    const looked: string[] = [];
    let later = () => {};
    const lastReceipts: Store['lastReceipts'] = async (_account, connection) => {
      looked.push(connection);
      later();
      return [];
    };
    const { run, clock, configure } = await openSilence({ changed: { lastReceipts } });
    later = () => {
      clock.nowMs += 15_000;
    };
    configure(['one', 'two', 'three'].map(name => toyConnection(toyAdapter(), name)));
    const beganMs = clock.nowMs;

    const first = await run();
    const afterFirst = looked.slice();
    const second = await run();

    expect(first).toBe(beganMs);
    expect(afterFirst).toEqual(['one', 'two']);
    expect(looked).toEqual(['one', 'two', 'three']);
    expect(second).toBe(beganMs + 5 * MINUTE);
  });

  it('closes what is open of a connection that is no longer configured', async () => {
    const { webhooks, run, findings, clock, configure } = await openSilence();
    await webhooks(60, MINUTE);
    clock.nowMs += DAY;
    await run();
    configure([]);

    await run();

    expect(await findings()).toMatchObject([{ closedAtMs: clock.nowMs }]);
  });
});
