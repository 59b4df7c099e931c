import { describe, expect, it } from 'vitest';
import { happyReturns } from '../../../adapters/happy-returns/index.ts';
import { eventsOf } from '../../conformance/interpretation.ts';
import { fold, read } from '../reading.ts';

const settings = { retailerId: 'acme' };
const returnId = '0b6f2c1e-0000-4000-8000-000000000001';

function unit(line: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    happyReturnsReturnID: returnId,
    orderNumber: 'MK-1',
    orderLineItemID: line,
    externalRMAID: 'RMA-1',
    ...more,
  };
}

function status(typeID: string, lines: readonly string[], more: Readonly<Record<string, unknown>> = {}) {
  return { event: 'return_status_updated', typeID, retailerID: 'acme', items: lines.map(line => unit(line)), ...more };
}

function method(typeID: string) {
  return { ...status(typeID, ['1-0-2']), event: 'return_dropoff_method_created' };
}

const labelUpdate = {
  event: 'return_label_update',
  typeID: '',
  retailerID: 'acme',
  labelID: 'HR2BAG',
  happyReturnsReturnID: returnId,
  happyReturnsExpressCode: 'HRTEST01',
};

function outbound(line: string, more: Readonly<Record<string, unknown>> = {}) {
  return { happyReturnsExpressCode: 'HRTEST01', orderNumber: 'MK-1', orderLineItemID: line, tracking: '1Z1', ...more };
}

describe('a drop-off method', () => {
  it.each([
    ['return-bar', 'drop_off_boxless', 'qr'],
    ['mail-nobox-nolabel', 'drop_off_boxless', 'qr'],
    ['mail-nolabel', 'drop_off_parcel', 'qr'],
    ['mail', 'mail', 'document'],
    ['in-store', 'in_store', 'none'],
    ['mail-shopper-provided', 'self_ship', 'none'],
    ['home-pickup', 'pickup', 'none'],
    ['constructor', 'other', 'none'],
  ])('%s is %s with label %s', (typeID, code, kind) => {
    const [, label] = eventsOf(read(happyReturns, settings, method(typeID)));

    expect(label).toMatchObject({
      type: 'label.issued',
      change: { method: { code, providerCode: typeID }, shipment: { label: { kind } } },
    });
  });

  it('is told oldest first when several come in one webhook', () => {
    const body = {
      ...method('mail'),
      otherEvents: [
        { event: 'return_dropoff_method_created', typeID: 'in-store' },
        { event: 'return_dropoff_method_created', typeID: 'return-bar' },
      ],
    };

    const types = (read(happyReturns, settings, body).notices ?? []).map(notice => notice.key.split('/')[1]);
    expect(types).toEqual(['return-bar', 'in-store', 'mail']);
  });
});

describe('the return', () => {
  it('has one set of lines, whichever webhook tells of them', () => {
    const bodies = [status('started', ['1-0-2', '1-1-2']), labelUpdate, [outbound('1-0-2'), outbound('1-1-2')]];

    const { items } = fold(happyReturns, settings, bodies);

    expect(items.map(item => item.orderLineId).sort()).toEqual(['1-0-2', '1-1-2']);
  });

  it('is partly dropped off until every line is', () => {
    const started = status('started', ['1-0-2', '1-1-2']);

    const half = fold(happyReturns, settings, [started, status('dropped_off', ['1-1-2'])]);
    const whole = fold(happyReturns, settings, [
      started,
      status('dropped_off', ['1-1-2']),
      status('dropped_off', ['1-0-2']),
    ]);

    expect(half.dropOff?.state).toBe('partially_dropped');
    expect(whole.dropOff?.state).toBe('dropped');
    expect(whole.items.map(item => item.quantities.droppedOff)).toEqual([1, 1]);
  });

  it('counts units that share a line name', () => {
    const { items } = fold(happyReturns, settings, [status('dropped_off', ['1', '1', '1'])]);

    expect(items.map(item => item.quantities)).toMatchObject([{ requested: 3, droppedOff: 3 }]);
  });

  it('goes by our RMA id until the express code is known, in whatever order they are told', () => {
    const started = status('started', ['1-0-2']);

    expect(fold(happyReturns, settings, [started]).rmaNumber).toBe('RMA-1');
    expect(fold(happyReturns, settings, [started, labelUpdate]).rmaNumber).toBe('HRTEST01');
    expect(fold(happyReturns, settings, [labelUpdate, started]).rmaNumber).toBe('HRTEST01');
  });

  it('is not identified by our RMA id', () => {
    const [notice] = read(happyReturns, settings, status('started', ['1-0-2'])).notices ?? [];

    expect(notice?.aliases).toEqual([
      { kind: 'return', value: returnId, unique: true },
      { kind: 'rma', value: 'RMA-1', unique: false },
    ]);
  });

  it('is never received or paid by any of its webhooks', () => {
    const bodies = [status('approved', ['1-0-2']), labelUpdate, [outbound('1-0-2', { refundType: 'refund' })]];

    const { items, settlements, status: headline } = fold(happyReturns, settings, bodies);

    expect(items[0]?.quantities.received).toBe(0);
    expect(settlements).toMatchObject([{ kind: 'refund', state: 'approved', amount: null }]);
    expect(headline).toBe('in_transit');
  });
});

