import { describe, expect, it } from 'vitest';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import { freshen, freshenAnswer, freshLiterals } from '../../src/demo/fresh.ts';

function request(body: Uint8Array, headers: Record<string, readonly string[]> = {}): InboundRequest {
  return { method: 'POST', path: '/webhooks/a/b', query: new URLSearchParams(), headers, body };
}

describe('fresh literals', () => {
  it.each([
    [
      'uuid',
      '0b6f2c1e-0000-4000-8000-000000000001',
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ],
    ['code', 'HRTEST01', /^[A-Z0-9]{8}$/],
    ['order', 'MK-100234', /^MK-\d{8}$/],
    ['tracking', '1Z 999 AA1 01 2345 6784', /^\dZ \d{3} AA\d \d{2} \d{4} \d{4}$/],
    ['tracking', 'PALLET-7', /^PALLET-\d{8}$/],
    ['id', 'rf-1', /^rf-1-[a-z0-9]{6}$/],
  ] as const)('look like the %s they replace', (kind, literal, form) => {
    const literals = freshLiterals({ [literal]: kind });

    expect(literals.get(literal)).toMatch(form);
    expect(literals.get(literal)).not.toBe(literal);
  });

  it('are others each time', () => {
    const once = freshLiterals({ 'PR-7001': 'id' }).get('PR-7001');
    const again = freshLiterals({ 'PR-7001': 'id' }).get('PR-7001');

    expect(once).not.toBe(again);
  });

  it('are never what stood in another telling', () => {
    const taken = new Set<string>();
    // Says twice what it said for the first telling.
    const draws = [...Array(12).fill(0), ...Array(6).fill(1)];
    const below = () => draws.shift() as number;

    const values = ['one', 'two'].map(() => freshLiterals({ 'PR-1': 'id' }, below, taken).get('PR-1'));

    expect(values).toEqual(['PR-1-aaaaaa', 'PR-1-bbbbbb']);
  });

  it('stand wherever the literal stood, in the body and in headers alike', () => {
    const body = Buffer.from('{"id":"PR-1","again":"PR-1"}');

    const freshened = freshen(
      request(body, { 'webhook-id': ['PR-1'], accept: ['*/*'] }),
      new Map([['PR-1', 'PR-1-abc']]),
    );

    expect(Buffer.from(freshened.body).toString()).toBe('{"id":"PR-1-abc","again":"PR-1-abc"}');
    expect(freshened.headers).toEqual({ 'webhook-id': ['PR-1-abc'], accept: ['*/*'] });
  });

  it('stand in the path of a call, too, and not in that of a webhook', () => {
    const call = { ...request(Buffer.from('{"id":"PR-1"}')), path: '/returns/PR-1' };
    const literals = new Map([['PR-1', 'PR-1-abc']]);

    expect(freshenAnswer(call, literals)).toMatchObject({ method: 'POST', path: '/returns/PR-1-abc' });
    expect(Buffer.from(freshenAnswer(call, literals).body).toString()).toBe('{"id":"PR-1-abc"}');
    expect(freshen(call, literals).path).toBe('/returns/PR-1');
  });

  it('take the longer of two literals that begin alike, and read no pattern into them', () => {
    const body = Buffer.from('a.b a.b.c axb');

    const freshened = freshen(
      request(body),
      new Map([
        ['a.b', 'ONE'],
        ['a.b.c', 'TWO'],
      ]),
    );

    expect(Buffer.from(freshened.body).toString()).toBe('ONE TWO axb');
  });

  it('leave every other byte as it is, also those that are no text', () => {
    const body = Uint8Array.of(0x00, 0xff, 0xc3, 0x28, 0x49, 0x44, 0xe2, 0x82, 0xac);

    const freshened = freshen(request(body), new Map([['ID', 'XY']]));

    expect(freshened.body).toEqual(Uint8Array.of(0x00, 0xff, 0xc3, 0x28, 0x58, 0x59, 0xe2, 0x82, 0xac));
  });
});
