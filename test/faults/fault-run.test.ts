import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FaultReport, faultRun } from './fault-run.ts';
import { openSqliteBackend } from './sqlite-backend.ts';

/** Some seconds; the long run is `npm run faults`. */
async function shortRun(seed: number, preload: readonly string[] = []): Promise<FaultReport> {
  const report = await faultRun({
    seed,
    minutes: 0.12,
    openBackend: async options => openSqliteBackend(options),
    processes: 1,
    splitRoles: false,
    senders: 16,
    thinkMs: 100,
    pauseMs: 1500,
    preload,
    say: () => undefined,
  });
  if (report.kept !== null) rmSync(report.kept, { recursive: true });
  return report;
}

describe('a fault run', () => {
  it('loses nothing, doubles nothing and keeps the order', async () => {
    const report = await shortRun(11);

    expect(report.findings).toEqual([]);
    expect(report.counts.acknowledged).toBeGreaterThan(50);
    expect(Object.keys(report.faults).length).toBeGreaterThan(5);
  });

  /** What each mistake must be found as; a rig that finds nothing would prove nothing. */
  const MISTAKES: Readonly<Record<string, RegExp>> = {
    'lost-acknowledgement': /was acknowledged as inb_\S+ and is not there/,
    'doubled-effect': /2 facts, where 1 to 1 were told/,
    'broken-order': /: \d+ came after \d+/,
    'sent-twice': /came again after \d+ ms, and nothing was done that explains it/,
  };
  it.each(Object.keys(MISTAKES))('finds a gateway with a mistake: %s', async mistake => {
    const report = await shortRun(12, [new URL(`./mistakes/${mistake}.ts`, import.meta.url).href]);

    expect(report.findings.join('\n')).toMatch(MISTAKES[mistake]!);
  });
});
