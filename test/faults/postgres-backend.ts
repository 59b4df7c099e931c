import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Chance } from '../../src/demo/seeded-chance.ts';
import { pause } from '../crash/read-api.ts';
import { startPostgres } from '../postgres/server.ts';
import { diskFull } from './disk-full.ts';
import type { Fault, FaultMeans } from './fault.ts';
import { openFillableDisk } from './fillable-disk.ts';
import type { StoreBackend } from './store-backend.ts';
import { openTcpProxy } from './tcp-proxy.ts';

const DATABASE = 'retour';
/** A server that recovers takes a moment. */
const PATIENCE_MS = 120_000;
/** No lease of the gateway lasts longer, and then some. */
const LEASE_MS = 70_000;

/**
 * A PostgreSQL of its own, which any number of gateways reach through a proxy. As root its data lie on a disk that can be
 * filled; else that fault is not offered, because nothing that a user may limit is like a full disk.
 */
export async function openPostgresBackend(): Promise<StoreBackend> {
  const disk = process.getuid?.() === 0 ? openFillableDisk() : null;
  const server = await startPostgres({ durable: true, ...(disk === null ? {} : { place: disk.folder }) });
  await ask('postgres', `CREATE DATABASE ${DATABASE}`);
  const proxy = await openTcpProxy(server.port);
  const url = new URL(server.url(DATABASE));
  url.port = String(proxy.port);
  const [version] = await ask(DATABASE, 'SHOW server_version');

  /** Past the proxy, on a connection of its own. */
  async function ask(database: string, text: string, values: readonly unknown[] = []) {
    const client = new pg.Client({ connectionString: server.url(database) });
    client.on('error', () => undefined); // the query that it breaks says so
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async function answers(): Promise<void> {
    const endsAt = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        await ask(DATABASE, 'CREATE TEMPORARY TABLE there (one integer)');
        return;
      } catch (cause) {
        if (performance.now() > endsAt) throw new Error('PostgreSQL did not come back.', { cause });
        if (!isAlive(server.pid)) await server.start();
        await pause(100);
      }
    }
  }

  /** Timers stay, so that only their leases can be asked for; those of a process that was killed last a minute at most. */
  async function timersHeld(): Promise<readonly string[]> {
    const endsAt = performance.now() + LEASE_MS;
    for (;;) {
      const [{ held }] = await ask(
        DATABASE,
        `SELECT count(*)::int AS held FROM timer
          WHERE lease_owner IS NOT NULL AND lease_until_ms > extract(epoch FROM clock_timestamp()) * 1000`,
      );
      if (held === 0) return [];
      if (performance.now() > endsAt) return [`${held} timers are held, and nobody is left who holds them`];
      await pause(500);
    }
  }

  const fault = (name: string, inflict: (means: FaultMeans) => Promise<void>): Fault => ({
    name: `store: ${name}`,
    async inflict(means) {
      const over = means.harm();
      await inflict(means);
      await answers();
      over();
    },
  });
  const backends = async () =>
    (await ask('postgres', 'SELECT pid FROM pg_stat_activity WHERE datname = $1', [DATABASE])) as { pid: number }[];

  const faults: readonly Fault[] = [
    fault('PostgreSQL killed', async ({ chance, longestMs }) => {
      await server.kill();
      await pause(chance.below(longestMs));
      await server.start();
    }),
    fault('PostgreSQL restarted', async ({ chance, longestMs }) => {
      await server.stop();
      await pause(chance.below(longestMs));
      await server.start();
    }),
    // The server ends every other connection, too, and recovers: it does not know what the dead one did to shared memory.
    fault('one of its backends killed', async ({ chance }) => {
      const all = await backends();
      if (all.length === 0) return;
      try {
        process.kill(chance.pick(all).pid, 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }),
    fault('backends terminated', async ({ chance }) => {
      const some = chosen(await backends(), chance);
      await ask('postgres', 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [
        some.map(({ pid }) => pid),
      ]);
    }),
    fault('connections cut', async () => proxy.cut()),
    fault('connections stalled', async ({ chance, longestMs }) => {
      proxy.stall();
      await pause(chance.below(longestMs));
      proxy.flow();
    }),
    fault('connections refused', async ({ chance, longestMs }) => {
      await proxy.refuse();
      await pause(chance.below(longestMs));
      await proxy.accept();
    }),
    ...(disk === null ? [] : [diskFull({ fill: disk.fill, free: disk.free, revive: answers })]),
  ];

  return {
    url: url.href,
    mostProcesses: 16,
    leaseClock: 'store',
    faults,
    preload: [],
    facts: {
      store: `PostgreSQL ${version.server_version}, fsync on`,
      'full disk': disk === null ? 'not offered (not root)' : 'an ext4 file system of its own for its data',
    },
    async inspect() {
      const [left] = await ask(
        DATABASE,
        'SELECT (SELECT count(*)::int FROM inbound_queue) AS rows, (SELECT count(*)::int FROM line) AS lines',
      );
      return [
        ...(left.rows === 0 ? [] : [`${left.rows} rows are left in the queue, leases of theirs included`]),
        ...(left.lines === 0 ? [] : [`${left.lines} lines are left with nothing to send, leases of theirs included`]),
        ...(await timersHeld()),
      ];
    },
    async bytes() {
      const [{ bytes }] = await ask(DATABASE, 'SELECT pg_database_size($1) AS bytes', [DATABASE]);
      return Number(bytes);
    },
    async close() {
      await proxy.close();
      await server.remove();
      disk?.remove();
    },
  };
}

/** All of them, or some. */
function chosen<Value>(values: readonly Value[], chance: Chance): readonly Value[] {
  return chance.happens(0.5) ? values : values.filter(() => chance.happens(0.5));
}

function isAlive(pid: () => number): boolean {
  try {
    const state = readFileSync(`/proc/${pid()}/stat`, 'utf8').split(') ')[1];
    return state !== undefined && !state.startsWith('Z');
  } catch {
    return false; // no such process, or no file that names one
  }
}
