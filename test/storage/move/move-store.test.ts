import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type MoveOptions, moveStore } from '../../../src/storage/move/move-store.ts';
import { MOVED } from '../../../src/storage/move/tables.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { getTableConfig } from '../../../src/storage/postgres/sql.ts';
import { Database } from '../../../src/storage/sqlite/sql.ts';
import { ROLES, type Store } from '../../../src/storage/store.ts';
import { event, recorded, write } from '../../conformance/store-kit/rows.ts';
import { told, toyDestination, toyRow } from '../../pipeline/toy-adapter.ts';
import { refund, requested } from '../../pipeline/toy-refunds.ts';
import { DELIVERED, openWorkshop, refusedWith } from '../../pipeline/workshop.ts';
import { dropDatabase, emptyDatabase, inDatabase } from '../../postgres/databases.ts';
import { temporaryFolder } from '../place.ts';

const HOUR_MS = 3_600_000;
const PAGE = { limit: 100, after: null };
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

async function ownDatabase(): Promise<string> {
  const url = await emptyDatabase();
  onTestFinished(() => dropDatabase(url));
  return url;
}

async function opened(url: string): Promise<Store> {
  const store = await openStore(url);
  onTestFinished(() => store.close());
  return store;
}

function move(path: string, url: string, changes: Partial<MoveOptions> = {}) {
  return moveStore({ path, url, onProgress: () => undefined, signal: new AbortController().signal, ...changes });
}

/** A store in which everything there can be is there, written by the pipeline; closed. Answers its path and its clock. */
async function filledStore(): Promise<{ readonly path: string; readonly nowMs: number }> {
  const path = join(temporaryFolder(), 'retour.db');
  const store = await openStore(`sqlite:${path}`);
  const destinations = ['all', 'shaky', 'paused'].map(name => toyDestination(name));
  const { tell, receive, deliver, answerWith, clock } = await openWorkshop({ store, destinations });
  const shopper = { email: 'Jo@Example.com', name: 'Jo “Ü” 😀' };
  const parcel = (type: string, trackingNumber: string) => ({
    type,
    subject: trackingNumber,
    change: { shipment: { ref: trackingNumber, carrier: 'UPS', trackingNumber } },
  });

  await tell('inb_01', requested, refund(2500));
  await tell('inb_02', told('return:R-1', { type: 'return.snapshot', change: { details: { shopper } } }));
  answerWith(({ url }) => (url.endsWith('shaky') ? refusedWith(503) : DELIVERED));
  await deliver();
  await store.setDestinationState('all', 'acme', 'paused', 'paused', 'holiday', clock.nowMs);
  clock.nowMs += HOUR_MS;
  await tell('inb_03', refund(2600)); // the same fact, with another amount
  await tell('inb_04', told('return:R-2', { type: 'return.requested' }));
  await tell('inb_05', told('rma:M-2', { type: 'return.authorized' }));
  await deliver();
  clock.nowMs += 24 * HOUR_MS;
  await tell('inb_06', told(['return:R-2', 'rma:M-2'], { type: 'return.completed' })); // both prove to be one
  await tell('inb_07', told('tracking:1Z-1', parcel('shipment.delivered', '1Z-1'))); // waits for a return with it
  await tell('inb_08', told(['return:R-3', 'tracking:1Z-3'], parcel('label.issued', '1Z-3')));
  await receive(toyRow('inb_09', 'unreadable', { receivedAtMs: clock.nowMs }));
  await receive(toyRow('inb_10', ['bad'], { receivedAtMs: clock.nowMs }));
  const { body, ...row } = toyRow('inb_11', [requested], { receivedAtMs: clock.nowMs });
  const dedupe = { key: 'once', expiresAtMs: clock.nowMs + 48 * HOUR_MS };
  const variant = { ...row, body: Buffer.from([0, 255, 10]), bodyDigest: digestOf('other'), query: 'a=\u0000', dedupe };
  await store.keepInbound([
    { ...row, body, bodyDigest: digestOf('one'), dedupe },
    { ...variant, id: 'inb_12' },
  ]); // still to be read
  clock.nowMs += HOUR_MS;
  await deliver();
  // The process ended while this one was being sent.
  const name = 'shaky';
  const at = { owner: 'killed', nowMs: clock.nowMs + 24 * HOUR_MS, leaseMs: 60_000 };
  await store.claimLines({ ...at, destinations: [{ account: 'acme', name, limit: 1, ordering: 'per_return' }] });

  const token = { id: 'tok_1', name: 'ops', roles: ROLES, accounts: ['acme'], createdBy: 'test' };
  await store.addToken({ ...token, createdAtMs: clock.nowMs, revokedAtMs: null }, digestOf('token'));
  const revision = { account: 'acme', path: 'accounts/acme.yaml', content: { a: [1, null] }, differences: [] };
  const by = { author: 'git', reason: 'start', effectiveFromMs: clock.nowMs, createdAtMs: clock.nowMs };
  await store.addRevisions([
    { ...revision, ...by, id: 'rev_2', digest: 'd2' },
    { ...revision, ...by, id: 'rev_1', digest: 'd1' },
  ]);
  const key = { tokenId: 'tok_1', route: 'POST /v1/x', bodyDigest: 'b' };
  await store.beginIdempotent({ ...key, key: 'answered' }, Date.now()); // whether it lives is judged by PostgreSQL's clock
  await store.finishIdempotent({ ...key, key: 'answered' }, { status: 201, body: '{"ok":true}' });
  await store.beginIdempotent({ ...key, key: 'never ended' }, Date.now());
  await store.setTimer(
    { id: 'tmr_1', account: 'acme', kind: 'poll', subject: 's', dueAtMs: clock.nowMs },
    'keep',
    clock.nowMs,
  );
  const finding = { account: 'acme', connection: 'toy', kind: 'new_field', count: 1, detail: { sample: 'Ü' } } as const;
  await store.noteFindings([
    { ...finding, id: 'fnd_1', subject: '/a', seenAtMs: clock.nowMs },
    { ...finding, id: 'fnd_2', subject: '/b', seenAtMs: clock.nowMs + 1 },
  ]);
  await store.closeFinding('all', 'fnd_2', clock.nowMs + 2);
  await store.saveShapes([{ account: 'acme', connection: 'toy', type: 't', version: 0, content: { notices: 1 } }]);
  const refused = { account: 'acme', connection: 'toy', receivedAtMs: clock.nowMs, reason: 'SIGNATURE_MISMATCH' };
  const request = { method: 'POST', path: '/webhooks/acme/toy', header: 'x-signature', received: 'a', expected: ['b'] };
  await store.addRejection({ ...refused, ...request, id: 'rej_1', skewSeconds: null, bodyBytes: 12 }, 10);
  const cutoffs = { bodiesMs: clock.nowMs - 24 * HOUR_MS, unreadBodiesMs: 0, attemptsMs: 0, shoppersMs: 0 };
  await store.purgeAged(cutoffs, clock.nowMs); // the bytes of the first day are gone
  await store.close();
  return { path, nowMs: clock.nowMs };
}

