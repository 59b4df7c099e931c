import { z } from 'zod';

/** An amount in the currency's minor unit (cents for USD, whole yen for JPY) with its ISO 4217 code. Never a float. */
export const Money = z.strictObject({
  amountMinor: z.int().describe("whole minor units of the currency, e.g. cents; negative where the provider's is"),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217 code'),
});
export type Money = z.infer<typeof Money>;

/** ISO 4217 currencies whose minor unit is not a hundredth. */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

/**
 * Reads a decimal amount from its text ("25", "25.00", "-3.5"), without a float in between.
 * `null` where the text is no plain decimal, has more decimals than the currency knows (trailing zeros aside),
 * or does not fit a safe integer; the caller makes the notice unreadable.
 */
export function moneyFromDecimal(text: string, currency: string): Money | null {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,8}))?$/.exec(text.trim());
  const code = currency.trim().toUpperCase();
  if (match === null || !/^[A-Z]{3}$/.test(code)) return null;
  const digits = MINOR_DIGITS[code] ?? 2;
  const fraction = match[3] ?? '';
  if (/[1-9]/.test(fraction.slice(digits))) return null;
  const minor = Number(`${match[1]}${match[2]}${fraction.slice(0, digits).padEnd(digits, '0')}`);
  return Number.isSafeInteger(minor) ? { amountMinor: minor === 0 ? 0 : minor, currency: code } : null;
}
