import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EndedItself } from './fleet.ts';
import { judgeEnds, readLogs } from './look-back.ts';

const END: EndedItself = {
  member: 'gateway 1',
  startedAtMs: 10_000,
  endedAtMs: 11_000,
  code: 1,
  listened: false,
  said: 'The store cannot be reached.\n',
};

/** A run whose store was in trouble for so long, or whose other parts were. */
const troubled = (lane: string, fromMs: number, untilMs: number) => ({
  counts: {},
  harms: [],
  wasTroubled: (of: string, from: number, until: number) => of === lane && fromMs <= until && untilMs >= from,
});

describe('a process that ended by itself', () => {
  it('may fail to start while the store is away, if it says why', () => {
    expect(judgeEnds([END], troubled('store', 9000, 10_500))).toEqual({
      findings: [],
      failedStarts: { 'The store cannot be reached.': 1 },
    });
  });

  it.each([
    ['says nothing', { said: '' }, /did not say why/],
    ['shows a stack instead', { said: 'SqliteError: full\n    at Database.exec' }, /did not say why/],
    ['had served', { listened: true }, /ended by itself \(1\) while it served/],
    [
      'started long after the store was well',
      { startedAtMs: 60_000, endedAtMs: 61_000 },
      /ended by itself \(1\) as it/,
    ],
  ])('is a finding where it %s', (_, change, finding) => {
    const { findings } = judgeEnds([{ ...END, ...change }], troubled('store', 9000, 10_500));

    expect(findings).toEqual([expect.stringMatching(finding)]);
  });

  it('is a finding where only a destination was away', () => {
    expect(judgeEnds([END], troubled('destinations', 0, 20_000)).findings).toHaveLength(1);
  });
});

describe('the log of a run', () => {
  it('tells what was complained of, and how often a message was given up', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'retour-log-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const attempt = {
      level: 'info',
      event: 'delivery.attempted',
      account: 'acme',
      destination: 'all',
      webhookId: 'evt_1',
    };
    const lines = [
      { ...attempt, outcome: 'timeout' },
      { ...attempt, outcome: 'delivered' },
      { ...attempt, outcome: 'timeout' },
      { level: 'error', event: 'loop.failed', loop: 'deliver', code: 'STORE_UNAVAILABLE' },
      { level: 'warn', event: 'delivery.lease_lost' },
    ];
    const half = '{"level":"error","event":"loop.f\n';
    writeFileSync(join(folder, 'gateway.log'), `${half}${lines.map(line => JSON.stringify(line)).join('\n')}\n`);

    const told = await readLogs(
      { configDirectory: folder, database: '', logFile: join(folder, 'gateway.log'), env: {} },
      (account, destination) => `/hooks/${account}/${destination}`,
    );

    expect(told).toEqual({
      complaints: { 'loop.failed deliver STORE_UNAVAILABLE': 1, 'delivery.lease_lost': 1 },
      timeouts: new Map([['/hooks/acme/all evt_1', 2]]),
    });
  });
});
