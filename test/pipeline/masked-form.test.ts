import { describe, expect, it } from 'vitest';
import { maskedForm, typeName } from '../../src/pipeline/masked-form.ts';

describe('the form of a value', () => {
  it.each<[string | number, string]>([
    ['RMA-100', 'AAA-999'],
    ['jo.doe@example.com', 'AA.AAA@AAAAAAA.AAA'],
    ['Größe „M“', 'AAAAA ?A?'],
    ['e\u0301té', 'AAAA'],
    ['٣ 三', '9 A'],
    ['😀\u0000\u202e', '???'],
    [-12.5, '-99.9'],
    [1e21, '9A+99'],
    ['', ''],
    ['x'.repeat(41), `${'A'.repeat(39)}…`],
  ])('of %j is %j', (value, form) => {
    expect(maskedForm(value)).toBe(form);
  });
});

describe('the name of a type', () => {
  it.each(['return.asn', 'return_status_updated', 'shop/orders-2', 'v2:RETURN'])('%s is shown', type => {
    expect(typeName(type)).toBe(type);
  });

  it.each([
    ['jo@example.com', 'AA@AAAAAAA.AAA'],
    ['Jo Doe', 'AA AAA'],
    ['return 12345', 'AAAAAA 99999'],
    ['R12345', 'A99999'],
    ['', ''],
  ])('%j is masked: it may be somebody', (type, form) => {
    expect(typeName(type)).toBe(form);
  });
});
