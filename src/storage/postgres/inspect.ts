import pg from 'pg';
import { type ServerFacts, withDatabase } from './connect.ts';
import { connectionConfig } from './connection-config.ts';
import type { Database } from './database.ts';
import { pendingMigrations, postgresMigrations } from './migrate.ts';
import { sql } from './sql.ts';
import { statement } from './statement.ts';

/** What is known of a store and its server, for whoever looks before a start or beside a gateway. */
export interface PostgresFacts extends ServerFacts {
  readonly place: string;
  /** 0: nothing is there yet. */
  readonly storeVersion: number;
  readonly knownVersion: number;
  /** Whether NOTIFY comes through: it does not where a pooler shares connections. */
  readonly notifies: boolean;
  /** The database's clock minus this machine's, as far as the way there lets it be told. */
  readonly clockAheadMs: number;
  readonly newestReceivedAtMs: number | null;
}

const newest = statement<{ at: number | null }>(
  sql`SELECT max(i.received_at_ms) AS at FROM connection c CROSS JOIN LATERAL (
      SELECT received_at_ms FROM inbound WHERE account = c.account AND connection = c.name
      ORDER BY received_at_ms DESC LIMIT 1) i`,
);

/** Throws what a start would. Changes nothing. */
export function inspectPostgres(url: string, now: () => number): Promise<PostgresFacts> {
  return withDatabase(url, async (database, server) => {
    const knownVersion = postgresMigrations().length;
    const storeVersion = knownVersion - (await pendingMigrations(database)).length;
    return {
      ...server,
      place: database.place,
      storeVersion,
      knownVersion,
      notifies: await notifies(url),
      clockAheadMs: await clockAhead(database, now),
      newestReceivedAtMs: storeVersion === 0 ? null : (await database.get(newest))!.at,
    };
  });
}

const databaseNow = statement<{ now_ms: number }>(
  sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms`,
);

async function clockAhead(database: Database, now: () => number): Promise<number> {
  const before = now();
  const { now_ms } = (await database.get(databaseNow))!;
  return now_ms - Math.round((before + now()) / 2);
}

const ECHO_WITHIN_MS = 2000;

/** On a channel of its own: whoever listens for work is not woken. */
async function notifies(url: string): Promise<boolean> {
  const client = new pg.Client(connectionConfig(url));
  const echo = Promise.withResolvers<boolean>();
  client.on('error', () => echo.resolve(false));
  client.on('notification', () => echo.resolve(true));
  const timer = setTimeout(() => echo.resolve(false), ECHO_WITHIN_MS);
  try {
    await client.connect();
    await client.query('LISTEN retour_doctor');
    await client.query('NOTIFY retour_doctor');
    return await echo.promise;
  } finally {
    clearTimeout(timer);
    await client.end().catch(() => undefined);
  }
}
