import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededChance } from '../../src/demo/seeded-chance.ts';
import { pause } from '../crash/read-api.ts';
import { openPostgresBackend } from './postgres-backend.ts';
import type { StoreBackend } from './store-backend.ts';

let backend: StoreBackend;
beforeAll(async () => {
  backend = await openPostgresBackend();
  const client = await connected();
  await client.query('CREATE TABLE kept (number integer PRIMARY KEY, ballast text NOT NULL)');
  await client.end();
});
afterAll(() => backend.close());

async function connected(onError: (error: Error) => void = () => undefined): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: backend.url, connectionTimeoutMillis: 2000, query_timeout: 2000 });
  client.on('error', onError);
  await client.connect();
  return client;
}

/** Commits one row after the other, connecting anew whenever that fails, until told to end. */
function startWriter(from: number) {
  const kept: number[] = [];
  const failures: string[] = [];
  let longestMs = 0;
  let ended = false;
  const done = (async () => {
    let client: pg.Client | null = null;
    for (let number = from; !ended; number += 1) {
      const startedAt = performance.now();
      try {
        client ??= await connected(error => failures.push(error.message));
        await client.query('INSERT INTO kept VALUES ($1, $2)', [number, 'x'.repeat(50_000)]);
        kept.push(number);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        await client?.end().catch(() => undefined);
        client = null;
        await pause(20);
      }
      longestMs = Math.max(longestMs, performance.now() - startedAt);
    }
    await client?.end();
  })();
  return {
    kept,
    failures,
    longestMs: () => longestMs,
    async end() {
      ended = true;
      await done;
    },
  };
}

/** What a writer meets, if it is told of the fault at all. */
const MET: Readonly<Record<string, RegExp | null>> = {
  'store: PostgreSQL killed': /terminated|closed|ECONNRESET|ECONNREFUSED/,
  'store: PostgreSQL restarted': /terminat|shut|ECONNRESET|ECONNREFUSED/,
  'store: one of its backends killed': /terminat|closed|recovery|ECONNRESET/,
  'store: backends terminated': /terminating connection/,
  'store: connections cut': /ECONNRESET|terminated/,
  'store: connections stalled': null,
  'store: connections refused': /ECONNRESET|ECONNREFUSED|terminated/,
  'store: disk full': /No space left/,
};

describe('what happens to PostgreSQL in a fault run', () => {
  it.each(Object.keys(MET).map((name, nth) => [name, nth] as const))(
    '%s is felt, passes, and takes nothing with it that was committed',
    { timeout: 120_000 },
    async (name, nth) => {
      const fault = backend.faults.find(one => one.name === name);
      if (fault === undefined) {
        // Only root can make the disk that is filled, and the report says so.
        expect([name, backend.facts['full disk']]).toEqual(['store: disk full', 'not offered (not root)']);
        return;
      }
      const writer = startWriter(nth * 1_000_000);
      await pause(200);

      let harmed = false;
      await fault.inflict({
        chance: seededChance(nth),
        longestMs: 1500,
        harm: () => {
          harmed = true;
          return () => undefined;
        },
        unavailable: () => writer.failures.length,
      });
      const before = writer.kept.length;
      await pause(1000);
      await writer.end();

      const client = await connected();
      const { rows } = await client.query('SELECT number FROM kept WHERE number >= $1 AND number < $2', [
        nth * 1_000_000,
        (nth + 1) * 1_000_000,
      ]);
      await client.end();
      const there = new Set(rows.map(row => row.number));
      expect(harmed).toBe(true);
      expect(writer.kept.filter(number => !there.has(number))).toEqual([]);
      expect(writer.kept.length).toBeGreaterThan(before);
      const met = MET[name]!;
      if (met === null) expect(writer.longestMs()).toBeGreaterThan(100);
      else expect(writer.failures.join('\n')).toMatch(met);
    },
  );
});
