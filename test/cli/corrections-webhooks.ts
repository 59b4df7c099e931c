/** What Parcel Desk says: a return of two lines is opened; then one has arrived, one is cancelled, and 49.00 is paid. */

export const OPENED = {
  kind: 'opened',
  return: 'PD-1001',
  order: 'MK-1001',
  at: '2026-01-05T09:00:00.000Z',
  lines: [
    { line: '1', quantity: 1 },
    { line: '2', quantity: 1 },
  ],
};

export const CLOSED = {
  kind: 'closed',
  return: 'PD-1001',
  order: 'MK-1001',
  at: '2026-01-12T15:30:00.000Z',
  lines: [
    { line: '1', quantity: 1, result: 'arrived' },
    { line: '2', quantity: 1, result: 'cancelled' },
  ],
  refund: { id: 'rf-1', amount: 4900, currency: 'USD' },
};
