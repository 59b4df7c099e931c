import { accessSync, closeSync, constants, existsSync, fdatasyncSync, openSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';
import { APPLICATION_ID } from './connect.ts';
import { WAL_LIMIT_BYTES, walBytes } from './maintenance.ts';
import { Database } from './sql.ts';
import { storeError } from './store-error.ts';
import { targetTrouble } from './target-trouble.ts';

/** Pages copied and brought to disk at a time: 4 MiB. Without that a large copy fills the disk's queue, and every acknowledgement waits behind it. */
const STEP_PAGES = 1024;

/** The log cannot be emptied past what a copy reads. The copy gives way before the log is so long that intake refuses. */
export const GIVE_WAY_AT_BYTES = WAL_LIMIT_BYTES * 0.75;

/** The pages as one reader sees them: its transaction is held from the first to the last, and no writer waits for it. */
export async function copyStore(from: string, to: string, giveWayAtBytes = GIVE_WAY_AT_BYTES): Promise<void> {
  let source: Connection | null = null;
  const copy = await make(to);
  try {
    source = openToRead(from);
    requireOurs(source, from);
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await source.backup(to, {
      progress: () => {
        fdatasyncSync(copy);
        giveWay(from, giveWayAtBytes);
        return STEP_PAGES;
      },
    });
  } catch (cause) {
    await rm(to, { force: true });
    throw targetTrouble(cause, to, 'writing') ?? named(cause, from);
  } finally {
    closeSync(copy);
    source?.close();
  }
}

/** Made here, so that nobody else may read it at any time. */
async function make(to: string): Promise<number> {
  try {
    await (await open(to, 'wx', 0o600)).close();
    return openSync(to, 'r+');
  } catch (cause) {
    throw targetTrouble(cause, to, 'opening') ?? named(cause, to);
  }
}

function giveWay(path: string, atBytes: number): void {
  if (walBytes(`${path}-wal`) < atBytes) return;
  throw new GatewayError(
    'OVERLOADED',
    `The copy of ${path} was given up: its log could not be emptied meanwhile and grew so long that requests would soon be refused. Copy at a quieter time, or take a snapshot of the disk.`,
  );
}

/**
 * Where somebody has the store open, or a crash left its log, reading is all that is asked for. Else a connection that
 * may not write would leave an empty log behind, which could be somebody else's; one that may takes it away again.
 */
export function openToRead(path: string): Connection {
  const options = { fileMustExist: true, timeout: 5000 };
  if (!existsSync(`${path}-wal`)) {
    try {
      accessSync(path, constants.W_OK);
      accessSync(dirname(path), constants.W_OK);
      const client = new Database(path, options);
      client.pragma('query_only = ON');
      return client;
    } catch {
      // Not ours to write: then it can only be read.
    }
  }
  return new Database(path, { ...options, readonly: true });
}

export function requireOurs(client: Connection, path: string): void {
  if (client.pragma('application_id', { simple: true }) === APPLICATION_ID) return;
  throw new GatewayError('STORE_UNAVAILABLE', `The file ${path} is no store of this gateway.`);
}

/** Trouble with a file, named. */
export function named(cause: unknown, path: string): unknown {
  const { code } = cause as { code?: unknown };
  if (code === 'EACCES' || code === 'EPERM' || code === 'ENOENT' || code === 'ENOSPC' || code === 'EROFS') {
    return new GatewayError('STORE_UNAVAILABLE', `${path} cannot be copied (${code}).`, { cause });
  }
  const error = storeError(cause);
  if (!(error instanceof GatewayError) || error.code === 'BUG' || error.message.includes(path)) return error;
  return new GatewayError(error.code, `${path}: ${error.message}`, { cause });
}
