import { describe, expect, it } from 'vitest';
import { toyAdapter, toyConnection, toyDestination, toyRow } from './toy-adapter.ts';
import { forgets, mended, refund, refundAt, requested } from './toy-refunds.ts';
import { DELIVERED, openWorkshop, refusedWith } from './workshop.ts';

const toleratesNew = toyConnection(
  toyAdapter(2, normalized => (normalized.outcome === 'unrecognized' ? requested : normalized)),
);

describe('a replay', () => {
  it('with the same adapter is identical and writes nothing new', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested, refund(2500));
    await workshop.deliver();
    await workshop.deliver();

    const answer = await workshop.replay('inb_1', false);

    expect(answer).toMatchObject({
      outcome: 'identical',
      adapter: { id: 'toy', version: 1, previousVersion: 1 },
      returns: [],
    });
    expect(answer!.events.map(event => event.effect)).toEqual(['unchanged', 'unchanged']);
    expect(answer!.deliveries.map(delivery => delivery.effect)).toEqual(['already_delivered', 'already_delivered']);
    await workshop.deliver();
    expect(workshop.sent).toHaveLength(2);
  });

  it('previews the canonical difference without writing it', async () => {
    const workshop = await openWorkshop({
      destinations: [toyDestination('all'), toyDestination('labels', { events: ['label.*'] })],
    });
    await workshop.tell('inb_1', refund(250_000));
    workshop.mend(mended);

    const preview = await workshop.replay('inb_1', true);

    const [settlement] = (await workshop.returns())[0]!.state.settlements;
    expect(preview).toMatchObject({
      dryRun: true,
      outcome: 'changed',
      adapter: { version: 2, previousVersion: 1 },
      events: [{ type: 'refund.issued', effect: 'revised' }],
      returns: [
        { differences: [{ path: `/settlements/${settlement!.id}/amount/amountMinor`, before: 250_000, after: 2500 }] },
      ],
      deliveries: [
        { destination: 'all', effect: 'would_send' },
        { destination: 'labels', effect: 'filtered' },
      ],
    });
    expect(settlement!.amount!.amountMinor).toBe(250_000);
  });

  it('corrects once: a revision with its own webhook-id, and a second replay changes nothing', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', refund(250_000));
    await workshop.deliver();
    workshop.mend(mended);

    await workshop.replay('inb_1', false);
    await workshop.deliver();
    const second = await workshop.replay('inb_1', false);
    await workshop.deliver();

    const [first, corrected, ...more] = workshop.sent.map(each => ({
      id: each.headers['webhook-id'],
      data: JSON.parse(each.body).data,
    }));
    expect(more).toEqual([]);
    expect(corrected!.id).toBe(`${first!.id}_r2`);
    expect(corrected!.data).toMatchObject({
      revision: 2,
      sequence: 2,
      withdrawn: false,
      replayOf: first!.id,
      change: { settlement: { amount: { amountMinor: 2500 } } },
    });
    expect(second).toMatchObject({ outcome: 'identical' });
  });

  it('does not count a message that waits already as one more to send', async () => {
    const workshop = await openWorkshop({ destinations: [toyDestination('all'), toyDestination('down')] });
    workshop.answerWith(({ url }) => (url.endsWith('/down') ? refusedWith(503) : DELIVERED));
    await workshop.tell('inb_1', refund(2500));
    await workshop.deliver();

    expect(await workshop.replay('inb_1', true)).toMatchObject({
      outcome: 'identical',
      deliveries: [
        { destination: 'all', effect: 'already_delivered' },
        { destination: 'down', effect: 'queued_already' },
      ],
    });
  });

  it('looks at the message of the last revision, not at those it replaced', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', refund(250_000));
    await workshop.deliver();
    workshop.mend(mended);
    await workshop.replay('inb_1', false);

    expect(await workshop.replay('inb_1', true)).toMatchObject({
      outcome: 'identical',
      deliveries: [{ destination: 'all', effect: 'queued_already' }],
    });
  });

  it('records what an unknown word told once a mapping exists', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', { outcome: 'unrecognized', because: 'a new status' });
    expect(await workshop.store.listInbound('all', { state: 'unrecognized' }, { limit: 5, after: null })).toMatchObject(
      [{ id: 'inb_1', fingerprint: 'normalize · toy@1 · UNRECOGNIZED' }],
    );
    workshop.mend(toleratesNew);

    const answer = await workshop.replay('inb_1', false);

    expect(answer).toMatchObject({
      outcome: 'fixed',
      notices: [{ before: 'unrecognized', after: 'recorded' }],
      events: [{ effect: 'new' }],
    });
    expect(await workshop.store.getInbound('all', 'inb_1')).toMatchObject({
      state: 'recorded',
      fingerprint: null,
      interpretedVersion: 2,
    });
  });

  it('of what still fails says so', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', 'bad');

    expect(await workshop.replay('inb_1', true)).toMatchObject({
      outcome: 'still_failing',
      notices: [{ before: 'unreadable', after: 'unreadable', problem: { code: 'SCHEMA_MISMATCH' } }],
    });
  });

  it('of a row that is not there is null', async () => {
    const workshop = await openWorkshop();

    expect(await workshop.replay('inb_00000000000000000000000009', true)).toBeNull();
  });
});

describe('provenance', () => {
  it('of a withdrawal is the row whose replay withdrew it, as read this time', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    workshop.clock.nowMs += 60_000;
    await workshop.tell('inb_2', requested, refundAt('2026-11-20T09:30:00.000Z'));
    workshop.mend(forgets('refund.issued'));

    await workshop.replay('inb_2', false);

    const [returned] = await workshop.returns();
    const withdrawal = (await workshop.store.listReturnEvents('all', returned!.id, 0, 10))!.at(-1);
    expect(withdrawal).toMatchObject({
      type: 'refund.issued',
      withdrawn: true,
      occurredAt: '2026-11-20T09:30:00.000Z',
      receivedAt: '2026-11-20T10:01:00.000Z',
      effectiveAt: '2026-11-20T09:30:00.000Z',
      change: {},
      provenance: {
        inboundIds: ['inb_2'],
        trust: 'signed',
        secretIndex: 0,
        adapter: { id: 'toy', version: 2 },
        configRevision: 'rev_1',
      },
    });
  });

  it('names the configuration revision under which a fact was read, not the one at its receipt', async () => {
    const workshop = await openWorkshop();
    await workshop.receive(
      toyRow('inb_1', [{ outcome: 'unrecognized', because: 'a new status' }], { configRevision: 'rev_0' }),
    );
    workshop.mend(toleratesNew);

    await workshop.replay('inb_1', false);

    const [returned] = await workshop.returns();
    const events = await workshop.store.listReturnEvents('all', returned!.id, 0, 10);
    expect(events![0]!.provenance).toMatchObject({ configRevision: 'rev_1', adapter: { id: 'toy', version: 2 } });
    expect(await workshop.store.getInbound('all', 'inb_1')).toMatchObject({ configRevision: 'rev_0' });
  });
});
