import { describe, expect, it } from 'vitest';
import { loop } from '../../../adapters/loop/index.ts';
import { fold } from '../reading.ts';
import { events, labelled, outcomes, returned, settings, types } from './told.ts';

describe('a label status', () => {
  it.each([
    ['new', ['label.issued']],
    ['pending', ['label.issued']],
    ['pre_transit', ['label.issued']],
    ['unknown', ['label.issued']],
    ['N/A', ['label.issued']],
    ['N/A (no shipment status)', ['label.issued']],
    ['', ['label.issued']],
    [null, ['label.issued']],
    ['in_transit', ['shipment.dropped_off', 'shipment.in_transit']],
    ['out_for_delivery', ['shipment.in_transit']],
    ['available_for_pickup', ['shipment.in_transit']],
    ['delivered', ['shipment.delivered']],
    ['failure', ['shipment.exception']],
    ['error', ['shipment.exception']],
    ['return_to_sender', ['shipment.exception']],
  ])('%j tells %j, the same from both topics', (status, told) => {
    const listed = returned({ labels: [{ status, tracking_number: '1ZTEST01', carrier: 'UPS' }] });

    expect(types(labelled(status))).toEqual(told);
    expect(events(listed).slice(3)).toEqual(events(labelled(status)));
  });

  it.each(['DELIVERED', 'cancelled', 'constructor', 'in transit'])(
    '%j is not recognized, and spoils no return',
    status => {
      expect(outcomes(labelled(status))).toEqual(['unrecognized']);
      expect(outcomes(returned({ labels: [{ status, tracking_number: '1ZTEST01' }] }))).toEqual([
        'events',
        'unrecognized',
      ]);
    },
  );

  it('return_to_sender is the way back to the shopper, and no delivery', () => {
    const { status, shipments } = fold(loop, settings, [labelled('in_transit'), labelled('return_to_sender')]);

    expect(status).toBe('in_transit');
    expect(shipments).toMatchObject([{ phase: 'going_back', exception: 'other' }]);
  });

  it('that comes back is news, and told again by the other topic it is not', () => {
    const at = (status: string, time: string) => labelled(status, { label_updated_at: time });
    const bodies = [
      at('in_transit', '2026-11-20T07:00:00Z'),
      at('failure', '2026-11-20T08:00:00Z'),
      at('in_transit', '2026-11-20T09:00:00+00:00'),
      returned({
        labels: [{ status: 'in_transit', updated_at: '2026-11-20T09:00:00Z', tracking_number: '1z test-01' }],
      }),
    ];

    expect(fold(loop, settings, bodies).shipments).toMatchObject([{ phase: 'in_transit', exception: 'none' }]);
    expect(fold(loop, settings, bodies.toReversed()).shipments).toMatchObject([
      { phase: 'in_transit', exception: 'none' },
    ]);
  });
});

describe('a time', () => {
  it.each([
    ['2026-11-20T08:00:00.000Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:00:00+00:00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T02:00:00-06:00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20 08:00:00', null],
    ['N/A', null],
    [null, null],
  ])('%j is %j', (label_updated_at, occurredAt) => {
    expect(events(labelled('delivered', { label_updated_at }))).toMatchObject([{ occurredAt }]);
  });

  it('is that of the label only where the webhook was sent for it', () => {
    const label_updated_at = '2026-11-20T08:00:00Z';

    expect(events(labelled('pre_transit', { label_updated_at }))).toMatchObject([{ occurredAt: null }]);
    expect(events(labelled('pre_transit', { label_updated_at, trigger: 'label.created' }))).toMatchObject([
      { type: 'label.issued', occurredAt: '2026-11-20T08:00:00.000Z' },
    ]);
    expect(events(labelled('in_transit', { label_updated_at, trigger: 'label.created' }))).toMatchObject([
      { type: 'label.issued', occurredAt: null },
      { type: 'shipment.dropped_off' },
      { type: 'shipment.in_transit' },
    ]);
  });
});

describe('a tracking number', () => {
  it('of 22 digits without quotes keeps each of them', () => {
    const body = JSON.stringify(labelled('delivered', { tracking_number: 'here' })).replace(
      '"here"',
      '9400100000000000000015',
    );

    expect(events(body)).toMatchObject([{ subject: '9400100000000000000015' }]);
  });

  it.each([
    ['N/A', null],
    ['', undefined],
    [null, 'N/A'],
  ])('%j names no parcel while nothing has moved (shipment %j)', (tracking_number, shipment_id) => {
    expect(outcomes(labelled('N/A', { tracking_number, shipment_id, trigger: 'label.created' }))).toEqual(['ignored']);
  });

  it('that is missing leaves the shipment’s id to a parcel that has moved, or the return’s one parcel', () => {
    const moved = { tracking_number: 'N/A', carrier: 'N/A' };

    expect(events(labelled('delivered', { ...moved, shipment_id: 7712 }))).toMatchObject([
      { subject: '7712', change: { shipment: { ref: '7712', phase: 'delivered' } } },
    ]);
    expect(events(labelled('delivered', moved))).toMatchObject([{ subject: 'total' }]);
  });
});

describe('a label', () => {
  const url = 'https://labels.example.com/1.pdf';
  const listed = returned({ labels: [{ status: 'new', tracking_number: '1ZTEST01', url }] });
  const made = labelled('pre_transit', { trigger: 'label.created', label_updated_at: '2026-11-20T08:00:00Z' });

  it.each([
    ['after it was made', [made, listed]],
    ['before we hear that it was made', [listed, made]],
    ['and a later status has none', [made, listed, labelled('pre_transit'), labelled('in_transit')]],
  ])('keeps its document that is told %s', (_when, bodies) => {
    expect(fold(loop, settings, bodies).shipments).toMatchObject([
      { trackingNumber: '1ZTEST01', label: { kind: 'document', url } },
    ]);
  });

  it('at the top of an older return is read only where there is no list', () => {
    const top = { tracking_number: '1ZTEST02', label_status: 'in_transit' };

    expect(events(returned(top)).at(-1)).toMatchObject({ subject: '1ZTEST02', type: 'shipment.in_transit' });
    expect(events(returned({ ...top, labels: [] })).at(-1)).toMatchObject({ subject: '1ZTEST02' });
    expect(events({ ...listed, ...top }).map(event => event.subject)).not.toContain('1ZTEST02');
  });

  it('that is one of too many makes the return unreadable', () => {
    const labels = Array.from({ length: 101 }, () => ({ status: 'new', tracking_number: '1ZTEST01' }));

    expect(outcomes(returned({ labels }))).toEqual(['unreadable']);
    expect(outcomes(returned({ labels: { 0: 'new' } }))).toEqual(['unreadable']);
  });
});