describe('a status', () => {
  it.each([
    ['dropped_off', 'shipment.dropped_off'],
    ['dropped-off', 'shipment.dropped_off'],
    ['received', 'shipment.dropped_off'],
    ['approved', 'settlement.approved'],
    ['completed', 'settlement.approved'],
    ['expired', 'return.expired'],
  ])('%s is %s by default', (typeID, type) => {
    const types = eventsOf(read(happyReturns, settings, status(typeID, ['1']))).map(event => event.type);

    expect(types).toEqual(['return.snapshot', type]);
  });

  it('is looked up in the map of the settings, which replaces the default', () => {
    const own = { ...settings, statuses: { handed_in: 'dropped_off' } };

    expect(eventsOf(read(happyReturns, own, status('handed_in', ['1'])))[1]?.type).toBe('shipment.dropped_off');
    expect(read(happyReturns, own, status('approved', ['1'])).notices?.[0]?.outcome).toBe('unrecognized');
  });

  it.each(['constructor', '__proto__', 'toString', ''])('%j is not recognized', typeID => {
    expect(read(happyReturns, settings, status(typeID, ['1'])).notices?.[0]?.outcome).toBe('unrecognized');
  });
});

describe('the outbound shipment', () => {
  it('turns an approved refund into the exchange that the shopper chose', () => {
    const bodies = [
      status('approved', ['1']),
      labelUpdate,
      [outbound('1', { oneClickExchange: true, approvedDate: '2026-11-19T10:00:00Z' })],
    ];

    expect(fold(happyReturns, settings, bodies).settlements).toMatchObject([{ kind: 'exchange', state: 'approved' }]);
  });

  it.each([
    [{ tracking: ' 1z 9-9 ', shippingBoxBarcode: 'BOX', palletNumber: 'PAL' }, '1Z99'],
    [{ tracking: ' - ', shippingBoxBarcode: 'BOX', palletNumber: 'PAL' }, 'BOX'],
    [{ tracking: null, shippingBoxBarcode: '', palletNumber: 'PAL' }, 'PAL'],
    [{ tracking: null }, 'total'],
  ])('of %j is named %s', (fields, subject) => {
    const events = eventsOf(read(happyReturns, settings, [outbound('1', fields)]));

    expect(events.find(event => event.type === 'shipment.in_transit')).toMatchObject({ subject });
  });

  it('leaves at the earliest departure that names its zone, else at no known time', () => {
    const timed = [
      outbound('1', { departureDate: '2026-11-05T08:00:00-05:00' }),
      outbound('2', { departureDate: '2026-11-04T08:00:00-05:00' }),
    ];

    expect(eventsOf(read(happyReturns, settings, timed))[1]?.occurredAt).toBe('2026-11-04T13:00:00.000Z');
    const zoneless = [outbound('1', { departureDate: '2026-11-05' })];
    expect(eventsOf(read(happyReturns, settings, zoneless))[1]?.occurredAt).toBeNull();
  });
});
