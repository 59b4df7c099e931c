import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { interpret } from '../../src/pipeline/interpret.ts';
import { createNoteFindings } from '../../src/pipeline/note-findings.ts';
import { createDriftWatch } from '../../src/pipeline/watch-drift.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { InboundWork, Store } from '../../src/storage/store.ts';
import { temporaryFolder } from '../storage/place.ts';
import { TEN_O_CLOCK, told, toyConnection, toyRow } from './toy-adapter.ts';

async function openWatch(options: { readonly store?: Store; readonly changed?: Partial<Store> } = {}) {
  const store = options.store ?? (await openStore(`sqlite:${join(temporaryFolder(), 'retour.db')}`));
  if (options.store === undefined) onTestFinished(() => store.close());
  const clock = { nowMs: TEN_O_CLOCK };
  const log = { warn: () => undefined, error: (line: object) => expect.fail(JSON.stringify(line)) } as never;
  const used = { ...store, ...options.changed };
  const drift = createDriftWatch({
    store: used,
    note: createNoteFindings({ store: used, log }),
    now: () => clock.nowMs,
    log,
  });
  await store.keepInbound([{ ...toyRow('inb_0', []), dedupe: null, bodyDigest: '0'.repeat(64) }]);
  let ids = 0;
  /** So many notices whose body has these fields, each counted once by the watch. */
  const come = async (count: number, fields: object = {}, changes: Partial<InboundWork> = {}) => {
    for (let nth = 0; nth < count; nth += 1) {
      observe({ ...told('return:R-1', { type: 'return.requested' }), ...fields }, changes);
      if (nth % 50 === 49) await drift.flush('due');
    }
    await drift.flush('due');
  };
  const observe = (notice: object, changes: Partial<InboundWork> = {}) =>
    drift.observe([interpret(toyRow(`inb_${++ids}`, [notice], changes), toyConnection())]);
  return {
    store,
    drift,
    clock,
    come,
    observe,
    findings: () => store.listFindings('all', {}, { limit: 50, after: null }),
  };
}

