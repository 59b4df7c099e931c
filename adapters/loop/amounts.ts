import type { Read } from '#adapter/read-json.ts';
import type { Problem } from '#adapter/webhook.ts';
import { type Money, moneyFromDecimal } from '#model/money.ts';

/** Decimal text with its currency; silence is `null`. What is no amount of the currency makes its notice unreadable. */
export function amountOf(text: string | null | undefined, currency: string, path: string): Read<Money | null> {
  if (text === null || text === undefined || text.trim() === '') return { ok: true, value: null };
  const value = moneyFromDecimal(text, currency);
  const problem: Problem = { code: 'SCHEMA_MISMATCH', path, message: 'is not an amount of the currency' };
  return value === null ? { ok: false, problem } : { ok: true, value };
}

/** `0.00` stands for nothing. */
export function isSome(amount: Money | null): amount is Money {
  return amount !== null && amount.amountMinor !== 0;
}
