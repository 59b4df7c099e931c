import { fillLedger } from './fill-ledger.ts';
import { closedLoop, round, startDestination } from './load.ts';
import { makeNotices } from './notices.ts';
import { type GatewayFolder, gatewayFolder, type Running, startBaseline, startGateway } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const CONNECTIONS = 64;

/** Durable acknowledgement, as a share of what the same route does without a store. Only the role `receive` runs. */
export const acknowledge: Benchmark = {
  name: 'acknowledge',
  async run({ quick }) {
    const count = quick ? 6_000 : 40_000;
    const keys = quick ? 100_000 : 10_000_000;
    const bare = await measure(await startBaseline('http'), count);
    const hono = await measure(await startBaseline('hono'), count);
    const empty = await measureGateway(count, 0);
    const full = await measureGateway(count, keys);

    const share = (perSecond: number) => round(perSecond / hono.perSecond, 2);
    const ledger = `${keys.toLocaleString('en')} ledger keys`;
    const rows: Row[] = [
      { what: 'bare node:http', value: `${bare.perSecond}/s`, bar: null, held: null },
      { what: 'Hono route that verifies and answers, no store', value: `${hono.perSecond}/s`, bar: null, held: null },
      {
        what: 'acknowledged, empty ledger',
        value: `${empty.perSecond}/s = ${share(empty.perSecond)} ×, p99 ${empty.latency.p99} ms`,
        bar: '≥ 0.4 ×',
        held: share(empty.perSecond) >= 0.4,
      },
      {
        what: `acknowledged, ${ledger}`,
        value: `${full.perSecond}/s = ${share(full.perSecond)} ×, p99 ${full.latency.p99} ms`,
        bar: '≥ 0.2 ×, p99 < 50 ms (10 M keys)',
        held: quick ? null : share(full.perSecond) >= 0.2 && full.latency.p99 < 50,
      },
    ];
    return rows;
  },
};

async function measure(server: Running, count: number) {
  await closedLoop(server.url, makeNotices(2_000), CONNECTIONS); // warm
  const measured = await closedLoop(server.url, makeNotices(count), CONNECTIONS);
  await server.stop();
  if (measured.refused > 0) throw new Error(`${measured.refused} webhooks were refused`);
  return measured;
}

async function measureGateway(count: number, keys: number) {
  const destination = await startDestination();
  const folder: GatewayFolder = gatewayFolder({ all: destination.url });
  try {
    if (keys > 0) await fillLedger(folder, keys);
    return await measure(await startGateway(folder, 'receive'), count);
  } finally {
    folder.remove();
    await destination.close();
  }
}
