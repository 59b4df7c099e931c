import { createHash } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openDatabase } from '../../src/storage/postgres/database.ts';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import { createPartitions } from '../../src/storage/postgres/partitions.ts';

/** Databases on the server that all tests share. */

async function onServer<Result>(
  body: (client: pg.Client) => Promise<Result>,
  url = inject('postgres'),
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

function urlOf(name: string): string {
  return inject('postgres').replace(/\/[^/]*$/, `/${name}`);
}

/** An empty database. */
export async function emptyDatabase(name = `t_${Math.random().toString(36).slice(2)}`): Promise<string> {
  await onServer(client => client.query(`CREATE DATABASE ${name} STRATEGY file_copy`));
  return urlOf(name);
}

export async function dropDatabase(url: string): Promise<void> {
  await onServer(client => client.query(`DROP DATABASE IF EXISTS ${url.replace(/^.*\//, '')} WITH (FORCE)`));
}

/** Runs statements in a database. */
export function inDatabase<Result>(url: string, body: (client: pg.Client) => Promise<Result>): Promise<Result> {
  return onServer(body, url);
}

/** The database's clock as a table that tests write: `retour_now_ms()` reads it. */
const TEST_CLOCK = `
  CREATE TABLE test_clock (ms bigint NOT NULL);
  INSERT INTO test_clock VALUES (0);
  CREATE OR REPLACE FUNCTION retour_now_ms() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT ms FROM test_clock $$`;

const TEMPLATE = 'retour_template';
const TEMPLATE_LOCK = 4711;

/** Migrated once for all tests of the run, with the test's clock; databases are copies of it. */
async function ensureTemplate(daysFrom: number): Promise<void> {
  await onServer(async client => {
    await client.query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = '${TEMPLATE}'`);
    if (rowCount === 1) return;
    const making = `${TEMPLATE}_new`;
    await client.query(`DROP DATABASE IF EXISTS ${making}`);
    await client.query(`CREATE DATABASE ${making}`);
    const partitions = createPartitions(() => database);
    const database = openDatabase(urlOf(making), partitions);
    await migrate(database);
    await partitions.ensure([daysFrom, daysFrom + 24 * 60 * 60 * 1000]);
    await database.close();
    await onServer(made => made.query(TEST_CLOCK), urlOf(making));
    await client.query(`ALTER DATABASE ${making} RENAME TO ${TEMPLATE}`);
  });
}

/** The database of a place, made when it is first asked for. Its clock stands still at `setClock`'s last word. */
export async function databaseOf(place: string, startMs: number): Promise<string> {
  await ensureTemplate(startMs);
  const name = `p_${createHash('sha256').update(place).digest('hex').slice(0, 24)}`;
  await onServer(async client => {
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = '${name}'`);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY file_copy`);
  });
  return urlOf(name);
}
