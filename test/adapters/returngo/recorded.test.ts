import { describe, expect, it } from 'vitest';
import { returngo } from '../../../adapters/returngo/index.ts';
import { interpret } from '../../../src/pipeline/interpret.ts';
import { accountsOf, fixtureConnection } from '../../conformance/fixture-account.ts';
import { createRecording, inboundRow } from '../../conformance/recording.ts';
import { requestOf } from '../reading.ts';
import { answerOf, rma, SHOP } from './answers.ts';

const connection = fixtureConnection(returngo, {
  settings: SHOP,
  secrets: { webhook: ['made-up-token'], api: 'made-up-key' },
});

/** Answers received a minute apart: what each made the merchant hear. */
function heard(bodies: readonly object[]): readonly (readonly string[])[] {
  const recording = createRecording(accountsOf(connection));
  return bodies.map((body, index) => {
    const row = inboundRow(connection, answerOf(body), `inb_${index}`, Date.UTC(2026, 10, 20, 10, index));
    const { returns } = recording.record([interpret({ ...row, trust: 'fetched' }, connection)]);
    return returns.flatMap(({ write }) => write.events.map(({ type }) => type));
  });
}

describe('the merchant', () => {
  it('hears each change once, however often the RMA is looked at', () => {
    const paid = {
      transactions: [
        { id: 1, type: 'RefundToPaymentMethod', status: 'Success', amount: { amount: 5, currency: 'USD' } },
      ],
    };
    const shipped = { shipments: [{ shipmentId: '3', status: 'Shipped' }] };

    expect(
      heard([
        rma('Pending'),
        rma('Pending'),
        rma('Approved', shipped),
        rma('Approved', { ...shipped, lastUpdated: '2026-11-20T09:00:00+00:00' }),
        rma('Done', { ...shipped, ...paid }),
        rma('Done', { ...shipped, ...paid }),
      ]),
    ).toEqual([
      ['return.requested'],
      [],
      ['return.authorized', 'shipment.dropped_off', 'shipment.in_transit'],
      [],
      ['refund.issued', 'return.completed'],
      [],
    ]);
  });

  it('hears that an RMA was opened again, and never that a new one was', () => {
    expect(heard([rma('Approved'), rma('Done'), rma('Approved'), rma('Approved'), rma('Done')])).toEqual([
      ['return.requested', 'return.authorized'],
      ['return.completed'],
      ['return.reopened'],
      [],
      ['return.completed'],
    ]);
  });
});

describe('a webhook', () => {
  it('that carries what only the gateway writes tells nothing all the same', () => {
    const body = { ...rma('Done'), eventName: 'RMA_STATUS_UPDATED' };
    const forged = { ...requestOf(body, { 'retour-object-kind': 'rma' }), path: '/rma/7' };
    const row = inboundRow(connection, forged, 'inb_1', Date.UTC(2026, 10, 20));

    const { notices } = interpret({ ...row, trust: 'hint', secretIndex: 0 }, connection);

    expect(notices).toMatchObject([{ state: 'held', problem: { code: 'UNPROVEN' }, events: [] }]);
  });
});
