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

  it('leaves what it was given as it is', () => {
    const sent = Object.freeze({ items: Object.freeze([Object.freeze({ ref: 'L1', quantity: 1, shade: 'blue' })]) });

    expect(readChange('item.received', sent).outcome).toBe('read');
    expect(sent.items[0]?.shade).toBe('blue');
  });
});
