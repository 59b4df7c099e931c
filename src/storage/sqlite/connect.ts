import { mkdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';
import { Database } from './sql.ts';
import { storeError } from './store-error.ts';

/** "Retr" in ASCII: marks the file as one of ours. */
export const APPLICATION_ID = 0x52657472;
/** How long a statement waits for another connection's write: a purge step or the last pages of a checkpoint. */
const BUSY_TIMEOUT_MS = 5000;

/** The file that a path leads to, there or not: two names of one file are one store. Its folder must be there. */
export function storeFile(path: string): string {
  const named = join(realpathSync(dirname(path)), basename(path));
  try {
    return realpathSync(named);
  } catch {
    const target = linkTarget(named);
    return target === null ? named : storeFile(resolve(dirname(named), target));
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/**
 * Holds an exclusive transaction on a side file for as long as the connection lives: a second process is refused, and
 * the operating system ends the lock with the process, however that dies. The store's own file stays open to readers.
 */
export function lockFile(path: string): Connection {
  let side = `${path}.lock`;
  let lock: Connection | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true });
    side = `${storeFile(path)}.lock`;
    lock = new Database(side, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock?.close();
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code.startsWith('SQLITE_BUSY')) {
      throw new GatewayError('STORE_LOCKED', `Another process has the store ${path} open; only one may.`, { cause });
    }
    if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
      const remedy = 'delete that file if nobody needs it';
      throw new GatewayError(
        'STORE_UNAVAILABLE',
        `The store ${path} cannot be opened: ${side} is not its lock; ${remedy}.`,
        {
          cause,
        },
      );
    }
    if (code === 'SQLITE_FULL') throw openingError(cause, path);
    throw new GatewayError('STORE_UNAVAILABLE', `The store ${path} cannot be opened: its folder cannot be written.`, {
      cause,
    });
  }
}

/** Why a store cannot be opened, with its path. What says so already, and what is a mistake of ours, passes through. */
export function openingError(cause: unknown, path: string): unknown {
  const error = storeError(cause);
  if (error === cause || !(error instanceof GatewayError)) return error;
  return new GatewayError('STORE_UNAVAILABLE', `The store ${path} cannot be opened. ${error.message}`, { cause });
}

/** The writing connection. Checkpoints are the reading thread's, because they would hold up every request meanwhile. */
export function openWriter(path: string): Connection {
  try {
    const client = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      claimFile(client, path);
      if (client.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
        const message = `The store ${path} cannot be opened: its file system takes no write-ahead log (a network share?).`;
        throw new GatewayError('STORE_UNAVAILABLE', message);
      }
      client.pragma('synchronous = FULL');
      client.pragma('wal_autocheckpoint = 0');
      client.pragma('foreign_keys = OFF');
      client.pragma('temp_store = MEMORY');
      client.pragma('cache_size = -32000');
      client.pragma('secure_delete = ON'); // what is replaced is overwritten, as erasure overwrites what is removed
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (cause) {
    throw openingError(cause, path);
  }
}

/** Another application's database is left alone. */
function claimFile(client: Connection, path: string): void {
  const id = client.pragma('application_id', { simple: true });
  if (id === APPLICATION_ID) return;
  const { tables } = client.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (tables > 0) {
    throw new GatewayError('STORE_UNAVAILABLE', `The file ${path} is a database of another application.`);
  }
  client.pragma('auto_vacuum = NONE');
  client.pragma(`application_id = ${APPLICATION_ID}`);
}

/** A connection of the reading thread, for reading only. */
export function openReader(path: string): Connection {
  const client = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  client.pragma('cache_size = -16000');
  client.pragma('temp_store = MEMORY');
  return client;
}

/** How long the keeper waits for the lock before it lets the reads of its thread go first. */
const KEEPER_TIMEOUT_MS = 25;

/** A connection of the reading thread, for checkpoints, retention and erasure in small steps. */
export function openKeeper(path: string): Connection {
  const client = new Database(path, { fileMustExist: true, timeout: KEEPER_TIMEOUT_MS });
  client.pragma('synchronous = NORMAL'); // whoever answers for what it did waits for the sync of the log
  client.pragma('wal_autocheckpoint = 0');
  client.pragma('foreign_keys = OFF');
  client.pragma('cache_size = -2000');
  client.pragma('secure_delete = ON');
  return client;
}
