import { describe, expect, it } from 'vitest';
import { detailsIn, eventsIn, foldCases, noticesIn, typesIn } from './told.ts';

/** What is easily got wrong with Redo. Money and order have files of their own. */

describe('a status', () => {
  it('open may ship, pre_shipment waits for a yes, complete says neither', () => {
    expect(typesIn({ status: 'open' })).toContain('return.authorized');
    for (const status of ['pre_shipment', 'complete', 'needs_review', 'flagged', 'deleted']) {
      expect(typesIn({ status }), status).not.toContain('return.authorized');
    }
    expect(foldCases('rug-pre-shipment')).toMatchObject({ status: 'requested' });
  });

  it('needs_review after the delivery moves nothing back', () => {
    expect(foldCases('tee-delivered', 'tee-graded')).toMatchObject({ status: 'inspected', anomalies: [] });
  });

  it('deleted is a cancelled return that stays in the record', () => {
    expect(foldCases('hat-in-review', 'hat-deleted')).toMatchObject({ status: 'cancelled', items: [{ sku: 'HAT-1' }] });
  });

  it('flagged leaves its word, and the return goes on afterwards', () => {
    const { status, exceptions } = foldCases('mug-flagged', 'mug-open');

    expect([status, exceptions.map(({ code }) => code)]).toEqual(['authorized', ['flagged']]);
  });

  it('rejected refuses the request before, and the refund after an arrival', () => {
    expect(foldCases('rug-rejected').decision).toMatchObject({ stage: 'request', state: 'denied' });
    expect(foldCases('vase-rejected').decision).toMatchObject({ stage: 'package', state: 'denied' });
    const graded = [{ id: 'L', quantity: 1, grade: 'A' }];
    const rejected = eventsIn({ status: 'rejected', items: graded }).find(({ type }) => type === 'return.rejected');
    expect(rejected?.change).toEqual({ stage: 'package' });
  });

  it('expired of one parcel is the end only where no other lives', () => {
    const parcel = (status: string, tracker: string) => ({ status, tracker });
    const expired = parcel('expired', 'T1');

    expect(typesIn({ shipments: [expired] })).toContain('return.expired');
    expect(typesIn({ shipments: [expired, parcel('cancelled', 'T2')] })).toContain('return.expired');
    expect(typesIn({ shipments: [expired, parcel('in_transit', 'T2')] })).not.toContain('return.expired');
    expect(typesIn({ shipments: [expired, parcel('brand-new', 'T2')] })).not.toContain('return.expired');
    expect(typesIn({ shipments: [parcel('cancelled', 'T1')] })).not.toContain('return.expired');
    expect(typesIn({ shipments: [expired], dropoffs: [{ shipmentGroupId: 'g' }] })).not.toContain('return.expired');
    expect(typesIn({ status: 'complete', shipments: [expired] })).not.toContain('return.expired');
  });
});

describe('type, which is said of three things', () => {
  it('of the return tells a claim or a warranty from a return', () => {
    for (const type of ['claim', 'warranty']) {
      expect(noticesIn({ type, shipments: [{ status: 'failure', tracker: 'T' }] }), type).toMatchObject([
        { outcome: 'ignored' },
      ]);
      expect(typesIn({ type }, { returnTypes: [type] }), type).toContain('return.requested');
    }
    expect(noticesIn({ type: 'trade_in' })).toMatchObject([{ outcome: 'unrecognized' }]);
  });

  it('of the event makes a backfill silent, as of the last update and not of the sending', () => {
    const of = { status: 'complete', updatedAt: '2026-03-02T00:00:00Z' };

    const completed = eventsIn(of, {}, { type: 'backfill' }).find(({ type }) => type === 'return.completed');

    expect(completed?.occurredAt).toBe('2026-03-02T00:00:00.000Z');
  });
});

