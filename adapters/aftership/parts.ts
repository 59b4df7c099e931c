import { z } from 'zod';
import { Id, LineName, list, OptionalId, OptionalMoney, Text, Units, Word } from './fields.ts';
import { lineRef } from './lines.ts';

/** The parts of a return that are read each by itself: parcels, drop-offs, the warehouse, the money. */

/** One parcel. Neither a consolidated shipment nor an exchange's parcel is among these. */
export const Shipment = z.looseObject({
  id: OptionalId,
  tracking_number: z.string().max(200).nullish(),
  slug: Text,
  tracking_status: Word,
  tracking_status_updated_at: Text,
  source: Word,
  label: z.looseObject({ url: Text, qr_code_url: Text }).nullish(),
  created_at: Text,
});
export type Shipment = z.infer<typeof Shipment>;

const Counted = z
  .looseObject({ ...LineName, quantity: Units })
  .refine(line => lineRef(line) !== null, 'names no line of the order');
/** What is handed in at a drop-off point, and the consolidated shipments that it leaves in. */
export const DropOff = z.looseObject({
  id: Id,
  qr_code_url: Text,
  dropoff_number: Text,
  service_provider: Word,
  status: Word,
  created_at: Text,
  items: list(Counted, 1000),
  shipments: list(
    z.looseObject({
      id: Id,
      tracking_number: z.string().max(200).nullish(),
      service_provider_carrier_code: Text,
      items: list(Counted, 1000),
    }),
    200,
  ),
});
export type DropOff = z.infer<typeof DropOff>;

const Grading = z.looseObject({ grade: z.string().min(1).max(100), quantity: Units, inspected_at: Text });
const Received = z
  .looseObject({ ...LineName, quantity: Units, gradings: list(Grading, 100) })
  .refine(line => lineRef(line) !== null, 'names no line of the order');
export const Receiving = z.looseObject({
  id: Id,
  received_at: Text,
  items: list(Received, 1000),
});
export type Receiving = z.infer<typeof Receiving>;
/** What the warehouse says. */
export const Warehouse = z.looseObject({
  receivings: list(Receiving, 1000),
  restocks: list(z.looseObject({ items: list(Counted, 1000) }), 1000),
});
export type Warehouse = z.infer<typeof Warehouse>;

export const Refund = z.looseObject({ destination: Word, external_id: OptionalId, total: OptionalMoney });
export type Refund = z.infer<typeof Refund>;
const ExchangeOrder = z.looseObject({ external_id: OptionalId, source_id: OptionalId, order_number: OptionalId });
/** What the shopper got. `exchange_order` and the reference: legacy, of which only the latter's presence is read. */
export const Settled = z.looseObject({
  refunds: list(Refund, 1000),
  refunded_at: Text,
  refunded_total: OptionalMoney,
  refund_destination: Word,
  refund_store_credit_reference: z.unknown().optional(),
  exchange: z.looseObject({ order: ExchangeOrder.nullish(), exchange_total_including_tax: OptionalMoney }).nullish(),
  exchange_order: ExchangeOrder.nullish(),
});
export type Settled = z.infer<typeof Settled>;
