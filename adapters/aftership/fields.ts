import { z } from 'zod';
import { MOST_UNITS } from './lines.ts';

/** What the fields of AfterShip Returns have in common. */

/** Ids end up in aliases, refs and fact keys. Empty is missing. */
export const Id = z.string().min(1).max(140);
export const OptionalId = z.string().max(140).nullish();
export const Text = z.string().max(2000).nullish();
export const Word = z.string().max(300).nullish();
/** A JSON number in the docs; never half a unit. */
export const Units = z.int().min(0).max(MOST_UNITS);
export function list<T extends z.ZodType>(of: T, most: number) {
  return z.array(of).max(most).nullish();
}

/**
 * The line's name differs by place: `external_id` in receivings and bundles. In 2024-07 it began with `source_` [documented], as
 * it still does in a published example of a restock.
 */
export const LineName = {
  external_order_item_id: OptionalId,
  external_id: OptionalId,
  source_order_item_id: OptionalId,
  source_id: OptionalId,
};

/** Decimal text with two decimals, whatever the currency [documented]. */
export const Money = z.looseObject({ amount: Word, currency: Word });
export type Money = z.infer<typeof Money>;
export const OptionalMoney = Money.nullish();
