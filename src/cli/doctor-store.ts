import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessSettings } from '../config/process-settings.ts';
import { GatewayError } from '../gateway-error.ts';
import { inspectStore, isLocked } from '../storage/sqlite/backup.ts';
import { storeOf } from '../storage/store-url.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';
import { isOpenToOthers } from './doctor-config.ts';
import { formatBytes } from './words.ts';

export interface StoreChecks {
  readonly checks: readonly Check[];
  /** Whether a process has it open. */
  readonly locked: boolean;
  readonly newestReceivedAtMs: number | null;
}

/** Above this the structure is checked only when asked for: the check reads all of it. */
const QUICK_BYTES = 1_000_000_000;
/** Intake refuses at 1 GiB. */
const LARGE_LOG_BYTES = 500_000_000;

/** The store's file, what is in it, and the disk it lies on. */
export async function checkStore(
  { databaseUrl }: ProcessSettings,
  check: 'quick' | 'full',
  now: () => number,
): Promise<StoreChecks> {
  const store = storeOf(databaseUrl);
  if (store.kind === 'postgres') {
    const { checkPostgres } = await import('./doctor-postgres.ts');
    return checkPostgres(store.url, now);
  }
  const { path } = store;
  const folder = nearestFolder(dirname(path));
  const disk = checkDisk(folder);
  if (!existsSync(path)) {
    const checks = mayWrite(folder)
      ? [ok('store', `${path} is made at the first start`), disk]
      : [fail('store', `${path} cannot be made: ${folder} is not writable`, writable(folder)), disk];
    return { checks, locked: false, newestReceivedAtMs: null };
  }
  const bytes = statSync(path).size;
  try {
    const locked = isLocked(path);
    const depth = check === 'quick' && bytes > QUICK_BYTES ? 'none' : check;
    const { facts, damage } = inspectStore(path, depth);
    const checked =
      depth === 'none'
        ? 'not checked: doctor --full does'
        : depth === 'full'
          ? 'every page checked'
          : 'structure checked';
    const { version, knownVersion } = facts;
    const raised = version < knownVersion ? `, ${knownVersion} after the next start` : '';
    const state =
      damage === null
        ? ok('store', `${path}, ${formatBytes(bytes + logBytes(path))}, version ${version}${raised}, ${checked}`)
        : fail('store', `${path} is damaged: ${damage}`, 'stop the gateway and restore the last backup');
    const checks = [state, lockState(locked), ...checkLog(path), ...checkModes(path), disk];
    return { checks, locked, newestReceivedAtMs: facts.newestReceivedAtMs };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const [cause, remedy] = told(error);
    const checks = [fail('store', cause, remedy), disk];
    return { checks, locked: false, newestReceivedAtMs: null };
  }
}

/** Cause and remedy; a message that has one names it behind a colon. */
function told({ code, message }: GatewayError): readonly [cause: string, remedy: string] {
  const named = code === 'STORE_TOO_NEW' ? /^(.+): (.+)\.$/s.exec(message) : null;
  if (named !== null) return [named[1]!, named[2]!];
  return [message, 'see that the file is readable and is a store; else restore the last backup'];
}

function lockState(locked: boolean): Check {
  return ok('lock', locked ? 'a gateway has the store open' : 'nobody has the store open');
}

function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function checkLog(path: string): readonly Check[] {
  const bytes = logBytes(path);
  if (bytes < LARGE_LOG_BYTES) return [];
  const message = `the write-ahead log has ${formatBytes(bytes)}; at 1.1 GB webhooks are answered 503`;
  return [warn('store', message, 'end whatever reads the store for long, such as a backup that hangs')];
}

function checkModes(path: string): readonly Check[] {
  const open = [path, `${path}-wal`].filter(file => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats !== undefined && isOpenToOthers(stats);
  });
  if (open.length === 0) return [ok('file modes', 'others cannot read the store')];
  return [
    warn(
      'file modes',
      `others may read ${open.join(' and ')}, which hold personal data`,
      `chmod 640 ${open.join(' ')}`,
    ),
  ];
}

const SCARCE_BYTES = 2_000_000_000;
const TOO_LITTLE_BYTES = 200_000_000;

function checkDisk(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const message = `${formatBytes(free)} free at ${folder}`;
  const remedy = 'make room: on a full disk webhooks are answered 503';
  if (free < TOO_LITTLE_BYTES) return fail('disk', message, remedy);
  return free < SCARCE_BYTES ? warn('disk', message, remedy) : ok('disk', message);
}

/** The folder itself, or the one above in which it would be made. */
function nearestFolder(folder: string): string {
  if (existsSync(folder) || dirname(folder) === folder) return folder;
  return nearestFolder(dirname(folder));
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function writable(folder: string): string {
  return `let the gateway's user write in ${folder}, or set RETOUR_DATABASE_URL to another place`;
}
