import type { Read } from '#adapter/read-json.ts';
import { moneyFromDecimal, type Money as OurMoney } from '#model/money.ts';
import type { Money } from './fields.ts';

/** `null` where no amount is said. One that cannot be read is a problem, because nothing is told without its amount. */
export function readMoney(money: Money, path: string): Read<OurMoney | null> {
  const plain = typeof money?.amount === 'object' && money.amount !== null ? money.amount : money;
  const amount = plain?.amount;
  if (typeof amount !== 'string' || amount === '') return { ok: true, value: null };
  const value = moneyFromDecimal(amount, typeof plain?.currency === 'string' ? plain.currency : '');
  if (value !== null) return { ok: true, value };
  return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message: 'is not an amount with its currency' } };
}
