import { disk } from './disk.ts';
import { startDestination } from './load.ts';
import { bytesOf, type Offered, offer, warmUp } from './offered.ts';
import { gatewayFolder, startGateway } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const FULL = 1_000;
export const EASY = 300;
export const EASY_BAR = 'p50 < 15 ms, p99 < 60 ms';

/** Webhook in → delivered, all roles, one fact and one destination per notice; load, gateway and destination share the cores. */
export const endToEnd: Benchmark = {
  name: 'end-to-end',
  async run({ quick }) {
    const seconds = quick ? 4 : 60;
    const full = await measure(FULL, seconds);
    const easy = await measure(EASY, quick ? 4 : 30);
    const rows: Row[] = [
      {
        what: `${FULL}/s offered for ${seconds} s`,
        value: `${full.delivered} of ${full.sent} delivered, the last ${full.behindMs} ms after the last webhook; p50 ${full.latency.p50} ms, p99 ${full.latency.p99} ms`,
        bar: '≥ 1,000/s, backlog < 1 s, zero loss',
        held: full.delivered === full.sent && full.behindMs < 1000,
      },
      {
        what: 'on disk per delivered notice',
        value: `${full.bytesPerNotice} bytes`,
        bar: '≤ 5,000',
        held: full.bytesPerNotice <= 5000,
      },
      {
        what: `the disk alone, two synced writes ${EASY}/s`,
        value: `p50 ${easy.disk.p50} ms, p99 ${easy.disk.p99} ms, longest ${easy.disk.max} ms`,
        bar: null,
        held: null,
      },
      easyRow(`${EASY}/s offered`, easy),
    ];
    return rows;
  },
};

export function easyRow(what: string, { delivered, sent, latency }: Offered): Row {
  return {
    what,
    value: `${delivered} of ${sent} delivered; p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
    bar: EASY_BAR,
    held: delivered === sent && latency.p50 < 15 && latency.p99 < 60,
  };
}

async function measure(rate: number, seconds: number) {
  const destination = await startDestination();
  const folder = gatewayFolder({ all: destination.url });
  const gateway = await startGateway(folder);
  try {
    await warmUp(gateway, destination);
    const before = bytesOf(folder);
    const offered = await offer(gateway, destination, { rate, seconds });
    await gateway.stop(); // folds the write-ahead log into the file
    const bytesPerNotice = Math.round((bytesOf(folder) - before) / offered.sent);
    return {
      ...offered,
      bytesPerNotice,
      disk: await disk(folder.directory, EASY, Math.min(seconds, rate === EASY ? 15 : 0)),
    };
  } finally {
    await gateway.kill();
    folder.remove();
    await destination.close();
  }
}
