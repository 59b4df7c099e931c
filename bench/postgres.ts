import { adapters } from '../src/adapters.ts';
import { parseEnvironment } from '../src/config/process-settings.ts';
import { openGateway } from '../src/gateway.ts';
import { createLog } from '../src/telemetry/log.ts';
import { type PostgresServer, startPostgres } from '../test/postgres/server.ts';
import { closedLoop, type Distribution, distribution, openLoop, round, startDestination } from './load.ts';
import { makeNotices, type Notice, nameOf } from './notices.ts';
import { databaseBytes, freshDatabase } from './postgres-database.ts';
import { ask, type GatewayFolder, gatewayFolder, type Running, SECRET, startGateway, TOKEN } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const EASY = 400;
const FULL = 600;
const MOST_STATEMENTS = 8;

/**
 * The same gateway on PostgreSQL: a server of its own with its settings as delivered, commits synced, on the same cores
 * as load, gateways and destination.
 */
export const postgres: Benchmark = {
  name: 'postgres',
  async run({ quick }) {
    const server = await startPostgres({ durable: true });
    try {
      const rows: Row[] = [
        await acknowledged(server, quick ? 4_000 : 20_000),
        ...(await statements(server, quick ? 1_280 : 6_400)),
      ];
      const easy = await offered(server, { processes: 1, rate: EASY, seconds: quick ? 4 : 30 });
      rows.push({
        what: `${EASY}/s offered, one process: webhook → arrived`,
        value: `${easy.delivered} of ${easy.sent} delivered; p50 ${easy.latency.p50} ms, p99 ${easy.latency.p99} ms`,
        bar: 'p99 commit → first attempt < 1 s',
        // From the intended start of the webhook to its arrival: more than from the commit to the first attempt.
        held: easy.delivered === easy.sent && easy.latency.p99 < 1000,
      });
      for (const processes of [1, 2, 4]) {
        const full = await offered(server, { processes, rate: FULL, seconds: quick ? 4 : 60 });
        rows.push({
          what: `${FULL}/s offered, ${processes} ${processes === 1 ? 'process' : 'processes'} with all roles`,
          value: `${full.delivered} of ${full.sent} delivered, the last ${full.behindMs} ms after the last webhook; p50 ${full.latency.p50} ms, p99 ${full.latency.p99} ms; ${full.repeats} twice`,
          bar: processes === 1 ? '≥ 600/s sustained' : null,
          held: processes === 1 ? full.delivered === full.sent && full.behindMs < 1000 : null,
        });
        if (processes === 1) rows.push(bytesRow(full.bytesPerNotice));
        const most = await saturated(server, processes, quick ? 3_000 : 24_000);
        rows.push({
          what: `as fast as it goes, ${processes} ${processes === 1 ? 'process' : 'processes'}`,
          value: `acknowledged ${most.acknowledged}/s, delivered ${most.delivered}/s end to end`,
          bar: null,
          held: null,
        });
      }
      rows.push(await drained(server, quick ? 3_000 : 50_000));
      return rows;
    } finally {
      await server.remove();
    }
  },
};

