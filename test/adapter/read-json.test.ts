import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_JSON_DEPTH, matchSchema, parseJson, readJson } from '../../src/adapter/read-json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function parsed(text: string, numbersAsText: readonly string[] = []): unknown {
  const read = parseJson(bytes(text), { numbersAsText });
  return read.ok ? read.value : read.problem.message;
}

describe('parseJson', () => {
  it('gives what JSON.parse gives, for any JSON of ordinary numbers', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
        const text = JSON.stringify(value, (_, inner) =>
          typeof inner === 'number' ? Number(inner.toPrecision(12)) : inner,
        );
        fc.pre(!/__proto__|e[+-]?\d{3}|\d{16}/.test(text));

        expect(parsed(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each<[string, unknown]>([
    ['1234567890123456789012', '1234567890123456789012'],
    ['-1234567890123456789012', '-1234567890123456789012'],
    ['123456789012345', 123456789012345],
    ['1234567890123456', '1234567890123456'],
    ['0.1234567890123456', '0.1234567890123456'],
    ['0.000000000000000012', 0.000000000000000012],
    ['1234567890.12345', 1234567890.12345],
    ['1234567890.123456', '1234567890.123456'],
    ['10.10', 10.1],
    ['1e2', 100],
    ['1E400', '1E400'],
    ['1e-400', '1e-400'],
    ['"1234567890123456789012"', '1234567890123456789012'],
  ])('reads the number %s without losing a digit', (text, expected) => {
    expect(parsed(text)).toBe(expected);
    expect(parsed(`{"a":[${text}]}`)).toEqual({ a: [expected] });
    expect(parsed(`[{"a":${text},"b":1}]`)).toEqual([{ a: expected, b: 1 }]);
  });

  it('keeps every digit of any integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), number => {
        expect(String(parsed(`[${number}]`))).toBe(String(number));
      }),
    );
  });

  it('gives numbers under given keys as their text, at any depth, and no other', () => {
    const text = '{"price":10.10,"lines":[{"price":1.50,"quantity":2,"price_note":"3"}],"total":{"price":null}}';

    expect(parsed(text, ['price'])).toEqual({
      price: '10.10',
      lines: [{ price: '1.50', quantity: 2, price_note: '3' }],
      total: { price: null },
    });
  });

  it('tolerates a byte order mark', () => {
    expect(parsed('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'The body is empty.'],
    ['only white space', bytes(' \r\n'), 'The body is empty.'],
    ['only a byte order mark', bytes('\ufeff'), 'The body is empty.'],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 'The body is not UTF-8.'],
    ['UTF-16', new Uint8Array(Buffer.from('{"a":1}', 'utf16le')), 'The body is not JSON.'],
    ['no JSON', bytes('secret=1'), 'The body is not JSON.'],
    ['JSON that breaks off', bytes('{"a":"secret'), 'The body is not JSON.'],
    ['a string that ends in a backslash', bytes('"\\'), 'The body is not JSON.'],
    ['two values', bytes('{}{}'), 'The body is not JSON.'],
    ['a name that JSON has not', bytes('[NaN]'), 'The body is not JSON.'],
  ])('calls %s malformed, and quotes nothing', (_, body, message) => {
    expect(parseJson(body)).toEqual({ ok: false, problem: { code: 'MALFORMED_BODY', path: null, message } });
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ])('refuses %s ten thousand times over', (opening, closing) => {
    const message = `The body nests deeper than ${MAX_JSON_DEPTH} levels.`;

    expect(parsed(opening.repeat(10_000))).toBe(message);
    expect(parsed(`${opening.repeat(10_000)}1234567890123456789012${closing.repeat(10_000)}`)).toBe(message);
  });

  it('reads as deep as its limit, and counts no bracket inside a string', () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

    expect(typeof parsed(deep(MAX_JSON_DEPTH))).toBe('object');
    expect(typeof parsed(deep(MAX_JSON_DEPTH + 1))).toBe('string');
    expect(parsed(`["${'['.repeat(200)}\\"${'{'.repeat(200)}"]`)).toEqual([`${'['.repeat(200)}"${'{'.repeat(200)}`]);
  });

  it.each([
    '"\\ud800"',
    '"\\uDC00"',
    '{"a\\udfff":1}',
    '["\\ud83d\\ud83d\\ude00"]',
    '"\\\\\\ud800"',
    '"\\ud800\\n\\udc00"',
  ])('refuses half a character, which could not be stored: %s', text => {
    expect(parseJson(Buffer.from(text))).toEqual({
      ok: false,
      problem: { code: 'MALFORMED_BODY', path: null, message: 'A text in the body holds half a character.' },
    });
  });

  it.each([
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\\\ud800"', '\\ud800'],
    ['"\\uD83D\\uDE00\\\\ud83d"', '😀\\ud83d'],
  ])('takes a whole one, and the letters of an escape that is none: %s', (text, value) => {
    expect(parseJson(Buffer.from(text))).toEqual({ ok: true, value });
  });

  it('answers any bytes with an outcome', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), body => {
        expect(typeof parseJson(body).ok).toBe('boolean');
      }),
    );
  });

  it.each(['"__proto__"', '"__pr\\u006fto__"', '"\\u005F_proto__"'])('leaves out the key %s', key => {
    const value = parsed(`{"a":{${key}:{"polluted":true},"b":1},"constructor":{"prototype":{"polluted":true}}}`);

    expect(Object.hasOwn((value as { a: object }).a, '__proto__')).toBe(false);
    expect((value as { a: { polluted?: unknown } }).a.polluted).toBeUndefined();
    expect(value).toMatchObject({ a: { b: 1 } });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('keeps the word where it is only a value, and other odd keys as they are', () => {
    expect(parsed('{"a":"__proto__"}')).toEqual({ a: '__proto__' });
    expect(Object.keys(parsed('{"constructor":1,"toString":2}') as object)).toEqual(['constructor', 'toString']);
  });
});

