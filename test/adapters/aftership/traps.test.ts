import { describe, expect, it } from 'vitest';
import type { FoldedReturn } from '../../../src/model/return.ts';
import { permutations } from '../permutations.ts';
import { detailsIn, eventsIn, foldCases, noticesIn, typesIn } from './told.ts';

/** What is easily got wrong with AfterShip Returns. */

/** Without what follows from the time of receipt, which differs from order to order. */
function lasting({ status, items, shipments, settlements, decisions, dropOff, anomalies }: FoldedReturn) {
  return {
    status,
    items,
    shipments,
    settlements: settlements.map(({ at: _receipt, ...settlement }) => settlement),
    decisions,
    dropOff: dropOff?.state,
    anomalies: anomalies.map(({ code }) => code),
  };
}

describe('events that arrive late, twice and out of order', () => {
  it.each([
    ['tees by mail', ['tee-submitted', 'tee-in-transit', 'tee-delivered', 'tee-received', 'tee-resolved']],
    ['drop-off', ['scarf-dropoff-created', 'scarf-partially-dropped', 'scarf-dropped', 'scarf-credited']],
    ['partial', ['cups-received-one', 'cups-refunded-one', 'cups-received-rest', 'cups-resolved']],
    ['exchange', ['shoes-exchange-planned', 'shoes-exchange-created', 'shoes-resolved']],
    ['total only', ['july-restocked', 'july-more-refunded']],
    ['expired', ['boots-expired', 'boots-resolved']],
  ])('give one return, whatever the order: %s', (_, names) => {
    const expected = lasting(foldCases(...names));

    for (const order of permutations(names)) {
      expect(lasting(foldCases(...order)), order.join()).toEqual(expected);
      expect(lasting(foldCases(...order, ...order)), order.join()).toEqual(expected);
    }
  });

  it('leave no hole where one was lost: the last tells it all', () => {
    const whole = lasting(
      foldCases('tee-submitted', 'tee-approved', 'tee-label', 'tee-in-transit', 'tee-delivered', 'tee-resolved'),
    );

    expect(lasting(foldCases('tee-resolved'))).toEqual(whole);
  });
});

describe('a closing word', () => {
  it('is taken back by return.reopened alone: an expired return that is done is completed without an anomaly', () => {
    expect(foldCases('boots-expired')).toMatchObject({ status: 'expired' });
    expect(foldCases('boots-expired', 'boots-resolved')).toMatchObject({ status: 'completed', anomalies: [] });
    expect(foldCases('coat-expired-then-rejected')).toMatchObject({ status: 'rejected', anomalies: [] });
  });

  it('is taken back in time, even where nobody says when it was', () => {
    const data = { approval_status: 'done', expired_at: '2026-03-01T10:00:00Z' };

    const closing = eventsIn(data, {}, 'return.resolved').slice(-2);

    expect(closing.map(({ type, occurredAt }) => [type, occurredAt])).toEqual([
      ['return.reopened', '2026-03-04T10:20:30.400Z'],
      ['return.completed', '2026-03-04T10:20:30.400Z'],
    ]);
  });

  it('of a return of which all was removed is cancelled, although AfterShip says done', () => {
    expect(foldCases('hat-all-removed')).toMatchObject({ status: 'cancelled', anomalies: [] });
  });
});

describe('approved', () => {
  it('may ship, and is no word about the refund', () => {
    expect(typesIn({})).toEqual(['return.snapshot', 'return.requested', 'return.authorized']);
  });
});

describe('a refund', () => {
  it('before anything is received is legal', () => {
    const { status, settlements, anomalies } = foldCases('belt-refunded-after-all');

    expect({ status, anomalies }).toEqual({ status: 'authorized', anomalies: [] });
    expect(settlements).toMatchObject([{ kind: 'refund', state: 'paid', amount: { amountMinor: 3000 } }]);
  });

  it('is not told by return.resolved unless the snapshot shows it', () => {
    expect(typesIn({ approval_status: 'done', refunds: [], refunded_at: null })).not.toContain('refund.issued');
  });

  it('as store credit is credit and no money, and its gift card code is read by nobody', () => {
    const { settlements } = foldCases('scarf-credited');

    expect(settlements).toMatchObject([{ kind: 'store_credit', state: 'paid', amount: { amountMinor: 5480 } }]);
    const seen = JSON.stringify([foldCases('scarf-credited'), foldCases('legacy-refunded-as-credit')]);
    expect(seen).not.toContain('GIFT-CODE');
  });

  it('that failed and then was paid is both, one after the other', () => {
    const { settlements } = foldCases('belt-exceptions', 'belt-refunded-after-all');

    expect(settlements.map(({ state }) => state).toSorted()).toEqual(['failed', 'paid']);
  });

  it('of a total that grows is stated again, never added', () => {
    const { settlements } = foldCases('july-restocked', 'july-more-refunded');

    expect(settlements).toMatchObject([{ amount: { amountMinor: 3000, currency: 'JPY' } }]);
  });
});

