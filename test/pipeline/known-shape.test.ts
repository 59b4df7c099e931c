import { describe, expect, it } from 'vitest';
import { emptyShape, seeBody } from '../../src/pipeline/body-shape.ts';
import { hasNews, type KnownShape, MOST_FIELDS, mergeShape, NOTHING_KNOWN } from '../../src/pipeline/known-shape.ts';
import { knownShape, storedShape } from '../../src/pipeline/stored-shape.ts';

function seenOf(bodies: readonly unknown[]) {
  const seen = emptyShape();
  for (const body of bodies) seeBody(seen, Buffer.from(JSON.stringify(body)), 'inb_1');
  return seen;
}

const times = (count: number, body: unknown) => Array.from({ length: count }, () => body);

function learned(...bodies: readonly unknown[]): KnownShape {
  return mergeShape(NOTHING_KNOWN, seenOf(bodies)).shape;
}

function news(known: KnownShape, ...bodies: readonly unknown[]) {
  return mergeShape(known, seenOf(bodies)).differences;
}

describe('a new field', () => {
  const known = learned(...times(100, { id: 'a', at: '2026' }));

  it('is told with its type and form, once', () => {
    const { shape, differences } = mergeShape(known, seenOf([{ id: 'a', at: 'b', box: 'XL-1' }]));

    const value = { nth: 1, form: 'AA-9', inboundId: 'inb_1' };
    expect(differences).toEqual([{ kind: 'new', pointer: '/box', type: 'string', isPlace: true, ...value }]);
    expect(news(shape, { id: 'a', box: 'S' })).toEqual([]);
  });

  it('is told where a known one has another JSON type', () => {
    expect(news(known, { id: null, at: 7 })).toMatchObject([
      { kind: 'new', pointer: '/id', type: 'null', isPlace: false, form: null },
      { kind: 'new', pointer: '/at', type: 'number', isPlace: false, form: '9' },
    ]);
  });

  it('that holds others is told once, and not for each of them', () => {
    const found = news(known, { box: [{ size: 'a', weight: { grams: 1 } }] });

    expect(found.map(difference => difference.pointer)).toEqual(['/box']);
  });

  it.each([
    [99, []],
    [100, ['/box']],
  ])('after %i notices is told at %j: the first hundred are for learning', (before, told) => {
    const shape = learned(...times(before, { id: 'a' }));

    expect(news(shape, { id: 'a', box: 1 }).map(({ pointer }) => pointer)).toEqual(told);
  });

  it('that comes behind the hundredth notice of the first batch is told as well', () => {
    const { differences } = mergeShape(NOTHING_KNOWN, seenOf([...times(100, { id: 'a' }), { id: 'a', box: 1 }]));

    expect(differences).toMatchObject([{ kind: 'new', pointer: '/box', nth: 101 }]);
  });

  it('is no news where it is one more key of very many', () => {
    const key = (n: number) => ({ by: { [`k${Math.floor(n / 26)}${String.fromCharCode(97 + (n % 26))}`]: 1 } });
    let shape = learned(...Array.from({ length: 150 }, (_, n) => key(n)));
    const told: string[] = [];
    for (let n = 150; n < 400; n += 1) {
      const merged = mergeShape(shape, seenOf([key(n)]));
      shape = merged.shape;
      told.push(...merged.differences.map(({ pointer }) => pointer));
    }

    expect(told).toHaveLength(51);
    expect(told.at(-1)).toBe('/by/*');
    expect(shape.fields.size).toBe(203);
  });

  it('beyond those that are watched is not told, and that there are more is kept', () => {
    const field = (n: number) => ({ [`a${n % 20}`]: { [`b${Math.floor(n / 20)}`]: 1 } });
    const shape = learned(...Array.from({ length: 480 }, (_, n) => field(n)));
    const { shape: full, differences } = mergeShape(shape, seenOf([{ x: { y: 1 } }]));

    expect([shape.fields.size, shape.isFull]).toEqual([MOST_FIELDS, true]);
    expect([full.fields.size, full.isFull, differences]).toEqual([MOST_FIELDS, true, []]);
  });
});

describe('a field that no longer comes', () => {
  const usual = learned(...times(200, { id: 'a', note: 'x' }));
  const without = (count: number) => times(count, { id: 'a' });

  it('is told when a hundred notices came without it, once', () => {
    expect(news(usual, ...without(99))).toEqual([]);
    const { shape, differences } = mergeShape(usual, seenOf(without(100)));

    expect(differences).toEqual([{ kind: 'vanished', pointer: '/note', share: 1, of: 200, missingIn: 100 }]);
    expect(news(shape, ...without(500))).toEqual([]);
  });

  it('is told when it comes back', () => {
    const gone = mergeShape(usual, seenOf(without(100))).shape;
    const seen = seenOf([{ id: 'a', note: 'y' }]);

    expect(hasNews(gone, seen)).toBe(true);
    const { shape, differences } = mergeShape(gone, seen);
    expect(differences).toEqual([{ kind: 'returned', pointer: '/note' }]);
    expect(shape.fields.get('/note')?.vanished).toBe(false);
  });

  it.each([
    ['it came in 98 of 100', 196, 4, ['/note']],
    ['it came in 97 of 100', 194, 6, []],
    ['there were 199 notices', 199, 0, []],
  ])('is judged by how usual it was: %s', (_, had, lacked, told) => {
    const shape = learned(...times(had - 1, { id: 'a', note: 'x' }), ...without(lacked), { id: 'a', note: 'x' });

    expect(news(shape, ...without(100)).map(({ pointer }) => pointer)).toEqual(told);
  });

  it('is judged from the notice on in which it first came', () => {
    const shape = learned(...without(500), ...times(200, { id: 'a', note: 'x' }));

    expect(news(shape, ...without(100))).toMatchObject([{ pointer: '/note', share: 1, of: 200 }]);
  });

  it('stands for what was inside it', () => {
    const shape = learned(...times(200, { id: 'a', box: { size: { x: 1 }, list: [1] } }));

    expect(news(shape, ...without(100)).map(({ pointer }) => pointer)).toEqual(['/box']);
  });
});

describe('what is known', () => {
  it('is the same after it was kept', () => {
    const shape = mergeShape(learned(...times(200, { a: { b: 1 }, c: null })), seenOf(times(100, { a: 'x' }))).shape;

    expect(knownShape(JSON.parse(JSON.stringify(storedShape(shape))))).toEqual(shape);
    expect([...shape.fields.values()].some(({ vanished }) => vanished)).toBe(true);
  });

  it('is not changed by what merely comes again', () => {
    expect(hasNews(learned({ a: 1 }), seenOf([{ a: 2 }]))).toBe(false);
    expect(hasNews(learned({ a: 1 }), seenOf([{ a: '2' }]))).toBe(true);
    expect(hasNews(learned({ a: 1 }), seenOf([{ b: 2 }]))).toBe(true);
  });
});