/** Rows of one millisecond stand in another order: SQLite tells them apart by numbers of its own, PostgreSQL by their ids. */
function byId<Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Every read of the port. */
async function allOf(store: Store, nowMs: number) {
  const returns = byId(await store.listReturns('all', {}, PAGE));
  const inbound = byId(await store.listInbound('all', {}, PAGE));
  const deliveries = byId(await store.listDeliveries('all', {}, PAGE));
  const events = await store.listEvents('all', null, 0, 1000);
  const each = <Row, Answer>(rows: readonly Row[], ask: (row: Row) => Promise<Answer>) => Promise.all(rows.map(ask));
  const merged = events.filter(({ type }) => type === 'return.merged').map(({ returnId }) => returnId);
  const returnIds = [...returns.map(({ id }) => id), ...merged];
  const lookup = { account: 'acme', connection: 'toy', identifying: [], attaching: [] };
  const report = await store.retentionReport({
    bodiesMs: nowMs,
    unreadBodiesMs: 0,
    attemptsMs: nowMs,
    shoppersMs: nowMs,
  });
  return {
    returns,
    inbound,
    deliveries,
    events,
    byReturn: await each(returnIds, id => store.getReturn('all', id)),
    eventsByReturn: await each(returnIds, id => store.listReturnEvents(['acme'], id, 0, 100)),
    loaded: await each(inbound, ({ id }) => store.loadReturns([{ ...lookup, inboundId: id }])),
    attaching: await store.loadReturns([
      { ...lookup, attaching: [{ kind: 'tracking', value: '1Z-3' }], inboundId: 'none' },
    ]),
    byInbound: await each(inbound, ({ id }) => store.getInbound(['acme'], id)),
    byState: byId(await store.listInbound('all', { state: 'unreadable' }, PAGE)),
    bySearch: await each([{ email: 'jo@example.COM' }, { rma: 'M-2' }, { status: 'requested' }], filter =>
      store.listReturns('all', filter, PAGE).then(byId),
    ),
    byDelivery: await each(deliveries, ({ id }) => store.getDelivery('all', id)),
    pending: byId(await store.listDeliveries('all', { state: 'pending' }, PAGE)),
    held: byId(await store.listDeliveries('all', { state: 'held' }, PAGE)),
    ofEvents: byId(
      await store.deliveriesOf(
        'all',
        events.map(({ eventId }) => eventId),
      ),
    ),
    shoppers: await each(returnIds, id => store.loadShopper('acme', id)),
    destinations: await store.listDestinationStates('all'),
    rejections: byId(await store.listRejections('all', {}, PAGE)),
    shapes: await store.loadShapes('acme', 'toy'),
    findings: await store.listFindings('all', {}, PAGE),
    backlog: await store.backlog(),
    tokens: await store.listTokens(),
    token: await store.findToken(digestOf('token')),
    revisions: await store.currentRevisions(),
    retention: [report.lastRun, report.running, report.due],
    nobody: byId(await store.listReturns(['another'], {}, PAGE)),
  };
}

