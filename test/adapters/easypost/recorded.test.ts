import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/model/canonical-json.ts';
import { permutations } from '../permutations.ts';
import { type IssuedLabel, recorded } from './recorded.ts';

const HAPPY: IssuedLabel = { returnId: 'ER-1', tracking: '9400 1110 0000 0000 0000 11' };
const LOST: IssuedLabel = { returnId: 'ER-2', tracking: '1z0000000000000022' };
const SENT_BACK: IssuedLabel = { returnId: 'ER-3', tracking: '9400111000000000000033' };
const VOIDED: IssuedLabel = { returnId: 'ER-4', tracking: '9400111000000000000044' };

describe('news of a parcel', () => {
  it('waits while no return has its number, and makes none', () => {
    const { returns, states } = recorded('announced', 'delivered', 'refunded');

    expect(returns).toEqual([]);
    expect(states).toEqual(['waiting', 'waiting', 'waiting']);
  });

  it.each(permutations([HAPPY, 'in-transit', 'out-for-delivery', 'delivered']).map(order => [order]))(
    'joins the return of another connection, each fact once: %j',
    order => {
      const { returns, sent, states } = recorded(...order, ...order.filter(step => typeof step === 'string'));

      expect(sent.toSorted()).toEqual([
        'label.issued',
        'shipment.delivered',
        'shipment.dropped_off',
        'shipment.in_transit',
        'shipment.in_transit',
      ]);
      expect(new Set(states)).toEqual(new Set(['recorded']));
      expect(returns).toHaveLength(1);
      expect(returns[0]!.provider).toBe('example');
      expect(returns[0]!.state).toMatchObject({ status: 'received', providerReturnId: 'ER-1' });
      expect(returns[0]!.state.shipments).toHaveLength(1);
      expect(returns[0]!.state.dropOff).toMatchObject({ at: '2026-11-03T19:27:00.000Z' });
    },
  );

  it('is the same return, to the byte, in whatever order it comes', () => {
    const told = ['in-transit', 'same-status-again', 'delivered', 'delivered-retried'];
    const states = permutations(told).map(order => canonicalJson(recorded(HAPPY, ...order).returns[0]!.state));

    expect(new Set(states).size).toBe(1);
  });

  it('leaves the label as the return provider told it', () => {
    const [returned] = recorded(HAPPY, 'in-transit', 'delivered').returns;

    expect(returned!.state.shipments).toMatchObject([
      {
        carrier: 'USPS',
        phase: 'delivered',
        label: { kind: 'qr', url: 'https://labels.example.com/ER-1' },
        trackingUrl: 'https://track.example.com/a',
      },
    ]);
  });

  it('stands even where the label is told long after it', () => {
    const [returned] = recorded({ ...SENT_BACK, day: 30 }, 'sent-back-to-the-door').returns;

    expect(returned!.state).toMatchObject({ status: 'in_transit', shipments: [{ phase: 'going_back' }] });
  });

  it('goes to every return that has the number', () => {
    const { returns } = recorded(HAPPY, { ...HAPPY, returnId: 'ER-9' }, 'delivered');

    expect(returns.map(({ state }) => state.status)).toEqual(['received', 'received']);
  });
});

describe('an event told again', () => {
  it('with the same id and other words about the trying is no news', () => {
    const once = recorded(HAPPY, 'delivered');
    const twice = recorded(HAPPY, 'delivered', 'delivered-retried');

    expect(twice.sent).toEqual(once.sent);
  });

  it('whose status is the same brings the estimate up to date, and sends nothing', () => {
    const { returns, sent } = recorded(HAPPY, 'in-transit', 'same-status-again');

    expect(sent).toEqual(['label.issued', 'shipment.dropped_off', 'shipment.in_transit']);
    expect(returns[0]!.state.providerData).toMatchObject({
      easypost: { 'tracker trk_made_up_a': { est_delivery_date: '2026-11-06T00:00:00Z' } },
    });
  });
});

describe('a parcel', () => {
  it.each(permutations(['lost-handed-over', 'lost']))('that is lost is lost, received as %s, %s', (...order) => {
    const [returned] = recorded(LOST, ...order).returns;

    expect(returned!.state).toMatchObject({
      status: 'in_transit',
      shipments: [{ phase: 'lost', exception: 'missing' }],
    });
  });

  it.each(permutations(['sent-back-in-transit', 'sent-back', 'sent-back-to-the-door']))(
    'that is sent back to the shopper is not received, received as %s, %s, %s',
    (...order) => {
      const { returns, sent } = recorded(SENT_BACK, ...order);

      expect(sent).not.toContain('shipment.delivered');
      expect(returns[0]!.state).toMatchObject({
        status: 'in_transit',
        shipments: [{ phase: 'going_back', exception: 'refused' }],
      });
    },
  );

  it.each(permutations(['void-announced', 'refunded', 'cancelled']))(
    'whose label is void never moved, and nobody is paid, received as %s, %s, %s',
    (...order) => {
      const { returns, sent } = recorded(VOIDED, ...order);

      expect(sent.filter(type => type === 'label.voided')).toHaveLength(1);
      expect(sent.filter(type => /^(?:refund|credit|settlement)\./.test(type))).toEqual([]);
      expect(returns[0]!.state).toMatchObject({
        settlements: [],
        shipments: [{ phase: 'cancelled', label: { voidedAt: '2026-11-18T07:00:00.000Z' } }],
      });
    },
  );

  it('that is held, moves and is held again tells it each time', () => {
    const { sent } = recorded({ returnId: 'ER-5', tracking: '794600000055' }, 'held-again', 'held');

    expect(sent.filter(type => type === 'shipment.exception')).toHaveLength(3);
    expect(sent.filter(type => type === 'shipment.in_transit')).toHaveLength(3);
  });
});