describe('readJson', () => {
  const Notice = z.looseObject({
    id: z.string(),
    kind: z.enum(['a', 'b']).optional(),
    items: z.array(z.looseObject({ 'sku/code': z.string(), quantity: z.int().min(1) })).optional(),
    either: z.union([z.string(), z.number()]).optional(),
    by: z.record(z.string(), z.number()).optional(),
    at: z.iso.datetime().optional(),
    amount: z
      .string()
      .refine(text => /^\d+$/.test(text), 'is not a decimal')
      .optional(),
  });
  const problemIn = (text: string) => {
    const read = readJson(bytes(text), Notice);
    return read.ok ? null : read.problem;
  };

  it('gives the value as the schema has it', () => {
    expect(readJson(bytes('{"id":"r-1","more":1}'), Notice)).toEqual({ ok: true, value: { id: 'r-1', more: 1 } });
  });

  it('passes on how numbers are to be read', () => {
    expect(readJson(bytes('{"amount":1.50}'), z.object({ amount: z.string() }), { numbersAsText: ['amount'] })).toEqual(
      {
        ok: true,
        value: { amount: '1.50' },
      },
    );
  });

  it.each<[string, string, string]>([
    ['{}', '/id', 'is missing'],
    ['{"id":null}', '/id', 'is not of type string'],
    ['{"id":4711}', '/id', 'is not of type string'],
    ['[]', '', 'is not of type object'],
    ['null', '', 'is not of type object'],
    ['{"id":"x","kind":"secret"}', '/kind', 'is none of a, b'],
    ['{"id":"x","items":[{"sku/code":"s","quantity":1},{"quantity":1}]}', '/items/*/sku~1code', 'is missing'],
    ['{"id":"x","items":[{"sku/code":"s","quantity":1.5}]}', '/items/*/quantity', 'is not an integer'],
    ['{"id":"x","items":[{"sku/code":"s","quantity":0}]}', '/items/*/quantity', 'is smaller or shorter than 1'],
    ['{"id":"x","either":[]}', '/either', 'has none of the shapes that are allowed here'],
    ['{"id":"x","by":{"jo@example.com":"secret"}}', '/by/*', 'is not of type number'],
    ['{"id":"x","at":"secret"}', '/at', 'is not in the form datetime'],
    ['{"id":"x","amount":"secret"}', '/amount', 'is not a decimal'],
  ])('says what is wrong with %s', (text, path, message) => {
    expect(problemIn(text)).toEqual({ code: 'SCHEMA_MISMATCH', path, message });
  });

  it('passes on that the body is malformed', () => {
    expect(problemIn('{')).toEqual({ code: 'MALFORMED_BODY', path: null, message: 'The body is not JSON.' });
  });

  it('names a key that a strict schema does not know by its place only', () => {
    expect(readJson(bytes('{"secret":1}'), z.strictObject({}))).toEqual({
      ok: false,
      problem: { code: 'SCHEMA_MISMATCH', path: '', message: 'has a key that is not known' },
    });
  });

  it('gives an outcome for any bytes, and quotes none of them', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(typeof readJson(bytes(text), Notice).ok).toBe('boolean');
      }),
    );
  });
});

describe('matchSchema', () => {
  it('reads one element of what was parsed before', () => {
    expect(matchSchema({ a: 1 }, z.object({ a: z.number() }))).toEqual({ ok: true, value: { a: 1 } });
    expect(matchSchema(undefined, z.number())).toMatchObject({ ok: false, problem: { message: 'is missing' } });
  });
});
