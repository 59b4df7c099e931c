import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionConfig } from '../../../src/storage/postgres/connection-config.ts';
import type { Database, Session } from '../../../src/storage/postgres/database.ts';
import { createFindings } from '../../../src/storage/postgres/findings.ts';
import { createDeliveryReads } from '../../../src/storage/postgres/list-deliveries.ts';
import { createLists } from '../../../src/storage/postgres/lists.ts';
import { createSilence } from '../../../src/storage/postgres/silence.ts';
import type { Statement, Values } from '../../../src/storage/postgres/statement.ts';
import type { Store } from '../../../src/storage/store.ts';
import { T0 } from '../../conformance/store-kit/rows.ts';
import { databaseOf, dropDatabase, inDatabase } from '../../postgres/databases.ts';
import { FILL } from './fill.ts';

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Node[];
}

let url: string;
let client: pg.Client;
let visited = 0;
let statements = 0;
type Lists = ReturnType<typeof createSilence> &
  ReturnType<typeof createLists> &
  ReturnType<typeof createDeliveryReads> &
  ReturnType<typeof createFindings>;
let lists: Pick<Store, keyof Lists>;

/** How many rows of tables and indexes a plan has read, those included that it threw away. */
function rowsOf(node: Node): number {
  const isScan = node['Relation Name'] !== undefined && node['Relation Name'] !== 'connection';
  const each =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = isScan ? each * node['Actual Loops'] : 0;
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), own);
}

const prepared = new Set<string>();

