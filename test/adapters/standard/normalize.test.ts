import { describe, expect, it } from 'vitest';
import { standard } from '../../../adapters/standard/index.ts';
import { eventsOf, factIdsOf } from '../../conformance/interpretation.ts';
import { fold, read } from '../reading.ts';

function told(type: string, timestamp: string, change: unknown, more: Readonly<Record<string, unknown>> = {}) {
  return { type, timestamp, data: { providerReturnId: 'PR-1', change, ...more } };
}

function refund(timestamp: string, ref: string, amountMinor: number) {
  const amount = { amountMinor, currency: 'EUR' };
  return told('refund.issued', timestamp, { settlement: { ref, kind: 'refund', state: 'paid', amount } });
}

function received(timestamp: string, quantity: number) {
  return told('item.received', timestamp, { items: [{ ref: 'L1', quantity }] });
}

const factsOf = (body: unknown) => [...factIdsOf(standard, read(standard, {}, body))];

describe('what is one fact', () => {
  it('is told twice at the same time, in whatever zone it is written', () => {
    const once = factsOf(refund('2026-11-08T08:00:00Z', 'RF-1', 100));

    expect(factsOf(refund('2026-11-08T09:00:00.000+01:00', 'RF-1', 100))).toEqual(once);
  });

  it.each([
    ['another ref', refund('2026-11-08T08:00:00Z', 'RF-2', 100)],
    ['another time', refund('2026-11-09T08:00:00Z', 'RF-1', 100)],
    [
      'another return',
      {
        ...refund('2026-11-08T08:00:00Z', 'RF-1', 100),
        data: { ...refund('', 'RF-1', 100).data, providerReturnId: 'PR-2' },
      },
    ],
  ])('is not the one with %s', (_, other) => {
    expect(factsOf(other)).not.toEqual(factsOf(refund('2026-11-08T08:00:00Z', 'RF-1', 100)));
  });

  it('sets a count or an amount, and adds none', () => {
    const { items, settlements } = fold(standard, {}, [
      received('2026-11-07T10:00:00Z', 2),
      received('2026-11-06T10:00:00Z', 1),
      refund('2026-11-08T08:00:00Z', 'RF-1', 100),
      refund('2026-11-09T08:00:00Z', 'RF-1', 150),
      refund('2026-11-08T08:00:00Z', 'RF-1', 100),
    ]);

    expect(items[0]?.quantities.received).toBe(2);
    expect(settlements).toMatchObject([{ amount: { amountMinor: 150, currency: 'EUR' } }]);
  });
});

describe('an event of the sender', () => {
  it('over several lines becomes one event per line', () => {
    const body = told('item.received', '2026-11-06T10:00:00Z', {
      items: [
        { ref: 'L1', quantity: 1 },
        { ref: 'L2', quantity: 3 },
      ],
    });

    expect(eventsOf(read(standard, {}, body)).map(event => [event.subject, event.change])).toEqual([
      ['L1', { items: [{ ref: 'L1', quantity: 1 }] }],
      ['L2', { items: [{ ref: 'L2', quantity: 3 }] }],
    ]);
  });

  it('gives the return its number, whatever the event is about', () => {
    const folded = fold(standard, {}, [
      { ...received('2026-11-06T10:00:00Z', 1), data: { ...received('', 1).data, rmaNumber: 'RMA-1' } },
    ]);

    expect(folded).toMatchObject({ rmaNumber: 'RMA-1', providerReturnId: 'PR-1' });
  });

  it.each(['order', 'order_line', 'rma', 'tracking'])(
    'identifies nothing by its %s, even where the sender calls it unique',
    kind => {
      const body = told(
        'return.completed',
        '2026-11-06T10:00:00Z',
        {},
        { aliases: [{ kind, value: 'X', unique: true }] },
      );

      expect(read(standard, {}, body).notices?.[0]?.aliases?.[1]).toEqual({ kind, value: 'X', unique: false });
    },
  );

  it.each(['2026-11-06', '2026-11-06T10:00:00', 'yesterday', '1762423200'])('cannot be read at %s', timestamp => {
    expect(read(standard, {}, received(timestamp, 1)).notices?.[0]).toMatchObject({
      outcome: 'unreadable',
      problem: { path: '/timestamp' },
    });
  });
});
