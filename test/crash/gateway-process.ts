import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, createReadStream, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The gateway as it is run for real: a process of its own, told everything by files and environment variables. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STARTER = join(ROOT, 'ops', 'start.js');

export const ADMIN_TOKEN = 'rtk_administrator-of-the-rig';

export interface GatewayFolder {
  readonly configDirectory: string;
  /** The file of the store, where `databaseUrl` names none. */
  readonly database: string;
  /** Standard output of every process that served the folder, one after the other. */
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A configuration in `folder`. Every account and the gateway's own file are given as plain values; JSON is YAML. */
export function prepareGatewayFolder(
  folder: string,
  given: {
    readonly gateway?: object;
    readonly accounts: Readonly<Record<string, object>>;
    readonly secrets?: Readonly<Record<string, string>>;
    /** Default inside `folder`. */
    readonly database?: string;
    /** Default the file. */
    readonly databaseUrl?: string;
  },
): GatewayFolder {
  const configDirectory = join(folder, 'config');
  mkdirSync(join(configDirectory, 'accounts'), { recursive: true });
  const gateway = { publicUrl: 'http://127.0.0.1:8080', delivery: { allowNetworks: ['127.0.0.1/32'] } };
  writeFileSync(join(configDirectory, 'retour.yaml'), JSON.stringify(given.gateway ?? gateway, null, 2));
  for (const [account, content] of Object.entries(given.accounts)) {
    writeFileSync(join(configDirectory, 'accounts', `${account}.yaml`), JSON.stringify(content, null, 2));
  }
  const database = given.database ?? join(folder, 'data', 'retour.db');
  return {
    configDirectory,
    database,
    logFile: join(folder, 'gateway.log'),
    env: {
      RETOUR_CONFIG: configDirectory,
      RETOUR_DATABASE_URL: given.databaseUrl ?? `sqlite:${database}`,
      RETOUR_HOST: '127.0.0.1',
      RETOUR_PORT: '0',
      RETOUR_ADMIN_TOKEN: ADMIN_TOKEN,
      ...given.secrets,
    },
  };
}

/** What an account of the rig has beside connections and destinations. */
export const ACCOUNT = {
  name: 'Rig',
  owner: 'rig@market.example',
  tier: 'standard',
  timezone: 'UTC',
  currency: 'USD',
} as const;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GatewayProcess {
  readonly pid: number;
  /** Where it listens; rejects where the process ended before it did. */
  readonly listening: Promise<string>;
  readonly ended: Promise<Ended>;
  /** Everything it said to people so far. */
  stderr(): string;
  /** To what was loaded before it; needs `control`. One that is gone hears nothing. */
  tell(message: object): void;
  /** Holds it still where it is, or lets it go on. */
  pause(): void;
  resume(): void;
  /** Resolves once the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended>;
}

export interface SpawnOptions {
  /** Modules loaded before the gateway: how the rig reaches into a process without a hook in the product. */
  readonly preload?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user it runs as; only root may say so. */
  readonly uid?: number;
  /** Whether what is loaded before it listens to `tell`. */
  readonly control?: boolean;
  /** How many files, connections included, it may have open at once. Default as many as this process. */
  readonly openFiles?: number;
}

const living = new Set<ChildProcess>();
// A rig that dies leaves no gateway behind.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export function spawnGateway({ env, logFile }: GatewayFolder, options: SpawnOptions = {}): GatewayProcess {
  const output = openSync(logFile, 'a');
  const preload = (options.preload ?? []).flatMap(module => ['--import', module]);
  const command = [process.execPath, ...preload, STARTER, ...(options.args ?? ['serve'])];
  // A shell that lowers the limit and becomes the gateway, so that its pid is the gateway's.
  const limited =
    options.openFiles === undefined
      ? command
      : ['/bin/sh', '-c', `ulimit -n ${options.openFiles} && exec "$@"`, 'sh', ...command];
  const child = spawn(limited[0]!, limited.slice(1), {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', ...env, ...options.env },
    stdio: ['ignore', output, 'pipe', ...(options.control === true ? (['ipc'] as const) : [])],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  closeSync(output);
  living.add(child);
  let said = '';
  const ended = new Promise<Ended>(resolve => {
    child.on('close', (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  const listening = new Promise<string>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = /^Retour listens on (\S+)/m.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    void ended.then(({ code, signal }) =>
      reject(new Error(`The gateway ended (${code ?? signal}) before it listened: ${said}`)),
    );
  });
  listening.catch(() => undefined); // whoever waits for it is told; a start that is killed has nobody waiting
  return {
    pid: child.pid!,
    listening,
    ended,
    stderr: () => said,
    tell(message) {
      if (child.connected) child.send(message, () => undefined); // it may die before it has heard
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Line by line: the log of a long run is larger than a string may be. */
export async function* readLog({ logFile }: GatewayFolder): AsyncGenerator<Record<string, unknown>> {
  for await (const line of createInterface({ input: createReadStream(logFile, 'utf8'), crlfDelay: Infinity })) {
    try {
      yield JSON.parse(line) as Record<string, unknown>;
    } catch {
      // A killed process may leave half a line, and the next one goes on behind it.
    }
  }
}
