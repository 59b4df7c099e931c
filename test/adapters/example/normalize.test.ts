import { describe, expect, it } from 'vitest';
import { example } from '../../../adapters/example/index.ts';
import { eventsOf } from '../../conformance/interpretation.ts';
import { read } from '../reading.ts';

const settings = { shop: 'acme' };
const body = (notice: string) => `{"shop":"acme","notices":[${notice}]}`;
const refund = (amount: string, currency = 'USD') =>
  body(`{"kind":"refund.paid","return_id":"ER-1","refund_id":"rf","amount":${amount},"currency":"${currency}"}`);

describe('an amount', () => {
  it.each([
    ['"10.10"', 'USD', 1010],
    ['10.10', 'USD', 1010],
    ['9007199254740.99', 'USD', 900719925474099],
    ['"-3.5"', 'USD', -350],
    ['"500"', 'JPY', 500],
  ])('of %s %s is read from its digits', (amount, currency, amountMinor) => {
    expect(eventsOf(read(example, settings, refund(amount, currency)))[0]).toMatchObject({
      change: { settlement: { amount: { amountMinor, currency } } },
    });
  });

  it.each(['"10,10"', '"1e3"', '"10.105"', '""', 'null', '{}'])('of %s makes the notice unreadable', amount => {
    expect(read(example, settings, refund(amount)).notices?.[0]).toMatchObject({
      outcome: 'unreadable',
      problem: { path: '/notices/*/amount' },
    });
  });
});

describe('a parcel', () => {
  it('attaches by its tracking number and identifies no return', () => {
    const scan = '{"kind":"parcel.scanned","scan_id":"s","tracking":"T-1","scan":"MOVING","at":"2026-11-05T09:00:00Z"}';

    expect(read(example, settings, body(scan)).notices?.[0]?.aliases).toEqual([
      { kind: 'tracking', value: 'T-1', unique: false },
    ]);
  });
});
