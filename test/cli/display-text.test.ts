import { describe, expect, it } from 'vitest';
import { cutTo, displayWidth, printable, safeJson } from '../../src/cli/display-text.ts';

describe('text on a terminal', () => {
  it.each([
    ['a\u001b[2Jb', 'a\ufffd[2Jb'],
    ['a\u009b31mb', 'a\ufffd31mb'],
    ['RLO \u202eevil', 'RLO \ufffdevil'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['Größe 靴下 👟', 'Größe 靴下 👟'],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('is cut by columns, with a sign that it was', () => {
    expect(cutTo('abcdef', 6)).toBe('abcdef');
    expect(cutTo('abcdef', 4)).toBe('abc…');
    expect(cutTo('靴下靴下', 6)).toBe('靴下…');
    expect(displayWidth('👟a')).toBe(3);
  });
});

describe('JSON on a terminal', () => {
  it('means the same and holds nothing a terminal obeys', () => {
    const value = { note: 'a\u001b[2J\u009b31m\u202e', size: 'Größe' };

    const text = safeJson(value);

    expect(text).toBe('{"note":"a\\u001b[2J\\u009b31m\\u202e","size":"Größe"}');
    expect(JSON.parse(text)).toEqual(value);
  });
});
