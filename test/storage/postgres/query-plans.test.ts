import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectionConfig } from '../../../src/storage/postgres/connection-config.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import type { Store } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  attaches,
  claim,
  derivation,
  event,
  FIRST_PAGE,
  fact,
  failure,
  group,
  identifies,
  inboundRow,
  lineClaim,
  lookup,
  outcome,
  success,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';
import { databaseOf, dropDatabase, inDatabase } from '../../postgres/databases.ts';
import { FILL } from './fill.ts';

/** Tables that stay small, whatever the load: read whole where that is simplest. */
const SMALL = [
  'connection',
  'destination',
  'token',
  'config_revision',
  'retention_run',
  'migration',
  'test_clock',
  'call_span',
];
/** The backlog counts what is waiting. */
const COUNTED = 'Seq Scan line';
/** Read from one end in the order of an index, and only as far as needed; or counted, as the backlog is. */
const IN_ORDER = ['inbound_queue_by_receipt', 'timer_due', 'rejection_pkey', 'idempotency_key_by_expiry'];

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Node[];
}

/** The scans of a plan that no condition of an index narrows. A day counts as its table. */
function unguided(node: Node): readonly string[] {
  const own: string[] = [];
  const { 'Node Type': type, 'Relation Name': relation = '', 'Index Name': index = '' } = node;
  const table = relation.replace(/_\d{8}$/, '');
  const isWhole = type === 'Seq Scan' || (type.includes('Index') && node['Index Cond'] === undefined);
  if (isWhole && !table.startsWith('pg_') && !SMALL.includes(table) && !IN_ORDER.includes(index))
    own.push(`${type} ${table} ${index}`.trim());
  return [...own, ...(node.Plans ?? []).flatMap(unguided)];
}

/** Every operation of the port, with each way that filters and outcomes take. */
async function useEverything(store: Store): Promise<void> {
  const destinations = ['refunds', 'audit'].map(name => ({ account: ACCOUNT, name }));
  await store.syncDestinations(destinations, T0);
  const rows = ['inb_1', 'inb_2', 'inb_3'].map(id => inboundRow(id));
  await store.keepInbound(rows);
  await store.keepInbound([inboundRow('inb_4', { text: '{"row":"inb_1"}' })]);
  const { dedupe: _, body: __, ...rejected } = inboundRow('rej_1');
  const rejection = { ...rejected, reason: 'signature', header: null, received: null, expected: [] };
  await store.addRejection({ ...rejection, skewSeconds: null, bodyBytes: 1 }, 10);
  await store.claimInbound(claim('worker', T0, 4));
  await store.handBackInbound('worker', ['inb_3']);
  const shopper = (email: string) => ({ email: { value: email, at: '2026-11-20T11:00:00.000Z', inboundId: 'inb_1' } });
  const aliases = (name: string) => [identifies(name), attaches('tracking', `1Z${name}`), attaches('order', 'MK-1')];
  const events = (name: string) => [event(name, 1, ['refunds', 'audit'])];
  await store.record(
    [
      group(
        [
          write('ret_1', {
            aliases: aliases('r1'),
            shopper: shopper('jo@example.com'),
            events: events('a'),
            facts: [fact('a')],
            derivations: [derivation(rows[0]!)],
          }),
          write('ret_2', { aliases: aliases('r2'), shopper: shopper('ann@example.com'), events: events('b') }),
        ],
        [outcome('inb_1')],
      ),
      group([], [outcome('inb_2', { state: 'waiting', attachesBy: [{ kind: 'tracking', value: '1Z9', seen: [] }] })]),
    ],
    T0,
  );
  const [one, two] = await store.loadReturns([
    lookup({ identifying: [{ kind: 'return', value: 'r1' }], attaching: [{ kind: 'tracking', value: '1Zr2' }] }),
  ]);
  const absorbs = [
    { id: two!.id, expectedVersion: two!.version, firstSequence: 2, farewell: event('bye', 2, ['audit']) },
  ];
  const merging = write('ret_1', { absorbs, sequence: 2, shopper: shopper('jo@example.com') }, one);
  const merged = await store.record([group([{ ...merging, superseded: ['inb_1'] }])], T0);
  if (merged[0]!.outcome !== 'recorded') throw new Error(JSON.stringify(merged));

  await store.dueDestinations(T0);
  await store.claimLines(lineClaim('worker', T0));
  await store.claimLines(lineClaim('worker', T0, { name: 'audit', ordering: 'none' }));
  await store.settleDeliveries([success('dlv_a_refunds'), failure('dlv_a_audit', T0 + 9)], T0);
  await store.handBackLines('worker', ['dlv_b_refunds', 'dlv_b_audit'], T0);
  await store.redeliver('all', 'dlv_a_refunds', 'jo', T0);
  await store.setDestinationState('all', ACCOUNT, 'audit', 'paused', null, T0);
  await store.setDestinationState('all', ACCOUNT, 'audit', 'active', null, T0);
  await store.loadShopper(ACCOUNT, 'ret_1');

  const timer = { id: 'tmr_1', account: null, kind: 'poll', subject: 's', dueAtMs: T0 };
  await store.setTimer(timer, 'keep', T0);
  await store.setTimer(timer, 'replace', T0);
  await store.claimTimers(claim());
  await store.settleTimer('worker', 'tmr_1', T0 + 1, T0);
  await store.settleTimer('worker', 'tmr_1', null, T0);
  const called = { account: ACCOUNT, connection: 'portal', nowMs: T0 };
  await store.takeCall({ ...called, limits: [{ calls: 1, perSeconds: 1 }] });
  await store.holdCalls({ ...called, untilMs: T0 });
  const finding = { id: 'fnd_1', account: ACCOUNT, connection: 'portal', kind: 'new_type', subject: 's' } as const;
  await store.noteFindings([{ ...finding, seenAtMs: T0, count: 1, detail: {} }]);
  await store.closeFinding('all', 'fnd_1', T0);
  await store.saveShapes([{ account: ACCOUNT, connection: 'portal', type: 't', version: 0, content: {} }]);
  await store.loadShapes(ACCOUNT, 'portal');
  await useAdministration(store);
  await useReads(store);

  const cutoffs = { bodiesMs: T0 + 20, unreadBodiesMs: T0 + 20, attemptsMs: T0 + 20, shoppersMs: T0 + 20 };
  for (const subject of [{ email: 'jo@example.com' }, { returnId: 'ret_1' }]) {
    await store.eraseShopper('all', ACCOUNT, subject, { dryRun: true, nowMs: T0 });
    await store.eraseShopper('all', ACCOUNT, subject, { dryRun: false, nowMs: T0 });
  }
  await store.retentionReport(cutoffs);
  while ((await store.purgeAged(cutoffs, T0)).endedAtMs === null);
  await store.purgeExpired(T0);
}

