import { describe, expect, it } from 'vitest';
import { type Column, renderFields, renderTable } from '../../src/cli/table.ts';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly note: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', text: row => row.name },
  { title: 'COUNT', text: row => row.count, right: true },
  { title: 'NOTE', text: row => row.note, shrinks: true },
];
const PLAIN = { columns: null, colour: false };

describe('a table', () => {
  it('aligns its columns under their titles, numbers to the right, without blanks at the end', () => {
    const rows = [
      { name: 'a', count: 5, note: 'first' },
      { name: 'longer', count: 12_345, note: '' },
    ];

    expect(renderTable(COLUMNS, rows, PLAIN)).toBe(
      ['NAME    COUNT  NOTE', 'a           5  first', 'longer  12345', ''].join('\n'),
    );
  });

  it('leaves out a column in which nothing stands', () => {
    expect(renderTable(COLUMNS, [{ name: 'a', count: 5, note: '' }], PLAIN)).toBe('NAME  COUNT\na         5\n');
  });

  it('cuts what gives way first where the terminal is narrow', () => {
    const rows = [{ name: 'return', count: 1, note: 'a note of some length' }];

    expect(renderTable(COLUMNS, rows, { columns: 26, colour: false })).toBe(
      'NAME    COUNT  NOTE\nreturn      1  a note of …\n',
    );
  });

  it('never writes a line wider than the terminal while its columns can give way', () => {
    const rows = [{ name: 'a name that is long', count: 1, note: 'a note of some length' }];

    const lines = renderTable(COLUMNS, rows, { columns: 30, colour: false }).split('\n');

    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(30);
    expect(lines[1]).toBe('a name that …      1  a note …');
  });

  it.each([
    [
      60,
      'DELIVERY  STATE  DESTINATION   EVENT         RETURN    TRIES',
      'dlv00001  held   sample-happ…  settlement.…  ret00001  1',
    ],
    [40, 'DELIVERY  STATE  DESTINATI…  EVENT', 'dlv00001  held   sample-ha…  settlement…'],
    [12, 'DELIVERY', 'dlv00001'],
    [5, 'DELI…', 'dlv0…'],
  ])('of %d columns leaves out from the right what would have no room, never the id', (width, titles, row) => {
    const columns: readonly Column<readonly string[]>[] = [
      'DELIVERY',
      'STATE',
      'DESTINATION',
      'EVENT',
      'RETURN',
      'TRIES',
      'WHEN',
    ].map((title, index) => ({ title, text: cells => cells[index]! }));
    const cells = [
      'dlv00001',
      'held',
      'sample-happy-returns/refunds',
      'settlement.approved',
      'ret00001',
      '1',
      '2 min ago',
    ];

    expect(renderTable(columns, [cells], { columns: width, colour: false })).toBe(`${titles}\n${row}\n`);
  });

  it('colours only where it is asked to', () => {
    const columns: readonly Column<Row>[] = [{ title: 'NAME', text: row => row.name, colour: () => 'green' }];
    const rows = [{ name: 'a', count: 1, note: '' }];

    expect(renderTable(columns, rows, PLAIN)).toBe('NAME\na\n');
    expect(renderTable(columns, rows, { columns: null, colour: true })).toContain('\u001b[32ma\u001b[39m');
  });

  it('counts wide characters as two columns', () => {
    const rows = [
      { name: '靴下', count: 1, note: 'x' },
      { name: 'sock', count: 1, note: 'y' },
    ];

    expect(renderTable(COLUMNS, rows, PLAIN)).toBe('NAME  COUNT  NOTE\n靴下      1  x\nsock      1  y\n');
  });

  it('lets no control character of the data through', () => {
    const rows = [{ name: 'a\u001b[31mred\u0007', count: 1, note: 'two\nlines' }];

    const text = renderTable(COLUMNS, rows, PLAIN);

    expect(text.split('\n')).toEqual(['NAME        COUNT  NOTE', 'a\ufffd[31mred\ufffd      1  two lines', '']);
  });
});

describe('fields', () => {
  it('stand below each other, without the empty ones', () => {
    const fields = [
      ['account', 'acme'],
      ['RMA', null],
      ['order', ''],
      ['provider id', 'x'],
    ] as const;

    expect(renderFields(fields, PLAIN)).toBe('  account      acme\n  provider id  x\n');
  });
});
