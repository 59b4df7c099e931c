import { z } from 'zod';

/** What the fields of Redo have in common. All of them may be null or missing, but for ids and quantities. */

/** Ids end up in aliases, refs and fact keys. Empty is missing. */
export const Id = z.string().min(1).max(140);
export const OptionalId = z.string().max(140).nullish();
export const Text = z.string().max(300).nullish();
export const LongText = z.string().max(2000).nullish();
export const Word = z.string().max(250).nullish();
export const Units = z.int().min(0).max(1_000_000);

/** More than any return has; each line, parcel and drop-off is told by itself. */
export function list<T extends z.ZodType>(of: T, most = 500) {
  return z.array(of).max(most).nullish();
}

/** `{ amount, currency }` with decimal text; in totals and refunds wrapped once more, as `{ amount: { amount, currency } }` [documented]. */
const PlainMoney = z.looseObject({ amount: Word, currency: Word });
export const Money = z.union([PlainMoney, z.looseObject({ amount: PlainMoney })]).nullish();
export type Money = z.infer<typeof Money>;
