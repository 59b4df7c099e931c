import { z } from 'zod';

/**
 * A canonical code beside the provider's own word.
 * `other`: the provider said something we have no code for; `unknown`: the provider said nothing.
 */
export interface Coded<Code extends string> {
  readonly code: Code | 'other' | 'unknown';
  readonly providerCode: string | null;
}

/** The schema of a coded value over a closed list that already contains `other` and `unknown`. */
export function coded<const Codes extends readonly string[]>(codes: Codes) {
  return z.strictObject({ code: z.enum(codes), providerCode: z.string().max(500).nullable() });
}

/**
 * Looks a provider's word up in an adapter's table. A word that the table lacks becomes `other` and is kept;
 * `null`, `undefined` and the empty string are silence: `unknown`.
 */
export function codeFrom<Code extends string>(
  table: Readonly<Record<string, Code>>,
  providerCode: string | null | undefined,
): Coded<Code> {
  if (providerCode === null || providerCode === undefined || providerCode === '') {
    return { code: 'unknown', providerCode: null };
  }
  return { code: Object.hasOwn(table, providerCode) ? table[providerCode]! : 'other', providerCode };
}