/** PostgreSQL keeps every character but this one. */
function withoutNul<Value>(value: Value): Value {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD') as Value;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withoutNul) as Value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutNul(each)])) as Value;
}

describe('a store that was moved', () => {
  it('answers every read as before, and goes on where it was', async () => {
    const { path, nowMs } = await filledStore();
    const url = await ownDatabase();

    const moved = await move(path, url);

    const [old, fresh] = [await opened(`sqlite:${path}`), await opened(url)];
    const [before, after] = [await allOf(old, nowMs), await allOf(fresh, nowMs)];
    expect(after).toEqual(withoutNul(before));
    // What was compared is not nothing.
    expect(moved.returns).toBe(before.returns.length + 1); // one was merged into another
    expect({
      found: before.bySearch.map(({ length }) => length),
      states: new Set(before.inbound.map(({ state }) => state)),
      variants: before.byInbound.map(row => row!.variantOf).filter(id => id !== null),
      erased: before.byInbound.filter(row => row!.bytesErasedAtMs !== null).length,
      tried: before.byDelivery.some(delivery => delivery!.attempts.length > 1),
      held: before.held.length > 0,
      waiting: before.backlog.received,
      removed: before.retention[0],
    }).toMatchObject({
      found: [1, 1, 1],
      states: new Set(['recorded', 'waiting', 'unreadable', 'received']),
      variants: ['inb_11'],
      erased: 5,
      tried: true,
      held: true,
      waiting: 2,
      removed: { removed: { bodies: 5 } },
    });

    // Writing goes on behind what was written.
    const claimed = await Promise.all(
      [old, fresh].map(store => store.claimInbound({ owner: 'next', nowMs, leaseMs: 60_000, limit: 10 })),
    );
    expect(claimed[1]).toEqual(withoutNul(claimed[0]));
    const due = { owner: 'next', nowMs: nowMs + 48 * HOUR_MS, leaseMs: 60_000 };
    const lines = await Promise.all(
      [old, fresh].map(store =>
        store.claimLines({
          ...due,
          destinations: [{ account: 'acme', name: 'shaky', limit: 9, ordering: 'per_return' }],
        }),
      ),
    );
    const withoutLease = lines.map(each => each.map(({ leaseUntilMs: _, ...line }) => line));
    expect(withoutLease[1]).toEqual(withoutLease[0]);
    const interrupted = await Promise.all([old, fresh].map(store => store.getDelivery('all', lines[0]![0]!.id)));
    expect(interrupted.map(each => each!.attempts.filter(({ outcome }) => outcome === 'interrupted').length)).toEqual([
      1, 1,
    ]);
    await recorded(fresh, write('ret_99', { events: [event('e99', 1)] }));
    const newest = await fresh.listEvents('all', null, before.events.at(-1)!.position, 10);
    expect(newest.map(({ eventId }) => eventId)).toEqual(['evt_e99']);
    // Redeliveries are known, answered requests are answered again, one that never ended is free.
    const row = toyRow('inb_98', 'other', { receivedAtMs: nowMs });
    const again = { ...row, bodyDigest: digestOf('one'), dedupe: { key: 'once', expiresAtMs: nowMs + HOUR_MS } };
    expect(await fresh.keepInbound([again])).toEqual([{ outcome: 'duplicate', id: 'inb_11' }]);
    const key = { tokenId: 'tok_1', route: 'POST /v1/x', bodyDigest: 'b' };
    expect(await fresh.beginIdempotent({ ...key, key: 'answered' }, nowMs)).toMatchObject({ outcome: 'replay' });
    expect(await fresh.beginIdempotent({ ...key, key: 'never ended' }, nowMs)).toEqual({ outcome: 'new' });
    const timers = await fresh.claimTimers({ owner: 'next', nowMs, leaseMs: 60_000, limit: 10 });
    expect(timers.map(({ id }) => id)).toContain('tmr_1');
  });

  it('has every table of the old one', async () => {
    const client = new Database(':memory:');
    onTestFinished(() => void client.close());
    const { path } = await filledStore();
    client.prepare('ATTACH ? AS old').run(path);
    const names = client.prepare("SELECT name FROM old.sqlite_schema WHERE type = 'table'").pluck().all() as string[];

    const moved = MOVED.map(({ table }) => getTableConfig(table).name).filter(name => name !== 'inbound_queue');

    expect(moved.sort()).toEqual(names.filter(name => !/^sqlite_|^migration$/.test(name)).sort());
  });
});

