import type pg from 'pg';
import { onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../../src/storage/postgres/database.ts';
import { createPartitions, type Partitions } from '../../../src/storage/postgres/partitions.ts';
import { T0 } from '../../conformance/store-kit/rows.ts';
import { databaseOf, dropDatabase, inDatabase } from '../../postgres/databases.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly database: Database;
  readonly partitions: Partitions;
  /** Another process: its own connections to the same database. */
  another(): { readonly database: Database; readonly partitions: Partitions };
  /** One statement on a connection of its own. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** What `retour_now_ms()` says. */
  setClock(ms: number): Promise<void>;
}

/** A migrated database of this test alone, with days for `T0` and the next; its clock stands at `T0`. */
export async function freshDatabase(
  options: { readonly onStatement?: (text: string) => void } = {},
): Promise<FreshDatabase> {
  const url = await databaseOf(crypto.randomUUID(), T0);
  onTestFinished(() => dropDatabase(url));
  const open = () => {
    const partitions = createPartitions(() => database);
    const database = openDatabase(url, partitions, { connections: 8, ...options });
    onTestFinished(() => database.close());
    return { database, partitions };
  };
  const query = <Row extends pg.QueryResultRow>(text: string) =>
    inDatabase(url, async client => (await client.query<Row>(text)).rows);
  const setClock = async (ms: number) => void (await query(`UPDATE test_clock SET ms = ${ms}`));
  await setClock(T0);
  return { url, ...open(), another: open, query, setClock };
}