describe('a parcel', () => {
  it('that returns to its sender goes back to the shopper, and is not delivered', () => {
    const { status, shipments } = foldCases('coat-in-transit', 'coat-sent-back');

    expect([status, shipments[0]?.phase]).toEqual(['in_transit', 'going_back']);
  });

  it('is always on its way back: none of the order of an exchange is among them', () => {
    const { shipments } = foldCases('shoes-exchange-planned', 'shoes-exchange-created', 'shoes-complete');

    expect(shipments.map(({ direction }) => direction)).toEqual(['return']);
    expect(foldCases('shoes-exchange-created')).toMatchObject({ status: 'authorized', shipments: [] });
  });

  it('that is delivered is received by nobody yet', () => {
    const { items, status } = foldCases('tee-created', 'tee-delivered');

    expect(status).toBe('received');
    expect(items[0]!.quantities).toMatchObject({ requested: 2, authorized: 2, received: 0 });
  });

  it('is one under shipment and shipments', () => {
    const parcel = { tracker: '9400 1', status: 'in_transit' };

    expect(typesIn({ shipment: parcel, shipments: [parcel] })).toEqual(typesIn({ shipment: parcel, shipments: [] }));
  });

  it('is the same as the code it was dropped off with', () => {
    const { shipments, dropOff } = foldCases('scarf-code', 'scarf-parcel', 'scarf-credited');

    expect(shipments).toMatchObject([{ label: { kind: 'qr' }, phase: 'delivered', carrier: 'USPS' }]);
    expect(dropOff?.state).toBe('dropped');
  });

  it('of a group that holds two is called by its number', () => {
    const shipments = ['T1', 'T2'].map(tracker => ({ tracker, shipmentGroupId: 'g', status: 'in_transit' }));
    const events = eventsIn({ shipments, dropoffs: [{ shipmentGroupId: 'g', qrCode: 'x' }] });

    const moving = events.filter(({ type }) => type === 'shipment.in_transit');

    expect(moving.map(({ subject }) => subject)).toEqual(['T1', 'T2']);
  });

  it('with a form and no label has no label', () => {
    expect(typesIn({ shipments: [{ tracker: 'T', formLabel: 'https://labels.example.com/f' }] })).not.toContain(
      'label.issued',
    );
  });
});

describe('times', () => {
  it('of a delivery is its own, in UTC; one without a zone is not guessed', () => {
    const delivered = (deliveredAt: string) =>
      eventsIn({ shipments: [{ tracker: 'T', status: 'delivered', deliveredAt }] }).at(-1)?.occurredAt;

    expect(delivered('2026-03-03T12:00:00+02:00')).toBe('2026-03-03T10:00:00.000Z');
    expect(delivered('2026-03-03T12:00:00')).toBe('2026-03-04T10:20:30.400Z');
  });
});

describe('lines', () => {
  it('carry counted quantities', () => {
    expect(
      foldCases('cups-two-parcels')
        .items.map(({ quantities }) => quantities.requested)
        .toSorted(),
    ).toEqual([2, 4]);
  });

  it('that are all kept make the method keep_item, and some do not', () => {
    const line = (id: string, greenReturn: boolean) => ({ id, quantity: 1, greenReturn });

    expect(detailsIn({ items: [line('a', true), line('b', true)] }).method).toMatchObject({ code: 'keep_item' });
    expect(detailsIn({ items: [line('a', true), line('b', false)] })).not.toHaveProperty('method');
    expect(detailsIn({ items: [] })).not.toHaveProperty('method');
    expect(foldCases('soap-kept').items).toMatchObject([{ quantities: { authorized: 3, kept: 3, received: 0 } }]);
  });

  it('have the meaning that the merchant gives to a reason, by its code and else by its text', () => {
    const reason = (own: object) => detailsIn({ items: [{ id: 'L', quantity: 1, ...own }] }, OWN).items?.[0]?.reason;
    const OWN = { reasons: { fits_not: 'fit_or_size', 'Fits not': 'too_small' } };

    expect(reason({ reasonCode: 'fits_not', reason: 'Fits not' })).toEqual({
      code: 'fit_or_size',
      providerCode: 'fits_not',
    });
    expect(reason({ reasonCode: 'c17', reason: 'Fits not' })).toEqual({ code: 'too_small', providerCode: 'Fits not' });
    expect(reason({ reasonCode: 'c17', reason: 'New' })).toEqual({ code: 'other', providerCode: 'c17' });
    expect(reason({})).toBeNull();
  });

  it('with an outcome were looked at, and grades and outcomes are words of the merchant', () => {
    const items = [{ id: 'L', quantity: 2, grade: null, outcome: 'dispose' }];

    expect(eventsIn({ items }).slice(-2)).toMatchObject([
      { type: 'item.inspected', change: { items: [{ ref: 'L', quantity: 2 }] } },
      {
        type: 'item.dispositioned',
        change: { items: [{ disposition: { code: 'destroy', providerCode: 'dispose' } }] },
      },
    ]);
    expect(eventsIn({ items }, { outcomes: { dispose: 'recycle' } }).at(-1)).toMatchObject({
      change: { items: [{ disposition: { code: 'recycle' } }] },
    });
  });
});

describe('what nobody may see', () => {
  it('stays in the bytes: comments, answers, notes, raw codes, gift card codes, the buyer', () => {
    const names = ['tee-graded', 'scarf-code', 'scarf-credited', 'soap-complete', 'rug-pre-shipment'];
    const seen = JSON.stringify(names.map(name => foldCases(name)));

    for (const secret of ['made-up', 'GIFT-CODE', 'buyer@', 'Kim', 'Warehouse']) expect(seen).not.toContain(secret);
  });
});
