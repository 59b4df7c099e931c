import { GatewayError } from '../gateway-error.ts';
import { MOST_CONNECTIONS } from '../storage/postgres/database.ts';
import { inspectPostgres, type PostgresFacts } from '../storage/postgres/inspect.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';
import type { StoreChecks } from './doctor-store.ts';

/** The PostgreSQL server, what is in the database, and the way there. */
export async function checkPostgres(url: string, now: () => number): Promise<StoreChecks> {
  try {
    const facts = await inspectPostgres(url, now);
    return { checks: checksOf(facts), locked: false, newestReceivedAtMs: facts.newestReceivedAtMs };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { checks: [toFailure(error)], locked: false, newestReceivedAtMs: null };
  }
}

export function checksOf(facts: PostgresFacts): readonly Check[] {
  return [
    checkVersion(facts),
    checkCommits(facts),
    checkTls(facts),
    checkConnections(facts),
    checkNotify(facts),
    checkClocks(facts),
  ];
}

/** The message names the cause, and behind a colon the remedy. */
function toFailure({ message }: GatewayError): Check {
  const [, cause = message, remedy] = /^(.+?): (.+)\.$/s.exec(message) ?? [];
  return fail('store', cause, remedy ?? "see what PostgreSQL's own log says");
}

function checkVersion({ place, version, storeVersion, knownVersion }: PostgresFacts): Check {
  const of = `PostgreSQL ${version} at ${place}`;
  if (storeVersion === 0) return ok('store', `${of}, empty: the first start makes its tables`);
  const raised = storeVersion < knownVersion ? `, ${knownVersion} after the next start` : '';
  return ok('store', `${of}, store version ${storeVersion}${raised}`);
}

/** A webhook is answered once its commit is told. */
function checkCommits({ notDurable }: PostgresFacts): Check {
  if (notDurable.length === 0) return ok('commits', "on the server's disk before they are told");
  const message = `a webhook that was answered may be lost where the server fails: ${notDurable.join(', ')}`;
  return warn('commits', message, 'switch them on');
}

function checkTls({ tls, isLocal }: PostgresFacts): Check {
  if (tls) return ok('TLS', 'the way to the database is encrypted');
  if (isLocal) return ok('TLS', 'none, and the database is on this machine');
  const remedy = 'add ?sslmode=verify-full to RETOUR_DATABASE_URL, and &sslrootcert=FILE for an authority of your own';
  return warn('TLS', 'personal data goes to the database unencrypted', remedy);
}

function checkConnections({ connections: { most, used, gateways } }: PostgresFacts): Check {
  const free = Math.max(0, most - used);
  const message = `${used} of ${most} connections are in use, and a process takes up to ${MOST_CONNECTIONS}`;
  // A gateway that runs already may have all of its own.
  if (free >= (gateways === 0 ? MOST_CONNECTIONS : 1)) return ok('connections', message);
  return warn('connections', message, 'raise max_connections, or end what holds them');
}

function checkNotify({ notifies }: PostgresFacts): Check {
  if (notifies) return ok('notify', 'processes hear of work of others at once');
  const remedy = 'point RETOUR_DATABASE_URL at the server itself, or at a pooler in session mode';
  return warn(
    'notify',
    'NOTIFY does not come through (a pooler that shares connections?): work is found by looking',
    remedy,
  );
}

/** Further apart, one of both is wrong. */
const APART_MS = 10_000;

/** What is due is judged by the database's clock, signatures with a time by this machine's. */
function checkClocks({ clockAheadMs }: PostgresFacts): Check {
  const apart = Math.abs(clockAheadMs);
  const message = `the database's clock is ${seconds(apart)} ${clockAheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (apart <= APART_MS) return ok('clocks', message);
  return warn('clocks', message, 'let both be set from the network (NTP)');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
