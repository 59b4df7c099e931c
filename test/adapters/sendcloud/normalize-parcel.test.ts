import { describe, expect, it } from 'vitest';
import { sendcloud } from '../../../adapters/sendcloud/index.ts';
import { eventsOf } from '../../conformance/interpretation.ts';
import { fold, read } from '../reading.ts';

function parcel(status: unknown, more: Readonly<Record<string, unknown>> = {}) {
  return {
    action: 'parcel_status_changed',
    timestamp: 1794400000000,
    carrier_status_change_timestamp: null,
    parcel: { id: 41, tracking_number: '3STEST41', is_return: true, status, ...more },
  };
}

const factsOf = (body: unknown) => eventsOf(read(sendcloud, {}, body)).filter(({ type }) => type !== 'return.snapshot');
const typesOf = (body: unknown) => factsOf(body).map(({ type }) => type);
const folded = (...bodies: readonly unknown[]) => fold(sendcloud, {}, bodies);
const outcomeOf = (body: unknown) => read(sendcloud, {}, body).notices?.[0]?.outcome;

/** Word, number, title, the type of what is told, and where that leaves the parcel. */
const STATUSES = [
  ['no-label', 999, 'No label', null, 'unknown', 'none'],
  ['announcing', 1001, 'Being announced', null, 'unknown', 'none'],
  ['announced', 1, 'Announced', null, 'unknown', 'none'],
  ['announced-uncollected', 13, 'Announced: not collected', null, 'unknown', 'none'],
  ['ready-to-send', 1000, 'Ready to send', null, 'unknown', 'none'],
  ['announcement-failed', 1002, 'Announcement failed', 'shipment.exception', 'unknown', 'announcement_failed'],
  ['collect-error', 15, 'Error collecting', 'shipment.exception', 'unknown', 'other'],
  ['picked-up-by-driver', 22, 'Shipment picked up by driver', 'shipment.dropped_off', 'handed_over', 'none'],
  ['to-sorting', 3, 'En route to sorting center', 'shipment.in_transit', 'in_transit', 'none'],
  ['at-sorting-centre', 62990, 'At sorting centre', 'shipment.in_transit', 'in_transit', 'none'],
  ['sorting', 7, 'Being sorted', 'shipment.in_transit', 'in_transit', 'none'],
  ['sorted', 5, 'Sorted', 'shipment.in_transit', 'in_transit', 'none'],
  ['unsorted', 6, 'Not sorted', 'shipment.in_transit', 'in_transit', 'none'],
  ['at-customs', 62989, 'At Customs', 'shipment.in_transit', 'in_transit', 'none'],
  ['shipment-on-route', 91, 'Parcel en route', 'shipment.in_transit', 'in_transit', 'none'],
  ['delayed', 4, 'Delivery delayed', 'shipment.exception', 'in_transit', 'delay'],
  ['driver-on-route', 92, 'Driver en route', 'shipment.in_transit', 'out_for_delivery', 'none'],
  ['delivery-failed', 8, 'Delivery attempt failed', 'shipment.exception', 'out_for_delivery', 'attempt_failed'],
  ['awaiting-customer-pickup', 12, 'Awaiting customer pickup', 'shipment.in_transit', 'available_for_pickup', 'none'],
  ['collected-by-customer', 93, 'Shipment collected by customer', 'shipment.delivered', 'delivered', 'none'],
  ['delivered', 11, 'Delivered', 'shipment.delivered', 'delivered', 'none'],
  ['undeliverable', 80, 'Unable to deliver', 'shipment.exception', 'unknown', 'other'],
  ['refused-by-recipient', 62991, 'Refused by recipient', 'shipment.exception', 'going_back', 'refused'],
  ['returned-to-sender', 62992, 'Returned to sender', 'shipment.exception', 'going_back', 'other'],
  ['address-invalid', 62997, 'Address invalid', 'shipment.exception', 'unknown', 'address'],
  ['exception', 62996, 'Exception', 'shipment.exception', 'unknown', 'other'],
  ['delivery-method-changed', 62993, 'Delivery method changed', null, 'unknown', 'none'],
  ['delivery-date-changed', 62994, 'Delivery date changed', null, 'unknown', 'none'],
  ['delivery-address-changed', 62995, 'Delivery address changed', null, 'unknown', 'none'],
  ['cancelling', 1999, 'Cancellation requested', null, 'unknown', 'none'],
  ['cancelling-upstream', 2001, 'Submitting cancellation request', null, 'unknown', 'none'],
  ['cancelled', 2000, 'Cancelled', 'label.voided', 'cancelled', 'none'],
  ['cancelled-upstream', 1998, 'Cancelled upstream', 'label.voided', 'cancelled', 'none'],
  ['cancellation-failed', 94, 'Parcel cancellation failed.', 'shipment.exception', 'unknown', 'cancellation_failed'],
  ['unknown', 1337, 'Unknown status - check carrier track & trace page for more insights', null, 'unknown', 'none'],
] as const;

