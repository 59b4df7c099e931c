import { describe, expect, it } from 'vitest';
import { sendcloud } from '../../../adapters/sendcloud/index.ts';
import { eventsOf } from '../../conformance/interpretation.ts';
import { fold, read } from '../reading.ts';

const factsOf = (body: unknown) => eventsOf(read(sendcloud, {}, body)).filter(({ type }) => type !== 'return.snapshot');
const typesOf = (body: unknown) => factsOf(body).map(({ type }) => type);
const folded = (...bodies: readonly unknown[]) => fold(sendcloud, {}, bodies);

describe('the reason of a return', () => {
  it.each([
    [[1, 12], 'not_as_expected'],
    [[2, 3, 5, 33], 'other'],
    [[4, 15], 'ordered_by_mistake'],
    [[6], 'not_as_described'],
    [[7, 24], 'wrong_item'],
    [[8], 'unknown'],
    [[9, 17, 29], 'packaging_or_rental'],
    [[10, 21, 28], 'defective'],
    [[11, 16], 'changed_mind'],
    [[13], 'excess'],
    [[14], 'better_price'],
    [[18, 23, 27], 'style_or_color'],
    [[19], 'bracketing'],
    [[20], 'arrived_late'],
    [[22, 26], 'fit_or_size'],
    [[25], 'damaged'],
    [[30], 'too_large'],
    [[31], 'too_small'],
    [[32], 'holiday'],
  ])('%j is %s, as a number, as text and in an object', (ids, code) => {
    for (const id of ids) {
      for (const given of [id, String(id), { id, description: 'Made up' }, { id: String(id) }]) {
        const items = [{ quantity: 1, sku: 'A', return_reason_id: given }];
        const [item] = folded({ action: 'return_created', timestamp: 1794400000, data: { id: 42, items } }).items;

        expect(item?.reason).toMatchObject({ code, providerCode: String(id) });
      }
    }
  });
});

describe('a wish of the shopper', () => {
  it.each(['money', 'credit', 'exchange', 'points'])(
    'for %s moves no money, and nobody has granted it',
    refund_type => {
      const body = { action: 'return_created', timestamp: 1794400000, data: { id: 42, refund_type } };

      expect(typesOf(body)).toEqual(['return.requested', 'return.authorized']);
      expect(folded(body)).toMatchObject({ settlements: [], decisions: { package: null } });
      expect(folded(body).providerData).toMatchObject({ sendcloud: { refund_type: { providerCode: refund_type } } });
    },
  );
});
