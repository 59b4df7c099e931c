import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import type { Store } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  event,
  group,
  identifies,
  lineClaim,
  stored,
  success,
  write,
} from '../../conformance/store-kit/rows.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';

/** Held by the test, it stops whoever comes to the trigger that asks for it. */
const GATE = 42;

interface Stage {
  readonly store: Store;
  /** Lets one statement on the table `line` stop where it fires. */
  stopAt(when: 'AFTER INSERT' | 'BEFORE DELETE'): Promise<void>;
  open(): Promise<void>;
  /** Resolves once so many connections wait for a lock. */
  waiting(count: number): Promise<void>;
}

/** A line with one delivery, which `worker` holds. */
async function stage(): Promise<Stage> {
  const url = await emptyDatabase();
  const store = await openPostgresStore(url, { connections: 4 });
  const gate = new pg.Client({ connectionString: url });
  await gate.connect();
  onTestFinished(async () => {
    await gate.end();
    await store.close();
    await dropDatabase(url);
  });
  await store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], Date.now());
  await record(store, 1);
  expect(await store.claimLines(lineClaim('worker', Date.now()))).toHaveLength(1);
  return {
    store,
    async stopAt(when) {
      await gate.query(`CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_advisory_xact_lock(${GATE}); RETURN NULL; END $$`);
      await gate.query(`CREATE TRIGGER stop ${when} ON line FOR EACH STATEMENT EXECUTE FUNCTION stop()`);
      await gate.query(`SELECT pg_advisory_lock(${GATE})`);
    },
    async open() {
      await gate.query(`SELECT pg_advisory_unlock(${GATE})`);
    },
    async waiting(count) {
      const query = `SELECT count(*)::integer AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await gate.query<{ waiting: number }>(query)).rows[0]!.waiting < count) await pause(5);
    },
  };
}

async function record(store: Store, sequence: number): Promise<void> {
  const before = sequence === 1 ? null : await stored(store, 'a');
  const events = [event(`a${sequence}`, sequence, ['refunds'])];
  const results = await store.record([group([write('ret_a', { aliases: [identifies('a')], events }, before)])], 0);
  expect(results).toEqual([{ outcome: 'recorded' }]);
}

async function claimed(store: Store): Promise<readonly string[]> {
  return (await store.claimLines(lineClaim('next', Date.now()))).map(({ id }) => id);
}

describe('a delivery that is recorded while the one before it is settled', () => {
  it('is sent when its recording came first and is not committed yet', async () => {
    const { store, stopAt, open, waiting } = await stage();
    await stopAt('AFTER INSERT');

    const recording = record(store, 2);
    await waiting(1);
    const settling = store.settleDeliveries([success('dlv_a1_refunds')], Date.now());
    await waiting(2);
    await open();

    expect(await settling).toEqual([true]);
    await recording;
    expect(await claimed(store)).toEqual(['dlv_a2_refunds']);
  });

  it('is sent when its line is about to be dropped as empty', async () => {
    const { store, stopAt, open, waiting } = await stage();
    await stopAt('BEFORE DELETE');

    const settling = store.settleDeliveries([success('dlv_a1_refunds')], Date.now());
    await waiting(1);
    const recording = record(store, 2);
    await waiting(2);
    await open();

    expect(await settling).toEqual([true]);
    await recording;
    expect(await claimed(store)).toEqual(['dlv_a2_refunds']);
  });
});
