import { closedLoop, openLoop, round, startDestination } from './load.ts';
import { makeNotices, nameOf } from './notices.ts';
import { ask, gatewayFolder, startGateway } from './processes.ts';
import type { Benchmark, Row } from './row.ts';

const MEBIBYTE = 1024 * 1024;

/** Start, rest, and coming back after a kill −9 under load. */
export const lifecycle: Benchmark = {
  name: 'start-and-recover',
  async run({ quick }) {
    const destination = await startDestination();
    const folder = gatewayFolder({ all: destination.url });
    const rows: Row[] = [];
    try {
      await (await startGateway(folder)).stop();
      const cold = await timed(() => startReady());
      await new Promise(resolve => setTimeout(resolve, quick ? 2_000 : 10_000));
      const restMiB = round(cold.value.memory() / MEBIBYTE);
      rows.push({ what: 'process start → /readyz', value: `${cold.ms} ms`, bar: '< 1 s', held: cold.ms < 1000 });
      rows.push({ what: 'memory at rest', value: `${restMiB} MiB`, bar: '< 150 MB', held: restMiB < 143 });

      const notices = makeNotices(quick ? 3_000 : 12_000);
      const loading = openLoop(cold.value.url, notices, 600, nameOf).catch(() => null); // it is cut off by the kill
      await new Promise(resolve => setTimeout(resolve, quick ? 2_500 : 10_000));
      await cold.value.kill();
      await loading;
      const arrivedBefore = destination.arrivals.size;
      const killedAt = performance.now();
      const again = await timed(() => startReady());
      const backlog = await ask<{ data: unknown[] }>(again.value, '/v1/deliveries?state=pending&limit=1');
      await destination.arrived(arrivedBefore + 1, 10_000);
      const firstMs =
        backlog.data.length === 0 ? null : Math.round(Math.max(...destination.arrivals.values()) - killedAt);
      rows.push({ what: 'kill −9 under load → ready', value: `${again.ms} ms`, bar: '< 2 s', held: again.ms < 2000 });
      rows.push({
        what: 'kill −9 under load → first delivery',
        value: firstMs === null ? 'nothing was left to deliver' : `≤ ${firstMs} ms`,
        bar: '< 5 s',
        held: firstMs === null ? null : firstMs < 5000,
      });
      await again.value.stop();
      return rows;
    } finally {
      folder.remove();
      await destination.close();
    }

    async function startReady() {
      const gateway = await startGateway(folder);
      while (!(await fetch(`${gateway.url}/readyz`)).ok) await new Promise(resolve => setTimeout(resolve, 5));
      return gateway;
    }
  },
};

/** A destination that was away for a while: how fast what waited for it goes out, and in how much memory. */
export const backlog: Benchmark = {
  name: 'backlog',
  async run({ quick }) {
    const count = quick ? 5_000 : 100_000;
    const destination = await startDestination();
    const folder = gatewayFolder({ all: destination.url });
    const gateway = await startGateway(folder);
    try {
      await ask(gateway, '/v1/destinations/bench/all/pause', 'POST');
      const perReturn = makeNotices(count);
      await closedLoop(gateway.url, perReturn, 64);
      while ((await ask<{ data: unknown[] }>(gateway, '/v1/inbound?state=received&limit=1')).data.length > 0) {
        await new Promise(resolve => setTimeout(resolve, 200));
      }
      const startedAt = performance.now();
      await ask(gateway, '/v1/destinations/bench/all/resume', 'POST');
      await destination.arrived(count);
      const perSecond = Math.round(
        destination.arrivals.size / ((Math.max(...destination.arrivals.values()) - startedAt) / 1000),
      );
      const memory = round(gateway.memory() / MEBIBYTE);
      return [
        {
          what: `backlog of ${count.toLocaleString('en')} drained`,
          value: `${perSecond}/s, ${destination.arrivals.size} delivered, ${memory} MiB`,
          bar: '≥ 1,000/s, < 400 MB',
          held: perSecond >= 1000 && memory < 381 && destination.arrivals.size === count,
        },
      ];
    } finally {
      await gateway.kill();
      folder.remove();
      await destination.close();
    }
  },
};

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: Math.round(performance.now() - startedAt) };
}