/** Runs each statement as a connection does that has prepared it, and counts what it reads. */
const counting = {
  async all<Row>(of: Statement<Row>, values: Values = {}): Promise<Row[]> {
    if (!prepared.has(of.name)) await client.query(`PREPARE "${of.name}" AS ${of.text}`);
    prepared.add(of.name);
    const bound = of.bind(values);
    const literals = bound.map(value => (value === null ? 'NULL' : client.escapeLiteral(String(value))));
    const call = literals.length === 0 ? '' : `(${literals.join(', ')})`;
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE "${of.name}" ${call}`);
    const [{ Plan: plan }] = JSON.parse(rows[0]['QUERY PLAN']) as [{ readonly Plan: Node }];
    visited += rowsOf(plan);
    statements += 1;
    return (await client.query(of.text, bound)).rows as never;
  },
  async get<Row>(of: Statement<Row>, values: Values = {}): Promise<Row | undefined> {
    return (await counting.all(of, values))[0];
  },
} as Session;

beforeAll(async () => {
  url = await databaseOf(crypto.randomUUID(), T0);
  await inDatabase(url, filling => filling.query(FILL));
  client = new pg.Client(connectionConfig(url));
  await client.connect();
  const database = { ...counting, reads: counting, operation: (body: unknown) => body } as unknown as Database;
  lists = {
    ...createLists(database),
    ...createDeliveryReads(database),
    ...createFindings(database),
    ...createSilence(database),
  };
}, 60_000);
afterAll(async () => {
  await client.end();
  await dropDatabase(url);
});

const FIRST = { limit: 20, after: null };
const middle = (kind: string) => ({ limit: 20, after: { atMs: T0 + 15_000, id: `${kind}015000` } });

/** A connection decides by itself which of the two a prepared statement gets: both must do. */
describe.each(['force_generic_plan', 'force_custom_plan'])('a page of twenty out of thirty thousand rows, %s', mode => {
  beforeAll(async () => {
    await client.query(`SET plan_cache_mode = ${mode}`);
  });

  it.each<[string, () => Promise<readonly unknown[] | null>, number]>([
    ['returns', () => lists.listReturns('all', {}, FIRST), 20],
    ['returns further down', () => lists.listReturns('all', {}, middle('ret_')), 20],
    ['returns of an account', () => lists.listReturns('all', { account: 'acct_1' }, FIRST), 20],
    ['returns in scope', () => lists.listReturns(['acct_1', 'acct_2'], {}, middle('ret_')), 20],
    ['returns of a connection', () => lists.listReturns('all', { account: 'acct_2', connection: 'conn_7' }, FIRST), 20],
    ['returns of a provider', () => lists.listReturns('all', { provider: 'prov_1' }, FIRST), 20],
    ['returns with a status', () => lists.listReturns('all', { status: 'completed' }, FIRST), 20],
    ['returns updated after', () => lists.listReturns('all', { updatedAfterMs: T0 + 29_990 }, FIRST), 10],
    ['returns of an order', () => lists.listReturns('all', { order: 'MK-700' }, FIRST), 18],
    ['returns with a tracking number', () => lists.listReturns('all', { tracking: '1Z1234' }, FIRST), 1],
    ['returns of an e-mail address', () => lists.listReturns('all', { email: 'Jo7@example.com' }, FIRST), 20],
    [
      'returns of an e-mail address and an order',
      () => lists.listReturns('all', { email: 'jo7@example.com', order: 'MK-12' }, FIRST),
      18,
    ],
    ['returns with a number that many share', () => lists.listReturns('all', { rma: 'RA' }, FIRST), 20],
    ['requests', () => lists.listInbound('all', {}, FIRST), 20],
    ['requests further down', () => lists.listInbound('all', {}, middle('inb_')), 20],
    ['requests of an account', () => lists.listInbound(['acct_1'], {}, middle('inb_')), 20],
    ['requests that were recorded', () => lists.listInbound('all', { state: 'recorded' }, middle('inb_')), 20],
    ['requests that failed', () => lists.listInbound('all', { state: 'failed' }, FIRST), 20],
    ['requests that wait', () => lists.listInbound('all', { state: 'received' }, FIRST), 20],
    ['requests that failed in one way', () => lists.listInbound('all', { fingerprint: 'f1' }, FIRST), 20],
    [
      'requests that failed in one way, by state',
      () => lists.listInbound('all', { fingerprint: 'f1', state: 'failed' }, FIRST),
      20,
    ],
    ['refused requests', () => lists.listRejections('all', {}, FIRST), 20],
    [
      'refused requests of a connection',
      () => lists.listRejections('all', { account: 'acct_2', connection: 'conn_7' }, FIRST),
      20,
    ],
    ['findings', () => lists.listFindings('all', {}, FIRST), 20],
    ['findings that are open', () => lists.listFindings('all', { state: 'open' }, FIRST), 20],
    ['findings of a kind', () => lists.listFindings('all', { kind: 'new_code' }, FIRST), 20],
    ['receipts of a connection', () => lists.lastReceipts('acct_0', 'conn_0', 20), 20],
    [
      'returns that stand in a status',
      async () => {
        const of = { account: 'acct_0', connection: 'conn_0', status: 'requested', beforeMs: T0 + 20_000 };
        return (await lists.standingReturns(of, 20)).ids;
      },
      20,
    ],
    ['events', () => lists.listEvents('all', null, 0, 20), 20],
    ['events further on', () => lists.listEvents('all', null, 15_000, 20), 20],
    ['events of an account', () => lists.listEvents('all', 'acct_1', 15_000, 20), 20],
    ['events of a return', () => lists.listReturnEvents('all', 'ret_012345', 0, 20), 1],
    ['deliveries', () => lists.listDeliveries('all', {}, FIRST), 20],
    ['deliveries further down', () => lists.listDeliveries('all', {}, middle('dlv_')), 20],
    ['deliveries that gave up', () => lists.listDeliveries('all', { state: 'exhausted' }, FIRST), 20],
    ['deliveries of a return', () => lists.listDeliveries('all', { returnId: 'ret_012345' }, FIRST), 1],
  ])('of %s reads 1,500 rows at most, of tables and indexes together', async (_, list, rows) => {
    visited = 0;
    statements = 0;

    const found = await list();

    expect(found).toHaveLength(rows);
    expect(visited).toBeGreaterThan(0);
    expect(visited).toBeLessThan(1500);
    expect(statements).toBeLessThan(7);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['return', () => lists.getReturn('all', 'ret_012345')],
    ['kept request', () => lists.getInbound('all', 'inb_012345')],
    ['delivery', () => lists.getDelivery('all', 'dlv_012345')],
  ])('is not needed to find one %s', async (_, find) => {
    visited = 0;

    expect(await find()).not.toBeNull();
    expect(visited).toBeLessThan(50);
  });
});
