import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import { deriveFacts } from '../../src/model/derive-facts.ts';
import type { Telling } from '../../src/model/fact.ts';
import { FoldedReturn } from '../../src/model/return.ts';
import { ACCOUNT, at, fold, telling } from './tellings.ts';

const item = (ref: string, quantity = 1) => ({
  ref,
  quantity,
  orderNumber: 'MK-1',
  orderLineId: ref,
  sku: `SKU-${ref}`,
});
const details = (...items: ReturnType<typeof item>[]) => ({
  details: { order: { number: 'MK-1', id: null, placedAt: null }, items },
});
const droppedOff = (ref: string, minute: number, quantity = 1) =>
  telling(
    'shipment.dropped_off',
    { shipment: { ref: 'drop-off' }, items: [{ ref, quantity }] },
    { subject: ref, occurred: minute },
  );
const refund = (amountMinor: number, currency = 'USD', ref = 'total') =>
  ({ settlement: { ref, kind: 'refund', state: 'paid', amount: { amountMinor, currency } } }) as const;
const codes = (folded: FoldedReturn) => folded.anomalies.map(anomaly => anomaly.code);

describe('the headline', () => {
  const requested = telling('return.requested', details(item('a'), item('b')), { occurred: 0 });
  const authorized = telling('return.authorized', {}, { occurred: 1 });
  const transit = telling('shipment.in_transit', { shipment: { ref: 'p' } }, { subject: 'p', occurred: 3 });
  const delivered = telling('shipment.delivered', { shipment: { ref: 'p' } }, { subject: 'p', occurred: 4 });
  const inspected = telling('item.inspected', { items: [{ ref: 'a', quantity: 1 }] }, { subject: 'a', occurred: 5 });
  const completed = telling('return.completed', {}, { occurred: 6 });

  it.each([
    ['unknown', []],
    ['requested', [requested]],
    ['in_review', [requested, telling('return.review_required', {}, { occurred: 0 })]],
    ['authorized', [requested, authorized]],
    ['authorized', [telling('label.issued', { shipment: { ref: 'l', label: { kind: 'qr' } } })]],
    ['in_transit', [requested, authorized, droppedOff('a', 2)]],
    ['in_transit', [requested, authorized, transit]],
    ['received', [requested, authorized, transit, delivered]],
    [
      'received',
      [requested, telling('item.received', { items: [{ ref: 'a', quantity: 1 }] }, { subject: 'a', occurred: 4 })],
    ],
    ['inspected', [requested, authorized, transit, delivered, inspected]],
    ['completed', [requested, authorized, completed]],
    ['cancelled', [requested, authorized, telling('return.cancelled', { actor: 'shopper' }, { occurred: 2 })]],
    ['expired', [requested, authorized, telling('return.expired', {}, { occurred: 2 })]],
    ['rejected', [requested, telling('return.rejected', { stage: 'request' }, { occurred: 2 })]],
  ] as const)('is %s', (status, tellings) => {
    expect(fold(...tellings).status).toBe(status);
  });

  it('never counts an outbound parcel of an exchange', () => {
    const outbound = telling(
      'shipment.delivered',
      { shipment: { ref: 'x', direction: 'outbound' } },
      { subject: 'x', occurred: 9 },
    );

    expect(fold(requested, authorized, outbound).status).toBe('authorized');
  });

  it('takes a closing word back for `return.reopened` alone', () => {
    const cancelled = telling('return.cancelled', {}, { occurred: 2 });
    const again = telling('return.authorized', {}, { occurred: 3, occurrence: { by: 'time' } });
    const reopened = telling('return.reopened', {}, { occurred: 3 });

    expect(fold(requested, cancelled, again)).toMatchObject({
      status: 'cancelled',
      anomalies: [{ code: 'claim_refused' }],
    });
    expect(fold(requested, authorized, cancelled, reopened)).toMatchObject({ status: 'authorized', anomalies: [] });
  });

  it('goes on where goods moved after the return was closed, with an anomaly', () => {
    const folded = fold(requested, authorized, telling('return.expired', {}, { occurred: 2 }), droppedOff('a', 3));

    expect(folded.status).toBe('in_transit');
    expect(codes(folded)).toEqual(['moved_after_close']);
  });

  it('stays with the closing word where the movement was earlier, however late it is told', () => {
    const cancelled = telling('return.cancelled', {}, { occurred: 5 });
    const told = telling(
      'shipment.in_transit',
      { shipment: { ref: 'p' } },
      { subject: 'p', occurred: 3, received: 30 },
    );

    expect(fold(requested, cancelled, told)).toMatchObject({ status: 'cancelled', anomalies: [] });
  });

  it('keeps rejected when the provider closes the case afterwards', () => {
    const rejected = telling('return.rejected', { stage: 'request' }, { occurred: 2 });

    expect(fold(requested, rejected, completed)).toMatchObject({
      status: 'rejected',
      anomalies: [{ code: 'claim_refused' }],
    });
  });
});

