import { describe, expect, it } from 'vitest';
import { ago, exactly } from '../../src/cli/times.ts';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');

describe('a time for people', () => {
  it.each([
    ['2026-11-20T09:59:59.500Z', 'just now'],
    ['2026-11-20T09:59:18.000Z', '42 s ago'],
    ['2026-11-20T09:00:01.000Z', '59 min ago'],
    ['2026-11-20T08:59:00.000Z', '1 h ago'],
    ['2026-11-19T09:00:00.000Z', '1 day ago'],
    ['2026-10-20T09:00:00.000Z', '31 days ago'],
    ['2026-11-20T10:05:00.000Z', 'in 5 min'],
  ])('%s is %s', (instant, text) => {
    expect(ago(instant, NOW)).toBe(text);
  });

  it('is given exactly beside it', () => {
    expect(exactly('2026-11-20T09:55:00.000Z', NOW)).toBe('2026-11-20T09:55:00.000Z (5 min ago)');
  });

  it('is nothing where there is none', () => {
    expect(ago(null, NOW)).toBe('');
    expect(exactly(null, NOW)).toBe('');
  });
});