/** Durable acknowledgement: the role `receive` alone. */
async function acknowledged(server: PostgresServer, count: number): Promise<Row> {
  const folder = gatewayFolder({}, { url: await freshDatabase(server) });
  const gateway = await startGateway(folder, 'receive');
  try {
    await closedLoop(gateway.url, makeNotices(2_000), 64); // warm
    const { perSecond, latency, refused } = await closedLoop(gateway.url, makeNotices(count), 64);
    if (refused > 0) throw new Error(`${refused} webhooks were refused`);
    return {
      what: 'acknowledged, role `receive` alone, 64 connections',
      value: `${perSecond}/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
      bar: null,
      held: null,
    };
  } finally {
    await gateway.stop();
    folder.remove();
  }
}

/** Counted where they leave the process: a gateway inside this one, 64 senders. */
async function statements(server: PostgresServer, count: number): Promise<readonly Row[]> {
  const destination = await startDestination();
  const folder = gatewayFolder({ all: destination.url }, { url: await freshDatabase(server), concurrency: 64 });
  let sent = 0;
  const env = { BENCH_SECRET: SECRET };
  const settings = parseEnvironment({
    RETOUR_CONFIG: folder.directory,
    RETOUR_DATABASE_URL: folder.url,
    RETOUR_PORT: '0',
    RETOUR_ADMIN_TOKEN: TOKEN,
  });
  const gateway = await openGateway({
    settings,
    adapters,
    env,
    log: createLog({ write: () => undefined }),
    storeOptions: {
      onStatement: () => {
        sent += 1;
      },
    },
  });
  try {
    const warm = makeNotices(640);
    await closedLoop(gateway.url, warm, 64);
    await destination.arrived(warm.length);
    sent = 0;
    const notices = makeNotices(count);
    await closedLoop(gateway.url, notices, 64);
    await destination.arrived(warm.length + notices.length);
    const perNotice = round(sent / count, 2);
    return [
      {
        what: 'statements per notice, 64 at a time, BEGIN and COMMIT included',
        value: `${perNotice}`,
        bar: `≤ ${MOST_STATEMENTS}`,
        held: destination.arrivals.size === warm.length + notices.length && perNotice <= MOST_STATEMENTS,
      },
    ];
  } finally {
    await gateway.close();
    folder.remove();
    await destination.close();
  }
}

interface Fleet {
  readonly folder: GatewayFolder;
  readonly gateways: readonly Running[];
  stop(): Promise<void>;
}

/** Identical processes over one database; each takes its share of the load. */
async function startFleet(server: PostgresServer, processes: number, destination: string): Promise<Fleet> {
  const folder = gatewayFolder({ all: destination }, { url: await freshDatabase(server) });
  const gateways: Running[] = [];
  for (let nth = 0; nth < processes; nth += 1) gateways.push(await startGateway(folder));
  return {
    folder,
    gateways,
    async stop() {
      await Promise.all(gateways.map(gateway => gateway.stop()));
      folder.remove();
    },
  };
}

function dealt(notices: readonly Notice[], hands: number): readonly (readonly Notice[])[] {
  return Array.from({ length: hands }, (_, hand) => notices.filter((_notice, nth) => nth % hands === hand));
}

async function offered(
  server: PostgresServer,
  { processes, rate, seconds }: { readonly processes: number; readonly rate: number; readonly seconds: number },
) {
  const destination = await startDestination();
  const fleet = await startFleet(server, processes, destination.url);
  try {
    await warmUp(fleet, destination);
    const before = await databaseBytes(fleet.folder.url);
    const notices = makeNotices(rate * seconds);
    const runs = await Promise.all(
      dealt(notices, processes).map((hand, nth) => openLoop(fleet.gateways[nth]!.url, hand, rate / processes, nameOf)),
    );
    await destination.arrived(notices.length);
    const endedAt = Math.max(...runs.map(run => run.endedAt));
    const latencies = runs.flatMap(({ intended }) =>
      [...intended].flatMap(([name, at]) => {
        const arrivedAt = destination.arrivals.get(name);
        return arrivedAt === undefined ? [] : [arrivedAt - at];
      }),
    );
    let last = 0;
    for (const at of destination.arrivals.values()) last = Math.max(last, at);
    const latency: Distribution = distribution(latencies);
    return {
      sent: notices.length,
      delivered: destination.arrivals.size,
      repeats: destination.repeats,
      behindMs: Math.max(0, Math.round(last - endedAt)),
      latency,
      bytesPerNotice: Math.round(((await databaseBytes(fleet.folder.url)) - before) / notices.length),
    };
  } finally {
    await fleet.stop();
    await destination.close();
  }
}

async function warmUp(fleet: Fleet, destination: Awaited<ReturnType<typeof startDestination>>): Promise<void> {
  const notices = makeNotices(2_000);
  await Promise.all(
    dealt(notices, fleet.gateways.length).map((hand, nth) => closedLoop(fleet.gateways[nth]!.url, hand, 16)),
  );
  await destination.arrived(notices.length);
  await new Promise(resolve => setTimeout(resolve, 1_000));
  destination.arrivals.clear();
  destination.repeats = 0;
}

async function saturated(server: PostgresServer, processes: number, count: number) {
  const destination = await startDestination();
  const fleet = await startFleet(server, processes, destination.url);
  try {
    await warmUp(fleet, destination);
    const notices = makeNotices(count);
    const startedAt = performance.now();
    await Promise.all(
      dealt(notices, processes).map((hand, nth) =>
        closedLoop(fleet.gateways[nth]!.url, hand, Math.ceil(64 / processes)),
      ),
    );
    const acknowledgedMs = performance.now() - startedAt;
    await destination.arrived(notices.length);
    if (destination.arrivals.size < notices.length) {
      throw new Error(`${notices.length - destination.arrivals.size} messages did not arrive`);
    }
    let last = 0;
    for (const at of destination.arrivals.values()) last = Math.max(last, at);
    return {
      acknowledged: Math.round((notices.length / acknowledgedMs) * 1000),
      delivered: Math.round((notices.length / (last - startedAt)) * 1000),
    };
  } finally {
    await fleet.stop();
    await destination.close();
  }
}

function bytesRow(bytes: number): Row {
  return { what: 'in the database per delivered notice', value: `${bytes} bytes`, bar: null, held: null };
}

/** A destination that was away: how fast what waited for it goes out. */
async function drained(server: PostgresServer, count: number): Promise<Row> {
  const destination = await startDestination();
  const fleet = await startFleet(server, 1, destination.url);
  const [gateway] = fleet.gateways as [Running];
  try {
    await ask(gateway, '/v1/destinations/bench/all/pause', 'POST');
    await closedLoop(gateway.url, makeNotices(count), 64);
    while ((await ask<{ data: unknown[] }>(gateway, '/v1/inbound?state=received&limit=1')).data.length > 0) {
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    const startedAt = performance.now();
    await ask(gateway, '/v1/destinations/bench/all/resume', 'POST');
    await destination.arrived(count);
    let last = 0;
    for (const at of destination.arrivals.values()) last = Math.max(last, at);
    return {
      what: `backlog of ${count.toLocaleString('en')} drained`,
      value: `${Math.round(destination.arrivals.size / ((last - startedAt) / 1000))}/s, ${destination.arrivals.size} delivered, ${round(gateway.memory() / 2 ** 20)} MiB`,
      bar: null,
      held: null,
    };
  } finally {
    await fleet.stop();
    await destination.close();
  }
}
