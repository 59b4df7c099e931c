import { describe, expect, it } from 'vitest';
import { narvar } from '../../../adapters/narvar/index.ts';
import type { ReturnEvent } from '../../../src/model/return-event.ts';
import { eventsOf, interpretRequest } from '../../conformance/interpretation.ts';
import { read, requestOf } from '../reading.ts';

const settings = { retailer: 'acme' };

function told(status: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    return_tracking_status: status,
    rma_number: 'R-1',
    order_number: 'MK-1',
    return_creation_date: '2025-03-04T09:15:00Z',
    retailer_name: 'acme',
    ...more,
  };
}

function detailsOf(more: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>> = {}) {
  const [snapshot] = eventsOf(read(narvar, { ...settings, ...own }, told('return_initiated_standard', more)));
  return (snapshot as Extract<ReturnEvent, { type: 'return.snapshot' }>).change.details;
}

describe('a status', () => {
  it.each([
    ['return_initiated', []],
    ['return_initiated_standard', []],
    ['return_on_its_way_any_profile', ['shipment.dropped_off', 'shipment.in_transit']],
    ['return_delivered_full', ['shipment.delivered']],
    ['return_cancellation_standard', ['return.cancelled']],
  ])('%s tells %j beside what always holds', (status, types) => {
    const all = eventsOf(read(narvar, settings, told(status))).map(event => event.type);

    expect(all).toEqual(['return.snapshot', 'return.requested', 'return.authorized', ...types]);
  });

  it.each(['returned', 'return_', 'return_initiatedly', 'RETURN_DELIVERED', 'constructor', '__proto__', ' '])(
    '%j is not recognized',
    status => {
      expect(read(narvar, settings, told(status)).notices).toMatchObject([{ type: status, outcome: 'unrecognized' }]);
    },
  );
});

describe('a topic', () => {
  it.each([
    ['initiated', []],
    ['on_its_way_to_retailer', ['shipment.dropped_off', 'shipment.in_transit']],
    ['delivered_to_retailer', ['shipment.delivered']],
    ['approved', ['settlement.approved']],
    ['rejected', ['return.rejected']],
    ['cancelled_by_user', ['return.cancelled']],
    ['cancelled_by_retailer', ['return.cancelled']],
  ])('%s tells %j, whatever the body says of a status', (topic, types) => {
    const request = requestOf({ rma: told('returned', { return_status: 'odd' }) }, { 'x-narvar-topic': topic });
    const own = narvar.settings.parse({ dialect: 'shopify', shopDomain: 'acme.myshopify.com' });

    const all = eventsOf(interpretRequest(narvar, request, own)).map(event => event.type);

    expect(all).toEqual(['return.snapshot', 'return.requested', 'return.authorized', ...types]);
  });

  it('that is sent twice is no topic', () => {
    const request = requestOf({ rma: told('x') });
    const twice = { ...request, headers: { 'x-narvar-topic': ['initiated', 'approved'] } };
    const own = narvar.settings.parse({ dialect: 'shopify', shopDomain: 'acme.myshopify.com' });

    expect(interpretRequest(narvar, twice, own).unreadable).toMatchObject({ code: 'SCHEMA_MISMATCH', path: null });
  });
});

describe('the time', () => {
  it('of creation is that of the request, and of nothing else', () => {
    const body = told('return_on_its_way_standard', { package: { tracking_number: '1Z1' } });

    const times = eventsOf(read(narvar, settings, body)).map(({ type, occurredAt }) => [type, occurredAt]);

    expect(times).toEqual([
      ['return.snapshot', null],
      ['return.requested', '2025-03-04T09:15:00.000Z'],
      ['return.authorized', null],
      ['label.issued', null],
      ['shipment.dropped_off', null],
      ['shipment.in_transit', null],
    ]);
  });
});

