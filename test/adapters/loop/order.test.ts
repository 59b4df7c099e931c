import { describe, expect, it } from 'vitest';
import { loop } from '../../../adapters/loop/index.ts';
import { fixturesOf, loadCases } from '../../conformance/fixtures.ts';
import { factIdsOf } from '../../conformance/interpretation.ts';
import { permutations } from '../permutations.ts';
import { fold, read } from '../reading.ts';
import { labelled, returned, settings } from './told.ts';

const cases = new Map(loadCases(fixturesOf('loop')).map(each => [each.name, each.request]));
const sent = (name: string) => new TextDecoder().decode(cases.get(name)!.body);

describe('webhooks that repeat the whole return', () => {
  it.each(permutations(['created', 'label-created', 'label-in-transit', 'updated-closed', 'closed']))(
    'give one return with one refund, received as %s, %s, %s, %s, %s and once more backwards',
    (...order) => {
      const bodies = [...order, ...order.toReversed()].map(sent);

      const { status, decisions, settlements, shipments, items, anomalies } = fold(loop, settings, bodies);

      expect(status).toBe('completed');
      expect(decisions.request).toMatchObject({ state: 'granted' });
      expect(settlements).toMatchObject([{ kind: 'refund', state: 'paid', amount: { amountMinor: 4305 } }]);
      expect(shipments).toMatchObject([{ trackingNumber: '1ZTEST0000000001', phase: 'delivered' }]);
      expect(items.map(item => item.quantities.authorized)).toEqual([1, 1]);
      expect(anomalies).toEqual([]);
    },
  );

  it.each(['updated-closed', 'closed-with-numbers'])('tell the facts of closed, and no other, as %s', name => {
    const factsOf = (which: string) => [...factIdsOf(loop, read(loop, settings, sent(which)))].toSorted();

    expect(factsOf(name)).toEqual(factsOf('closed'));
  });

  it.each(permutations(['credit-created', 'giftcard-requested', 'credit-closed']))(
    'give one credit, received as %s, %s, %s',
    (...order) => {
      const { status, settlements } = fold(loop, settings, order.map(sent));

      expect(status).toBe('completed');
      expect(settlements).toMatchObject([{ kind: 'gift_card', state: 'paid', amount: { amountMinor: 2640 } }]);
    },
  );
});

describe('a return', () => {
  const made = returned({ trigger: 'return.created' });
  const scanned = labelled('in_transit', { label_updated_at: '2026-11-19T08:00:00Z' });
  const refund = returned({ refunds: [{ amount: '31.20', provider_refund_id: 'R-1' }] });

  it('may be refunded before anything is received, and stays on its way', () => {
    const { status, settlements, anomalies } = fold(loop, settings, [made, refund, scanned]);

    expect(status).toBe('in_transit');
    expect(settlements).toMatchObject([{ state: 'paid', amount: { amountMinor: 3120, currency: 'USD' } }]);
    expect(anomalies).toEqual([]);
  });

  it('that was made earlier than its end arrived refutes no end', () => {
    for (const state of ['closed', 'cancelled', 'expired']) {
      const { status, anomalies } = fold(loop, settings, [returned({ state }), made]);

      expect([state, status === 'completed' ? 'closed' : status, anomalies]).toEqual([state, state, []]);
    }
  });

  it('that is told open again after its end, by a webhook that was late, is not opened', () => {
    const { status, anomalies } = fold(loop, settings, [made, returned({ state: 'cancelled' }), returned()]);

    expect(status).toBe('cancelled');
    expect(anomalies).toEqual([]);
  });

  it('that expired and is scanned all the same is on its way, and the contradiction is shown', () => {
    const { status, anomalies } = fold(loop, settings, [
      made,
      returned({ state: 'expired' }),
      labelled('in_transit', { label_updated_at: null }),
    ]);

    expect(status).toBe('in_transit');
    expect(anomalies).toMatchObject([{ code: 'moved_after_close' }]);
  });

  it('that is flagged leaves a trace of it, and is authorized again afterwards', () => {
    const flagged = returned({ state: 'review' });

    expect(fold(loop, settings, [flagged]).status).toBe('in_review');
    expect(fold(loop, settings, [flagged, returned()]).status).toBe('authorized');
  });
});
