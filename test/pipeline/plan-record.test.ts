import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/pipeline/interpret.ts';
import type { NewEvent } from '../../src/storage/store.ts';
import { createRecording } from '../conformance/recording.ts';
import { TEN_O_CLOCK, told, toyAccounts, toyAdapter, toyConnection, toyDestination, toyRow } from './toy-adapter.ts';

const AT = (minute: number) => new Date(TEN_O_CLOCK + minute * 60_000).toISOString();
const requested = {
  type: 'return.requested',
  change: { details: { order: { number: 'MK-1', id: null, placedAt: null }, items: [{ ref: 'a', quantity: 1 }] } },
};
const refund = (amountMinor: number, ref = 'RF-1') => ({
  type: 'refund.issued',
  subject: ref,
  occurrence: { by: 'id', id: ref },
  change: { settlement: { ref, kind: 'refund', state: 'paid', amount: { amountMinor, currency: 'USD' } } },
});
const parcel = (type: string, trackingNumber: string) => ({
  type,
  subject: trackingNumber,
  change: { shipment: { ref: trackingNumber, carrier: 'UPS', trackingNumber } },
});

function gateway(destinations = [toyDestination('all')], adapter = toyAdapter()) {
  const connection = toyConnection(adapter);
  const recording = createRecording(toyAccounts([connection, toyConnection(adapter, 'carrier')], destinations));
  const tell = (id: string, ...notices: readonly unknown[]) => tellAt(0, id, ...notices);
  const tellAt = (minute: number, id: string, ...notices: readonly unknown[]) =>
    recording.record([interpret(toyRow(id, notices, { receivedAtMs: TEN_O_CLOCK + minute * 60_000 }), connection)]);
  const carrier = (id: string, ...notices: readonly unknown[]) =>
    recording.record([interpret(toyRow(id, notices, { connection: 'carrier' }), connection)]);
  return { recording, tell, tellAt, carrier };
}

const eventsOf = (plan: ReturnType<ReturnType<typeof gateway>['tell']>): readonly NewEvent[] =>
  plan.returns.flatMap(each => each.write.events);
const brief = ({ type, sequence, revision, withdrawn }: NewEvent) => ({ type, sequence, revision, withdrawn });

describe('recording', () => {
  it('is done with a notice that only points to an object, which no return has to be found for', () => {
    const fetching = {
      kinds: ['rma'],
      request: () => ({ method: 'GET', path: '/rma/7', headers: {} }) as const,
      limits: () => [],
    };
    const { recording, tell } = gateway([toyDestination('all')], { ...toyAdapter(), fetching });

    tell('inb_1', { outcome: 'fetch', refs: [{ kind: 'rma', id: '7' }] });

    expect(recording.outcomes().get('inb_1')).toMatchObject({
      state: 'recorded',
      notices: [{ state: 'recorded', eventIds: [], problem: { code: 'FETCHING' } }],
      attachesBy: [],
    });
    expect(recording.returns()).toEqual([]);
  });

  it('gives each new fact the next sequence, and each destination that wants it a delivery', () => {
    const { tell } = gateway([toyDestination('all'), toyDestination('money', { events: ['refund.*'] })]);

    tell('inb_1', told('return:R-1', requested));
    const [event] = eventsOf(tell('inb_2', told('return:R-1', refund(2500))));

    expect(event).toMatchObject({ type: 'refund.issued', sequence: 2, revision: 1, withdrawn: false, late: false });
    expect(event!.deliveries.map(delivery => [delivery.destination, delivery.webhookId])).toEqual([
      ['all', event!.eventId],
      ['money', event!.eventId],
    ]);
    const body = JSON.parse(event!.body!);
    expect(body).toMatchObject({
      type: 'refund.issued',
      timestamp: AT(0),
      data: { schema: 1, account: 'acme', provider: 'toy', sequence: 2, occurredAt: null, timeSource: 'received' },
    });
    expect(body.data.return).toMatchObject({
      order: { number: 'MK-1' },
      settlements: [{ amount: { amountMinor: 2500 } }],
      sequence: 2,
    });
    expect(body.data.return).not.toHaveProperty('shopper');
  });

  it('counts one refund once, however many notices and rows tell it', () => {
    const { recording, tell } = gateway();

    tell('inb_1', told('return:R-1', refund(2500)), told('return:R-1', refund(2500)));
    const again = tell('inb_2', told('return:R-1', refund(2500)));

    expect(eventsOf(again)).toEqual([]);
    expect(recording.returns()[0]!.state.settlements).toMatchObject([{ amount: { amountMinor: 2500 } }]);
    expect(recording.outcomes().get('inb_2')!.notices[0]!.eventIds).toEqual(
      recording.outcomes().get('inb_1')!.notices[0]!.eventIds,
    );
  });

  it('marks a fact late that belongs before what was recorded, and resends nothing', () => {
    const { tell } = gateway();

    tell('inb_1', told('return:R-1', { ...refund(2500), occurredAt: AT(-10) }));
    const events = eventsOf(tell('inb_2', told('return:R-1', { ...requested, occurredAt: AT(-60) })));

    expect(events).toMatchObject([{ type: 'return.requested', sequence: 2, late: true, occurredAt: AT(-60) }]);
  });

  it('records silently what a backfill tells: state yes, deliveries no', () => {
    const { recording, tell } = gateway();

    const [event] = eventsOf(tell('inb_1', { ...told('return:R-1', requested), silent: true }));

    expect(event).toMatchObject({ sequence: 1, body: null, deliveries: [] });
    expect(recording.returns()[0]!.state.status).toBe('requested');
  });

  it('enriches a return by a description without any event', () => {
    const { recording, tell } = gateway();

    tell('inb_1', told('return:R-1', requested));
    const plan = tell(
      'inb_2',
      told('return:R-1', { type: 'return.snapshot', change: { details: { rmaNumber: 'RMA-9' } } }),
    );

    expect(eventsOf(plan)).toEqual([]);
    expect(recording.returns()[0]).toMatchObject({ sequence: 1, state: { rmaNumber: 'RMA-9' } });
  });
});

