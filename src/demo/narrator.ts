import { styleText } from 'node:util';
import type { Telling } from './telling.ts';

const WIDTH = 100;
/** Where the second half of a step begins when it stands on the same line. */
const WIRE_AT = 48;
const LABEL_WIDTH = 14;

export interface Narrator extends Telling {
  line(text?: string): void;
  /** Text of several lines, broken at `WIDTH`. */
  prose(text: string): void;
  /** What did not hold. */
  readonly failures: readonly string[];
}

/** Tells to a person. Colour is used only if asked for. */
export function createNarrator(write: (text: string) => void, colour: boolean): Narrator {
  const failures: string[] = [];
  let chapters = 0;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const line = (text = '') => write(`${text}\n`);
  const indented = (
    text: string,
    indent: string,
    first = indent,
    format: Parameters<typeof styleText>[0] | null = null,
  ) =>
    wrap(text, WIDTH - indent.length).forEach((part, index) => {
      line(`${index === 0 ? first : indent}${format === null ? part : paint(format, part)}`);
    });

  return {
    failures,
    line,
    prose: text => indented(text, ''),
    chapter({ title, provider, about }) {
      chapters += 1;
      line();
      line(`${paint('bold', `${chapters}  ${title}`)}  ${paint('dim', `· ${provider}`)}`);
      indented(about, '   ', '   ', 'dim');
    },
    step({ say, sent, answer, now }) {
      const wire = `${sent} → ${answer} → ${now}`;
      const padded = say.padEnd(WIRE_AT);
      if (padded.length + wire.length + 7 <= WIDTH) return line(`   · ${padded}  ${paint('cyan', wire)}`);
      indented(say, '     ', '   · ');
      indented(wire, '         ', '       ', 'cyan');
    },
    fact(label, text) {
      const indent = ' '.repeat(LABEL_WIDTH + 3);
      indented(text, indent, `   ${paint('bold', label.padEnd(LABEL_WIDTH))}`);
    },
    note: text => indented(text, '   '),
    claim(what, holds) {
      if (holds) return;
      failures.push(what);
      indented(`This did not hold: ${what}`, '     ', '   ! ', 'red');
    },
  };
}

/** Breaks at blanks; a word longer than the line stands alone. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
