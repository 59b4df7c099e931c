import { type Colour, cutTo, displayWidth, paint, printable } from './display-text.ts';

export interface Column<Row> {
  readonly title: string;
  text(row: Row): string | number | null;
  readonly right?: true;
  /** Gives way first where the terminal is narrow. */
  readonly shrinks?: true;
  colour?(row: Row): Colour | null;
}

export interface Surface {
  /** `null`: nothing is cut. */
  readonly columns: number | null;
  readonly colour: boolean;
}

const GAP = 2;
/** A column that is shown keeps so much; what has no room for it is left out. */
const LEAST = 8;

/**
 * Aligned columns under their titles, cut to the terminal: first what may give way, then every column. Where they
 * would have less than eight characters each, columns are left out from the right; the first, which names the row,
 * always stays. A column in which nothing stands is left out, too.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  surface: Surface,
  indent = '',
): string {
  const all = columns.map(column => ({ column, texts: rows.map(row => printable(String(column.text(row) ?? ''))) }));
  const told = all.filter(({ texts }) => texts.some(text => text !== ''));
  const widths = fit(
    told.map(({ column, texts }) => ({
      width: Math.max(displayWidth(column.title), ...texts.map(displayWidth)),
      shrinks: column.shrinks === true,
    })),
    surface.columns === null ? null : surface.columns - displayWidth(indent),
  );
  const filled = told.slice(0, widths.length);
  const line = (cells: readonly { readonly text: string; readonly colour: Colour | null }[]) => {
    const parts = cells.map(({ text, colour }, index) => {
      const cut = cutTo(text, widths[index]!);
      const blanks = ' '.repeat(widths[index]! - displayWidth(cut));
      const painted = paint(cut, colour, surface.colour);
      if (filled[index]!.column.right === true) return `${blanks}${painted}`;
      return index === cells.length - 1 ? painted : `${painted}${blanks}`;
    });
    return `${indent}${parts.join(' '.repeat(GAP))}`.trimEnd();
  };
  const lines = [
    line(filled.map(({ column }) => ({ text: column.title, colour: 'dim' }))),
    ...rows.map((row, index) =>
      line(filled.map(({ column, texts }) => ({ text: texts[index]!, colour: column.colour?.(row) ?? null }))),
    ),
  ];
  return lines.map(text => `${text}\n`).join('');
}

/** Widths that fit, of as many columns as have room: the widest of those that give way first, at last the first one. */
function fit(
  columns: readonly { readonly width: number; readonly shrinks: boolean }[],
  available: number | null,
): readonly number[] {
  const widths = columns.map(({ width }) => width);
  if (available === null) return widths;
  const sum = (of: readonly number[]) => of.reduce((all, width) => all + width, 0) + GAP * (of.length - 1);
  while (widths.length > 1 && sum(widths.map(width => Math.min(width, LEAST))) > available) widths.pop();
  const shrink = (may: (index: number) => boolean, least = LEAST) => {
    while (sum(widths) > available) {
      let widest = -1;
      for (const [index, width] of widths.entries()) {
        if (may(index) && width > least && width > (widths[widest] ?? 0)) widest = index;
      }
      if (widest === -1) return;
      widths[widest]! -= 1;
    }
  };
  shrink(index => columns[index]!.shrinks);
  shrink(index => index > 0);
  shrink(() => true);
  shrink(() => true, 1); // a terminal without room for the first one
  return widths;
}

/** `name  value` lines with the values below each other; what is empty is left out. */
export function renderFields(
  fields: readonly (readonly [name: string, value: string | number | null])[],
  surface: Surface,
): string {
  const shown = fields.filter(([, value]) => value !== null && value !== '');
  const width = Math.max(...shown.map(([name]) => name.length), 0);
  return shown
    .map(([name, value]) => `  ${paint(name.padEnd(width), 'dim', surface.colour)}  ${printable(String(value))}\n`)
    .join('');
}
