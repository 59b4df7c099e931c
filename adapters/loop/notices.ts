import { z } from 'zod';
import type { Instant } from '#model/time.ts';

/** What Loop sends, as far as it is read. Types differ between editions of one page, hence numbers as text. */

/** Ids end up in refs and fact keys. */
const Id = z.string().min(1).max(140);
const Text = z.string().max(2000).nullish();
const Short = z.string().max(300).nullish();
/** A decimal amount by its digits. */
const Amount = z.string().max(300).nullish();

/** Text in one edition and a number in another; a tracking number of 22 digits is no float, and an amount must not become one. */
export const NUMBERS_AS_TEXT = [
  ...['id', 'return_id', 'shop_id', 'shipment_id', 'loop_shipment_id', 'tracking_number', 'provider_refund_id'],
  ...['order_id', 'order_name', 'order_number', 'provider_order_id'],
  ...['external_order_id', 'external_order_name', 'external_order_number'],
  ...['line_item_id', 'provider_line_item_id', 'sku', 'barcode', 'zip', 'phone'],
  ...['variant_id', 'inventory_item_id', 'location_id', 'available_adjustment'],
  ...['total', 'return_total', 'exchange_total', 'gift_card', 'handling_fee', 'refund', 'upsell'],
  ...['price', 'amount', 'total_credit_issued'],
] as const;

/** The outermost object of every webhook. */
export const Envelope = z.looseObject({
  topic: z.string().min(1).max(300),
  trigger: Short,
  shop_id: Short,
});

/** `id` means the return in the topics return, label and restock; an older edition and other topics say `return_id`. */
export const Returned = z.looseObject({ id: Id.nullish(), return_id: Id.nullish() });

/** One unit that comes back. Comment, tax, discount and the refund of the line are not read. */
const LineItem = z.looseObject({
  line_item_id: Id,
  provider_line_item_id: Text,
  sku: Text,
  barcode: Text,
  title: Text,
  price: Amount,
  return_reason: z.string().max(500).nullish(),
  parent_return_reason: z.string().max(500).nullish(),
});
export type LineItem = z.infer<typeof LineItem>;

/** A refund that was made. Older editions leave out the id and the currency [third-party]. */
const Refund = z.looseObject({ amount: Amount, currency: Short, provider_refund_id: Id.nullish() });

const CustomerDetail = z.looseObject({ email: Text, first_name: Short, middle_name: Short, last_name: Short });
/** The shopper's, and that of the gift's recipient where it is a gift return. */
const Address = z.looseObject({
  name: Text,
  address1: Short,
  address2: Short,
  city: Short,
  state: Short,
  zip: Short,
  country: Short,
  phone: Text,
});

/** Topic return: the whole return. https://docs.loopreturns.com/webhook-reference/topics/return */
export const ReturnBody = z.looseObject({
  state: z.string().min(1).max(300),
  created_at: Text,
  order_name: Short,
  order_number: Short,
  order_id: Text,
  provider_order_id: Text,
  provider_order_sales_channel: Text,
  customer: Text,
  customer_detail: CustomerDetail.nullish(),
  address: Address.nullish(),
  is_gift_return: z.boolean().nullish(),
  currency: z.string().max(300),
  total: Amount,
  return_total: Amount,
  exchange_total: Amount,
  gift_card: Amount,
  handling_fee: Amount,
  refund: Amount,
  upsell: Amount,
  refunds: z.array(Refund).max(1000).nullish(),
  line_items: z.array(LineItem).max(1000).nullish(),
  labels: z.array(z.unknown()).max(100).nullish(),
});
export type ReturnBody = z.infer<typeof ReturnBody>;

/** `labels[]` of a return. `rate` is what the label cost, in cents: nobody's refund, and not read. */
export const ReturnLabel = z.looseObject({
  status: Short,
  updated_at: Text,
  url: Text,
  carrier: Text,
  tracking_number: Short,
});

/** Topic label; an older edition of the topic return has these at its top [third-party]. /webhook-reference/topics/label-webhook */
export const LabelBody = z.looseObject({
  carrier: Text,
  tracking_number: Short,
  label_status: Short,
  label_updated_at: Text,
  shipment_id: z.string().max(140).nullish(),
});

/** Topic giftcard. `id` is the card's; `null` for a card that stands in for an exchange that is out of stock. /…/gift-card-webhook */
export const GiftCardBody = z.looseObject({
  id: Id.nullish(),
  return_id: Id,
  total_credit_issued: Amount,
  currency: z.string().max(300),
  email: Text,
  first_name: Short,
  last_name: Short,
  external_order_id: Text,
  external_order_name: Short,
});
export type GiftCardBody = z.infer<typeof GiftCardBody>;

/** Topic restock: stock to be put back, by variant; no line of the return is named. /…/restock-webhook */
export const RestockBody = z.looseObject({
  restock_items: z
    .array(
      z.looseObject({
        location_id: Text,
        variant_id: Text,
        inventory_item_id: Text,
        available_adjustment: Text,
      }),
    )
    .max(1000),
});
export type RestockBody = z.infer<typeof RestockBody>;

/** Topic return.processing. `message` is free text and stays in the bytes. /…/return-processing-webhook */
export const FailureBody = z.looseObject({ return_id: Id, return_state: Short, source: Short });
export type FailureBody = z.infer<typeof FailureBody>;

/** Topic happy.returns.shipment: ids only. /…/happy-returns-shipment-webhook */
export const ShipmentBody = z.looseObject({ loop_shipment_id: Id });

/** What one label says of its parcel, the same from both topics. */
export interface Parcel {
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  /** Loop's id of the shipment; only the topic label has it. */
  readonly shipmentId: string | null;
  readonly url: string | null;
  readonly status: string | null;
  /** When the status last changed. */
  readonly updatedAt: Instant | null;
}

interface Told {
  readonly type: string;
  readonly key: string;
  /** The shop that the body names. */
  readonly shopId: string | null;
}
export type LoopNotice =
  | (Told & {
      readonly about: 'return';
      readonly returnId: string;
      /** Sent because the return was made, so that it shows how it began. */
      readonly created: boolean;
      readonly body: ReturnBody;
    })
  | (Told & {
      readonly about: 'label';
      readonly returnId: string;
      /** Sent because the label was made. */
      readonly created: boolean;
      readonly parcel: Parcel;
    })
  | (Told & { readonly about: 'giftcard'; readonly body: GiftCardBody })
  | (Told & { readonly about: 'restock'; readonly returnId: string; readonly body: RestockBody })
  | (Told & { readonly about: 'failure'; readonly body: FailureBody })
  | (Told & { readonly about: 'shipment'; readonly shipmentId: string })
  | (Told & { readonly about: 'nothing of ours'; readonly because: string })
  | (Told & { readonly about: 'new'; readonly because: string });
