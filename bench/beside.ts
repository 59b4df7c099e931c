import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EASY, easyRow } from './end-to-end.ts';
import { growStore, letRetentionRun } from './grow-store.ts';
import { startDestination } from './load.ts';
import { offer, warmUp } from './offered.ts';
import { ask, type GatewayFolder, type Running, startGateway } from './processes.ts';
import type { Benchmark } from './row.ts';

/** The easy rate over a store with a long history, while people read it, preview a replay and back it up, and retention runs. */
export const beside: Benchmark = {
  name: 'beside',
  async run({ quick }) {
    const store = await growStore(quick ? 10_000 : 1_000_000);
    const destination = await startDestination();
    store.folder.describe({ all: destination.url });
    const left = await startGateway(store.folder);
    await ask(left, '/v1/destinations/bench/all/resume', 'POST');
    await warmUp(left, destination);
    const alone = await offer(left, destination, { rate: EASY, seconds: quick ? 4 : 30 });
    await left.stop();
    letRetentionRun(store);
    const gateway = await startGateway(store.folder);
    try {
      await warmUp(gateway, destination);
      const until = { done: false };
      const reading = read(gateway, until);
      const copying = backUp(store.folder, until);
      const offered = await offer(gateway, destination, { rate: EASY, seconds: quick ? 4 : 60 });
      until.done = true;
      const reads = await reading;
      const copies = await copying;
      const { removed } = await retained(gateway);
      const done = `${reads} reads, ${copies.whole} backups and ${copies.givenUp} given up, ${removed.toLocaleString('en')} rows removed`;
      return [
        easyRow(`${EASY}/s offered to the long history, nothing beside`, alone),
        { what: 'meanwhile', value: `${done}; ${store.returns.toLocaleString('en')} returns`, bar: null, held: null },
        easyRow(`${EASY}/s offered meanwhile`, offered),
      ];
    } finally {
      await gateway.kill();
      store.remove();
      await destination.close();
    }
  },
};

/** What people do, each once a second: page through lists, search, preview a replay. */
async function read(gateway: Running, until: { readonly done: boolean }): Promise<number> {
  let reads = 0;
  let next = performance.now();
  while (!until.done) {
    const { data } = await ask<{ data: { id: string }[] }>(gateway, '/v1/inbound?limit=200');
    await ask(gateway, '/v1/returns?limit=200');
    await ask(gateway, '/v1/deliveries?limit=200');
    await ask(gateway, '/v1/returns?order=MK-3');
    if (data[0] !== undefined) await ask(gateway, `/v1/inbound/${data[0].id}/replay?dryRun=true`, 'POST');
    reads += 5;
    next = Math.max(next + 1000, performance.now());
    await new Promise(resolve => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  return reads;
}

interface Copies {
  readonly whole: number;
  /** Because the log grew too long meanwhile. */
  readonly givenUp: number;
}

/** One backup after the other, as `retour backup` makes them; the one under way at the end is cut off. */
async function backUp(folder: GatewayFolder, until: { readonly done: boolean }): Promise<Copies> {
  const file = join(folder.directory, 'backup.db');
  const copies = { whole: 0, givenUp: 0 };
  for (;;) {
    const env = { ...process.env, RETOUR_CONFIG: folder.directory, RETOUR_DATABASE_URL: `sqlite:${folder.database}` };
    const child = spawn(process.execPath, ['src/main.ts', 'backup', file], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    const stop = setInterval(() => until.done && child.kill('SIGKILL'), 100);
    const code = await new Promise<number | null>(resolve => child.once('exit', resolve));
    clearInterval(stop);
    rmSync(file, { force: true });
    if (until.done) return copies;
    if (code === 0) copies.whole += 1;
    else if (said.includes('was given up')) copies.givenUp += 1;
    else throw new Error(`the backup ended with ${code}: ${said}`);
  }
}

/** Rows that retention has removed by now. */
async function retained(gateway: Running): Promise<{ readonly removed: number }> {
  type Run = { readonly removed: Readonly<Record<string, number>> } | null;
  const { lastRun, running } = await ask<{ lastRun: Run; running: Run }>(gateway, '/v1/retention');
  const run = running ?? lastRun;
  return { removed: run === null ? 0 : Object.values(run.removed).reduce((sum, count) => sum + count, 0) };
}
