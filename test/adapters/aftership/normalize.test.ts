import { describe, expect, it } from 'vitest';
import { aftership } from '../../../adapters/aftership/index.ts';
import { read } from '../reading.ts';
import { detailsIn, eventsIn, noticesIn, settings, told, typesIn } from './told.ts';

const TOPICS = [
  'return.submitted',
  'return.approved',
  'return.rejected',
  'return.expired',
  'return.resolved',
  'return.shipment.provided',
  'return.shipments.provided',
  'return.shipment.recorded',
  'return.shipment.updated',
  'return.dropoff.created',
  'return.dropoff.updated',
  'return.dropoff.shipment.updated',
  'return.receiving.created',
  'return.restock.created',
  'return.exchange.order.created',
  'return.created',
  'return.updated',
  'return.shipment.created',
  'return.shipments.created',
];

describe('an event', () => {
  it.each(TOPICS)('%s tells the whole return', event => {
    const refunds = [{ external_id: 'A', total: { amount: '1.00', currency: 'USD' } }];

    const notices = read(aftership, settings, told({ refunds }, event)).notices ?? [];

    expect(notices.map(({ type, outcome }) => [type, outcome])).toEqual([
      [event, 'events'],
      ['refunds', 'events'],
    ]);
  });

  it.each(['return.refund.created', 'return.', 'constructor', '__proto__', 'tracking_update', 'Return.approved'])(
    '%s is not recognized',
    event => {
      const notices = read(aftership, settings, told({}, event)).notices;

      expect(notices).toMatchObject([{ type: event, outcome: 'unrecognized' }]);
    },
  );

  it('that is new and not of a return is not looked into', () => {
    const body = told({ refunds: [{ external_id: 'A' }] }, 'claim.approved');

    expect(read(aftership, settings, body).notices).toHaveLength(1);
  });
});

describe('a status', () => {
  it.each([
    ['submitted', ['return.requested']],
    ['approved', ['return.requested', 'return.authorized']],
    ['shipped', ['return.requested', 'return.authorized']],
    ['received', ['return.requested', 'return.authorized']],
    ['done', ['return.requested', 'return.authorized', 'return.completed']],
    ['rejected', ['return.requested', 'return.rejected']],
    ['expired', ['return.requested', 'return.expired']],
  ])('%s tells %j', (status, types) => {
    expect(typesIn({ approval_status: status }).slice(1)).toEqual(types);
    expect(typesIn({ approval_status: null, status }).slice(1)).toEqual(types);
  });

  it.each(['cancelled', 'constructor', 'APPROVED'])('%s is not recognized', approval_status => {
    expect(noticesIn({ approval_status })).toMatchObject([{ outcome: 'unrecognized' }]);
  });

  it('that is not said leaves it to the milestones', () => {
    const at = '2026-03-01T10:00:00Z';

    expect(typesIn({ approval_status: null, approved_at: at, resolved_at: at })).toContain('return.completed');
    expect(typesIn({ approval_status: null, rejected_at: at })).toContain('return.rejected');
  });
});

describe('the time', () => {
  it.each([
    ['return.approved', { approval_status: 'approved' }, 'return.authorized'],
    ['return.rejected', { approval_status: 'rejected' }, 'return.rejected'],
    ['return.expired', { approval_status: 'expired' }, 'return.expired'],
    ['return.resolved', { approval_status: 'done' }, 'return.completed'],
  ])('of %s is the time of what it tells of, where no milestone says it', (event, data, type) => {
    const timeOf = (topic: string) =>
      (read(aftership, settings, told(data, topic)).notices ?? [])
        .flatMap(notice => notice.events ?? [])
        .find(each => each.type === type)?.occurredAt;

    expect(timeOf(event)).toBe('2026-03-04T10:20:30.400Z');
    expect(timeOf('return.updated')).toBeNull();
  });

  it.each([
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00', null],
    ['2026-02-30T10:00:00Z', null],
    ['soon', null],
  ])('%s is %j, because a time without a zone is not guessed', (created_at, occurredAt) => {
    const requested = eventsIn({ created_at }).find(({ type }) => type === 'return.requested');

    expect(requested?.occurredAt).toBe(occurredAt);
  });
});

describe('a return method', () => {
  it.each([
    ['retailer_label', 'mail'],
    ['customer_courier', 'self_ship'],
    ['happy_returns', 'drop_off_boxless'],
    ['retail_reworks', 'drop_off_boxless'],
    ['in_store', 'in_store'],
    ['green_return', 'keep_item'],
    ['carrier_dropoff', 'drop_off_parcel'],
    ['carrier_pickup', 'pickup'],
    ['happy-returns', 'other'],
  ])('%s is %s', (type, code) => {
    expect(detailsIn({ return_method: { type } }).method).toEqual({ code, providerCode: type });
  });
});

