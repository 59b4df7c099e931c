import { describe, expect, it } from 'vitest';
import { usualGapMs } from '../../src/pipeline/usual-gap.ts';

const MINUTE = 60_000;

/** Receipts, newest first, with these gaps in minutes between them. */
function receipts(gaps: readonly number[]): readonly number[] {
  const times = [1000 * MINUTE];
  for (const gap of gaps) times.push(times.at(-1)! - gap * MINUTE);
  return times;
}

describe('the usual gap', () => {
  it.each<[string, readonly number[], number | null]>([
    ['is not known of 49 webhooks', Array(48).fill(60), null],
    ['is known of 50', Array(49).fill(60), 60],
    ['is never less than a quarter of an hour', Array(199).fill(1), 15],
    ['is what 95 of 100 do not exceed', [...Array(95).fill(20), ...Array(5).fill(600)], 20],
    ['counts what more than five of 100 exceed', [...Array(94).fill(20), ...Array(6).fill(600)], 600],
    ['does not depend on their order', [...Array(6).fill(600), ...Array(94).fill(20)], 600],
  ])('%s', (_, gaps, minutes) => {
    expect(usualGapMs(receipts(gaps))).toBe(minutes === null ? null : minutes * MINUTE);
  });
});
