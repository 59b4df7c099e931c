import { describe, expect, it } from 'vitest';
import { readRetryAfter } from '../../src/outbound/retry-after.ts';

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    ['soon', null],
    [null, null],
  ])('reads %s', (value, milliseconds) => {
    expect(readRetryAfter(value, Date.UTC(2026, 10, 20, 10))).toBe(milliseconds);
  });
});
