import { describe, expect, it } from 'vitest';
import { readChange } from '../../../adapters/standard/read-change.ts';

describe('a change that a sender states', () => {
  it('is taken as it is when it fits', () => {
    const change = { items: [{ ref: 'L1', quantity: 2 }] };

    expect(readChange('item.received', change)).toEqual({ outcome: 'read', change });
  });

  it('loses fields that are new to us, at every depth', () => {
    const sent = {
      mood: 1,
      items: [{ ref: 'L1', quantity: 2, shade: 'blue', condition: { code: 'worn', providerCode: 'W', by: 'Kim' } }],
    };

    expect(readChange('item.received', sent)).toEqual({
      outcome: 'read',
      change: { items: [{ ref: 'L1', quantity: 2, condition: { code: 'worn', providerCode: 'W' } }] },
    });
  });

  it.each([
    [{ code: 'soggy' }, { code: 'other', providerCode: 'soggy' }],
    [
      { code: 'soggy', providerCode: 'S-1' },
      { code: 'other', providerCode: 'S-1' },
    ],
    [{ code: 'worn' }, { code: 'worn', providerCode: null }],
  ])('has condition %j read as %j', (condition, expected) => {
    const read = readChange('item.inspected', { items: [{ ref: 'L1', quantity: 1, condition }] });

    expect(read).toEqual({ outcome: 'read', change: { items: [{ ref: 'L1', quantity: 1, condition: expected }] } });
  });

  it('has null read as absent', () => {
    const read = readChange('shipment.delivered', { shipment: { ref: 'P1', phase: null, carrier: null }, items: null });

    expect(read).toEqual({ outcome: 'read', change: { shipment: { ref: 'P1', carrier: null } } });
  });

  it.each([
    [
      'return.requested',
      { details: { order: { number: 'O1' }, items: [{ ref: 'L1', quantity: 1, value: null }] } },
      {
        details: {
          order: { number: 'O1', id: null, placedAt: null },
          items: [{ ref: 'L1', quantity: 1, value: null }],
        },
      },
    ],
    ['dispute.opened', { dispute: { state: 'open' } }, { dispute: { state: 'open', reason: null } }],
    [
      'shipment.dropped_off',
      { shipment: { ref: 'P1' }, location: { name: 'Shop' } },
      { shipment: { ref: 'P1' }, location: { name: 'Shop', address: null } },
    ],
    [
      'return.authorized',
      { details: { fees: [{ kind: 'restocking' }] } },
      { details: { fees: [{ kind: 'restocking', amount: null }] } },
    ],
  ] as const)('has what is absent in %s read as null where the schema asks for it', (type, sent, change) => {
    expect(readChange(type, sent)).toEqual({ outcome: 'read', change });
  });

  it('has a time of an order read in whatever zone it is written', () => {
    const sent = { details: { order: { number: 'O1', id: 'X', placedAt: '2026-11-01T10:30:00+01:00' } } };

    expect(readChange('return.requested', sent)).toMatchObject({
      change: { details: { order: { placedAt: '2026-11-01T09:30:00.000Z' } } },
    });
  });

  it.each([
    ['item.received', '/data/change/items', (items: unknown) => ({ items })],
    ['return.requested', '/data/change/details/items', (items: unknown) => ({ details: { items } })],
  ] as const)('%s tells of 1,000 lines and not of one more', (type, path, changeOf) => {
    const lines = Array.from({ length: 1001 }, (_, index) => ({ ref: `L${index}`, quantity: 1 }));

    expect(readChange(type, changeOf(lines.slice(0, 1000))).outcome).toBe('read');
    expect(readChange(type, changeOf(lines))).toEqual({
      outcome: 'unreadable',
      problem: {
        code: 'SCHEMA_MISMATCH',
        path,
        message: 'tells of more than 1000 lines; send them in several webhooks',
      },
    });
  });

  it('is not recognized with an unknown word in a closed list', () => {
    const read = readChange('shipment.delivered', { shipment: { ref: 'P1', phase: 'beamed' } });

    expect(read).toMatchObject({
      outcome: 'unrecognized',
      because: expect.stringContaining('/data/change/shipment/phase'),
    });
  });

  it.each([
    ['an item that is null', { items: [null] }, '/data/change/items/*'],
    ['no items', { items: [] }, '/data/change/items'],
    ['a ref that is null', { items: [{ ref: null, quantity: 1 }] }, '/data/change/items/*/ref'],
    ['a count in text', { items: [{ ref: 'L1', quantity: '1' }] }, '/data/change/items/*/quantity'],
    ['no ref at all', { items: [{ quantity: 1 }] }, '/data/change/items/*/ref'],
    ['half a unit', { items: [{ ref: 'L1', quantity: 0.5 }] }, '/data/change/items/*/quantity'],
    [
      'a code that is a number',
      { items: [{ ref: 'L1', quantity: 1, condition: { code: 3 } }] },
      '/data/change/items/*/condition/code',
    ],
    [
      'an unknown word beside something missing',
      { items: [{ quantity: 1, condition: { code: 'soggy' } }] },
      '/data/change/items/*/ref',
    ],
  ])('is unreadable with %s', (_, sent, path) => {
    expect(readChange('item.received', sent)).toMatchObject({
      outcome: 'unreadable',
      problem: { code: 'SCHEMA_MISMATCH', path },
    });
  });

  it('asks each value for what it is only a fixed number of times, however much is wrong', () => {
    let asked = 0;
    const reason = () => ({
      get code() {
        asked += 1;
        return 'soggy';
      },
    });
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ref: `L${index}`, quantity: 1, reason: reason(), extra: null }));
    const timesPerLine = (count: number) => {
      asked = 0;
      expect(readChange('return.requested', { details: { items: lines(count) } }).outcome).toBe('read');
      return asked / count;
    };

    expect(timesPerLine(1000)).toBe(timesPerLine(1));
  });

  it('leaves what it was given as it is', () => {
    const sent = Object.freeze({ items: Object.freeze([Object.freeze({ ref: 'L1', quantity: 1, shade: 'blue' })]) });

    expect(readChange('item.received', sent).outcome).toBe('read');
    expect(sent.items[0]?.shade).toBe('blue');
  });
});