async function useAdministration(store: Store): Promise<void> {
  const by = { createdAtMs: T0, createdBy: 'jo', revokedAtMs: null };
  await store.addToken({ id: 'tok_1', name: 'console', roles: ['viewer'], accounts: 'all', ...by }, 'ab');
  await store.findToken('ab');
  await store.revokeToken('tok_1', T0);
  await store.listTokens();
  const of = { account: null, path: 'retour.yaml', digest: 'd', content: null, differences: [], author: 'jo' };
  await store.addRevisions([{ id: 'rev_1', ...of, reason: 'r', effectiveFromMs: T0, createdAtMs: T0 }]);
  await store.currentRevisions();
  const key = { tokenId: 'tok_1', route: 'POST /v1/tokens', key: 'k', bodyDigest: 'd' };
  await store.beginIdempotent(key, T0);
  await store.beginIdempotent(key, T0);
  await store.finishIdempotent(key, { status: 201, body: '' });
  await store.finishIdempotent(key, null);
}

async function useReads(store: Store): Promise<void> {
  const numbers = [{}, { order: 'a' }, { rma: 'RA' }, { tracking: 'a' }, { email: 'a' }, { order: 'a', email: 'b' }];
  for (const number of numbers) {
    await store.listReturns('all', number, FIRST_PAGE);
    const filter = { ...number, status: 'requested', provider: 'p', connection: 'c', account: ACCOUNT };
    await store.listReturns('all', filter, FIRST_PAGE);
  }
  for (const state of [undefined, 'received', 'recorded', 'failed'] as const) {
    for (const fingerprint of [undefined, 'f']) {
      await store.listInbound('all', { ...(state && { state }), ...(fingerprint && { fingerprint }) }, FIRST_PAGE);
    }
  }
  for (const state of [undefined, 'pending', 'delivering', 'delivered', 'exhausted', 'held', 'cancelled'] as const) {
    await store.listDeliveries('all', state === undefined ? {} : { state }, FIRST_PAGE);
    await store.listDeliveries('all', { returnId: 'ret_1', ...(state && { state }) }, FIRST_PAGE);
  }
  await store.getReturn('all', 'ret_2');
  await store.listReturnEvents('all', 'ret_1', 0, 10);
  await store.listEvents('all', null, 0, 10);
  await store.getInbound('all', 'inb_1');
  await store.listRejections('all', {}, FIRST_PAGE);
  for (const state of [undefined, 'open', 'closed'] as const) {
    await store.listFindings('all', { ...(state && { state }) }, FIRST_PAGE);
    await store.listFindings('all', { kind: 'new_type', ...(state && { state }) }, FIRST_PAGE);
  }
  await store.getDelivery('all', 'dlv_a_refunds');
  await store.deliveriesOf('all', ['evt_a']);
  await store.listDestinationStates('all');
  await store.backlog();
  await store.lastReceipts(ACCOUNT, 'portal', 10);
  await store.standingReturns({ account: ACCOUNT, connection: 'portal', status: 's', beforeMs: T0 }, 10);
}

describe('every statement', () => {
  const statements = new Set<string>();
  const plans = new Map<string, Node>();

  beforeAll(async () => {
    const url = await databaseOf(crypto.randomUUID(), T0);
    await inDatabase(url, client => client.query(FILL));
    await inDatabase(url, client => client.query(`UPDATE test_clock SET ms = ${T0}`));
    const store = await openPostgresStore(url, { onStatement: text => void statements.add(text.trim()) });
    await useEverything(store);
    await store.close();
    const client = new pg.Client(connectionConfig(url));
    await client.connect();
    // As connections for writes have it: what is read whole all the same has no index.
    await client.query('SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off');
    for (const text of statements) {
      if (!/^(select|insert|update|delete|with)/i.test(text)) continue;
      const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`);
      plans.set(text, (JSON.parse(rows[0]['QUERY PLAN']) as [{ readonly Plan: Node }])[0].Plan);
    }
    await client.end();
    await dropDatabase(url);
  }, 60_000);

  it('finds its rows by an index: none reads a large table whole', () => {
    const found = [...plans].flatMap(([text, plan]) =>
      unguided(plan)
        .filter(scan => !(scan === COUNTED && text.includes('count(*) AS lines')))
        .map(scan => `${scan}: ${text}`),
    );

    expect(plans.size).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});