describe('a parcel status', () => {
  it.each(STATUSES)('%s, number %i, titled "%s", tells %s', (word, id, message, type, phase, exception) => {
    const facts = factsOf(parcel({ id, message }));
    const own = facts.find(fact => fact.type === type);

    expect(facts.at(-1)?.type ?? null).toBe(type);
    if (own !== undefined) expect(folded(parcel({ id, message })).shipments).toMatchObject([{ phase, exception }]);
    expect(eventsOf(read(sendcloud, {}, parcel({ id, message })))[0]).toMatchObject({
      change: { details: { providerData: { 'parcel 41': { status: word } } } },
    });
  });

  it.each(STATUSES)('%s is one word in each of its spellings', (word, id, message) => {
    const code = word.replaceAll('-', '_').toUpperCase();
    const told = eventsOf(read(sendcloud, {}, parcel({ id, message })));

    for (const status of [{ id }, { message }, { message: message.toUpperCase() }, { message: word }, { code }]) {
      expect(eventsOf(read(sendcloud, {}, parcel(status))), JSON.stringify(status)).toEqual(told);
    }
  });

  it.each([
    ['delivery-forced', 'shipment.delivered'],
    ['unsorted2', 'shipment.in_transit'],
    ['Cancellation request', null],
    ['Ready to Ship', null],
  ])('%s is published in one spelling only, and tells %s', (message, type) => {
    expect(typesOf(parcel({ message })).at(-1) ?? null).toBe(type);
  });

  it('whose title says another thing than its number is what its title says', () => {
    expect(typesOf(parcel({ id: 1, message: 'Delivered' }))).toContain('shipment.delivered');
    expect(typesOf(parcel({ id: 11, message: 'Ready to send' }))).toEqual([]);
  });

  it.each([{ id: 11, message: 'Beamed up' }, { message: 'constructor' }, { id: 70000 }, { code: 'BEAMED_UP' }])(
    '%j that is new is not recognized',
    status => {
      expect(outcomeOf(parcel(status))).toBe('unrecognized');
    },
  );

  it('tells neither money nor the shopper, whatever stands beside it', () => {
    const values = {
      total_order_value: 59.9,
      total_order_value_currency: 'EUR',
      name: 'Kim',
      email: 'kim@example.com',
    };
    const events = JSON.stringify(eventsOf(read(sendcloud, {}, parcel({ message: 'Delivered' }, values))));

    expect(events).toContain('shipment.delivered');
    expect(events).not.toMatch(/Kim|kim@|59\.9|EUR|settlement|shopper/);
  });
});

describe('the time of a change', () => {
  const at = (timestamp: unknown, carrier: unknown) => {
    const body = { ...parcel({ message: 'Delivered' }), timestamp, carrier_status_change_timestamp: carrier };
    return factsOf(body).at(-1)?.occurredAt;
  };

  it.each([
    [1794400000, null, '2026-11-11T12:26:40.000Z'],
    [1794400000123, null, '2026-11-11T12:26:40.123Z'],
    [1794400000.5, null, '2026-11-11T12:26:40.500Z'],
    ['1794400000', null, '2026-11-11T12:26:40.000Z'],
    [1794400000, 1794399000, '2026-11-11T12:10:00.000Z'],
    [1794400000, 1794399000000, '2026-11-11T12:10:00.000Z'],
    [1794400000, 1794407200, '2026-11-11T12:26:40.000Z'],
    [null, 1794399000, '2026-11-11T12:10:00.000Z'],
    [null, null, null],
  ])('%j at Sendcloud and %j at the carrier is %s', (timestamp, carrier, expected) => {
    expect(at(timestamp, carrier)).toBe(expected);
  });

  it.each([123, 0.5, -1794400000, 179440000000, 1e15, 'soon', '2026-11-11T10:00:00Z'])(
    '%j is no Unix time, and is not passed over',
    timestamp => {
      expect(outcomeOf({ ...parcel({ message: 'Delivered' }), timestamp })).toBe('unreadable');
    },
  );
});
