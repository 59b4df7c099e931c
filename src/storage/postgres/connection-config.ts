import type { PoolConfig } from 'pg';
import pg from 'pg';
import { GatewayError } from '../../gateway-error.ts';

/** What RETOUR_DATABASE_URL says, and how every connection is made of it. */

const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** The server gives up first and says why; this ends the wait where nothing comes back at all. */
export const SILENCE_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;
/** A connection that nothing came over for so long is asked whether it still is one; the system's own default is two hours. */
const KEEP_ALIVE_MS = 10_000;

const INT8 = 20;
const JSON_TEXT = 114;

/** Whole numbers as numbers (times and positions stay far below 2^53), JSON as text: readers parse what they need. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return Number;
    if (oid === JSON_TEXT) return (text: string) => text;
    return pg.types.getTypeParser(oid, format as 'text');
  },
} as PoolConfig['types'];

/** How long the server lets a statement run, wait for a lock, and a transaction stand still. */
export function limits(statementMs: number, lockMs: number, idleMs: number): string {
  return `-c statement_timeout=${statementMs} -c lock_timeout=${lockMs} -c idle_in_transaction_session_timeout=${idleMs}`;
}

/** A 2xx means kept, whatever the role or the database has it set to. */
const DURABLE = '-c synchronous_commit=on';

/**
 * `own`: settings of the connection. Those of the URL come after them, so that what it says (a search_path, a longer
 * limit) counts, and what it does not say stays as it is here; pg by itself would take either or.
 */
export function connectionConfig(
  url: string,
  { name = 'retour', own = limits(STATEMENT_TIMEOUT_MS, 10_000, 60_000) } = {},
): PoolConfig {
  const { connectionString, theirs } = withoutOptions(url);
  return {
    connectionString,
    types,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: SILENCE_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: name,
    options: [own, DURABLE, ...theirs].join(' '),
  };
}

/** `application_name` is ours: by it the processes of a database are counted. */
function withoutOptions(url: string): { readonly connectionString: string; readonly theirs: readonly string[] } {
  if (!/[?&](options|application_name)=/.test(url)) return { connectionString: url, theirs: [] };
  const rest = new URL(url);
  const theirs = rest.searchParams.getAll('options');
  rest.searchParams.delete('options');
  rest.searchParams.delete('application_name');
  return { connectionString: rest.href, theirs };
}

/** Host, port and database of a URL, without user and password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname, searchParams, username, search, hash } = parsed(url);
  // A password with one of these characters ends the part that is secret too early: nothing of it may be shown.
  if (/[@#]/.test(pathname + search + hash)) throw new GatewayError('CONFIG_INVALID', ESCAPE);
  const host = searchParams.get('host') ?? hostname;
  const database = pathname.slice(1) || searchParams.get('database') || decodeURIComponent(username);
  return `${host || 'localhost'}:${searchParams.get('port') ?? (port || '5432')}/${database}`;
}

const ESCAPE =
  'RETOUR_DATABASE_URL is not a URL: write postgres://user:password@host:5432/database, and in the password %23 for #, %2F for /, %3F for ?, %40 for @, %25 for %.';

const SEVERAL =
  'RETOUR_DATABASE_URL names several hosts: name the one to connect to, or a name that always leads to the primary.';
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

function parsed(url: string): URL {
  const [, authority = ''] = /^[a-z]+:\/\/([^/?#]*)/.exec(url) ?? [];
  if (authority.slice(authority.lastIndexOf('@') + 1).includes(',')) throw new GatewayError('CONFIG_INVALID', SEVERAL);
  try {
    const given = new URL(url);
    decodeURIComponent(given.username + given.password);
    const mode = given.searchParams.get('sslmode');
    if (mode === null || SSL_MODES.includes(mode)) return given;
  } catch {
    throw new GatewayError('CONFIG_INVALID', ESCAPE);
  }
  throw new GatewayError(
    'CONFIG_INVALID',
    `RETOUR_DATABASE_URL has an sslmode that is none: one of ${SSL_MODES.join(', ')}.`,
  );
}
