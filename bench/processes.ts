import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Real processes on loopback: a gateway with its own configuration and store, and the baselines. */

export const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
export const TOKEN = 'benchmark-token-of-sixteen';

export interface Running {
  readonly url: string;
  readonly pid: number;
  /** Resident memory now, bytes. */
  memory(): number;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface GatewayFolder {
  readonly directory: string;
  /** The file of an embedded store. */
  readonly database: string;
  readonly url: string;
  /** Writes the account file anew, with these destinations by name. */
  describe(destinations: Readonly<Record<string, string>>): void;
  /** Bytes of the store on disk, its write-ahead log apart. */
  sizes(): { readonly database: number; readonly wal: number };
  remove(): void;
}

/** One account `bench` with the connection `portal` (adapter standard), and the destinations named. Default store: a file in the folder. */
export function gatewayFolder(
  destinations: Readonly<Record<string, string>>,
  { concurrency = 32, url }: { readonly concurrency?: number; readonly url?: string } = {},
): GatewayFolder {
  const directory = mkdtempSync(join(tmpdir(), 'retour-bench-'));
  mkdirSync(join(directory, 'accounts'));
  writeFileSync(join(directory, 'retour.yaml'), 'delivery: { allowNetworks: ["127.0.0.0/8"] }\n');
  const describe = (named: Readonly<Record<string, string>>) =>
    writeFileSync(join(directory, 'accounts/bench.yaml'), accountFile(named, concurrency));
  describe(destinations);
  const database = join(directory, 'retour.db');
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return {
    directory,
    database,
    url: url ?? `sqlite:${database}`,
    describe,
    sizes: () => ({ database: size(database), wal: size(`${database}-wal`) }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function accountFile(destinations: Readonly<Record<string, string>>, concurrency: number): string {
  const named = Object.entries(destinations).map(
    ([name, url]) => `  ${name}: { url: '${url}', concurrency: ${concurrency}, secrets: [{ env: BENCH_SECRET }] }`,
  );
  return [
    'name: Bench',
    'owner: bench@market.example',
    'timezone: UTC',
    'currency: USD',
    'connections:',
    '  portal: { adapter: standard, secrets: { webhook: [{ env: BENCH_SECRET }] } }',
    ...(named.length === 0 ? [] : ['destinations:', ...named]),
    '',
  ].join('\n');
}

export function startGateway(folder: GatewayFolder, roles = 'receive,process,deliver'): Promise<Running> {
  return start('bench/gateway-main.ts', [roles], {
    RETOUR_CONFIG: folder.directory,
    RETOUR_DATABASE_URL: folder.url,
    RETOUR_PORT: '0',
    RETOUR_ADMIN_TOKEN: TOKEN,
    BENCH_SECRET: SECRET,
  });
}

export function startBaseline(kind: 'hono' | 'http'): Promise<Running> {
  return start('bench/baseline-main.ts', [kind, SECRET], {});
}

async function start(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Running> {
  const child = spawn(process.execPath, ['--max-semi-space-size=16', script, ...args], {
    env: { ...process.env, ...env, NODE_COMPILE_CACHE: 'node_modules/.cache/retour' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', chunk => {
      said += chunk;
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')));
    });
    child.once('exit', code => reject(new Error(`${script} ended with ${code} before it listened`)));
  });
  return {
    url,
    pid: child.pid!,
    memory: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** Asks the API of a gateway. */
export async function ask<T>(gateway: Running, path: string, method = 'GET'): Promise<T> {
  const response = await fetch(`${gateway.url}${path}`, { method, headers: { authorization: `Bearer ${TOKEN}` } });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
