import { describe, expect, it } from 'vitest';
import { instantFrom } from '../../src/model/time.ts';

describe('a time', () => {
  it.each([
    ['2025-02-20T10:00:00-05:00', '2025-02-20T15:00:00.000Z'],
    ['2025-02-20 10:00:00.5 Z', '2025-02-20T10:00:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-11-20T10:00+0130', '2026-11-20T08:30:00.000Z'],
  ])('with its zone is read into UTC: %s', (text, instant) => {
    expect(instantFrom(text)).toBe(instant);
  });

  it.each([
    '2026-02-30T10:00:00Z',
    '2026-06-31T00:00:00+02:00',
    '2025-02-29T00:00:00Z',
    '0000-01-01T00:00:00+14:00',
    '2026-13-01T00:00:00Z',
    '2026-11-20T10:00:00',
    '2026-11-20',
    'yesterday',
    '',
    null,
  ])('that is none, or names no zone, is not guessed: %s', text => {
    expect(instantFrom(text)).toBeNull();
  });
});
