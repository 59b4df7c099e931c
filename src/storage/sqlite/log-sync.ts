import { closeSync, fdatasync, openSync } from 'node:fs';
import { GatewayError } from '../../gateway-error.ts';

/**
 * Brings the write-ahead log to disk from a thread of the process's pool, so that a slow disk holds up those who wait
 * for it and not the process. This is the sync that SQLite makes at each commit under `synchronous=FULL`; one covers
 * every commit before it, whichever connection made it.
 */
export interface LogSync {
  /** Something was committed that must last. */
  committed(): void;
  /** Throws once a sync has failed: what is written after that could not be relied on. */
  requireWhole(): void;
  /** Resolves once everything committed before the call survives a power cut. */
  lasting(): Promise<void>;
  close(): void;
}

export type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

export interface LogSyncOptions {
  readonly syncFile?: SyncFile | undefined;
  /** Told once, when a sync fails. The process should end: only a start reads what is really on the disk. */
  readonly onLost?: ((problem: GatewayError) => void) | undefined;
}

/** The log must be there: it is made with the first transaction, and stays while a connection is open. */
export function createLogSync(walPath: string, { syncFile = fdatasync, onLost }: LogSyncOptions = {}): LogSync {
  const descriptor = openSync(walPath, 'r');
  let closed = false;
  let commits = 1; // what the process before left in the log may not be on disk either
  let synced = 0;
  let running: Promise<void> | null = null;
  let failure: GatewayError | null = null;

  function run(): Promise<void> {
    const upTo = commits;
    return new Promise((resolve, reject) => {
      syncFile(descriptor, cause => {
        running = null;
        if (cause === null || cause === undefined) {
          synced = upTo;
          return resolve();
        }
        // The kernel reports a loss once and forgets it: the next sync could succeed without these pages.
        failure = new GatewayError('STORE_UNAVAILABLE', 'The disk lost what was written. Restart after mending it.', {
          cause,
        });
        onLost?.(failure);
        reject(failure);
      });
    });
  }

  function requireWhole(): void {
    if (failure !== null) throw failure;
  }

  return {
    committed() {
      commits += 1;
    },
    requireWhole,
    async lasting() {
      const upTo = commits;
      while (synced < upTo) {
        requireWhole();
        running ??= run();
        await running;
      }
    },
    close() {
      if (!closed) closeSync(descriptor); // its number may be another file's by now
      closed = true;
    },
  };
}
