import { z } from 'zod';
import type { Instant } from '#model/time.ts';
import { Id, LineName, list, OptionalId, OptionalMoney, Text, Units, Word } from './fields.ts';
import type { DropOff, Settled, Shipment, Warehouse } from './parts.ts';

/**
 * What AfterShip Returns sends, as far as we read it: the return as a whole, whatever the event. Names are those of 2024-10 to
 * 2026-07 [documented]; where an older version has another name, it stands beside. Comments, images, inspectors, gift card codes,
 * addresses and payments are in the body and not here.
 */

/** Text in the docs; should one come as an unquoted number, its digits are kept. */
export const NUMBERS_AS_TEXT = [
  'id',
  'rma_number',
  'external_id',
  'external_order_item_id',
  'source_id',
  'source_order_item_id',
  'order_number',
  'order_name',
  'sku',
  'tracking_number',
  'dropoff_number',
  'amount',
] as const;

/** `event` and `data` are enough to be heard; whether `data` is a return shows later. */
export const Envelope = z.looseObject({
  id: Id,
  event: z.string().min(1).max(300),
  created_at: Text,
  data: z.looseObject({}),
});
export type Envelope = z.infer<typeof Envelope>;

/** What every part of a return is told with. `organization` is missing in 2024-07 and in the legacy body [documented]. */
export const Anchor = z.looseObject({
  id: Id,
  rma_number: OptionalId,
  organization: z.looseObject({ id: OptionalId }).nullish(),
  shipments: list(z.unknown(), 200),
  dropoffs: list(z.unknown(), 200),
});

/** What is sent back, an item of an order or, within a bundle, one of its parts. */
const Goods = {
  sku: Text,
  product_title: Text,
  intended_return_quantity: Units.nullish(),
  return_quantity: Units.nullish(),
  unit_display_price: OptionalMoney,
  unit_discounted_price_including_tax: OptionalMoney,
};
export const BundledItem = z.looseObject({ ...LineName, ...Goods });
export type BundledItem = z.infer<typeof BundledItem>;
export const ReturnItem = z.looseObject({
  ...LineName,
  ...Goods,
  id: OptionalId,
  removed_quantity: Units.nullish(),
  return_reason: Word,
  return_subreason: z.string().max(190).nullish(),
  bundled_items: list(BundledItem, 1000),
});
export type ReturnItem = z.infer<typeof ReturnItem>;

/** The return itself and what was decided of it. `status`: legacy; `gift_return`: before 2026-01. */
export const Return = z.looseObject({
  rma_number: OptionalId,
  approval_status: Word,
  status: Word,
  created_at: Text,
  approved_at: Text,
  rejected_at: Text,
  resolved_at: Text,
  expired_at: Text,
  auto_approved: z.boolean().nullish(),
  auto_rejected: z.boolean().nullish(),
  auto_resolved: z.boolean().nullish(),
  filed_by: Word,
  contact_email: Text,
  is_gift_return: z.boolean().nullish(),
  gift_return: z.unknown().optional(),
  order: z
    .looseObject({
      external_id: OptionalId,
      source_id: OptionalId,
      order_number: OptionalId,
      order_name: OptionalId,
      placed_at: Text,
      customer: z.looseObject({ emails: list(z.string().max(2000), 100) }).nullish(),
    })
    .nullish(),
  return_method: z.looseObject({ type: Word }).nullish(),
  return_items: list(ReturnItem, 1000),
  receivings: list(z.unknown(), 1000),
  cost_of_return: z.looseObject({ charged: OptionalMoney }).nullish(),
  estimated_refund_total: OptionalMoney,
  refund_destination: Word,
  shipping_status: Word,
  outcomes: list(z.string().max(300), 100),
  exceptions: list(z.string().min(1).max(300), 100),
});
export type Return = z.infer<typeof Return>;

/** What all notices of one webhook have in common. */
export interface Snapshot {
  readonly event: string;
  /** When the whole return looked like this; `null` where that cannot be read. */
  readonly seenAt: Instant | null;
  readonly returnId: string;
  readonly rmaNumber: string | null;
  readonly organizationId: string | null;
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
 * drop-off, the warehouse, the money. So a word that is new in one of them holds back nothing else.
 */
export type AftershipNotice =
  | Part<'return', Return>
  | (Part<'shipment', Shipment> & { readonly voided: boolean })
  | Part<'dropoff', DropOff>
  | Part<'warehouse', Warehouse>
  | Part<'settled', Settled>
  | { readonly about: 'new'; readonly type: string; readonly key: string; readonly of: Snapshot | null };