describe('reading a row again', () => {
  const misread = told('return:R-1', requested, refund(2500), refund(999, 'RF-2'));

  it('with the same adapter changes nothing', () => {
    const { tell } = gateway();
    tell('inb_1', misread);

    const again = tell('inb_1', misread);

    expect(eventsOf(again)).toEqual([]);
    expect(again.returns[0]!.changes.map(change => change.effect)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  it('with a mended adapter gives a revision, a withdrawal and a new fact, each the next sequence', () => {
    const { recording, tell } = gateway();
    tell('inb_1', misread);

    const events = eventsOf(tell('inb_1', told('return:R-1', requested, refund(250), refund(50, 'RF-3'))));

    const byType = events.map(event => ({
      ...brief(event),
      webhookIds: event.deliveries.map(each => each.webhookId),
      replayOf: event.replayOf,
    }));
    const [revised, withdrawn, fresh] = ['revised', 'withdrawn', 'new'].map(
      kind =>
        byType.find(
          (_, index) =>
            (events[index]!.withdrawn ? 'withdrawn' : events[index]!.revision === 2 ? 'revised' : 'new') === kind,
        )!,
    );
    expect(events.map(event => event.sequence)).toEqual([4, 5, 6]);
    expect(revised).toMatchObject({ revision: 2, withdrawn: false, webhookIds: [`${revised!.replayOf}_r2`] });
    expect(withdrawn).toMatchObject({ revision: 2, withdrawn: true, webhookIds: [`${withdrawn!.replayOf}_r2`] });
    expect(fresh).toMatchObject({ revision: 1, withdrawn: false, replayOf: null });
    expect(
      recording
        .returns()[0]!
        .state.settlements.map(each => each.amount!.amountMinor)
        .sort(),
    ).toEqual([250, 50]);
  });

  it('brings a withdrawn fact back as its next revision', () => {
    const { tell } = gateway();
    tell('inb_1', told('return:R-1', refund(2500)));
    tell('inb_1', told('return:R-1', requested));

    const events = eventsOf(tell('inb_1', told('return:R-1', requested, refund(2500))));

    expect(events.map(brief)).toEqual([{ type: 'refund.issued', sequence: 4, revision: 3, withdrawn: false }]);
  });

  it('leaves a fact that another row tells, too', () => {
    const { tell } = gateway();
    tell('inb_1', told('return:R-1', refund(2500)));
    tellAgain();

    expect(eventsOf(tell('inb_1', told('return:R-1', requested))).map(event => event.type)).toEqual([
      'return.requested',
    ]);

    function tellAgain() {
      tell('inb_2', told('return:R-1', refund(2500)));
    }
  });
});

describe('correlation', () => {
  it('lets only a unique id identify: one order line in two returns stays two', () => {
    const { recording, tell } = gateway();

    tell('inb_1', told(['return:R-1', 'order_line:MK-1/a'], requested));
    tell('inb_2', told(['return:R-2', 'order_line:MK-1/a'], requested));

    expect(recording.returns()).toHaveLength(2);
  });

  it('lets a parcel fact wait until a return has its number, across connections', () => {
    const { recording, tell, carrier } = gateway();

    carrier('inb_1', told('tracking:1Z9', parcel('shipment.delivered', '1Z9')));
    expect(recording.outcomes().get('inb_1')).toMatchObject({
      state: 'waiting',
      attachesBy: [{ kind: 'tracking', value: '1Z9', seen: [] }],
    });
    expect(recording.returns()).toEqual([]);

    tell('inb_2', told('return:R-1', parcel('label.issued', '1Z9')));

    expect(recording.outcomes().get('inb_1')).toMatchObject({ state: 'recorded' });
    expect(recording.returns()).toMatchObject([{ connection: 'toy', state: { status: 'received' } }]);
  });

  it('tells every return in a consolidated parcel, each under an event id of its own', () => {
    const { recording, tell, carrier } = gateway();
    tell('inb_1', told('return:R-1', parcel('label.issued', '1Z9')));
    tell('inb_2', told('return:R-2', parcel('label.issued', '1Z9')));

    const events = eventsOf(carrier('inb_3', told('tracking:1Z9', parcel('shipment.delivered', '1Z9'))));

    expect(recording.returns().map(each => each.state.status)).toEqual(['received', 'received']);
    expect(new Set(events.map(event => event.eventId)).size).toBe(2);
  });

  it('leaves a fact of an order line waiting where two returns have that line', () => {
    const { recording, tell } = gateway();
    tell('inb_1', told(['return:R-1', 'order_line:MK-1/a'], requested));
    tell('inb_2', told(['return:R-2', 'order_line:MK-1/a'], requested));

    tell(
      'inb_3',
      told('order_line:MK-1/a', {
        type: 'item.received',
        subject: 'a',
        change: { items: [{ ref: 'a', quantity: 1 }] },
      }),
    );

    expect(recording.outcomes().get('inb_3')).toMatchObject({ state: 'waiting' });
  });
});

describe('two returns that prove to be one', () => {
  function merged() {
    const each = gateway();
    each.tellAt(0, 'inb_1', told('return:R-1', requested));
    each.tellAt(
      1,
      'inb_2',
      told('express_code:HR1', refund(2500)),
      told('express_code:HR1', parcel('shipment.in_transit', '1Z9')),
    );
    const [older, younger] = each.recording.returns();
    const plan = each.tellAt(
      2,
      'inb_3',
      told(['return:R-1', 'express_code:HR1'], { type: 'return.snapshot', change: { details: { rmaNumber: 'HR1' } } }),
    );
    return { ...each, older: older!, younger: younger!, write: plan.returns[0]!.write };
  }

  it('become the one recorded first, with the facts of both under their own event ids', () => {
    const { recording, older, younger, write } = merged();

    expect(recording.returns().map(each => each.id)).toEqual([older.id]);
    expect(
      recording
        .returns()[0]!
        .facts.map(fact => fact.eventId)
        .sort(),
    ).toEqual([...older.facts, ...younger.facts].map(fact => fact.eventId).sort());
    expect(recording.returns()[0]!.state).toMatchObject({
      status: 'in_transit',
      settlements: [{ amount: { amountMinor: 2500 } }],
      rmaNumber: 'HR1',
    });
    expect(write.absorbs).toMatchObject([{ id: younger.id, firstSequence: 2 }]);
  });

  it('say so once on each line, and send nothing again', () => {
    const { older, younger, write } = merged();

    expect(write.events.map(event => [event.type, event.sequence, event.change])).toEqual([
      ['return.merged', 4, { from: younger.id }],
    ]);
    const farewell = write.absorbs[0]!.farewell;
    expect([farewell.type, farewell.sequence, farewell.change]).toEqual(['return.merged', 3, { into: older.id }]);
    expect(JSON.parse(farewell.body!).data.return).toMatchObject({ id: younger.id });
    expect(write.sequence).toBe(4);
  });

  it('go on counting from the survivor’s sequence', () => {
    const { tellAt } = merged();

    expect(eventsOf(tellAt(3, 'inb_4', told('express_code:HR1', refund(50, 'RF-9')))).map(brief)).toEqual([
      { type: 'refund.issued', sequence: 5, revision: 1, withdrawn: false },
    ]);
  });
});

describe('personal data', () => {
  const email = (value: string, minute: number) => ({
    ...requested,
    subject: `asked-${minute}`,
    occurredAt: AT(minute),
    change: { details: { shopper: { email: value } } },
  });

  it('is the latest that was stated, whatever the order of recording', () => {
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const { recording, tell } = gateway();
      for (const which of order) tell(`inb_${which}`, told('return:R-1', email(`${which}@example.com`, which - 10)));

      expect(recording.returns()[0]!.shopper.email!.value).toBe('2@example.com');
    }
  });

  it('stands in no fact, event or body', () => {
    const { recording, tell } = gateway();

    const plan = tell('inb_1', told('return:R-1', email('canary@example.com', -1)));

    const { shopper, ...rest } = recording.returns()[0]!;
    expect(JSON.stringify([rest, eventsOf(plan)])).not.toContain('canary@example.com');
    expect(shopper.email!.value).toBe('canary@example.com');
  });
});

describe('what attaches', () => {
  const label = (returnId: string) => told(`return:${returnId}`, parcel('label.issued', '1Z9'));
  const scan = told('tracking:1Z9', parcel('shipment.delivered', '1Z9'));
  const orders = [
    ['a', 'b', 's'],
    ['a', 's', 'b'],
    ['s', 'a', 'b'],
    ['b', 's', 'a'],
  ];

  it.each(orders)('reaches every return with the number, whatever the order: %s %s %s', (...order) => {
    const { recording, tell, carrier } = gateway();
    const steps: Record<string, () => void> = {
      a: () => tell('inb_a', label('R-1')),
      b: () => tell('inb_b', label('R-2')),
      s: () => carrier('inb_s', scan),
    };

    for (const step of order) steps[step]!();

    expect(recording.returns().map(each => each.state.status)).toEqual(['received', 'received']);
  });

  it('leaves a return that has lost the number', () => {
    const { recording, tell, carrier } = gateway();
    tell('inb_a', label('R-1'));
    carrier('inb_s', scan);

    tell('inb_a', told('return:R-1', parcel('label.issued', '1ZOTHER')));

    expect(recording.returns()[0]!.state).toMatchObject({
      status: 'authorized',
      shipments: [{ trackingNumber: '1ZOTHER' }],
    });
    expect(recording.outcomes().get('inb_s')).toMatchObject({ state: 'waiting' });
  });

  it('finds its return once two that share an order line have become one', () => {
    const { recording, tell } = gateway();
    tell('inb_1', told(['return:R-1', 'order_line:MK-1/a'], requested));
    tell('inb_2', told(['express_code:HR1', 'order_line:MK-1/a'], refund(2500)));
    tell(
      'inb_3',
      told('order_line:MK-1/a', {
        type: 'item.received',
        subject: 'a',
        change: { items: [{ ref: 'a', quantity: 1 }] },
      }),
    );
    expect(recording.outcomes().get('inb_3')).toMatchObject({ state: 'waiting' });

    tell('inb_4', told(['return:R-1', 'express_code:HR1'], { type: 'return.snapshot', change: { details: {} } }));

    expect(recording.outcomes().get('inb_3')).toMatchObject({ state: 'recorded' });
    expect(recording.returns().map(each => each.state.status)).toEqual(['received']);
  });

  it('keeps its event ids when the returns it reached become one, and withdraws nothing', () => {
    const { recording, tell, carrier } = gateway();
    tell('inb_1', told('express_code:HR1', parcel('label.issued', '1Z9')));
    carrier('inb_s', scan);
    tell('inb_2', label('R-1'));
    const before = recording
      .returns()
      .flatMap(each => each.facts.map(fact => fact.eventId))
      .sort();

    const plan = tell(
      'inb_3',
      told(['return:R-1', 'express_code:HR1'], { type: 'return.snapshot', change: { details: {} } }),
    );

    expect(plan.returns[0]!.write.events.map(event => [event.type, event.withdrawn])).toEqual([
      ['return.merged', false],
    ]);
    expect(
      recording
        .returns()[0]!
        .facts.map(fact => fact.eventId)
        .sort(),
    ).toEqual(before);
  });
});

describe('a backfill', () => {
  it('is not announced when it proves wrong', () => {
    const { tell } = gateway();
    tell('inb_1', { ...told('return:R-1', requested, refund(1)), silent: true });

    const events = eventsOf(tell('inb_1', { ...told('return:R-1', requested), silent: true }));

    expect(events).toMatchObject([{ type: 'refund.issued', withdrawn: true, deliveries: [] }]);
  });
});

describe('a webhook of very many lines', () => {
  it('is refused as a whole, loudly, where its messages would fill the memory', () => {
    const lines = Array.from({ length: 1200 }, (_, index) => ({
      type: 'item.received',
      subject: `line-${index}`,
      change: { items: [{ ref: `line-${index}`, quantity: 1 }] },
    }));
    const { tell } = gateway();

    expect(() => tell('inb_1', told('return:R-1', ...lines))).toThrow('more than 32 MiB');
  });
});
