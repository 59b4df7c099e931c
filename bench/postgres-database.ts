import pg from 'pg';
import type { PostgresServer } from '../test/postgres/server.ts';

/** Databases of a benchmark's own server. */

let databases = 0;

/** The URL of a new, empty one. */
export async function freshDatabase(server: PostgresServer): Promise<string> {
  databases += 1;
  const name = `bench_${databases}`;
  await query(server.url(), `CREATE DATABASE ${name}`);
  return server.url(name);
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export async function databaseBytes(url: string): Promise<number> {
  const [row] = await query<{ bytes: string }>(url, 'SELECT pg_database_size(current_database()) AS bytes');
  return Number(row!.bytes);
}
