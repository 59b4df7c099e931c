import { describe, expect, it } from 'vitest';
import { instantOption, secondsOption, wholeOption } from '../../src/cli/options.ts';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const BOUNDS = { least: 1, most: 200, otherwise: 50 };

describe('a span or time', () => {
  it.each([
    ['30s', '2026-11-20T09:59:30.000Z'],
    ['15m', '2026-11-20T09:45:00.000Z'],
    ['2h', '2026-11-20T08:00:00.000Z'],
    ['3d', '2026-11-17T10:00:00.000Z'],
    ['2026-11-19T10:00:00+01:00', '2026-11-19T09:00:00.000Z'],
  ])('%s is %s', (since, instant) => {
    expect(instantOption({ since }, 'since', NOW)).toBe(instant);
  });

  it.each(['yesterday', '2h30m', '2026-11-19', '2026-11-19T10:00:00', '2026-13-19T10:00:00Z', '-1h'])(
    '%s is none',
    since => {
      expect(() => instantOption({ since }, 'since', NOW)).toThrow('--since must be a span such as 30s');
    },
  );
});

describe('a number', () => {
  it('is taken within its bounds, and has a default', () => {
    expect(wholeOption({ limit: '200' }, 'limit', BOUNDS)).toBe(200);
    expect(wholeOption({}, 'limit', BOUNDS)).toBe(50);
  });

  it.each(['0', '201', '1.5', 'ten', '', '-1', '1e3'])('%s is refused', limit => {
    expect(() => wholeOption({ limit }, 'limit', BOUNDS)).toThrow('--limit must be a whole number from 1 to 200.');
  });

  it('of seconds may have a fraction, and must be above none', () => {
    expect(secondsOption({ for: '0.25' }, 'for', null)).toBe(0.25);
    expect(secondsOption({}, 'for', null)).toBeNull();
    expect(() => secondsOption({ for: '0' }, 'for', null)).toThrow('--for must be a number of seconds above 0.');
  });
});
