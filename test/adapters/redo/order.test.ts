import { describe, expect, it } from 'vitest';
import type { FoldedReturn } from '../../../src/model/return.ts';
import { permutations } from '../permutations.ts';
import { foldCases } from './told.ts';

/** Without what follows from the time of receipt, which differs from order to order. */
function lasting(folded: FoldedReturn) {
  const { status, items, shipments, settlements, decisions, dropOff, exceptions, anomalies } = folded;
  return {
    status,
    items,
    shipments,
    settlements,
    decisions,
    dropOff: dropOff?.state,
    exceptions,
    anomalies: anomalies.map(({ code }) => code),
  };
}

describe('webhooks that arrive late, twice and out of order', () => {
  it.each([
    ['tees by mail', ['tee-created', 'tee-in-transit', 'tee-delivered', 'tee-graded', 'tee-complete'], 'completed'],
    ['rejected, then allowed', ['rug-pre-shipment', 'rug-rejected', 'rug-open-again'], 'authorized'],
    ['rejected after arrival', ['vase-delivered', 'vase-rejected'], 'rejected'],
    ['lost', ['lamp-in-transit', 'lamp-failure', 'lamp-complete'], 'completed'],
    ['partial', ['cups-two-parcels', 'cups-one-delivered', 'cups-complete'], 'completed'],
    ['expired, then a new label', ['boots-expired', 'boots-new-label'], 'authorized'],
    ['reopened', ['belt-open', 'belt-complete', 'belt-open-again', 'belt-complete-again'], 'completed'],
    ['drop-off', ['scarf-code', 'scarf-parcel', 'scarf-credited'], 'received'],
  ])('give one return without a contradiction, whatever the order: %s', (_, names, status) => {
    const expected = lasting(foldCases(...names));

    expect([expected.status, expected.anomalies]).toEqual([status, []]);
    for (const order of permutations(names)) {
      expect(lasting(foldCases(...order)), order.join()).toEqual(expected);
      expect(lasting(foldCases(...order, ...order)), order.join()).toEqual(expected);
    }
  });
});

describe('a return that goes on after its end', () => {
  it('is reopened, although no single webhook says so', () => {
    expect(foldCases('belt-open', 'belt-complete')).toMatchObject({ status: 'completed' });
    expect(foldCases('belt-open', 'belt-complete', 'belt-open-again')).toMatchObject({ status: 'authorized' });
  });

  it('is not paid twice when it is completed twice', () => {
    const names = ['belt-open', 'belt-complete', 'belt-open-again', 'belt-complete-again'];

    const { settlements } = foldCases(...names);

    expect(settlements).toMatchObject([{ kind: 'refund', state: 'paid', amount: { amountMinor: 3000 } }]);
  });

  it('keeps the money that was paid before', () => {
    const { settlements } = foldCases('belt-complete', 'belt-open-again');

    expect(settlements).toMatchObject([{ state: 'paid', amount: { amountMinor: 3000, currency: 'USD' } }]);
  });

  it('may be sent again after a no, which its decision says', () => {
    const { decisions } = foldCases('rug-pre-shipment', 'rug-rejected', 'rug-open-again');

    expect(decisions.request).toMatchObject({ state: 'granted' });
  });

  it('is not reopened by a review that comes late', () => {
    expect(foldCases('tee-complete', 'tee-graded')).toMatchObject({ status: 'completed', anomalies: [] });
  });
});
