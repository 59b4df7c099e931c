import { describe, expect, it } from 'vitest';
import { collectClaims } from '../../src/demo/check.ts';

function open() {
  const lines: string[] = [];
  return { lines, ...collectClaims(line => lines.push(line)) };
}

describe('the check', () => {
  it('says one line per group and the sum', () => {
    const { telling, finish, lines } = open();

    telling.chapter({ title: 'One', provider: 'Example', about: '' });
    telling.claim('a', true);
    telling.claim('b', true);
    telling.chapter({ title: 'Two', provider: 'Example', about: '' });
    telling.claim('c', true);
    const holds = finish();

    expect(holds).toBe(true);
    expect(lines).toEqual([
      'ok    One (Example): 2 of 2 claims hold',
      'ok    Two (Example): 1 of 1 claims hold',
      'The demo holds: 3 claims.',
    ]);
  });

  it('names every claim that fails', () => {
    const { telling, finish, lines } = open();

    telling.chapter({ title: 'One', provider: 'Example', about: '' });
    telling.claim('a', true);
    telling.claim('the sum is right', false);
    const holds = finish();

    expect(holds).toBe(false);
    expect(lines).toEqual([
      'FAIL  One (Example): 1 of 2 claims hold',
      '        the sum is right',
      'The demo does not hold: 1 of 2 claims failed.',
    ]);
  });

  it('does not hold where nothing was claimed', () => {
    expect(open().finish()).toBe(false);
  });
});
