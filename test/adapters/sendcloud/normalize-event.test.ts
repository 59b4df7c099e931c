import { describe, expect, it } from 'vitest';
import { sendcloud } from '../../../adapters/sendcloud/index.ts';
import { fold, read } from '../reading.ts';

function event(phase: unknown, exception: unknown, more: Readonly<Record<string, unknown>> = {}) {
  const told = { event_type: 'carrier', timestamp: '2026-11-11T10:00:00Z', phase, exception, ...more };
  const data = { parcel: { parcel_id: 41, tracking_number: '3STEST41', carrier_code: 'dpd' }, event: told };
  return { event_type: 'parcels.event.created', data };
}

const folded = (...bodies: readonly unknown[]) => fold(sendcloud, {}, bodies);
const outcomeOf = (body: unknown) => read(sendcloud, {}, body).notices?.[0]?.outcome;

describe('an event of a parcel', () => {
  it.each([
    ['none', null],
    ['unknown', null],
    ['no_label', null],
    ['announcing', null],
    ['announced', null],
    ['labelled', null],
    ['ready_to_send', null],
    ['dropped', 'handed_over'],
    ['accepted', 'handed_over'],
    ['sorted', 'in_transit'],
    ['in_transit', 'in_transit'],
    ['customs', 'in_transit'],
    ['in_delivery', 'out_for_delivery'],
    ['attempted', 'out_for_delivery'],
    ['pup', 'available_for_pickup'],
    ['delivered', 'delivered'],
    ['delivery_forced', 'delivered'],
    ['cancelled', 'cancelled'],
  ])('in phase %s leaves the parcel %s', (phase, expected) => {
    expect(folded(event(phase, 'none')).shipments[0]?.phase ?? null).toBe(expected);
  });

  it.each([
    ['address_error', 'in_transit', 'address'],
    ['announcement_failed', 'in_transit', 'announcement_failed'],
    ['cancellation_failed', 'in_transit', 'cancellation_failed'],
    ['cancelled', 'cancelled', 'none'],
    ['cancelled_upstream', 'cancelled', 'none'],
    ['cancelling', 'in_transit', 'none'],
    ['cancelling_upstream', 'in_transit', 'none'],
    ['changed', 'in_transit', 'none'],
    ['claim', 'in_transit', 'none'],
    ['claimable', 'in_transit', 'none'],
    ['customer_rejected', 'in_transit', 'refused'],
    ['customer_support', 'in_transit', 'other'],
    ['customs_issue', 'in_transit', 'customs'],
    ['damaged', 'in_transit', 'damaged'],
    ['delay_unknown', 'in_transit', 'delay'],
    ['delivery_delay', 'in_transit', 'delay'],
    ['dropoff_expiration', 'expired', 'other'],
    ['handover_delay', 'in_transit', 'delay'],
    ['hold', 'in_transit', 'held'],
    ['missing', 'lost', 'missing'],
    ['none', 'in_transit', 'none'],
    ['non_conformity', 'in_transit', 'not_conforming'],
    ['off_radar', 'in_transit', 'other'],
    ['pup_expiration', 'expired', 'other'],
    ['refused', 'in_transit', 'refused'],
    ['relabelled', 'in_transit', 'none'],
    ['returned_sender', 'going_back', 'other'],
    ['sorting_delay', 'in_transit', 'delay'],
    ['unknown', 'in_transit', 'none'],
    ['abducted', 'in_transit', 'none'],
    [null, 'in_transit', 'none'],
  ])('in transit with the exception %s leaves it %s', (exception, phase, expected) => {
    expect(folded(event('in_transit', exception)).shipments).toMatchObject([{ phase, exception: expected }]);
  });

  it('that belongs to a return shipment is not for that on its way back to the shopper', () => {
    const { status, shipments } = folded(event('delivered', 'none', { is_returned: true }));

    expect(status).toBe('received');
    expect(shipments).toMatchObject([{ phase: 'delivered' }]);
  });

  it('that is delivered to the sender is no delivery to the merchant', () => {
    const told = folded(event('in_transit', 'none'), event('delivered', 'returned_sender'));

    expect(told.status).toBe('in_transit');
    expect(told.shipments).toMatchObject([{ phase: 'going_back' }]);
  });

  it('of a parcel that was not dropped off in time ends the return, unless it moves after all', () => {
    const late = { timestamp: '2026-11-20T10:00:00Z' };
    const expired = event('ready_to_send', 'dropoff_expiration');

    expect(folded(expired).status).toBe('expired');
    expect(folded(expired, event('in_transit', 'none', late)).status).toBe('in_transit');
  });

  it.each([
    [event('teleported', 'none'), 'unrecognized'],
    [event('constructor', 'none'), 'unrecognized'],
    [event('in_transit', 'none', { event_type: 'oracle' }), 'unrecognized'],
    [event('in_transit', 'none', { event_type: 'claim' }), 'ignored'],
    [event(7, 'none'), 'unreadable'],
  ])('%j is %s', (body, outcome) => {
    expect(outcomeOf(body)).toBe(outcome);
  });
});