describe('quantities', () => {
  const requested = telling('return.requested', details(item('a', 2), item('b')), { occurred: 0 });
  const authorized = telling('return.authorized', {}, { occurred: 1 });

  it('come from what was stated, the latest of a line and type counting', () => {
    const folded = fold(
      requested,
      authorized,
      droppedOff('a', 2),
      droppedOff('b', 2),
      telling(
        'item.received',
        { items: [{ ref: 'a', quantity: 1 }] },
        { subject: 'a', occurred: 4, occurrence: { by: 'time' } },
      ),
      telling(
        'item.received',
        { items: [{ ref: 'a', quantity: 2 }] },
        { subject: 'a', occurred: 5, occurrence: { by: 'time' } },
      ),
    );
    const quantities = Object.fromEntries(folded.items.map(each => [each.orderLineId, each.quantities]));

    expect(quantities.a).toEqual({
      requested: 2,
      authorized: 2,
      droppedOff: 1,
      received: 2,
      missing: 0,
      refused: 0,
      kept: 0,
    });
    expect(quantities.b).toEqual({
      requested: 1,
      authorized: 1,
      droppedOff: 1,
      received: 0,
      missing: 0,
      refused: 0,
      kept: 0,
    });
    expect(folded.dropOff?.state).toBe('partially_dropped');
  });

  it('become `dropped` once every authorized unit was handed over', () => {
    expect(fold(requested, authorized, droppedOff('a', 2, 2), droppedOff('b', 3)).dropOff).toEqual({
      state: 'dropped',
      at: at(3),
      location: null,
    });
  });

  it('authorize only the lines that a partial authorization names', () => {
    const folded = fold(requested, telling('return.authorized', details(item('a', 1)), { occurred: 1 }));

    expect(folded.items.map(each => [each.orderLineId, each.quantities.authorized]).sort()).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
  });

  it('count missing units as missing, not as received', () => {
    const missing = telling(
      'item.received',
      { items: [{ ref: 'a', quantity: 2, condition: { code: 'missing', providerCode: 'gone' } }] },
      { subject: 'a', occurred: 4 },
    );
    const folded = fold(requested, authorized, missing);

    expect(folded.items.find(each => each.orderLineId === 'a')?.quantities).toMatchObject({ received: 0, missing: 2 });
    expect(folded.status).toBe('authorized');
  });

  it('are all kept under the method keep_item', () => {
    const keep = telling(
      'return.snapshot',
      { details: { method: { code: 'keep_item', providerCode: 'green' } } },
      { occurred: 2 },
    );

    expect(
      fold(requested, authorized, keep)
        .items.map(each => each.quantities.kept)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('leave an anomaly where more came back than was asked for', () => {
    const folded = fold(requested, authorized, droppedOff('a', 2, 5));

    expect(folded.anomalies).toMatchObject([{ code: 'quantity_exceeded', at: at(2) }]);
    expect(folded.items.find(each => each.orderLineId === 'a')?.quantities.droppedOff).toBe(5);
  });
});

describe('money', () => {
  it('is stated, never summed: the latest total counts', () => {
    const folded = fold(
      telling('refund.issued', refund(1000), { occurred: 1, occurrence: { by: 'time' } }),
      telling('refund.issued', refund(2500), { occurred: 2, occurrence: { by: 'time' } }),
    );

    expect(folded.settlements).toMatchObject([
      { kind: 'refund', state: 'paid', amount: { amountMinor: 2500, currency: 'USD' }, at: at(2) },
    ]);
  });

  it('keeps two refunds of one provider apart by their ids', () => {
    const folded = fold(
      telling('refund.issued', refund(1000, 'USD', 'RF-1'), { subject: 'RF-1', occurrence: { by: 'id', id: 'RF-1' } }),
      telling('refund.issued', refund(500, 'USD', 'RF-2'), { subject: 'RF-2', occurrence: { by: 'id', id: 'RF-2' } }),
    );

    expect(folded.settlements.map(each => each.amount?.amountMinor).sort()).toEqual([1000, 500]);
  });

  it('moves before the goods do without an anomaly, and after a closing word with one', () => {
    const cancelled = telling('return.cancelled', {}, { occurred: 1 });
    const paid = telling('refund.issued', refund(1000), { occurred: 2 });

    expect(fold(paid)).toMatchObject({ anomalies: [], settlements: [{ state: 'paid' }] });
    expect(fold(cancelled, paid)).toMatchObject({
      anomalies: [{ code: 'paid_after_close' }],
      settlements: [{ state: 'paid' }],
    });
  });

  it('is approved by a decision at the package stage, which says nothing of receipt', () => {
    const approved = telling(
      'settlement.approved',
      { settlement: { ref: 'total', kind: 'refund', state: 'approved' } },
      { occurred: 3 },
    );
    const folded = fold(telling('return.authorized', {}, { occurred: 1 }), approved);

    expect(folded).toMatchObject({ status: 'authorized', decision: { stage: 'package', state: 'granted', at: at(3) } });
    expect(folded.decisions.request).toEqual({ state: 'granted', at: at(1) });
  });

  it('leaves an anomaly where currencies of one return differ', () => {
    expect(
      codes(
        fold(
          telling('refund.issued', refund(1, 'USD', 'a'), { subject: 'a', occurred: 1 }),
          telling('refund.issued', refund(1, 'EUR', 'b'), { subject: 'b', occurred: 2 }),
        ),
      ),
    ).toEqual(['currency_mismatch']);
  });
});

describe('parcels and labels', () => {
  const code = telling(
    'label.issued',
    {
      shipment: { ref: 'l', label: { kind: 'qr', url: 'https://q.example/1' } },
      method: { code: 'drop_off_boxless', providerCode: 'bar' },
    },
    { occurred: 1 },
  );

  it('join a carrier’s words to the label by tracking number, however it is written', () => {
    const folded = fold(
      telling(
        'label.issued',
        {
          shipment: { ref: 'l', carrier: 'UPS', trackingNumber: '1Z 999-AA1', label: { kind: 'document', url: null } },
        },
        { occurred: 1 },
      ),
      telling(
        'shipment.in_transit',
        { shipment: { ref: '1Z999AA1', trackingNumber: '1Z999AA1', exception: 'delay' } },
        { subject: '1Z999AA1', occurred: 2 },
      ),
    );

    expect(folded.shipments).toMatchObject([
      { carrier: 'UPS', phase: 'in_transit', exception: 'delay', label: { kind: 'document', issuedAt: at(1) } },
    ]);
  });

  it('leave a parcel where its carrier says it is, when the label is told later under another name', () => {
    const parcel = { ref: '1Z9', trackingNumber: '1Z9' };
    const back = telling(
      'shipment.exception',
      { shipment: { ...parcel, phase: 'going_back' } },
      { occurred: 2, subject: 'p' },
    );
    const label = { shipment: { ref: 'l', trackingNumber: '1Z 9', label: { kind: 'document' } } } as const;

    for (const late of [
      telling('label.issued', label, { received: 3, subject: 'l' }),
      telling('label.voided', label, { occurred: 3, subject: 'l' }),
    ]) {
      expect(fold(back, late)).toMatchObject({ shipments: [{ phase: 'going_back' }], anomalies: [] });
    }
  });

  it('wait for a drop-off while a code is out, and no longer once a printed label replaces it', () => {
    const printed = telling(
      'label.issued',
      {
        shipment: { ref: 'l', label: { kind: 'document', url: null } },
        method: { code: 'mail', providerCode: 'mail' },
      },
      { occurred: 2, occurrence: { by: 'time' } },
    );

    expect(fold(code)).toMatchObject({
      method: { code: 'drop_off_boxless' },
      dropOff: { state: 'code_issued', at: at(1) },
    });
    expect(fold(code, printed)).toMatchObject({ method: { code: 'mail' }, dropOff: null });
  });

  it('keep the address of a label that is told again without it, and not that of another label', () => {
    const label = (occurred: number, label: object, type: 'label.issued' | 'label.voided' = 'label.issued') =>
      telling(type, { shipment: { ref: 'l', label } } as never, { occurred, occurrence: { by: 'time' } });
    const made = label(1, { kind: 'document', url: 'https://l.example/1' });
    const urlOf = (...tellings: Telling[]) => fold(...tellings).shipments[0]!.label!.url;

    expect(urlOf(made, label(2, { kind: 'document' }))).toBe('https://l.example/1');
    expect(urlOf(made, label(2, { kind: 'qr' }))).toBeNull();
    expect(urlOf(made, label(2, { kind: 'document' }, 'label.voided'), label(3, { kind: 'document' }))).toBeNull();
  });

  it('end an unused code with its return', () => {
    expect(fold(code, telling('return.expired', {}, { occurred: 5 }))).toMatchObject({
      status: 'expired',
      dropOff: { state: 'expired', at: at(5) },
    });
  });

  it('say when a parcel’s phase went back, and where it is now', () => {
    const folded = fold(
      telling('shipment.delivered', { shipment: { ref: 'p' } }, { subject: 'p', occurred: 1 }),
      telling('shipment.in_transit', { shipment: { ref: 'p' } }, { subject: 'p', occurred: 2 }),
    );

    expect(folded).toMatchObject({
      status: 'received',
      shipments: [{ phase: 'in_transit' }],
      anomalies: [{ code: 'phase_went_back' }],
    });
  });

  it('of an exchange going out move nothing and end no drop-off code', () => {
    const out = { ref: 'x', direction: 'outbound' } as const;
    const folded = fold(
      code,
      telling('label.issued', { shipment: { ...out, label: { kind: 'document' } } }, { occurred: 2, subject: 'x' }),
      telling('shipment.dropped_off', { shipment: out }, { occurred: 3, subject: 'x' }),
      telling('shipment.delivered', { shipment: out }, { occurred: 4, subject: 'x' }),
    );

    expect(folded).toMatchObject({
      status: 'authorized',
      dropOff: { state: 'code_issued' },
      method: { code: 'drop_off_boxless' },
    });
  });

  it('count as far as the phase that was told, by whatever event', () => {
    const label = telling('label.issued', { shipment: { ref: 'l', phase: 'handed_over' } }, { occurred: 1 });
    const arrived = telling('shipment.in_transit', { shipment: { ref: 'l', phase: 'delivered' } }, { occurred: 2 });

    expect(fold(label).status).toBe('in_transit');
    expect(fold(label, arrived).status).toBe('received');
  });

  it('do not let a late word without a time of its own take a parcel back', () => {
    const folded = fold(
      telling('shipment.delivered', { shipment: { ref: 'p' } }, { subject: 'p', received: 1 }),
      telling('shipment.in_transit', { shipment: { ref: 'p', carrier: 'UPS' } }, { subject: 'p', received: 2 }),
    );

    expect(folded).toMatchObject({
      status: 'received',
      shipments: [{ phase: 'delivered', carrier: 'UPS' }],
      anomalies: [],
    });
  });

  it('do not move a return by an announcement that failed', () => {
    const failed = telling(
      'shipment.exception',
      { shipment: { ref: 'p', exception: 'announcement_failed' } },
      { subject: 'p', occurred: 2 },
    );

    expect(fold(code, failed)).toMatchObject({ status: 'authorized' });
  });
});

describe('descriptions', () => {
  it('add and correct, and silence takes nothing back', () => {
    const folded = fold(
      telling('return.requested', details(item('a')), { occurred: 1 }),
      telling(
        'return.snapshot',
        { details: { rmaNumber: 'HR1', items: [{ ref: 'a', quantity: 1, name: 'Blue tee', sku: null }] } },
        { occurred: 2 },
      ),
    );

    expect(folded).toMatchObject({ rmaNumber: 'HR1', items: [{ sku: 'SKU-a', name: 'Blue tee' }] });
  });

  it('sort orders and take the lowest as the order', () => {
    const order = (number: string) =>
      telling('return.requested', { details: { order: { number, id: null, placedAt: null } } }, { subject: number });

    expect(fold(order('MK-2'), order('MK-1'))).toMatchObject({
      order: { number: 'MK-1' },
      orders: [{ number: 'MK-1' }, { number: 'MK-2' }],
    });
  });

  it('give a reason its default fault, unless the provider says whose it is', () => {
    const reasons = (fault?: 'carrier') =>
      fold(
        telling('return.requested', {
          details: {
            items: [
              {
                ref: 'a',
                quantity: 1,
                reason: { code: 'damaged', providerCode: 'broken', ...(fault === undefined ? {} : { fault }) },
              },
            ],
          },
        }),
      ).items[0]!.reason;

    expect(reasons()).toEqual({ code: 'damaged', fault: 'seller', providerCode: 'broken' });
    expect(reasons('carrier')).toEqual({ code: 'damaged', fault: 'carrier', providerCode: 'broken' });
  });
});

describe('the fold', () => {
  const lifecycle = [
    telling('return.requested', details(item('a'), item('b')), { received: 0 }),
    telling('return.authorized', {}, { received: 0, ordinal: 1 }),
    telling(
      'label.issued',
      { shipment: { ref: 'l', label: { kind: 'qr' } } },
      { received: 1, occurrence: { by: 'entry', axis: 'method', value: 'bar' } },
    ),
    telling(
      'label.issued',
      { shipment: { ref: 'l', label: { kind: 'document' } } },
      { received: 2, occurrence: { by: 'entry', axis: 'method', value: 'mail' } },
    ),
    telling(
      'label.issued',
      { shipment: { ref: 'l', label: { kind: 'qr' } } },
      { received: 3, occurrence: { by: 'entry', axis: 'method', value: 'bar' } },
    ),
    droppedOff('a', 4),
    droppedOff('b', 4),
    telling('settlement.approved', { settlement: { ref: 'MK-1', kind: 'refund', state: 'approved' } }, { received: 4 }),
    telling(
      'shipment.in_transit',
      { shipment: { ref: 'box', consolidated: true } },
      { subject: 'box', occurred: 6, received: 9 },
    ),
    telling('refund.issued', refund(2500), { occurred: 5, received: 8 }),
    telling('return.expired', {}, { received: 7 }),
  ];

  it('is the same, byte for byte, for any order and repetition of the recording', () => {
    const expected = canonicalJson(fold(...lifecycle));
    const recordings = fc
      .array(fc.constantFrom(...lifecycle), { maxLength: 20 })
      .chain(repeated =>
        fc.shuffledSubarray([...lifecycle, ...repeated], { minLength: lifecycle.length + repeated.length }),
      );

    fc.assert(
      fc.property(recordings, recording => canonicalJson(fold(...recording)) === expected),
      { numRuns: 2000 },
    );
  });

  it('gives a return of the published schema for any subset of the facts', () => {
    fc.assert(
      fc.property(fc.subarray(lifecycle), subset => {
        expect(FoldedReturn.safeParse(fold(...subset)).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('derives facts only once from equal tellings of several rows', () => {
    expect(deriveFacts(ACCOUNT, [...lifecycle, ...lifecycle])).toHaveLength(lifecycle.length);
  });
});
