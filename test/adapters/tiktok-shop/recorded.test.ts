import { describe, expect, it } from 'vitest';
import { recorded } from './recorded.ts';

const TEE = { returnId: 'r-tee', order: '577087614400000001' };

describe("the marketplace's own return and the provider's", () => {
  it.each([
    ['the marketplace first', ['requested', TEE]],
    ['the provider first', [TEE, 'requested']],
  ])('are related by the order, each to the other: %s', async (_, steps) => {
    const returns = await recorded(...steps);

    expect(returns).toHaveLength(2);
    const [one, other] = returns;
    expect(one!.related).toEqual([{ id: other!.id, connection: other!.connection, by: 'order' }]);
    expect(other!.related).toEqual([{ id: one!.id, connection: one!.connection, by: 'order' }]);
  });

  it('stay two returns: the money of the one is not told of the other', async () => {
    const [own, provider] = await recorded('requested', TEE, 'approved', 'paid');

    expect(own).toMatchObject({ connection: 'tiktok-shop', state: { status: 'completed' } });
    expect(own!.state.settlements).toMatchObject([{ state: 'paid' }]);
    expect(provider).toMatchObject({ connection: 'example', state: { status: 'authorized', settlements: [] } });
  });

  it('send nothing and take no sequence for being related', async () => {
    const [alone] = await recorded('requested');
    const [own] = await recorded('requested', TEE);

    expect(own!.sequence).toBe(alone!.sequence);
    expect(own!.updatedAtMs).toBe(alone!.updatedAtMs);
  });

  it('of a batch return are related once a refund has told the order', async () => {
    const lamp = { returnId: 'r-lamp', order: '577087614400000050' };

    const [before] = await recorded('request-pending', 'rma-delivered', lamp);
    const [after] = await recorded('request-pending', 'rma-delivered', lamp, 'refund-paid');

    expect(before!.related).toEqual([]);
    expect(after!.related).toMatchObject([{ connection: 'example', by: 'order' }]);
  });

  it('of another order are not related', async () => {
    const returns = await recorded('requested', { returnId: 'r-other', order: '577087614400000002' });

    expect(returns.map(({ related }) => related)).toEqual([[], []]);
  });

  it('of a return without an order are not related', async () => {
    const returns = await recorded('nothing-but-the-status', TEE);

    expect(returns.map(({ related }) => related)).toEqual([[], []]);
  });
});

describe('webhooks of one return', () => {
  const ALL = ['requested', 'awaiting-shipment', 'shipped', 'approved', 'paid'];

  it.each([
    ['in order', ALL],
    ['backwards', ALL.toReversed()],
    ['twice, the second time backwards', [...ALL, 'shipped-retried', 'paid-told-again', ...ALL.toReversed()]],
    ['from the middle', ['shipped', 'paid', 'requested', 'approved', 'awaiting-shipment']],
  ])('give the same return, received %s', async (_, steps) => {
    const returns = await recorded(...steps);

    expect(returns).toHaveLength(1);
    expect(returns[0]!.state).toMatchObject({
      status: 'completed',
      providerReturnId: '4035318504000000001',
      decisions: { request: { state: 'granted' }, package: { state: 'granted' } },
      shipments: [{ phase: 'in_transit' }],
      settlements: [{ kind: 'refund', state: 'paid', at: '2026-11-16T09:00:00.000Z' }],
      anomalies: [],
    });
    // Asked for, allowed, shipped, approved, paid, completed: each once.
    expect(returns[0]!.sequence).toBe(6);
  });

  it('that the seller refused and nobody disputed stays refused, and the closing word is shown', async () => {
    const [jacket] = await recorded('jacket-requested', 'jacket-refused', 'jacket-closed');

    expect(jacket!.state).toMatchObject({ status: 'rejected', anomalies: [{ code: 'claim_refused' }] });
  });
});
