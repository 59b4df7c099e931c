import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { describeError } from '../../src/telemetry/log.ts';

describe('what is logged of an error', () => {
  it('is the reason and not the place, where the store is away', () => {
    const cause = Object.assign(new Error('connect to 10.0.0.1 as shopper@example.com'), { code: 'ECONNREFUSED' });
    const error = new GatewayError('STORE_UNAVAILABLE', 'Nothing listens at db:5432/retour.', { cause });

    expect(describeError(error)).toEqual({
      error: 'GatewayError',
      code: 'STORE_UNAVAILABLE',
      reason: 'Nothing listens at db:5432/retour.',
      cause: { error: 'Error', code: 'ECONNREFUSED' },
    });
  });

  it('is the place and never the message, where it is unexpected', () => {
    const told = describeError(new TypeError('shopper@example.com is not a function'));

    expect(told).toMatchObject({
      error: 'TypeError',
      at: [expect.stringContaining('log.test.ts'), ...new Array(5).fill(expect.any(String))],
    });
    expect(JSON.stringify(told)).not.toContain('shopper@example.com');
  });

  it('is the place of a bug and of what caused it', () => {
    const told = describeError(new GatewayError('BUG', 'A write broke a rule.', { cause: new RangeError('secret') }));

    expect(told).toMatchObject({
      code: 'BUG',
      at: expect.any(Array),
      cause: { error: 'RangeError', at: expect.any(Array) },
    });
  });
});
