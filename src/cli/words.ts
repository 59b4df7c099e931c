import { type Money, moneyFromDecimal } from '../model/money.ts';
import type { Colour } from './display-text.ts';

/** Small pieces of text that several commands write. */

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `drop_off_boxless` → `drop off boxless`. */
export function words(code: string): string {
  return code.replaceAll('_', ' ');
}

/** The end of an id: its random part, and enough to name it (`resolve-id.ts`). */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** `25.00 USD`. How many decimals a currency has is ISO 4217's word, as the model reads it; what browsers use differs for some. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const digits = String(moneyFromDecimal('1', currency)?.amountMinor ?? 100).length - 1;
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  const whole = Number(text.slice(0, text.length - digits)).toLocaleString('en');
  const fraction = digits === 0 ? '' : `.${text.slice(-digits)}`;
  return `${amountMinor < 0 ? '-' : ''}${whole}${fraction} ${currency}`;
}

/** `1.2 MB`, in powers of 1,000 as file managers do. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const COLOURS: Readonly<Record<string, Colour>> = {
  recorded: 'green',
  delivered: 'green',
  completed: 'green',
  active: 'green',
  closed: 'green',
  ok: 'green',
  waiting: 'yellow',
  held: 'yellow',
  unrecognized: 'yellow',
  pending: 'yellow',
  paused: 'yellow',
  half_open: 'yellow',
  warn: 'yellow',
  unreadable: 'red',
  failed: 'red',
  exhausted: 'red',
  disabled: 'red',
  open: 'red',
  refused: 'red',
  timeout: 'red',
  unreachable: 'red',
  blocked: 'red',
  fail: 'red',
};

/** Green, yellow or red for a state; `null` for one that is neither good nor bad. */
export function stateColour(state: string): Colour | null {
  return COLOURS[state] ?? null;
}
