import { Worker } from 'node:worker_threads';
import { type ErrorCode, GatewayError } from '../../gateway-error.ts';
import type { List } from './lists.ts';
import { isWorthACheckpoint } from './maintenance.ts';

/** What the reading thread changes, in small transactions of its own, and what it says of that. */
export const KEEPING = ['purgeExpired', 'purgeAged', 'retentionReport', 'eraseShopper'] as const;
export type Keeping = (typeof KEEPING)[number];

export interface ReaderData {
  readonly path: string;
  readonly checkpointEveryMs: number;
}

export interface ReaderRequest {
  readonly id: number;
  readonly name: List | Keeping | 'close';
  readonly values: readonly unknown[];
}

export type ReaderAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly message: string } };

/** The reading thread, as the main thread sees it. */
export interface Reader {
  call(name: ReaderRequest['name'], values: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface ReaderOptions extends ReaderData {
  /** Told when the thread died; it is started again by itself. */
  readonly onProblem?: ((problem: GatewayError) => void) | undefined;
  /** For tests of a thread that dies. */
  readonly script?: URL;
}

/** A thread that dies at its start is not started again faster than this. */
const RESTART_AFTER_MS = 1000;
const SCRIPT = new URL('./reader-thread.ts', import.meta.url);

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GatewayError) => void;
}

/**
 * The reading thread starts with the first call or the first checkpoint that is worth it: it holds up no start of the
 * process, and a gateway at rest is without it (measured: 20 MB). What it was working on when it died fails; later
 * calls go to its successor.
 */
export function createReader({ path, checkpointEveryMs, onProblem, script = SCRIPT }: ReaderOptions): Reader {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let closed = false;
  let worker: Worker | null = null;
  let looking = lookIn(checkpointEveryMs);

  function lookIn(ms: number): NodeJS.Timeout {
    const timer = setTimeout(() => {
      if (worker !== null) return; // from now on it looks itself
      if (isWorthACheckpoint(`${path}-wal`)) worker = start();
      else looking = lookIn(checkpointEveryMs);
    }, ms);
    return timer.unref();
  }

  function start(): Worker {
    const workerData: ReaderData = { path, checkpointEveryMs };
    const started = new Worker(script, { workerData, execArgv: [], name: 'retour-reader' });
    started.unref(); // a process that has nothing else to do may end
    let cause: unknown = null;
    started.on('message', (message: ReaderAnswer) => settle(message));
    started.on('error', error => {
      cause = error;
    });
    started.on('exit', () => died(started, cause));
    return started;
  }

  function died(gone: Worker, cause: unknown): void {
    if (worker !== gone) return;
    worker = null;
    const message = closed ? 'The store is closed.' : 'The store’s reading thread ended; it is started again.';
    const problem = new GatewayError('STORE_UNAVAILABLE', message, { cause });
    for (const { reject } of pending.values()) reject(problem);
    pending.clear();
    if (closed) return;
    onProblem?.(problem);
    looking = lookIn(RESTART_AFTER_MS);
  }

  function settle(message: ReaderAnswer): void {
    const { resolve, reject } = pending.get(message.id)!;
    pending.delete(message.id);
    if (pending.size === 0 && !closed) worker?.unref();
    if ('value' in message) resolve(message.value);
    else reject(new GatewayError(message.error.code, message.error.message));
  }

  function call(name: ReaderRequest['name'], values: readonly unknown[]): Promise<unknown> {
    if (closed) return Promise.reject(new GatewayError('STORE_UNAVAILABLE', 'The store is closed.'));
    return new Promise((resolve, reject) => {
      worker ??= start();
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      worker.ref();
      worker.postMessage({ id: lastId, name, values } satisfies ReaderRequest);
    });
  }

  return {
    call,
    async close() {
      if (closed) return;
      clearTimeout(looking);
      const last = worker;
      if (last === null) {
        closed = true;
        return;
      }
      const ended = new Promise(resolve => last.once('exit', resolve));
      const answered = call('close', []);
      closed = true;
      await answered.catch(() => undefined); // it died meanwhile: just as well
      await ended;
    },
  };
}
