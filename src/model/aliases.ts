import { z } from 'zod';

/**
 * A provider's id for a return. Only one that the provider calls unique may identify; the others attach:
 * tracking numbers and order lines lead parcel facts to a return that is known already.
 * Kind `return` is the provider's own return id.
 */
export const Alias = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/)
    .describe('what kind of id: return, rma, express_code, tracking, order, order_line, …'),
  value: z.string().min(1).max(300),
  unique: z.boolean().describe('true only where the provider states that it is unique: it then identifies'),
});
export type Alias = z.infer<typeof Alias>;

/** Alias kinds of the core, derived from every folded return; they find and attach, and never identify. */
export type IndexKind = 'order' | 'order_line' | 'rma' | 'tracking';

/** The alias as one word, for keys. */
export function aliasKey(alias: Pick<Alias, 'kind' | 'value'>): string {
  return `${alias.kind}:${alias.value}`;
}

/** Carriers print tracking numbers with spaces, hyphens and either case; they match without. */
export function normalizeTracking(trackingNumber: string): string {
  return trackingNumber.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