describe('the drift watch', () => {
  it('tells a field that is new after a hundred notices, over a restart, and never its text', async () => {
    const first = await openWatch();
    await first.come(100);
    await first.drift.flush('all');
    const { come, findings } = await openWatch({ store: first.store });

    await come(1, { box: 'XL-1' });
    await come(1, { box: 'XL-2' });

    expect(await findings()).toMatchObject([
      {
        account: 'acme',
        connection: 'toy',
        kind: 'new_field',
        subject: 'toy /*/box',
        count: 1,
        detail: { sample: { type: 'string', form: 'AA-9' }, ofNotices: 101, inboundId: 'inb_1' },
        closedAtMs: null,
      },
    ]);
    expect(JSON.stringify(await findings())).not.toContain('XL');
  });

  it('tells a field that no longer comes, and closes that when it comes again', async () => {
    const { come, drift, findings, clock } = await openWatch();
    await come(200, { box: 1 });

    await come(100);
    await drift.flush('all');
    const gone = await findings();
    clock.nowMs += 1000;
    await come(1, { box: 2 });

    const detail = { share: 1, ofNotices: 200, missingIn: 100 };
    expect(gone).toMatchObject([{ kind: 'vanished_field', subject: 'toy /*/box', detail, closedAtMs: null }]);
    expect(await findings()).toMatchObject([{ kind: 'vanished_field', closedAtMs: clock.nowMs }]);
  });

  it('tells words that are new at once, and counts them', async () => {
    const { observe, drift, findings } = await openWatch();
    const change = { reason: { code: 'other', providerCode: 'Jo Doe' } };
    const urgent = [
      observe({ outcome: 'unrecognized', because: 'x' }),
      observe(told('return:R-1', { type: 'return.cancelled', change })),
      observe(told('return:R-1', { type: 'return.cancelled', change })),
    ];

    await drift.flush('due');

    expect(urgent).toEqual([true, true, false]);

    expect((await findings()).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'new_code', subject: 'toy /reason AA AAA', count: 2, detail: { inboundId: 'inb_3' } },
      { kind: 'new_type', subject: 'toy', count: 1, detail: { inboundId: 'inb_1' } },
    ]);
  });

  it.each<[string, Partial<InboundWork>]>([
    ['what proves nothing', { trust: 'hint' }],
    ['what was read before', { interpretedVersion: 1 }],
  ])('looks past %s', async (_, changes) => {
    const { come, observe, drift, findings, store } = await openWatch();
    await come(100);
    await drift.flush('all');

    await come(20, { box: 1 }, changes);
    observe({ outcome: 'unrecognized', because: 'x' }, changes);
    await drift.flush('all');

    expect(await findings()).toEqual([]);
    expect((await store.loadShapes('acme', 'toy'))[0]?.content).toMatchObject({ notices: 100 });
  });

  it('learns nothing from what was not understood', async () => {
    const { observe, drift, store } = await openWatch();
    observe({ outcome: 'unrecognized', because: 'x' });
    observe({ outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: null, message: 'x' } });
    observe({ outcome: 'ignored', because: 'x' });

    await drift.flush('all');

    expect((await store.loadShapes('acme', 'toy'))[0]?.content).toMatchObject({ notices: 1 });
  });

  it('writes mere counts late: after half a minute, or at the end', async () => {
    const { come, drift, store, clock } = await openWatch();
    const notices = async () =>
      ((await store.loadShapes('acme', 'toy'))[0]?.content as { notices: number } | undefined)?.notices;
    await come(1);
    const atOnce = await notices();

    await come(10);
    const soon = await notices();
    clock.nowMs += 30_000;
    await drift.flush('due');
    const later = await notices();
    await come(5);
    await drift.flush('all');

    expect([atOnce, soon, later, await notices()]).toEqual([1, 1, 11, 16]);
  });

  it('looks at one in ten of a type once there were very many, and at the first of every other', async () => {
    const { observe, drift, store } = await openWatch();
    for (let nth = 0; nth < 300; nth += 1) observe(told('return:R-1', { type: 'return.requested' }));
    const late = interpret(toyRow('inb_x', [told('return:R-1', { type: 'return.requested' })]), toyConnection());
    drift.observe([{ ...late, notices: late.notices.map(notice => ({ ...notice, type: 'rare' })) }]);

    await drift.flush('all');

    const shapes = (await store.loadShapes('acme', 'toy')).toSorted((a, b) => (a.type < b.type ? -1 : 1));
    expect(shapes.map(({ type, content }) => [type, (content as { notices: number }).notices])).toEqual([
      ['rare', 1],
      ['toy', 120],
    ]);
  });

  it('adds up with what another process wrote in between, and both tell one finding', async () => {
    const one = await openWatch();
    await one.come(100);
    await one.drift.flush('all');
    const other = await openWatch({ store: one.store });
    await other.come(1);
    await other.drift.flush('all');

    await one.come(1, { box: 1 });
    await other.come(1, { box: 2 });
    await Promise.all([one.drift.flush('all'), other.drift.flush('all')]);

    const [row] = await one.store.loadShapes('acme', 'toy');
    expect(row?.content).toMatchObject({ notices: 103 });
    expect(await one.findings()).toMatchObject([{ kind: 'new_field', subject: 'toy /*/box' }]);
  });

  it('tells what could not be kept when it comes again', async () => {
    let isDown = true;
    const own = await openStore(`sqlite:${join(temporaryFolder(), 'retour.db')}`);
    onTestFinished(() => own.close());
    const saveShapes: Store['saveShapes'] = async rows => {
      if (isDown) throw new GatewayError('STORE_UNAVAILABLE', 'The store is away.');
      return own.saveShapes(rows);
    };
    const first = await openWatch({ store: own });
    await first.come(100);
    await first.drift.flush('all');
    const { observe, drift, come, findings } = await openWatch({ store: own, changed: { saveShapes } });
    observe({ ...told('return:R-1', { type: 'return.requested' }), box: 1 });

    await expect(drift.flush('due')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    isDown = false;
    await come(1, { box: 1 });

    expect(await findings()).toMatchObject([{ subject: 'toy /*/box', count: 2 }]);
  });

  it('watches a hundred types of a connection and gives two hundred new words a finding of their own', async () => {
    const { drift, store } = await openWatch();
    const read = interpret(toyRow('inb_1', [told('return:R-1', { type: 'return.requested' })]), toyConnection());
    const as = (type: string, state = 'recorded') => ({
      ...read,
      notices: read.notices.map(notice => ({ ...notice, type, state: state as 'recorded', events: [] })),
    });
    const name = (n: number) => `type-${String.fromCharCode(97 + (n % 26))}${Math.floor(n / 26)}`;
    for (let n = 0; n < 120; n += 1) drift.observe([as(name(n))]);
    await drift.flush('all');
    for (let n = 0; n < 250; n += 1) drift.observe([as(name(n), 'unrecognized')]);
    await drift.flush('all');

    expect(await store.loadShapes('acme', 'toy')).toHaveLength(100);
    const found = await store.listFindings('all', {}, { limit: 500, after: null });
    expect(found).toHaveLength(201);
    expect(found.find(({ subject }) => subject === 'others')).toMatchObject({ count: 50 });
  });
});
