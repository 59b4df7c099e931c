import { describe, expect, it } from 'vitest';
import { readSetting, setValue } from '../../src/cli/set-value.ts';

const BODY = new TextEncoder().encode(
  '{ "shop": "acme", "id": 12345678901234567890, "lines": [{ "price": 25.00, "a.b": null }] }',
);

function bodyAfter(...settings: readonly string[]): string {
  let body: Uint8Array = BODY;
  for (const text of settings) {
    const edited = setValue(body, readSetting(text));
    if (edited.outcome !== 'set') return edited.why;
    body = edited.body;
  }
  return new TextDecoder().decode(body);
}

describe('a value that is set', () => {
  it('changes and leaves every digit of the others', () => {
    expect(bodyAfter('shop=other')).toBe(
      '{"shop":"other","id":12345678901234567890,"lines":[{"price":25.00,"a.b":null}]}',
    );
  });

  it.each([
    ['lines.0.price=12.50', '"price":12.50'],
    ['lines.0.price="12.50"', '"price":"12.50"'],
    ['lines.0.price=null', '"price":null'],
    ['lines.0.price=free of charge', '"price":"free of charge"'],
    ['lines.0.price={"amount":1.10}', '"price":{"amount":1.10}'],
    ['/lines/0/a.b=a=b', '"a.b":"a=b"'],
  ])('%s gives %s', (setting, part) => {
    expect(bodyAfter(setting)).toContain(part);
  });

  it.each([
    ['shpo=x', 'names shpo, which the body does not have; did you mean shop?'],
    ['lines.1.price=x', 'names 1, which lines does not have; it has 0.'],
    ['shop.name=x', 'goes on where shop is a plain value.'],
    ['__proto__.polluted=x', 'names __proto__, which the body does not have; it has shop, id, lines.'],
  ])('%s is told to be wrong', (setting, why) => {
    expect(bodyAfter(setting)).toBe(why);
  });

  it('needs a JSON body and a value', () => {
    expect(setValue(new Uint8Array([0xff]), readSetting('a=1'))).toEqual({
      outcome: 'not_there',
      why: 'needs a JSON body.',
    });
    expect(() => readSetting('shop')).toThrow('--set shop names no value; write it as --set path.to.field=value.');
  });
});
