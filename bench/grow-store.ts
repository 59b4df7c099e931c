import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { copyInPostgres } from './copy-in-postgres.ts';
import { copyInSqlite } from './copy-in-sqlite.ts';
import { closedLoop, startDestination } from './load.ts';
import { makeNotices, type Notice, nameOf, PER_RETURN } from './notices.ts';
import { ask, type GatewayFolder, gatewayFolder, startGateway } from './processes.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

/** Returns that a real gateway records, four times as many as its notices are apart; the rest are copies of them. */
const RECORDED = 1_024;
const FACTS_PER_RETURN = 5;

export interface GrownStore {
  readonly folder: GatewayFolder;
  readonly returns: number;
  readonly facts: number;
  /** A return in the middle of the store's history, by the numbers people search with. */
  readonly known: { readonly order: string; readonly tracking: string; readonly email: string };
  remove(): void;
}

/**
 * A store with a long history: `returns` returns of five facts and five deliveries each. A gateway records the first
 * thousand; the rest are copied inside the store, because recording a million would take longer than the benchmark.
 * `url`: an empty PostgreSQL database. Default a file of its own.
 */
export async function growStore(returns: number, url?: string): Promise<GrownStore> {
  const destination = await startDestination();
  const folder = gatewayFolder({ all: destination.url }, url === undefined ? {} : { url });
  const gateway = await startGateway(folder);
  const notices = makeNotices(RECORDED * PER_RETURN).filter(notice => stepOf(notice) < FACTS_PER_RETURN);
  await closedLoop(gateway.url, notices, 32);
  await destination.arrived(notices.length);
  await ask(gateway, '/v1/destinations/bench/all/pause', 'POST'); // nobody listens there any more
  await gateway.stop();
  await destination.close();

  const copies = Math.max(1, Math.round(returns / RECORDED));
  if (url === undefined) copyInSqlite(folder.database, copies);
  else await copyInPostgres(url, copies);
  const [first] = nameOf(notices[0]!).split('_');
  const middle = Math.max(1, copies >> 1);
  return {
    folder,
    returns: copies * RECORDED,
    facts: copies * notices.length,
    known: {
      order: `MK-${first}C${middle}`,
      tracking: `1Z${first}C${middle}`,
      email: `c${middle}.shopper-${first}@shoppers.example`,
    },
    remove: folder.remove,
  };
}

/** Makes retention due at the next start of an SQLite store, instead of an hour after it. */
export function letRetentionRun({ folder }: GrownStore): void {
  const client = new Database(folder.database);
  client.exec("UPDATE timer SET due_at_ms = 0 WHERE kind = 'retention'");
  client.close();
}

function stepOf(notice: Notice): number {
  return Number(nameOf(notice).split('_')[1]);
}