describe('a reason', () => {
  const itemWith = (more: Readonly<Record<string, unknown>>, reasons = {}) =>
    detailsIn({ return_items: [{ id: 'L', intended_return_quantity: 1, ...more }] }, { reasons }).items?.[0]?.reason;

  it('is the merchant’s text: kept as it is unless the settings know it', () => {
    expect(itemWith({ return_reason: 'Too big' })).toEqual({ code: 'other', providerCode: 'Too big' });
    expect(itemWith({ return_reason: 'Too big' }, { 'Too big': 'too_large' })).toMatchObject({ code: 'too_large' });
    expect(itemWith({ return_reason: 'constructor' })).toMatchObject({ code: 'other' });
    expect(itemWith({ return_reason: null })).toBeNull();
  });

  it('with a sub-reason is looked up with it first', () => {
    const reasons = { Size: 'fit_or_size', 'Size / Too small': 'too_small' };

    expect(itemWith({ return_reason: 'Size', return_subreason: 'Too small' }, reasons)).toEqual({
      code: 'too_small',
      providerCode: 'Size / Too small',
    });
    expect(itemWith({ return_reason: 'Size', return_subreason: 'Odd' }, reasons)).toMatchObject({
      code: 'fit_or_size',
    });
  });
});

describe('personal data', () => {
  const sensitive = {
    merchant_note: 'note-secret',
    reject_reason: 'reason-secret',
    shipping_address: { street_1: 'street-secret', phone: 'phone-secret' },
    return_items: [{ id: 'L', intended_return_quantity: 1, return_reason_comment: 'comment-secret' }],
    receivings: [
      {
        id: 'r',
        items: [{ external_id: 'L', quantity: 1, gradings: [{ grade: 'a', quantity: 1, notes: 'found-secret' }] }],
      },
    ],
    shipments: [{ id: 's', ship_from: { contact_name: 'name-secret' } }],
    refunds: [{ external_id: 'A', store_credit_reference: 'code-secret' }],
    instant_exchange: { status: 'charged', payment: { external_id: 'payment-secret' } },
  };

  it('that is not the shopper’s address stays in the bytes', () => {
    expect(JSON.stringify(noticesIn(sensitive))).not.toMatch(/-secret/);
  });

  it('of the buyer is not told with a gift', () => {
    const order = { order_number: '1', customer: { emails: ['buyer@example.com'] } };

    expect(detailsIn({ order }).shopper).toEqual({ email: 'buyer@example.com' });
    expect(detailsIn({ order, is_gift_return: true }).shopper).toEqual({ isGiftRecipient: true });
    expect(detailsIn({ order, is_gift_return: true, contact_email: 'sam@example.com' }).shopper).toEqual({
      email: 'sam@example.com',
      isGiftRecipient: true,
    });
  });
});

describe('a part that cannot be read', () => {
  it.each([
    [{ shipments: [null] }, '/data/shipments/*'],
    [{ shipments: [{ id: 7.5e300, label: 'text' }] }, '/data/shipments/*/label'],
    [{ shipments: [{ tracking_status: 'Delivered' }] }, '/data/shipments/*/id'],
    [{ dropoffs: [{ status: 'dropped' }] }, '/data/dropoffs/*/id'],
    [{ dropoffs: [{ id: 'd', items: [{ quantity: 1 }] }] }, '/data/dropoffs/*/items/*'],
    [
      { receivings: [{ id: 'r', items: [{ external_id: 'L', quantity: 1.5 }] }] },
      '/data/receivings/*/items/*/quantity',
    ],
    [{ restocks: [{ items: [{ quantity: 1 }] }] }, '/data/restocks/*/items/*'],
    [{ refunds: ['text'] }, '/data/refunds/*'],
    [{ refunds: {} }, '/data/refunds'],
    [
      { exchange: { order: {}, exchange_total_including_tax: { amount: '1' } } },
      '/data/exchange/exchange_total_including_tax',
    ],
  ])('%j spoils itself alone', (data, path) => {
    expect(noticesIn(data)).toMatchObject([
      { type: 'return.updated', outcome: 'events' },
      { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path } },
    ]);
  });

  it('is refused where a line has more units than one can hold', () => {
    const items = Array.from({ length: 2 }, () => ({ external_order_item_id: 'L', quantity: 600_000 }));
    const entries = items.map(line => ({ ...line, intended_return_quantity: line.quantity }));

    for (const data of [
      { return_items: entries },
      { restocks: [{ items }] },
      { receivings: [{ id: 'r', items }] },
      { dropoffs: [{ id: 'd', items }] },
      { dropoffs: [{ id: 'd', shipments: [{ id: 's', items }] }] },
    ]) {
      expect(noticesIn(data).at(-1)?.outcome, JSON.stringify(Object.keys(data))).toBe('unreadable');
    }
  });

  it('is refused where it tells of more than can be recorded at once', () => {
    const lines = Array.from({ length: 1000 }, (_, nth) => ({ external_id: `${nth}`, quantity: 1 }));
    const receivings = Array.from({ length: 6 }, (_, nth) => ({ id: `${nth}`, items: lines }));

    expect(noticesIn({ receivings: receivings.slice(1) }).at(-1)?.events).toHaveLength(5000);
    expect(noticesIn({ receivings }).at(-1)).toMatchObject({ outcome: 'unreadable' });
  });
});

describe('another organization', () => {
  it('is refused in every part, even where the event is new', () => {
    const stranger = { organization: { id: 'somebody' }, shipments: [{ id: 's' }], refunds: [{ external_id: 'A' }] };
    const own = read(aftership, settings, told(stranger, 'return.odd')).notices ?? [];

    expect(own.map(notice => notice.problem?.code)).toEqual(Array(3).fill('TENANT_MISMATCH'));
  });
});
