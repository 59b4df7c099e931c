import { describe, expect, it } from 'vitest';
import { formatBytes, formatMoney, plural } from '../../src/cli/words.ts';

describe('money', () => {
  it.each([
    [2500, 'USD', '25.00 USD'],
    [5, 'EUR', '0.05 EUR'],
    [-350, 'EUR', '-3.50 EUR'],
    [1_234_567, 'USD', '12,345.67 USD'],
    [2500, 'JPY', '2,500 JPY'],
    [2500, 'KWD', '2.500 KWD'],
    [2500, 'RSD', '25.00 RSD'],
  ])('%i of %s is %s', (amountMinor, currency, text) => {
    expect(formatMoney({ amountMinor, currency })).toBe(text);
  });
});

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1204, '1.2 kB'],
    [999_600, '1.0 MB'],
    [4_096_000, '4.1 MB'],
    [123_456_789_000, '123 GB'],
  ])('%i is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('a count', () => {
  it('has its noun in the right number', () => {
    expect([plural(1, 'return'), plural(0, 'return'), plural(12_000, 'try', 'tries')]).toEqual([
      '1 return',
      '0 returns',
      '12,000 tries',
    ]);
  });
});
