import { z } from 'zod';
import type { Instant } from '#model/time.ts';
import { Id, list, Money, OptionalId, Text, Word } from './fields.ts';
import type { DropOff, Graded, Return, Settled, Shipment } from './parts.ts';

/**
 * What Redo sends, as far as we read it: the return and its order as a whole, whatever the event [documented]. Comments, notes,
 * answers, assessments, gift card codes, raw QR codes and the merchant's address are in the body and not here.
 */

/** Text in the definition; should one come as an unquoted number, its digits are kept. */
export const NUMBERS_AS_TEXT = [
  'id',
  'externalId',
  'line_item_id',
  'value',
  'name',
  'sku',
  'upc',
  'tracker',
  'shipmentGroupId',
  'amount',
  'reasonCode',
  'grade',
  'outcome',
] as const;

/** Enough to be heard; whether `return` is one shows later. */
export const Envelope = z.looseObject({
  type: z.string().min(1).max(300),
  at: Text,
  merchantName: Text,
  return: z.looseObject({}),
});
export type Envelope = z.infer<typeof Envelope>;

/** What every part of a return is told with. */
export const Anchor = z.looseObject({
  id: Id,
  type: Word,
  status: Word,
  updatedAt: Text,
  externalReturnIds: list(z.looseObject({ value: OptionalId })),
  shipment: z.unknown().optional(),
  shipments: list(z.unknown()),
  dropoffs: list(z.unknown()),
});
export type Anchor = z.infer<typeof Anchor>;

const Named = z.looseObject({ name: Text }).nullish();
/** The order beside the return, of which only the lines' names and prices are read, and how it is called. */
export const Order = z.looseObject({
  externalId: OptionalId,
  name: Text,
  items: list(z.looseObject({ id: OptionalId, product: Named, price: Money }), 2000),
});
export type Order = z.infer<typeof Order>;

/** What all notices of one webhook have in common. */
export interface Snapshot {
  /** When the whole return looked like this; `null` where that cannot be read. */
  readonly seenAt: Instant | null;
  /** A backfill: what it tells is old already. */
  readonly silent: boolean;
  readonly returnId: string;
  readonly externalReturnIds: readonly string[];
  readonly merchantName: string | null;
  readonly status: string | null;
  /** The status of each parcel that is listed, `null` where it has none that can be read. */
  readonly parcels: readonly (string | null)[];
  readonly dropOffs: number;
}

interface Part<About extends string, Told> {
  readonly about: About;
  readonly type: string;
  readonly key: string;
  readonly of: Snapshot;
  readonly told: Told;
}

/**
 * One webhook is one notice for the return itself, and one for each part that may be read, or not, by itself: each parcel, each
 * drop-off, what was found, the money. So a word that is new in one of them holds back nothing else.
 */
export type RedoNotice =
  | (Part<'return', Return> & { readonly order: Order | null })
  | (Part<'shipment', Shipment> & { readonly place: Place })
  | Part<'dropoff', DropOff>
  | Part<'graded', Graded>
  | Part<'settled', Settled>
  | Part<'event' | 'kind', string>;

/** What a parcel is called, and what the rest of the return says of it. */
export interface Place {
  readonly ref: string;
  /** The status of the return, where that is the only word on where this parcel is. */
  readonly instead: string | null;
  /** It travels by a drop-off, which says how. */
  readonly dropOff: boolean;
}
