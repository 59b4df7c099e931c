import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAged } from '../../../src/storage/sqlite/aged.ts';
import { openKeeper, openWriter } from '../../../src/storage/sqlite/connect.ts';
import { createConnections } from '../../../src/storage/sqlite/connections.ts';
import { createIntake } from '../../../src/storage/sqlite/intake.ts';
import { migrate } from '../../../src/storage/sqlite/migrate.ts';
import { createRetention, createRetentionReport } from '../../../src/storage/sqlite/retention.ts';
import { Database } from '../../../src/storage/sqlite/sql.ts';
import { createWriter } from '../../../src/storage/sqlite/writer.ts';
import type { Store } from '../../../src/storage/store.ts';
import { DAY, inboundRow, kept, T0 } from '../../conformance/store-kit/rows.ts';
import { NO_LOG, temporaryFolder } from '../place.ts';

const CUTOFFS = { bodiesMs: T0 + 1, unreadBodiesMs: T0 + 1, attemptsMs: T0 + 1, shoppersMs: T0 + 1 };

/** A store in memory with that many rows to remove. */
async function filled(rows: number) {
  const client = new Database(':memory:');
  migrate(client, 'memory');
  const writer = createWriter(client, NO_LOG);
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

    // Begun, three steps that removed something, one for each other kind, ended.
    expect(pauses).toEqual([10, 10, 10, 10, 0, 0, 0, 10]);
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
    expect(pauses).toEqual([10, 10, 10, 0, 0, 0, 0, 10]); // two steps with old rows, one without
  });

  it('waits for the lock without holding up the thread, and leaves the rest to the next slice', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    const writer = openWriter(path);
    migrate(writer, path);
    const keeper = openKeeper(path);
    onTestFinished(() => {
      keeper.close();
      writer.close();
    });
    keeper.pragma('busy_timeout = 1'); // instead of 25 ms a hundred times
    const purgeAged = createRetention(keeper);
    finish(purgeAged(CUTOFFS, T0 + DAY));
    const steps = purgeAged(CUTOFFS, T0 + 2 * DAY);
    const begun = steps.next(); // begun and committed: from here on the writer has the lock
    writer.exec('BEGIN IMMEDIATE');
    let pauses = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) pauses += step.value > 0 ? 1 : 0;
    writer.exec('COMMIT');

    expect(begun).toEqual({ done: false, value: 10 });
    expect(pauses).toBe(99);
    expect(step.value).toMatchObject({ startedAtMs: T0 + 2 * DAY, endedAtMs: null });
    expect(finish(purgeAged(CUTOFFS, T0 + 2 * DAY)).result).toMatchObject({ endedAtMs: T0 + 2 * DAY });
  });

  it('keeps the report of one run before', async () => {
    const { client } = await filled(1);

    for (const hour of [1, 2, 3, 4]) finish(createRetention(client)(CUTOFFS, T0 + hour));

    expect(client.prepare('SELECT started_at_ms FROM retention_run').pluck().all()).toEqual([T0 + 4]);
    expect(finish(createRetentionReport(client)(CUTOFFS)).result.lastRun?.startedAtMs).toBe(T0 + 4);
  });
});

describe('what was found to be due', () => {
  it('is looked at again before it goes, because the writer may have come in between', async () => {
    const { client } = await filled(1);
    client.exec(`
      INSERT INTO "return" VALUES (1, 'ret_1', 1, 1, 1, 'requested', ${T0}, ${T0}, NULL, NULL, '{}');
      INSERT INTO shopper VALUES (1, NULL, '{}');
      INSERT INTO event (position, return_ref, connection_ref, sequence, event_id, revision, type, withdrawn, late,
        received_at_ms, effective_at_ms, recorded_at_ms, content) VALUES (1, 1, 1, 1, 'evt_1', 1, 't', 0, 0, 0, 0, ${T0}, '{}');
      INSERT INTO event_body VALUES (1, x'00');
      INSERT INTO attempt VALUES (1, 1, 'att_1', ${T0}, 1, 'delivered', 200, NULL, NULL, NULL)`);
    client
      .prepare(
        `INSERT INTO delivery (ref, id, destination_ref, return_ref, position, sequence, state, tries, created_at_ms, at_ms, passes)
          VALUES (1, 'dlv_1', 1, 1, 1, 1, 1, 1, ${T0}, ${T0}, 0)`,
      )
      .run();
    const aged = createAged(client);
    const found = aged.map(of => of.page([], 10));

    client.exec(`
      UPDATE inbound SET state = 'received';
      UPDATE delivery SET state = 0;
      UPDATE "return" SET updated_at_ms = ${T0 + 1}`);
    const removed = aged.map((of, index) => of.remove(found[index]![0]!, CUTOFFS, T0 + DAY));

    expect(aged.map((of, index) => found[index]!.filter(row => of.isDue(row, CUTOFFS)).length)).toEqual([1, 1, 1, 1]);
    expect(removed).toEqual([0, 0, 0, 0]);
  });
});

describe('the report of what is due', () => {
  it('counts no further than it must to say that it is much', async () => {
    const { client } = await filled(450);

    const { result } = finish(createRetentionReport(client, 200)(CUTOFFS));

    expect(result.dueIsAtLeast).toBe(true);
    expect(result.due.bodies).toBe(300);
  });
});
