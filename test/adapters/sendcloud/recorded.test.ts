import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/model/canonical-json.ts';
import { permutations } from '../permutations.ts';
import { recorded, recordedBy } from './recorded.ts';

describe('a return and its parcel', () => {
  it.each(permutations(['created', 'picked-up', 'on-route', 'delivered']).map(order => [order]))(
    'are one, each fact once, received as %j and then again',
    order => {
      const { returns, sent, states } = recorded(...order, ...order);

      expect(sent.toSorted()).toEqual([
        'label.issued',
        'return.authorized',
        'return.requested',
        'shipment.delivered',
        'shipment.dropped_off',
        'shipment.in_transit',
      ]);
      expect(new Set(states)).toEqual(new Set(['recorded']));
      expect(returns).toHaveLength(1);
      expect(returns[0]!.state).toMatchObject({
        status: 'received',
        providerReturnId: '1700000421',
        order: { number: 'MK-710001' },
        dropOff: { state: 'dropped', at: '2026-11-03T16:00:00.000Z' },
        shipments: [{ carrier: 'postnl', trackingNumber: '3STEST0000001', phase: 'delivered', direction: 'return' }],
      });
    },
  );

  it('are the same return, to the byte, in whatever order they come', () => {
    const told = ['created', 'announced', 'on-route', 'delivered', 'delivered-in-seconds'];
    const states = permutations(told).map(order => canonicalJson(recorded(...order).returns[0]!.state));

    expect(new Set(states).size).toBe(1);
  });

  it('stay apart while parcels are found by their number alone', () => {
    const { returns, states } = recordedBy('by-tracking', 'created', 'picked-up', 'delivered');

    expect(returns.map(({ state }) => state.status)).toEqual(['authorized']);
    expect(states).toEqual(['recorded', 'waiting', 'waiting']);
  });

  it('stay apart where the order has a second return, of which it might be', () => {
    const { returns, states } = recorded('created', 'delivered', 'second-of-the-order');

    expect(returns.map(({ state }) => state.status)).toEqual(['authorized', 'authorized']);
    expect(states).toEqual(['recorded', 'waiting', 'recorded']);
  });

  it('count units, and one line however often it is listed', () => {
    const [tees] = recorded('created').returns;
    const [mugs] = recorded('created-in-store').returns;

    expect(tees!.state.items.map(item => item.quantities.requested).toSorted()).toEqual([1, 2]);
    expect(mugs!.state.items.map(item => item.quantities.requested)).toEqual([5]);
  });
});

describe('the same told again', () => {
  it('in seconds, by a carrier whose clock is ahead, is no news', () => {
    const { returns, sent } = recorded('created', 'delivered', 'delivered-in-seconds');

    expect(sent.filter(type => type === 'shipment.delivered')).toHaveLength(1);
    expect(sent.filter(type => / /.test(type))).toEqual([]);
    expect(returns[0]!.state.shipments).toMatchObject([{ phase: 'delivered' }]);
  });

  it('with almost everything left out takes nothing back', () => {
    const { returns, sent } = recorded('created', 'created-again');

    expect(sent).toEqual(['return.requested', 'return.authorized']);
    expect(returns[0]!.state.items).toHaveLength(2);
    expect(returns[0]!.state.method).toEqual({ code: 'drop_off_parcel', providerCode: 'drop_off_point' });
  });
});

describe('a parcel', () => {
  it.each(permutations(['coat-on-route', 'coat-attempted', 'coat-refused', 'coat-returned']))(
    'that is returned to its sender is back with the shopper, and was not received: %s, %s, %s, %s',
    (...order) => {
      const { returns, sent } = recorded('created-coat', ...order);

      expect(sent).not.toContain('shipment.delivered');
      expect(returns[0]!.state).toMatchObject({ status: 'in_transit', shipments: [{ phase: 'going_back' }] });
    },
  );

  it.each(permutations(['lamp-delayed', 'lamp-sorted', 'lamp-delayed-again']))(
    'that is late, moves, and is late again tells it each time: %s, %s, %s',
    (...order) => {
      const { sent } = recorded('created-lamp', 'lamp-on-route', ...order);

      expect(sent.filter(type => type === 'shipment.exception')).toHaveLength(2);
      expect(sent.filter(type => type === 'shipment.in_transit')).toHaveLength(2);
      expect(sent.filter(type => type === 'shipment.dropped_off')).toHaveLength(1);
    },
  );

  it.each(permutations(['socks-uncollected', 'socks-cancelling', 'socks-cancelled-upstream', 'socks-cancelled']))(
    'whose label is void never moved, and nobody is paid: %s, %s, %s, %s',
    (...order) => {
      const { returns, sent } = recorded('created-socks', 'socks-ready', ...order);

      expect(sent.filter(type => type === 'label.voided')).toHaveLength(1);
      expect(sent.filter(type => /^(?:refund|credit|settlement|exchange)\./.test(type))).toEqual([]);
      expect(returns[0]!.state).toMatchObject({
        status: 'authorized',
        settlements: [],
        shipments: [
          {
            phase: 'cancelled',
            label: { issuedAt: '2026-11-02T12:00:20.000Z', voidedAt: '2026-11-03T09:00:05.000Z' },
          },
        ],
      });
    },
  );

  it('is one of several, each with a delivery of its own', () => {
    const one = ['created-desk', 'desk-top-picked-up', 'desk-legs-picked-up', 'desk-top-delivered'];
    const { returns, sent } = recorded(...one, 'desk-legs-awaiting');

    expect(sent.filter(type => type === 'shipment.dropped_off')).toHaveLength(2);
    expect(sent.filter(type => type === 'shipment.delivered')).toHaveLength(1);
    expect(returns[0]!.state.status).toBe('received');
    expect(returns[0]!.state.shipments.map(({ phase }) => phase).toSorted()).toEqual([
      'available_for_pickup',
      'delivered',
    ]);
  });

  it('of the exchange goes to the shopper under the same order, and is no news of the return', () => {
    const { returns, states } = recorded('created-exchange', 'shoe-sent-anew');

    expect(states).toEqual(['recorded', 'ignored']);
    expect(returns[0]!.state).toMatchObject({ status: 'authorized', shipments: [], settlements: [] });
  });

  it.each(['direction-not-told', 'direction-null'])('whose direction nobody tells (%s) joins no order', name => {
    expect(recorded(name).states).toEqual(['waiting']);
  });
});
