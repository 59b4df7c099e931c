import { z } from 'zod';
import type { ReturnStatus } from '../model/codes.ts';

/** How long returns of a connection may stand in a stage before somebody should look. */

const days = (fallback: number, what: string) =>
  z
    .int()
    .min(1)
    .max(365)
    .nullable()
    .default(fallback)
    .describe(
      `Days for which a return that is ${what} may go without news; null: as long as it likes. Default ${fallback}.`,
    );

/** By the status of a return. Those that are not here end nowhere or are ended. */
export const Expectations = z
  .strictObject({
    requested: days(7, 'requested'),
    in_review: days(7, 'in review'),
    authorized: days(14, 'authorized (the label may be issued)'),
    in_transit: days(14, 'in transit or dropped off'),
    received: days(7, 'received'),
    inspected: days(7, 'inspected'),
  } satisfies Partial<Record<ReturnStatus, z.ZodType>>)
  .describe('How long a stage may last, in days. Returns whose money was approved or paid are left out.');
export type Expectations = z.output<typeof Expectations>;
export type ExpectedStage = keyof Expectations;
