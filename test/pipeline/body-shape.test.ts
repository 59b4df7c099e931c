import { describe, expect, it } from 'vitest';
import { emptyShape, MOST_KEYS, seeBody } from '../../src/pipeline/body-shape.ts';

function shapeOf(...bodies: readonly unknown[]) {
  const seen = emptyShape();
  for (const [index, body] of bodies.entries()) {
    expect(seeBody(seen, Buffer.from(JSON.stringify(body)), `inb_${index + 1}`)).toBe(true);
  }
  return seen;
}

function pointersOf(...bodies: readonly unknown[]): readonly string[] {
  return shapeOf(...bodies).places.map(({ pointer }) => pointer);
}

describe('the shape of a body', () => {
  it('has a place for each value, with its types and the form of the first value, and no value', () => {
    const { places, notices } = shapeOf({ id: 'RMA-7', items: [{ qty: 2, note: null }, { qty: '2' }], ok: true });

    expect(notices).toBe(1);
    expect(places.map(({ pointer, types }) => [pointer, [...types].map(([type, { form }]) => [type, form])])).toEqual([
      ['', [['object', null]]],
      ['/id', [['string', 'AAA-9']]],
      ['/items', [['array', null]]],
      ['/items/*', [['object', null]]],
      [
        '/items/*/qty',
        [
          ['number', '9'],
          ['string', '9'],
        ],
      ],
      ['/items/*/note', [['null', null]]],
      ['/ok', [['boolean', null]]],
    ]);
    expect(JSON.stringify(places.map(({ types }) => [...types]))).not.toContain('RMA');
  });

  it('counts bodies, not values', () => {
    const { places } = shapeOf({ items: [{ sku: 'a' }, { sku: 'b' }] }, { items: [] }, { items: [{ sku: 'c' }] });

    const { types, inside, ...sku } = places.find(({ pointer }) => pointer === '/items/*/sku')!;
    expect(sku).toEqual({ pointer: '/items/*/sku', notices: 2, first: 1, last: 3 });
    expect([...types]).toEqual([['string', { nth: 1, form: 'A', inboundId: 'inb_1' }]]);
  });

  it.each([
    '17',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    'MK-100234',
    'shop.example',
    'jo@example.com',
    'Jo Doe',
    'a/b~c',
    'x'.repeat(41),
    '',
  ])('takes the key %j for data', key => {
    expect(pointersOf({ lines: { [key]: { qty: 1 } } })).toEqual(['', '/lines', '/lines/*', '/lines/*/qty']);
  });

  it.each(['orderNumber', 'order_number', 'line2', 'x-id', '$ref', 'dc:title'])('takes the key %s for a field', key => {
    expect(pointersOf({ [key]: 1 })).toEqual(['', `/${key}`]);
  });

  it('takes the keys of an object with very many for data', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 1]));

    expect(pointersOf(many(MOST_KEYS + 1))).toEqual(['', '/*']);
    expect(pointersOf(many(MOST_KEYS))).toHaveLength(MOST_KEYS + 1);
  });

  it('of an array of arrays, or of a bare value, has places all the same', () => {
    expect(pointersOf([[1, 'a']])).toEqual(['', '/*', '/*/*']);
    expect(pointersOf('text')).toEqual(['']);
  });

  it('ends somewhere, however large or deep the body', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    const seen = emptyShape();

    expect(seeBody(seen, Buffer.from(deep), 'inb_1')).toBe(true);
    expect(seen.places).toHaveLength(101);
    const wide = Array.from({ length: 3000 }, (_, n) => ({ [`a${n % 150}x${Math.floor(n / 150)}`]: { b: 1 } }));
    expect(pointersOf(wide).length).toBeLessThanOrEqual(2000);
  });

  it.each(['', 'a=1&b=2', '{"a":', '\u001f\u008b'])('is none where the bytes are not JSON: %j', text => {
    const seen = emptyShape();

    expect(seeBody(seen, Buffer.from(text, 'latin1'), 'inb_1')).toBe(false);
    expect(seen).toEqual(emptyShape());
  });
});