describe('refunds without an id', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  const paidIn = (...refunds: readonly unknown[]) =>
    eventsIn({ refunds }).flatMap(event => {
      if (event.type !== 'refund.issued' && event.type !== 'credit.issued') return [];
      const { ref, amount } = event.change.settlement;
      return [[ref, amount?.amountMinor ?? null]];
    });

  it('are stated in total with all of their kind, and credit apart from money', () => {
    const credit = { destination: 'store_credit', total: usd('5.00') };

    expect(paidIn({ external_id: 'A', total: usd('10.00') }, { total: usd('0.20') }, { total: usd('0.10') })).toEqual([
      ['A', 1000],
      ['total', 1030],
    ]);
    expect(paidIn({ external_id: 'A', total: usd('10.00') }, credit)).toEqual([
      ['A', 1000],
      ['store_credit/total', 500],
    ]);
  });

  it('have no total where one has no amount, or another currency', () => {
    expect(paidIn({ total: usd('1.00') }, { total: null })).toEqual([['total', null]]);
    expect(paidIn({ total: usd('1.00') }, { total: { amount: '1.00', currency: 'EUR' } })).toEqual([['total', null]]);
  });

  it('of one id in one way are one refund', () => {
    expect(paidIn({ external_id: 'A', total: usd('1.10') }, { external_id: 'A', total: usd('2.20') })).toEqual([
      ['A', 330],
    ]);
  });
});

describe('money in decimal text', () => {
  it.each([
    ['0.10', 'USD', 10],
    ['19.99', 'EUR', 1999],
    ['1500.00', 'JPY', 1500],
    ['1.50', 'KWD', 1500],
    [10.1, 'USD', 1010],
    ['90071992547409.91', 'USD', 9_007_199_254_740_991],
  ])('%s %s is read from its digits', (amount, currency, amountMinor) => {
    const refunds = [{ external_id: 'A', total: { amount, currency } }];

    expect(eventsIn({ refunds }).at(-1)).toMatchObject({
      type: 'refund.issued',
      change: { settlement: { amount: { amountMinor, currency } } },
    });
  });

  it.each(['1,50', '1.505', '$1', 'NaN', '90071992547409.92'])('%s is never rounded or guessed', amount => {
    const refunds = [{ external_id: 'A', total: { amount, currency: 'USD' } }];

    expect(noticesIn({ refunds }).at(-1)).toMatchObject({ outcome: 'unreadable' });
  });

  it('of the cost of return is withheld once it is charged, not before', () => {
    const value = { amount: '7.10', currency: 'USD' };

    expect(detailsIn({ cost_of_return: { charged: null, value } })).not.toHaveProperty('fees');
    expect(detailsIn({ cost_of_return: { charged: value, value } }, { costOfReturn: 'handling' }).fees).toEqual([
      { kind: 'handling', amount: { amountMinor: 710, currency: 'USD' } },
    ]);
  });
});

describe('a parcel', () => {
  it('with an exception goes on being where it was: no word says that it is lost or goes back to the shopper', () => {
    const { status, shipments } = foldCases('lamp-in-transit', 'lamp-exception');

    expect(status).toBe('in_transit');
    expect(shipments).toMatchObject([{ phase: 'in_transit', exception: 'other' }]);
  });

  it('of the exchange order is not among them: an exchange moves nothing', () => {
    expect(foldCases('shoes-exchange-created')).toMatchObject({ status: 'authorized', shipments: [] });
  });

  it('that is delivered is not received', () => {
    const { items, status } = foldCases('tee-delivered');

    expect(status).toBe('received');
    expect(items[0]!.quantities).toMatchObject({ requested: 2, authorized: 2, received: 0 });
  });

  it('that was delivered was handed over, at a time that nobody says', () => {
    const shipments = [{ id: 's', tracking_status: 'Delivered', tracking_status_updated_at: '2026-03-05T12:00:00Z' }];

    const moves = eventsIn({ shipments }).map(({ type, occurredAt }) => [type, occurredAt]);

    expect(moves.slice(-2)).toEqual([
      ['shipment.dropped_off', null],
      ['shipment.delivered', '2026-03-05T12:00:00.000Z'],
    ]);
  });

  it('of the shopper has no label from AfterShip', () => {
    expect(foldCases('lamp-recorded')).toMatchObject({ shipments: [], method: { code: 'self_ship' } });
  });
});

describe('counted quantities', () => {
  it('of several receivings add up, in whatever order they are listed', () => {
    const { items } = foldCases('cups-received-one', 'cups-received-rest');

    expect(items).toMatchObject([{ quantities: { requested: 3, received: 3 }, condition: { code: 'damaged' } }]);
  });

  it('are never those of received_quantity, which follows the shipping status', () => {
    const return_items = [{ external_order_item_id: 'L', intended_return_quantity: 1, received_quantity: 1 }];

    expect(typesIn({ return_items })).not.toContain('item.received');
  });

  it('of nothing are no fact', () => {
    const none = [{ external_id: 'L', quantity: 0, gradings: [{ grade: 'a', quantity: 0 }] }];

    expect(noticesIn({ receivings: [{ id: 'r', items: none }], restocks: [{ items: none }] }).at(-1)).toMatchObject({
      outcome: 'ignored',
    });
  });

  it('restocked without a grading say nothing of what was found', () => {
    expect(typesIn({ restocks: [{ items: [{ source_order_item_id: 'L', quantity: 1 }] }] }).at(-1)).toBe(
      'item.dispositioned',
    );
    expect(foldCases('july-restocked')).toMatchObject({ status: 'inspected', items: [{ condition: null }] });
  });
});

describe('one line under several names', () => {
  it.each(['external_order_item_id', 'external_id', 'source_order_item_id', 'source_id'])('is read from %s', name => {
    const restocks = [{ items: [{ [name]: 'L', quantity: 2 }] }];

    expect(eventsIn({ restocks }).at(-1)).toMatchObject({ subject: 'L', change: { items: [{ quantity: 2 }] } });
  });
});

describe('an RMA number', () => {
  it('is unique most of the time, so that it identifies nothing', () => {
    expect(noticesIn({})[0]?.aliases).toEqual([
      { kind: 'return', value: 'b3eedf69b7c0410d8975d4350c007705', unique: true },
      { kind: 'rma', value: 'A1B2C3D4', unique: false },
    ]);
  });
});
