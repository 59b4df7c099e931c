import { type Money, moneyFromDecimal } from '#model/money.ts';
import type { Amount } from './notices.ts';

/** `undefined`: it cannot be read. `null`: nothing was said. An amount without its currency cannot be read. */
export function moneyOf(told: Amount | null | undefined): Money | null | undefined {
  if (!told?.amount) return null;
  return moneyFromDecimal(withoutFloatTail(told.amount.trim()), told.currency ?? '') ?? undefined;
}

/** A float holds 15 significant digits whatever they are; what is written behind them is its own making, and nobody's money. */
const EXACT_DIGITS = 15;

/** `29.990000000000002` → `29.99`: rounded in its text, without a float in between. */
function withoutFloatTail(text: string): string {
  const match = /^(-?)(\d+)\.(\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = ''] = match;
  const surplus = `${whole}${fraction}`.replace(/^0+/, '').length - EXACT_DIGITS;
  if (surplus <= 0 || surplus >= fraction.length) return text;
  const unit = 10n ** BigInt(surplus);
  const rounded = (BigInt(`${whole}${fraction}`) + unit / 2n) / unit;
  const kept = fraction.length - surplus;
  const digits = rounded.toString().padStart(kept + 1, '0');
  const tail = digits.slice(-kept).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -kept)}${tail === '' ? '' : `.${tail}`}`;
}
