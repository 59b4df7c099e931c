import { closedLoop, distribution, openLoop, startDestination } from './load.ts';
import { makeNotices, type Notice, nameOf } from './notices.ts';
import { ask, gatewayFolder, type Running, startGateway } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const LOAD = 1_000;
const EASY = 300;

/** Webhook in → delivered, all roles, one fact and one destination per notice; load, gateway and destination share the cores. */
export const endToEnd: Benchmark = {
  name: 'end-to-end',
  async run({ quick }) {
    const rows: Row[] = [];
    const full = await offered(LOAD, quick ? 8 : 60);
    rows.push({
      what: `${LOAD}/s offered for ${quick ? 8 : 60} s`,
      value: `${full.delivered} of ${full.sent} delivered, the last ${full.behindMs} ms after the last webhook; p50 ${full.latency.p50} ms, p99 ${full.latency.p99} ms`,
      bar: '≥ 1,000/s, backlog < 1 s, zero loss',
      held: full.delivered === full.sent && full.behindMs < 1000,
    });
    rows.push({
      what: 'on disk per delivered notice',
      value: `${full.bytesPerNotice} bytes`,
      bar: '≤ 5,000',
      held: full.bytesPerNotice <= 5000,
    });
    const easy = await offered(EASY, quick ? 8 : 30);
    rows.push(easyRow(`${EASY}/s offered`, easy));
    const busy = await offered(EASY, quick ? 8 : 30, read);
    rows.push(easyRow(`${EASY}/s offered while lists, previews and a search run`, busy));
    return rows;
  },
};

type Offered = Awaited<ReturnType<typeof offered>>;

function easyRow(what: string, { delivered, sent, latency }: Offered): Row {
  return {
    what,
    value: `${delivered} of ${sent} delivered; p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
    bar: 'p50 < 15 ms, p99 < 60 ms',
    held: delivered === sent && latency.p50 < 15 && latency.p99 < 60,
  };
}

async function offered(
  rate: number,
  seconds: number,
  beside?: (gateway: Running, until: () => boolean) => Promise<void>,
) {
  const destination = await startDestination();
  const folder = gatewayFolder({ all: destination.url });
  const gateway = await startGateway(folder);
  try {
    const warm = makeNotices(4_000);
    await closedLoop(gateway.url, warm, 32);
    await destination.arrived(warm.length);
    await new Promise(resolve => setTimeout(resolve, 1_000));
    destination.arrivals.clear();
    const before = folder.sizes();

    const notices: readonly Notice[] = makeNotices(rate * seconds);
    let done = false;
    const reading = beside?.(gateway, () => done);
    const sent = await openLoop(gateway.url, notices, rate, nameOf);
    await destination.arrived(notices.length);
    done = true;
    await reading;

    const latencies = [...sent.intended].flatMap(([name, at]) => {
      const arrivedAt = destination.arrivals.get(name);
      return arrivedAt === undefined ? [] : [arrivedAt - at];
    });
    const last = Math.max(...destination.arrivals.values());
    await gateway.stop(); // folds the write-ahead log into the file
    const after = folder.sizes();
    return {
      sent: notices.length,
      delivered: destination.arrivals.size,
      behindMs: Math.max(0, Math.round(last - sent.endedAt)),
      latency: distribution(latencies),
      bytesPerNotice: Math.round((after.database - before.database + after.wal - before.wal) / notices.length),
    };
  } finally {
    await gateway.kill();
    folder.remove();
    await destination.close();
  }
}

/** What people do meanwhile: page through lists, search, preview a replay; each again as soon as it is answered. */
async function read(gateway: Running, until: () => boolean): Promise<void> {
  while (!until()) {
    const { data } = await ask<{ data: { id: string }[] }>(gateway, '/v1/inbound?limit=200');
    await ask(gateway, '/v1/returns?limit=200');
    await ask(gateway, '/v1/deliveries?limit=200');
    await ask(gateway, '/v1/returns?order=MK-3');
    if (data[0] !== undefined) await ask(gateway, `/v1/inbound/${data[0].id}/replay?dryRun=true`, 'POST');
  }
}
