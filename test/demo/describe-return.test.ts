import { describe, expect, it } from 'vitest';
import { describeReturn } from '../../src/demo/describe-return.ts';
import type { ReturnItem } from '../../src/model/return.ts';

function item(
  name: string,
  quantities: Partial<ReturnItem['quantities']>,
  condition: ReturnItem['condition'] = null,
): ReturnItem {
  return {
    id: `itm_${name}`,
    orderNumber: null,
    orderLineId: null,
    sku: null,
    upc: null,
    name,
    reason: null,
    value: null,
    quantities: {
      requested: 1,
      authorized: 1,
      droppedOff: 0,
      received: 0,
      missing: 0,
      refused: 0,
      kept: 0,
      ...quantities,
    },
    condition,
    disposition: null,
  };
}

describe('a return in words', () => {
  it('says where it is, what it holds, and what the shopper gets', () => {
    const words = describeReturn({
      status: 'in_transit',
      items: [item('Blue tee', { droppedOff: 1 }), item('Blue tee', {}), item('Hat', { requested: 2 })],
      dropOff: {
        state: 'partially_dropped',
        at: '2026-11-20T10:00:00.000Z',
        location: { name: 'Corner Shop', address: null },
      },
      settlements: [
        {
          id: 'stl_1',
          kind: 'refund',
          state: 'paid',
          amount: { amountMinor: 8505, currency: 'EUR' },
          scope: null,
          orderNumber: null,
          at: '2026-11-20T10:00:00.000Z',
        },
      ],
    });

    expect(words).toBe(
      'in_transit: on its way back · 2 × Blue tee (dropped off 1), 2 × Hat · drop-off partially dropped at Corner Shop · refund paid EUR 85.05',
    );
  });

  it('counts minor units as the currency does', () => {
    const paid = (amountMinor: number, currency: string) =>
      describeReturn({
        status: 'completed',
        items: [item('Lamp', { received: 1 }, { code: 'as_new', providerCode: 'A' })],
        dropOff: null,
        settlements: [
          {
            id: 'stl_1',
            kind: 'store_credit',
            state: 'approved',
            amount: { amountMinor, currency },
            scope: null,
            orderNumber: null,
            at: '2026-11-20T10:00:00.000Z',
          },
        ],
      });

    expect(paid(1200, 'JPY')).toBe(
      'completed: all done · 1 × Lamp (received 1, found as new) · store credit approved JPY 1,200',
    );
    expect(paid(1234, 'KWD')).toContain('KWD 1.234');
  });

  it('says so where nothing is known yet', () => {
    expect(describeReturn({ status: 'requested', items: [], dropOff: null, settlements: [] })).toBe(
      'requested: the shopper asks to send it back · no items named yet · no refund yet',
    );
  });
});