describe('a move', () => {
  it('refuses a database that is not empty, and leaves it as it is', async () => {
    const { path } = await filledStore();
    const url = await ownDatabase();
    const store = await openStore(url);
    await store.setTimer({ id: 'tmr_9', account: null, kind: 'purge', subject: '', dueAtMs: 0 }, 'keep', 0);
    await store.close();

    await expect(move(path, url)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(
        /^The database .+ is not empty \(rows in timer\), and a store is moved into an empty/,
      ),
    });
    const rows = await inDatabase(url, client => client.query('SELECT id FROM timer'));
    expect(rows.rows).toEqual([{ id: 'tmr_9' }]);
  });

  it('that is interrupted keeps nothing, and can be started again', async () => {
    const { path } = await filledStore();
    const url = await ownDatabase();
    const interruption = new AbortController();
    const seen: string[] = [];
    const onProgress: MoveOptions['onProgress'] = ({ table }) => {
      seen.push(table);
      if (table === 'event') interruption.abort();
    };

    await expect(move(path, url, { onProgress, signal: interruption.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });

    expect(seen).toContain('return');
    const left = await inDatabase(url, client => client.query('SELECT count(*)::integer AS rows FROM "return"'));
    expect(left.rows).toEqual([{ rows: 0 }]);
    expect((await move(path, url)).returns).toBeGreaterThan(0);
  });

  it('that loses its connection keeps nothing', async () => {
    const { path } = await filledStore();
    const url = await ownDatabase();
    let cut: Promise<unknown> = Promise.resolve();
    const onProgress: MoveOptions['onProgress'] = ({ table, step }) => {
      if (table !== 'event' || step !== 'copy') return;
      cut = inDatabase(url, client =>
        client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        ),
      );
    };

    await expect(move(path, url, { onProgress })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

    await cut;
    const left = await inDatabase(url, client => client.query('SELECT count(*)::integer AS rows FROM "return"'));
    expect(left.rows).toEqual([{ rows: 0 }]);
  });

  it('keeps nothing where something differs', async () => {
    const { path } = await filledStore();
    const url = await ownDatabase();
    const client = new Database(path);
    client.exec(
      'UPDATE interpretation SET inbound_ref = 9999 WHERE inbound_ref = (SELECT max(inbound_ref) FROM interpretation)',
    );
    client.close();

    await expect(move(path, url)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(
        /^The table interpretation differs: 10 rows there, 9 of them sent, 9 found again\. Nothing was kept/,
      ),
    });
    const left = await inDatabase(url, other => other.query('SELECT count(*)::integer AS rows FROM inbound'));
    expect(left.rows).toEqual([{ rows: 0 }]);
  });

  it('reads only a store that nobody has open, of this version', async () => {
    const { path } = await filledStore();
    const url = await ownDatabase();
    const store = await openStore(`sqlite:${path}`);

    await expect(move(path, url)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await store.close();
    const client = new Database(path);
    client.exec('DELETE FROM migration WHERE number > 1');
    client.close();
    await expect(move(path, url)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `The store ${path} is of an older version: bring it to this one with \`retour migrate\`.`,
    });
    await expect(move(`${path}.none`, url)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('takes what a killed process left in the log', async () => {
    const [folder, url] = [temporaryFolder(), await ownDatabase()];
    const store = await openStore(`sqlite:${join(folder, 'open.db')}`, { checkpointEveryMs: 3_600_000 });
    onTestFinished(() => store.close());
    await recorded(store, write('ret_1', { events: [event('e1', 1)] }));
    for (const part of ['', '-wal']) copyFileSync(join(folder, `open.db${part}`), join(folder, `left.db${part}`));

    expect(await move(join(folder, 'left.db'), url)).toMatchObject({ returns: 1 });
  });

  it('leaves the old store as it was', async () => {
    const { path } = await filledStore();
    const url = await ownDatabase();
    const contentOf = () => {
      const client = new Database(path, { readonly: true });
      const tables = client.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
      const content = tables.map(name => client.prepare(`SELECT * FROM "${name}"`).all());
      client.close();
      return digestOf(JSON.stringify(content));
    };
    const before = contentOf();

    await move(path, url);

    expect(contentOf()).toBe(before);
  });
});
