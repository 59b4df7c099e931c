import { describe, expect, it } from 'vitest';
import { type Breaker, nextBreaker } from '../../src/storage/breaker.ts';

const NOW = 1_000_000;
const closed: Breaker = { breaker: 'closed', failuresInRow: 0, trialAtMs: null };

describe('nextBreaker', () => {
  it('opens with the tenth failure in a row, for thirty seconds', () => {
    const nine: Breaker = { ...closed, failuresInRow: 8 };

    expect(nextBreaker(nine, 'failure', NOW)).toEqual({ breaker: 'closed', failuresInRow: 9, trialAtMs: null });
    expect(nextBreaker({ ...closed, failuresInRow: 9 }, 'failure', NOW)).toEqual({
      breaker: 'open',
      failuresInRow: 10,
      trialAtMs: NOW + 30_000,
    });
  });

  it('closes with any success', () => {
    expect(nextBreaker({ breaker: 'half_open', failuresInRow: 12, trialAtMs: NOW }, 'success', NOW)).toEqual(closed);
    expect(nextBreaker({ ...closed, failuresInRow: 9 }, 'success', NOW)).toEqual(closed);
  });

  it('stays open when a trial fails', () => {
    expect(nextBreaker({ breaker: 'half_open', failuresInRow: 10, trialAtMs: NOW }, 'failure', NOW)).toEqual({
      breaker: 'open',
      failuresInRow: 11,
      trialAtMs: NOW + 30_000,
    });
  });

  it.each(['gone', 'silent'] as const)('is left as it is by %s', verdict => {
    const before: Breaker = { breaker: 'open', failuresInRow: 10, trialAtMs: NOW + 5 };

    expect(nextBreaker(before, verdict, NOW)).toEqual(before);
  });
});
