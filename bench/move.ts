import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../test/postgres/server.ts';
import { growStore } from './grow-store.ts';
import { databaseBytes } from './postgres-database.ts';
import type { Benchmark } from './row.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const SAMPLE_MS = 100;

interface Moved {
  readonly rows: number;
  readonly returns: number;
}

/** `retour move` of a long history into a server with its settings as delivered; copied, read back, compared, committed. */
export const move: Benchmark = {
  name: 'move',
  async run({ quick }) {
    const store = await growStore(quick ? 5_000 : 100_000);
    const server = await startPostgres({ durable: true });
    try {
      const before = store.folder.sizes().database;
      const { moved, seconds, mostMiB } = await runMove(store.folder.database, server.url());
      const bytes = await databaseBytes(server.url());
      const rate = Math.round(moved.rows / seconds).toLocaleString('en');
      return [
        {
          what: `${moved.returns.toLocaleString('en')} returns, ${moved.rows.toLocaleString('en')} rows`,
          value: `${Math.round(seconds)} s (${rate} rows/s), the process at most ${mostMiB} MiB; every row compared`,
          bar: '100,000 returns, verified',
          held: quick ? null : true, // it throws where a row differs
        },
        {
          what: 'on disk',
          value: `${Math.round(before / 2 ** 20)} MiB as a file, ${Math.round(bytes / 2 ** 20)} MiB in PostgreSQL`,
          bar: null,
          held: null,
        },
      ];
    } finally {
      await server.remove();
      store.remove();
    }
  },
};

async function runMove(path: string, url: string) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, 'move', '--from', `sqlite:${path}`, '--json'], {
    env: { PATH: process.env.PATH, RETOUR_DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let mostMiB = 0;
  child.stdout.on('data', chunk => {
    out += String(chunk);
  });
  createInterface(child.stderr).on('line', line => process.stderr.write(`    ${line}\n`));
  const sampling = setInterval(() => {
    mostMiB = peakMiB(child.pid!) ?? mostMiB;
  }, SAMPLE_MS);
  const code = await new Promise(resolve => child.once('close', resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`retour move ended with ${code}`);
  return { moved: JSON.parse(out) as Moved, seconds: (performance.now() - startedAt) / 1000, mostMiB };
}

/** The most that a process has had; `null`: it has ended. */
function peakMiB(pid: number): number | null {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
