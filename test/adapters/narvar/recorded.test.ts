import { describe, expect, it } from 'vitest';
import { permutations } from '../permutations.ts';
import { recorded } from './recorded.ts';

describe('webhooks that repeat the whole return', () => {
  it.each(permutations(['initiated', 'on-its-way', 'delivered', 'on-its-way-bare']))(
    'tell each fact once and take nothing back, received as %s, %s, %s, %s',
    (...order) => {
      const { returns, sent } = recorded(...order, ...order.toReversed());

      expect(sent.toSorted()).toEqual([
        'label.issued',
        'return.authorized',
        'return.requested',
        'shipment.delivered',
        'shipment.dropped_off',
        'shipment.in_transit',
      ]);
      expect(returns).toHaveLength(1);
      expect(returns[0]!.state).toMatchObject({
        status: 'received',
        rmaNumber: 'R-40071',
        decisions: { request: { state: 'granted' } },
        method: { code: 'mail' },
        shipments: [{ carrier: 'UPS', trackingNumber: '1ZTEST0000000001', label: { kind: 'document' } }],
      });
      expect(returns[0]!.state.items.map(item => item.sku).toSorted()).toEqual(['TEE-M-BLU', 'TEE-M-RED']);
      expect(returns[0]!.shopper.email?.value).toBe('jo@example.com');
    },
  );

  it.each(permutations(['lamp-initiated', 'lamp-cancelled']))(
    'contradict no cancellation, received as %s, %s',
    (...order) => {
      const [lamp] = recorded(...order).returns;

      expect(lamp!.state).toMatchObject({ status: 'cancelled', anomalies: [] });
    },
  );

  it('change what is only described, and send nothing for it', () => {
    const { returns, sent } = recorded('initiated', 'initiated-again');

    expect(returns[0]!.state.providerData).toMatchObject({ narvar: { estimated_refund: '40.00' } });
    expect(sent).toEqual(['return.requested', 'return.authorized', 'label.issued']);
  });
});

describe('a parcel that comes back after the return was cancelled', () => {
  it('is on its way, and the contradiction is shown', () => {
    const [shirt] = recorded('shopify-cancelled-by-user', 'shopify-on-its-way').returns;

    expect(shirt!.state).toMatchObject({ status: 'in_transit', anomalies: [{ code: 'moved_after_close' }] });
  });
});

describe('the RMA number RA', () => {
  const all = ['ra-first', 'ra-second', 'ra-second-delivered', 'ra-other-order'];

  it.each(permutations(all))('joins no returns, received as %s, %s, %s, %s', (...order) => {
    const { returns, sent } = recorded(...order);

    expect(returns.map(({ state }) => [state.order?.number, state.status]).toSorted()).toEqual([
      ['MK-100600', 'authorized'],
      ['MK-100600', 'received'],
      ['MK-100601', 'authorized'],
    ]);
    expect(sent.filter(type => type === 'return.requested')).toHaveLength(3);
    expect(sent).not.toContain('return.merged');
  });

  it.each(permutations(['ra-first', 'ra-first-numbered', 'ra-second']))(
    'gives way to a number, received as %s, %s, %s',
    (...order) => {
      const { returns } = recorded(...order);

      expect(returns.map(({ state }) => state.rmaNumber?.toUpperCase()).toSorted()).toEqual(['R-40076', 'RA']);
    },
  );

  it('identifies nothing in the index', () => {
    const { returns } = recorded('ra-first', 'ra-second');

    const identifying = returns.flatMap(({ aliases }) => aliases.filter(alias => alias.identifies));
    expect(identifying.map(alias => `${alias.kind} ${alias.value}`)).toEqual([
      'order_and_date MK-100600 2025-03-08T10:00:00Z',
      'order_and_date MK-100600 2025-03-09T11:30:00Z',
    ]);
  });
});

describe('a refund', () => {
  it.each(permutations(['shopify-approved', 'shopify-approved-again', 'shopify-delivered']))(
    'approved twice is one, received as %s, %s, %s',
    (...order) => {
      const { returns, sent } = recorded(...order);

      expect(sent.filter(type => type === 'settlement.approved')).toHaveLength(1);
      expect(returns[0]!.state.settlements).toMatchObject([{ kind: 'refund', state: 'approved', amount: null }]);
      expect(returns[0]!.state.decisions.package).toMatchObject({ state: 'granted' });
    },
  );

  it('is never paid by what Narvar says', () => {
    const { sent } = recorded('shopify-initiated', 'shopify-delivered', 'shopify-approved');

    expect(sent.filter(type => type.startsWith('refund.') || type.startsWith('credit.'))).toEqual([]);
  });
});

describe('an exception', () => {
  it('told again is no news, and one that comes back after another is', () => {
    const { sent } = recorded(
      'shopify-exception',
      'shopify-exception',
      'shopify-out-of-stock',
      'shopify-approved',
      'shopify-exception',
    );

    expect(sent.filter(type => type === 'return.exception')).toHaveLength(3);
  });

  it('grants nothing', () => {
    expect(recorded('shopify-exception').returns[0]!.state).toMatchObject({ decision: { state: 'pending' } });
  });
});

describe('a decision after receipt', () => {
  it('that refuses the goods rejects the return at the package stage', () => {
    const [shirt] = recorded('shopify-initiated', 'shopify-delivered', 'shopify-rejected').returns;

    expect(shirt!.state).toMatchObject({
      status: 'rejected',
      decisions: { request: { state: 'granted' }, package: { state: 'denied' } },
    });
  });
});

describe('a return without a package', () => {
  it('is received item by item at a store', () => {
    const [mugs] = recorded('store-initiated', 'store-delivered').returns;

    expect(mugs!.state).toMatchObject({ status: 'received', method: { code: 'in_store' }, shipments: [] });
    expect(mugs!.state.items.map(({ sku, quantities }) => [sku, quantities.received]).toSorted()).toEqual([
      ['MUG-1', 2],
      ['MUG-2', 1],
    ]);
    expect(mugs!.shopper).toMatchObject({ isGiftRecipient: { value: true } });
  });

  it('that is kept by the shopper counts its units as kept', () => {
    const [soap] = recorded('keep-item').returns;

    expect(soap!.state).toMatchObject({ status: 'authorized', providerReturnId: '9F2C4A6B8D0E1F3A' });
    expect(soap!.state.items[0]!.quantities).toMatchObject({ requested: 2, authorized: 2, kept: 2, received: 0 });
  });
});

describe('the payload full', () => {
  it('leaves payer, card and payment references in the bytes', () => {
    const { returns } = recorded('full-initiated', 'full-delivered');

    const kept = JSON.stringify(returns);
    for (const personal of [
      'jo.payer@example.com',
      'Payer',
      '5550100',
      'Made Up St',
      '02210',
      'made-up-ref',
      '0000"',
    ]) {
      expect(kept).not.toContain(personal);
    }
  });

  it('is one lifecycle like the others', () => {
    const [vase] = recorded('full-initiated', 'full-on-its-way', 'full-delivered').returns;

    expect(vase!.state).toMatchObject({
      status: 'received',
      order: { number: 'MK-100800', placedAt: '2025-02-20T07:06:49.000Z' },
      providerReturnId: '0A1B2C3D4E5F6071',
      dropOff: { state: 'dropped' },
    });
  });
});
