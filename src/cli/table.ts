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
/** A column that gives way keeps so much. */
const LEAST = 8;

/** Aligned columns under their titles, cut to the terminal. A column in which nothing stands is left out. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  surface: Surface,
  indent = '',
): string {
  const all = columns.map(column => ({ column, texts: rows.map(row => printable(String(column.text(row) ?? ''))) }));
  const filled = all.filter(({ texts }) => texts.some(text => text !== ''));
  const widths = fit(
    filled.map(({ column, texts }) => ({
      width: Math.max(displayWidth(column.title), ...texts.map(displayWidth)),
      shrinks: column.shrinks === true,
    })),
    surface.columns === null ? null : surface.columns - displayWidth(indent),
  );
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

/** Widths that fit: the widest of those that give way first; at last the columns at the end. */
function fit(
  columns: readonly { readonly width: number; readonly shrinks: boolean }[],
  available: number | null,
): readonly number[] {
  const widths = columns.map(({ width }) => width);
  if (available === null) return widths;
  const total = () => widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
  const shrink = (may: (index: number) => boolean) => {
    while (total() > available) {
      let widest = -1;
      for (const [index, width] of widths.entries()) {
        if (may(index) && width > LEAST && width > (widths[widest] ?? 0)) widest = index;
      }
      if (widest === -1) return;
      widths[widest]! -= 1;
    }
  };
  shrink(index => columns[index]!.shrinks);
  shrink(() => true);
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