describe('what identifies', () => {
  const aliasesOf = (more: Readonly<Record<string, unknown>>) =>
    (read(narvar, settings, told('return_initiated', more)).notices?.[0]?.aliases ?? []).map(
      ({ kind, value, unique }) => `${kind} ${value}${unique ? '' : ' (attaches)'}`,
    );

  it.each([
    [{}, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma R-1']],
    [{ rma_number: ' R-1 ' }, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma R-1']],
    [{ rma_number: 'RA' }, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma RA (attaches)']],
    [{ rma_number: ' ra' }, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma ra (attaches)']],
    [{ rma_number: 'RA-1' }, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma RA-1']],
    [{ rma_number: null }, ['order_and_date MK-1 2025-03-04T09:15:00Z']],
    [
      { rma_number: ' ', return_creation_date: '2025-03-04T10:15:00.9+01:00' },
      ['order_and_date MK-1 2025-03-04T09:15:00Z'],
    ],
    [{ return_creation_date: '' }, ['rma R-1']],
    [{ return_reference_number: 'REF-1' }, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'return REF-1', 'rma R-1']],
    [
      { package: { tracking_number: '1z 1-1' } },
      ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma R-1', 'tracking 1Z11 (attaches)'],
    ],
    [{ package: { tracking_number: ' - ' } }, ['order_and_date MK-1 2025-03-04T09:15:00Z', 'rma R-1']],
  ])('of %j is %j', (more, aliases) => {
    expect(aliasesOf(more)).toEqual(aliases);
  });

  it('is never RA alone', () => {
    const nothing = told('return_initiated', { rma_number: 'RA', return_creation_date: '' });

    expect(read(narvar, settings, nothing).notices).toMatchObject([
      { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/rma_number' } },
    ]);
  });
});

describe('a fee', () => {
  it.each([
    ['5.50', 'USD', 550],
    [5.5, 'USD', 550],
    ['0', 'usd', 0],
    ['500', 'JPY', 500],
    ['9007199254740.99', 'USD', 900719925474099],
  ])('of %j %s is read from its digits', (restocking_fee, currency, amountMinor) => {
    expect(detailsOf({ restocking_fee, currency }).fees).toEqual([
      { kind: 'restocking', amount: { amountMinor, currency: currency.toUpperCase() } },
    ]);
  });

  it('without a currency is the account’s where one is configured, else text', () => {
    expect(detailsOf({ restocking_fee: '5.50' }, { currency: 'EUR' }).fees).toEqual([
      { kind: 'restocking', amount: { amountMinor: 550, currency: 'EUR' } },
    ]);
    expect(detailsOf({ restocking_fee: '5.50' })).toMatchObject({ providerData: { restocking_fee: '5.50' } });
    expect(detailsOf({ restocking_fee: '5.50' })).not.toHaveProperty('fees');
  });

  it.each(['5,50', '5.505', '$5', 'none'])('of %j makes the webhook unreadable', restocking_fee => {
    const body = told('return_initiated', { restocking_fee, currency: 'USD' });

    expect(read(narvar, settings, body).notices).toMatchObject([
      { outcome: 'unreadable', problem: { path: '/restocking_fee' } },
    ]);
  });
});

describe('an estimated refund', () => {
  it('stays text, and is no settlement', () => {
    expect(detailsOf({ estimated_refund: 10.1 })).toMatchObject({ providerData: { estimated_refund: '10.1' } });
  });

  it.each([null, '', {}, [], true])('of %j spoils nothing', estimated_refund => {
    expect(detailsOf({ estimated_refund })).not.toHaveProperty('providerData');
  });
});

describe('a return method', () => {
  it.each([
    ['MAIL', 'mail', 'document'],
    ['Mail', 'mail', 'document'],
    ['printerless_mail', 'drop_off_parcel', 'qr'],
    ['STORE', 'in_store', 'none'],
    ['constructor', 'other', 'none'],
  ])('%s is %s with label %s, and the word is kept', (return_method, code, kind) => {
    const body = told('return_initiated', { return_method, package: { tracking_number: '1Z1' } });
    const events = eventsOf(read(narvar, settings, body));

    expect(events[0]).toMatchObject({ change: { details: { method: { code, providerCode: return_method } } } });
    expect(events.at(-1)).toMatchObject({ type: 'label.issued', change: { shipment: { label: { kind } } } });
  });

  it.each([null, ''])('of %j is not said', return_method => {
    expect(detailsOf({ return_method })).not.toHaveProperty('method');
  });
});

describe('a gift', () => {
  it.each([
    [true, true],
    ['true', true],
    ['FALSE', false],
  ])('of %j is %j', (gift, isGiftRecipient) => {
    expect(detailsOf({ gift, email: 'sam@example.com' }).shopper).toEqual({
      email: 'sam@example.com',
      isGiftRecipient,
    });
  });

  it.each([1, 'yes', ''])('of %j makes the webhook unreadable, because it decides who may be told', gift => {
    expect(read(narvar, settings, told('return_initiated', { gift })).notices?.[0]).toMatchObject({
      problem: { path: '/gift' },
    });
  });
});

describe('a list of items', () => {
  it.each([
    ['text', '/items'],
    [['text'], '/items/*'],
    [[null], '/items/*'],
    [[{ sku: '', quantity: 1 }], '/items/*/sku'],
    [[{ sku: 'A' }], '/items/*/quantity'],
    [[{ sku: 'A', quantity: -1 }], '/items/*/quantity'],
    [[{ sku: 'A', quantity: 1.5 }], '/items/*/quantity'],
    [[{ sku: 'A', quantity: '1e3' }], '/items/*/quantity'],
    [
      [
        { sku: 'A', quantity: 999_999 },
        { sku: 'A', quantity: 2 },
      ],
      '/items/*/quantity',
    ],
    [[{ sku: { a: 1 }, quantity: 1 }], '/items/*/sku'],
    [[{ sku: 'A', quantity: 1, name: 'x'.repeat(2001) }], '/items/*/name'],
    [Array.from({ length: 1001 }, (_, index) => ({ sku: `${index}`, quantity: 1 })), '/items'],
  ])('%# that cannot be read makes the webhook unreadable', (items, path) => {
    expect(read(narvar, settings, told('return_initiated', { items })).notices).toMatchObject([
      { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path } },
    ]);
  });

  it('that is empty says nothing of items', () => {
    expect(detailsOf({ items: [] })).not.toHaveProperty('items');
  });

  it('is read by the names and reasons that are configured', () => {
    const own = { items: { list: 'lines', id: 'line', quantity: 'units' }, reasons: { SMSIZE: 'too_small' } };
    const lines = [{ line: '7', units: '2', return_reason_code: 'SMSIZE' }];

    expect(detailsOf({ lines }, own).items).toMatchObject([
      { ref: '7', quantity: 2, orderLineId: '7', sku: null, reason: { code: 'too_small', providerCode: 'SMSIZE' } },
    ]);
  });
});

describe('a tenant', () => {
  it('is compared wherever the payload full names one', () => {
    const own = { ...settings, dialect: 'full' };
    const part = { return_tracking_status: 'return_initiated', rma_number: 'R-1' };
    const order = { order_number: 'MK-1', retailer_moniker: 'acme' };

    const problemOf = (body: unknown) => read(narvar, own, body).notices?.[0]?.problem;
    expect(problemOf({ order, return: part })).toBeUndefined();
    expect(problemOf({ order: { ...order, retailer_moniker: 'b' }, return: part })?.path).toBe(
      '/order/retailer_moniker',
    );
    expect(problemOf({ order, return: { ...part, retailer_name: 'b' } })?.path).toBe('/return/retailer_name');
  });

  it('is compared even where the status is new', () => {
    const notices = read(narvar, settings, told('returned', { retailer_name: 'b' })).notices;

    expect(notices).toMatchObject([{ problem: { code: 'TENANT_MISMATCH', path: '/retailer_name' } }]);
  });
});
