import { existsSync, statSync } from 'node:fs';
import { chown, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { GatewayError } from '../../gateway-error.ts';
import { pendingOf } from '../migrations.ts';
import { lockFile } from './connect.ts';
import { copyStore, named, openToRead, requireOurs } from './copy-store.ts';
import { appliedTo, sqliteMigrations } from './migrate.ts';
import { Database } from './sql.ts';
import { targetTrouble } from './target-trouble.ts';

/** A store as one file: copied beside a running gateway, checked, and put back. */

export interface StoreFacts {
  readonly version: number;
  /** The newest version this program knows. */
  readonly knownVersion: number;
  readonly bytes: number;
  /** When the newest request was received; `null` in a store without any. */
  readonly newestReceivedAtMs: number | null;
}

export interface CopyFacts extends StoreFacts {
  readonly inbound: number;
  readonly returns: number;
}

/**
 * Copies the store as it is at one instant, while a gateway may be writing, and checks every page of the copy. The
 * copy is one file that only its owner may read. Never overwrites. Throws `CONFLICT` where the file is there already,
 * and `OVERLOADED` where the log of a busy store reaches `giveWayAtBytes` meanwhile.
 */
export async function backUp(path: string, file: string, giveWayAtBytes?: number): Promise<CopyFacts> {
  if (!existsSync(path)) throw new GatewayError('STORE_UNAVAILABLE', `There is no store ${path}.`);
  if (existsSync(file)) throw alreadyThere(file);
  const partial = `${file}.partial-${process.pid}`;
  try {
    await copyStore(path, partial, giveWayAtBytes);
    const facts = checkCopy(partial, path);
    await sync(partial);
    await putInPlace(partial, file);
    return facts;
  } catch (cause) {
    throw targetTrouble(cause, partial, 'writing') ?? cause;
  } finally {
    if (existsSync(partial)) await rm(partial, { force: true });
  }
}

export interface Restored {
  readonly facts: CopyFacts;
  /** Where the store that stood there is now; `null` where there was none. */
  readonly kept: string | null;
}

/**
 * Puts a backup in the place of the store, which is kept beside it under a name that ends in `suffix`. The backup is
 * checked first and stays where it is. Throws `STORE_LOCKED` while a gateway runs, `STORE_TOO_NEW` for a backup of a
 * later version.
 */
export async function restore(file: string, path: string, suffix: string): Promise<Restored> {
  if (!existsSync(file)) throw new GatewayError('STORE_UNAVAILABLE', `There is no file ${file}.`);
  const lock = lockFile(path);
  const partial = `${path}.restoring-${process.pid}`;
  try {
    await copyStore(file, partial);
    const facts = checkCopy(partial, file);
    await sync(partial);
    await giveToOwner(partial, path);
    const kept = await setAside(path, suffix);
    await rename(partial, path);
    await sync(dirname(path));
    return { facts, kept };
  } finally {
    if (existsSync(partial)) await rm(partial, { force: true });
    lock.close();
  }
}

/** Every page, then what is in it. The copy becomes one file without a log beside it. What is wrong with it is wrong with what it was made `of`. */
function checkCopy(copyPath: string, of: string): CopyFacts {
  try {
    const copy = new Database(copyPath, { fileMustExist: true });
    try {
      copy.pragma('journal_mode = DELETE');
      const found = copy.pragma('integrity_check(1)', { simple: true });
      if (found !== 'ok') {
        throw new GatewayError('STORE_UNAVAILABLE', `${of} is damaged (${String(found)}); its copy was not kept.`);
      }
      const count = (table: 'inbound' | 'return') =>
        (copy.prepare(`SELECT count(*) AS rows FROM "${table}"`).get() as { readonly rows: number }).rows;
      return { ...readFacts(copy, of), inbound: count('inbound'), returns: count('return') };
    } finally {
      copy.close();
    }
  } catch (cause) {
    throw targetTrouble(cause, copyPath, 'writing') ?? named(cause, of);
  }
}

/** Reads what is known of a store, beside a gateway that may be running. `full`: every page is checked, not only the structure. */
export function inspectStore(
  path: string,
  check: 'none' | 'quick' | 'full',
): { readonly facts: StoreFacts; readonly damage: string | null } {
  try {
    const client = openToRead(path);
    try {
      requireOurs(client, path);
      const pragma = check === 'full' ? 'integrity_check(1)' : 'quick_check(1)';
      const found = check === 'none' ? 'ok' : String(client.pragma(pragma, { simple: true }));
      return { facts: readFacts(client, path), damage: found === 'ok' ? null : found };
    } finally {
      client.close();
    }
  } catch (cause) {
    throw named(cause, path);
  }
}

/** Whether a process has the store open. Writes nothing, and makes no file. */
export function isLocked(path: string): boolean {
  const side = `${path}.lock`;
  if (!existsSync(side)) return false;
  let probe: Connection | null = null;
  try {
    probe = new Database(side, { readonly: true, fileMustExist: true, timeout: 0 });
    probe.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')) return true;
    throw named(cause, side);
  } finally {
    probe?.close();
  }
}

function readFacts(client: Connection, path: string): StoreFacts {
  requireOurs(client, path);
  const known = sqliteMigrations();
  const version = known.length - pendingOf(appliedTo(client), known, path).length;
  const newest = client.prepare('SELECT received_at_ms AS at FROM inbound ORDER BY ref DESC LIMIT 1').get() as
    | { readonly at: number }
    | undefined;
  return {
    version,
    knownVersion: known.length,
    bytes: statSync(client.name).size,
    newestReceivedAtMs: newest?.at ?? null,
  };
}

/** Not a rename, which would replace a file that appeared meanwhile. */
async function putInPlace(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code === 'EEXIST') throw alreadyThere(file);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw cause;
    await rename(partial, file); // a file system without links
  }
  await sync(dirname(file));
}

function alreadyThere(file: string): GatewayError {
  return new GatewayError('CONFLICT', `${file} is there already, and a backup overwrites nothing: name another file.`);
}

/** Whoever restores may be another user than the gateway runs as; only root can give a file away. */
async function giveToOwner(partial: string, path: string): Promise<void> {
  const { uid, gid } = await stat(existsSync(path) ? path : dirname(path));
  if (process.getuid?.() === 0) await chown(partial, uid, gid);
}

/** The store with its log, which belongs to it: SQLite finds it by the name. */
async function setAside(path: string, suffix: string): Promise<string | null> {
  const kept = `${path}.${suffix}`;
  const parts = ['', '-wal', '-shm'];
  for (const part of parts) {
    if (existsSync(`${kept}${part}`)) throw alreadyThere(`${kept}${part}`);
  }
  for (const part of parts) {
    if (existsSync(`${path}${part}`)) await rename(`${path}${part}`, `${kept}${part}`);
  }
  return existsSync(kept) ? kept : null;
}

/** Until it is on disk; SQLite does not do that for a copy, nor anybody for a name in a folder. */
async function sync(path: string): Promise<void> {
  const isFolder = (await stat(path)).isDirectory();
  await using handle = await open(path, isFolder ? 'r' : 'r+');
  await handle.sync();
}
