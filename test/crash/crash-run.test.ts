import { describe, expect, it } from 'vitest';
import { crashRun } from './crash-run.ts';

describe('a gateway that is killed under load, again and again', () => {
  // The long run is `node test/crash/run.ts --kills 200`; this one shows that the rig works and that little kills do no harm.
  it('has everything it acknowledged once, and delivered it in order', { timeout: 120_000 }, async () => {
    const report = await crashRun({ seed: 5, kills: 5, senders: 12, thinkMs: 10, lifeMs: 500, trouble: false });

    expect(report.findings).toEqual([]);
    expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(report.counts.acknowledged).toBeGreaterThan(50);
    expect(report.counts.arrivals).toBeGreaterThan(50);
  });
});
