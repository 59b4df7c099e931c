import { closeSync, fdatasync, openSync } from 'node:fs';
import { GatewayError } from '../../gateway-error.ts';

/**
 * Brings the write-ahead log to disk from a thread of the process's pool, so that a slow disk holds up those who wait
 * for it and nobody else. This is the sync that SQLite makes at each commit under `synchronous=FULL`; one covers every
 * commit before it.
 */
export interface LogSync {
  /** Something was committed that must last. */
  committed(): void;
  /** Resolves once everything committed before the call survives a power cut. */
  lasting(): Promise<void>;
  close(): void;
}

export type SyncFile = (descriptor: number, done: (error: Error | null) => void) => void;

/** The log must be there: it is made with the first transaction, and stays while a connection is open. */
export function createLogSync(walPath: string, syncFile: SyncFile = fdatasync): LogSync {
  const descriptor = openSync(walPath, 'r');
  let closed = false;
  let commits = 0;
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
        reject(failure);
      });
    });
  }

  return {
    committed() {
      commits += 1;
    },
    async lasting() {
      const upTo = commits;
      while (synced < upTo) {
        if (failure !== null) throw failure;
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
