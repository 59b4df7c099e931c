import { z } from 'zod';

/** What Sendcloud sends, as far as we read it. Names, addresses, e-mail, telephone, weights and values stand beside these and are not read. */

/** Ids end up in aliases, refs and fact keys. Empty is missing. */
const Id = z.string().min(1).max(140);
const Text = z.string().max(2000).nullish();
const Word = z.string().max(200);

/** Ids are numbers here, and times may have more digits than a float keeps: both come as their digits. */
export const NUMBERS_AS_TEXT = [
  'id',
  'parcel_id',
  'brand_id',
  'return_reason_id',
  'return_address_id',
  'item_id',
  'sku',
  'order_number',
  'external_order_id',
  'external_shipment_id',
  'tracking_number',
  'timestamp',
  'carrier_status_change_timestamp',
] as const;

/** `action` in the webhooks of an integration, `event_type` in those of an event subscription (beta). */
export const Envelope = z.looseObject({ action: Word.nullish(), event_type: Word.nullish() });

/** A number in webhooks, text or null in a deprecated field of the API, an object in its new one [documented]. */
const ReasonId = z
  .union([z.string().max(200), z.looseObject({ id: z.string().max(200).nullish() })])
  .nullish()
  .transform(given => (typeof given === 'string' ? given : given?.id) || null);

/** Only `quantity` is required [documented]. */
const ReturnedItem = z.looseObject({
  quantity: z.int().min(0).max(1_000_000),
  item_id: z.string().max(140).nullish(),
  sku: z.string().max(140).nullish(),
  description: Text,
  return_reason_id: ReasonId,
});
export type ReturnedItem = z.infer<typeof ReturnedItem>;

/** https://sendcloud.dev/api/v3/webhooks/return-created. Of `data` only `id` is required [documented]. */
export const ReturnCreated = z.looseObject({
  timestamp: Text,
  data: z.looseObject({
    id: Id,
    brand_id: Text,
    order_number: z.string().max(300).nullish(),
    return_reason_id: ReasonId,
    return_address_id: Text,
    paid_return: z.boolean().nullish(),
    delivery_choice: z.string().max(300).nullish(),
    refund_type: z.string().max(300).nullish(),
    items: z.array(ReturnedItem).max(1000).nullish(),
  }),
});
export type ReturnCreated = z.infer<typeof ReturnCreated>;

/** `id` and `message` [documented]; `code` in version 3 of the parcel [third-party]. */
const StatusOfParcel = z.looseObject({ id: Word.nullish(), message: Word.nullish(), code: Word.nullish() });
export type StatusOfParcel = z.infer<typeof StatusOfParcel>;

/**
 * The parcel as the webhook is documented, and as it is fetched, of which the same page says that it is the same:
 * `is_return`, `carrier`, `tracking_url` and `documents` are published there alone.
 * https://sendcloud.dev/api/v3/webhooks/parcel-status-changed and https://sendcloud.dev/api/v2/parcels/retrieve-a-parcel
 */
const Parcel = z.looseObject({
  id: Id,
  status: StatusOfParcel,
  is_return: z.boolean().nullish(),
  tracking_number: z.string().max(300).nullish(),
  tracking_url: Text,
  carrier: z.looseObject({ code: Text }).nullish(),
  order_number: z.string().max(300).nullish(),
  external_order_id: Text,
  external_shipment_id: Text,
  label: z
    .looseObject({ label_printer: Text, normal_printer: z.array(z.string().max(2000)).max(100).nullish() })
    .nullish(),
  documents: z
    .array(z.looseObject({ type: Text, link: Text }))
    .max(100)
    .nullish(),
});
export type Parcel = z.infer<typeof Parcel>;

export const ParcelStatusChanged = z.looseObject({
  timestamp: Text,
  carrier_status_change_timestamp: Text,
  parcel: Parcel,
});
export type ParcelStatusChanged = z.infer<typeof ParcelStatusChanged>;

/** Required: `event_type`, `timestamp`, `phase`, `exception`, `status_type`, `sub_status` [documented]. */
const ParcelEvent = z.looseObject({
  event_type: Word.min(1),
  timestamp: Text,
  phase: Word.min(1),
  exception: Word.nullish(),
  sub_status: Word.nullish(),
  is_returned: z.boolean().nullish(),
});
export type ParcelEvent = z.infer<typeof ParcelEvent>;

/** https://sendcloud.dev/api/v3/event-subscriptions/parcel-event-created (beta). */
export const ParcelEventCreated = z.looseObject({
  data: z.looseObject({
    parcel: z.looseObject({ parcel_id: Id, tracking_number: z.string().max(300).nullish(), carrier_code: Text }),
    event: ParcelEvent,
  }),
});
export type ParcelEventCreated = z.infer<typeof ParcelEventCreated>;

export const IntegrationChanged = z.looseObject({ integration: z.looseObject({ id: Text }).nullish() });

/** What a notice is about, for its key: whichever of the three the body has. */
export const Subject = z.looseObject({
  data: z.looseObject({ id: Id.optional(), parcel: z.looseObject({ parcel_id: Id.optional() }).optional() }).optional(),
  parcel: z.looseObject({ id: Id.optional() }).optional(),
});

/** One webhook. Its body is read once it is known what it is. */
export interface SendcloudNotice {
  /** `action` or `event_type`. */
  readonly type: string;
  readonly key: string;
  readonly body: unknown;
}
