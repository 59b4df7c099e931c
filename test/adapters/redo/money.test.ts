import { describe, expect, it } from 'vitest';
import { detailsIn, eventsIn, foldCases, noticesIn, totals, typesIn } from './told.ts';

describe('a refund', () => {
  it('is paid when the return is complete, whatever totals say before', () => {
    for (const status of ['open', 'delivered', 'needs_review', 'flagged', 'rejected', 'deleted']) {
      expect(typesIn({ status, totals: totals('refund', '9.00') }), status).not.toContain('refund.issued');
    }
    expect(typesIn({ status: 'complete', totals: totals('refund', '9.00') })).toContain('refund.issued');
  });

  it('is not what an item intends: the total is 0.00', () => {
    const items = [{ id: 'L', quantity: 1, refund: { amount: { amount: '29.99', currency: 'USD' }, type: 'x' } }];

    expect(typesIn({ status: 'complete', items, totals: totals('refund', '0.00') })).not.toContain('refund.issued');
    expect(foldCases('shoes-complete').settlements).toMatchObject([{ kind: 'exchange' }]);
  });

  it('before anything is received is legal', () => {
    const { status, settlements, anomalies } = foldCases('belt-open', 'belt-complete');

    expect({ status, anomalies }).toEqual({ status: 'completed', anomalies: [] });
    expect(settlements).toMatchObject([{ kind: 'refund', amount: { amountMinor: 3000 } }]);
  });

  it('is read from decimal text, wrapped once or twice, digit by digit', () => {
    const refund = (value: unknown) => eventsIn({ status: 'complete', totals: { refund: value } }).at(-1);
    const paid = (amountMinor: number, currency = 'USD') => ({
      change: { settlement: { amount: { amountMinor, currency } } },
    });

    expect(refund({ amount: { amount: '0.29', currency: 'USD' } })).toMatchObject(paid(29));
    expect(refund({ amount: '1.1', currency: 'usd' })).toMatchObject(paid(110));
    expect(refund({ amount: { amount: 4.35, currency: 'EUR' } })).toMatchObject(paid(435, 'EUR'));
    expect(refund({ amount: { amount: '1500', currency: 'JPY' } })).toMatchObject(paid(1500, 'JPY'));
    expect(refund({ amount: { amount: '90071992547409.91', currency: 'USD' } })).toMatchObject(
      paid(9_007_199_254_740_991),
    );
  });

  it.each(['1,50', '1.505', '$1', 'NaN', '1e2', '90071992547409.92'])('%s is never rounded or guessed', amount => {
    expect(noticesIn({ status: 'complete', totals: totals('refund', amount) }).at(-1)).toMatchObject({
      outcome: 'unreadable',
    });
  });
});

describe('store credit', () => {
  const CARDS = [{ amount: { amount: '15.00', currency: 'USD' }, code: 'GIFT-CODE-1', externalId: 'g' }];

  it('and the gift card it is given as are one amount', () => {
    const { settlements } = foldCases('soap-kept', 'soap-complete');

    expect(settlements).toMatchObject([{ kind: 'store_credit', state: 'paid', amount: { amountMinor: 1500 } }]);
  });

  it('is one fact before and after the end', () => {
    const told = (status: string) =>
      eventsIn({ status, giftCards: CARDS, totals: totals('storeCredit', '15.0') }).at(-1);

    expect(told('delivered')).toMatchObject({ type: 'credit.issued', change: { settlement: { kind: 'gift_card' } } });
    expect(told('complete')?.occurrence).toEqual(told('delivered')?.occurrence);
  });

  it('of several cards adds up, and has no amount where one is unknown', () => {
    const card = (amount: unknown) => ({ amount, code: 'GIFT-CODE-2', externalId: 'h' });
    const amountOf = (...giftCards: readonly unknown[]) => {
      const event = eventsIn({ giftCards }).at(-1);
      return event?.type === 'credit.issued' ? (event.change.settlement.amount ?? null) : undefined;
    };

    expect(amountOf(...CARDS, card({ amount: '0.10', currency: 'USD' }))).toEqual({
      amountMinor: 1510,
      currency: 'USD',
    });
    expect(amountOf(...CARDS, card({ amount: '1.00', currency: 'EUR' }))).toBeNull();
    expect(amountOf(...CARDS, card(null))).toBeNull();
  });
});

describe('an exchange', () => {
  it('is made by its order, and is no refund', () => {
    expect(typesIn({ exchange: { provision: 'deferred', items: [] } })).not.toContain('exchange.created');
    const exchange = { provision: 'instant', order: { externalId: '77' } };
    expect(eventsIn({ exchange }).at(-1)).toMatchObject({ type: 'exchange.created', subject: 'exchange/77' });
    expect(typesIn({ status: 'complete', exchange })).not.toContain('refund.issued');
  });
});

describe('a shipping fee', () => {
  it('is withheld where it is more than nothing', () => {
    expect(detailsIn({ totals: totals('shippingFee', '4.50') }).fees).toEqual([
      { kind: 'return_shipping', amount: { amountMinor: 450, currency: 'USD' } },
    ]);
    expect(detailsIn({ totals: totals('shippingFee', '0.00') })).not.toHaveProperty('fees');
  });
});
