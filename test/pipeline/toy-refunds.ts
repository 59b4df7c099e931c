import type { Normalized } from '../../src/adapter/webhook.ts';
import { told, toyAdapter, toyConnection } from './toy-adapter.ts';

/** What the toy provider tells of a refund, and later versions of its adapter that read it otherwise. */

export const refund = (amountMinor: number) =>
  told('return:R-1', {
    type: 'refund.issued',
    subject: 'RF-1',
    occurrence: { by: 'id', id: 'RF-1' },
    change: { settlement: { ref: 'RF-1', kind: 'refund', state: 'paid', amount: { amountMinor, currency: 'USD' } } },
  });
export const requested = told('return:R-1', { type: 'return.requested' });
export const refundAt = (occurredAt: string) =>
  told('return:R-1', {
    type: 'refund.issued',
    subject: 'RF-1',
    occurrence: { by: 'id', id: 'RF-1' },
    occurredAt,
    change: { settlement: { ref: 'RF-1', kind: 'refund', state: 'paid' } },
  });

/** Version 2 reads the same bytes and no longer takes cents for dollars. */
export const mended = toyConnection(
  toyAdapter(2, (normalized: Normalized) => {
    const text = JSON.stringify(normalized).replace('"amountMinor":250000', '"amountMinor":2500');
    return JSON.parse(text) as Normalized;
  }),
);

/** Version 2 knows that what looked like an event of this type was none. */
export const forgets = (type: string) =>
  toyConnection(
    toyAdapter(2, normalized =>
      JSON.stringify(normalized).includes(`"${type}"`)
        ? { outcome: 'ignored', because: 'it says nothing of the return' }
        : normalized,
    ),
  );
