import { describe, expect, it } from 'vitest';
import { createConnections } from '../../../src/storage/sqlite/connections.ts';
import { createIntake } from '../../../src/storage/sqlite/intake.ts';
import { migrate } from '../../../src/storage/sqlite/migrate.ts';
import { createRetention, createRetentionReport } from '../../../src/storage/sqlite/retention.ts';
import { Database } from '../../../src/storage/sqlite/sql.ts';
import { createWriter } from '../../../src/storage/sqlite/writer.ts';
import type { Store } from '../../../src/storage/store.ts';
import { DAY, inboundRow, kept, T0 } from '../../conformance/store-kit/rows.ts';

const CUTOFFS = { bodiesMs: T0 + 1, unreadBodiesMs: T0 + 1, attemptsMs: T0 + 1, shoppersMs: T0 + 1 };

/** A store in memory with that many rows to remove. */
async function filled(rows: number) {
  const client = new Database(':memory:');
  migrate(client, 'memory');
  const writer = createWriter(client);
  const intake = createIntake(writer, createConnections(writer), { path: 'none', limitBytes: 1 });
  await kept(intake as Store, ...Array.from({ length: rows }, (_, index) => inboundRow(`inb_${index}`)));
  client.exec("UPDATE inbound SET state = 'recorded'");
  return { client, left: () => client.prepare('SELECT count(*) FROM inbound_body').pluck().get() };
}

function finish<Result>(steps: Generator<number, Result>): { readonly result: Result; readonly pauses: number[] } {
  const pauses: number[] = [];
  for (;;) {
    const step = steps.next();
    if (step.done) return { result: step.value, pauses };
    pauses.push(step.value);
  }
}

describe('a retention run', () => {
  it('leaves the writer its turn after every small transaction', async () => {
    const { client } = await filled(250);

    const { pauses } = finish(createRetention(client)(CUTOFFS, T0 + DAY));

    expect(pauses.slice(0, 3)).toEqual([10, 10, 10]);
    expect(pauses.slice(3).every(pause => pause === 0)).toBe(true);
  });

  it('is done slice by slice, and goes on where it was over a restart', async () => {
    const { client, left } = await filled(450);

    const first = finish(createRetention(client, 200)(CUTOFFS, T0 + DAY)).result;
    const leftAfterFirst = left();
    const between = finish(createRetentionReport(client)(CUTOFFS)).result;
    const second = finish(createRetention(client, 200)(CUTOFFS, T0 + DAY + 1)).result;
    const third = finish(createRetention(client, 200)(CUTOFFS, T0 + DAY + 2)).result;

    expect(first).toMatchObject({ startedAtMs: T0 + DAY, endedAtMs: null, removed: { bodies: 200 } });
    expect(leftAfterFirst).toBe(250);
    expect(between).toMatchObject({ lastRun: null, running: first, due: { bodies: 250 } });
    expect(second).toMatchObject({ startedAtMs: T0 + DAY, endedAtMs: null, removed: { bodies: 400 } });
    expect(third).toMatchObject({ startedAtMs: T0 + DAY, endedAtMs: T0 + DAY + 2, removed: { bodies: 450 } });
    expect(left()).toBe(0);
  });

  it('stops where everything is too young, without looking at all of it', async () => {
    const { client } = await filled(1000);
    client.exec(`UPDATE inbound SET received_at_ms = ${T0 + DAY} WHERE ref > 150`);
    client.exec(`UPDATE inbound SET received_at_ms = ${T0} WHERE ref = 1000`); // a clock that was behind

    const { result, pauses } = finish(createRetention(client)(CUTOFFS, T0 + DAY));

    expect(result.removed.bodies).toBe(150);
    expect(pauses).toHaveLength(3 + 3); // two steps with old rows, one without; one for each other kind
  });

  it('keeps the report of one run before', async () => {
    const { client } = await filled(1);

    for (const hour of [1, 2, 3, 4]) finish(createRetention(client)(CUTOFFS, T0 + hour));

    expect(client.prepare('SELECT started_at_ms FROM retention_run').pluck().all()).toEqual([T0 + 4]);
    expect(finish(createRetentionReport(client)(CUTOFFS)).result.lastRun?.startedAtMs).toBe(T0 + 4);
  });
});

describe('the report of what is due', () => {
  it('counts no further than it must to say that it is much', async () => {
    const { client } = await filled(10_300);

    const { result } = finish(createRetentionReport(client)(CUTOFFS));

    expect(result.dueIsAtLeast).toBe(true);
    expect(result.due.bodies).toBeGreaterThanOrEqual(10_000);
    expect(result.due.bodies).toBeLessThan(10_300);
  });
});
