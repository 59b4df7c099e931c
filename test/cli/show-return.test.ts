import { describe, expect, it } from 'vitest';
import type { ReturnAnswer } from '../../src/cli/answers.ts';
import { showReturn } from '../../src/cli/show-return.ts';

const RETURN = {
  id: 'ret_01jd3q7m5ze2x8k4t9ret00001',
  status: 'requested',
  account: 'acme',
  connection: 'parcel-port',
  provider: 'parcel-port',
  providerReturnId: null,
  rmaNumber: null,
  orders: [],
  decision: null,
  method: null,
  dropOff: null,
  dispute: { state: 'none', reason: null },
  related: [],
  mergedFrom: [],
  sequence: 1,
  createdAt: '2026-11-20T10:00:00.000Z',
  updatedAt: '2026-11-20T10:00:00.000Z',
  items: [],
  shipments: [],
  settlements: [],
  fees: [],
  anomalies: [],
  exceptions: [],
};

function shopperOf(shopper: object): string | undefined {
  const page = showReturn({ ...RETURN, shopper } as unknown as ReturnAnswer, 0, { columns: null, colour: false });
  return page.split('\n').find(line => line.includes('shopper'));
}

describe('the shopper of a return', () => {
  const unknown = { name: null, email: null, phone: null, address: null };

  it('may be a gift recipient of whom nothing else is known', () => {
    expect(shopperOf({ ...unknown, isGiftRecipient: true })).toBe('  shopper     (a gift recipient)');
    expect(shopperOf({ ...unknown, email: 'jo@example.com', isGiftRecipient: true })).toBe(
      '  shopper     jo@example.com (a gift recipient)',
    );
    expect(shopperOf({ ...unknown, isGiftRecipient: false })).toBeUndefined();
  });
});
