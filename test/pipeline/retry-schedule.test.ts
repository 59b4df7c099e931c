import { describe, expect, it } from 'vitest';
import { nextTryAt, RETRY_SCHEDULE_MS } from '../../src/pipeline/retry-schedule.ts';

const MIDDLE = 0.5;

describe('the retry schedule', () => {
  it('has twelve tries in about three and a half days', () => {
    const total = RETRY_SCHEDULE_MS.reduce((sum, step) => sum + step, 0);

    expect(RETRY_SCHEDULE_MS).toHaveLength(12);
    expect(total / 86_400_000).toBeCloseTo(3.57, 1);
  });

  it('waits the next step after each failed try, and gives up after the twelfth', () => {
    expect(nextTryAt(1, 1000, null, MIDDLE)).toBe(1000 + 5000);
    expect(nextTryAt(11, 0, null, MIDDLE)).toBe(24 * 3_600_000);
    expect(nextTryAt(12, 0, null, MIDDLE)).toBeNull();
  });

  it('spreads a step by a fifth to either side', () => {
    expect(nextTryAt(2, 0, null, 0)).toBe(48_000);
    expect(nextTryAt(2, 0, null, 0.999_999)).toBe(72_000);
  });

  it('heeds Retry-After, at least this step and at most the next', () => {
    expect(nextTryAt(2, 0, 1_000, MIDDLE)).toBe(60_000);
    expect(nextTryAt(2, 0, 120_000, MIDDLE)).toBe(120_000);
    expect(nextTryAt(2, 0, 86_400_000, MIDDLE)).toBe(300_000);
    expect(nextTryAt(11, 0, 10 * 86_400_000, MIDDLE)).toBe(24 * 3_600_000);
  });
});
