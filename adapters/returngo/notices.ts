import { z } from 'zod';

/**
 * What ReturnGO sends and answers, as far as we read it: GET /rma/{rmaId} of its API page (v1.0). Staff in `events`, comments,
 * bank accounts, questions to the shopper with their media, and addresses stand beside these and are not read.
 */

/** Ids end up in refs and fact keys. Empty is missing. */
const Id = z.string().min(1).max(140);
const Word = z.string().min(1).max(300);
const Text = z.string().max(2000).nullish();
/** `true` and `false` in the schema, 1 and 0 on the wire [observed]. */
const Flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).nullish();

/** Text in the schema, numbers on the wire [observed]; and whatever is money, which is read from its digits. */
export const NUMBERS_AS_TEXT = [
  ...['rmaId', 'order_name', 'orderId', 'draftOrderId', 'orderName', 'id', 'shipmentId', 'trackingNumber'],
  ...['returnedItemId', 'shopLineItemId', 'sku', 'barcode', 'returnReason'],
  ...['amount', 'restockingFee', 'returnFee', 'shipmentFee', 'cancellationFee'],
] as const;

/** Of a webhook only its topic is certain. */
export const Webhook = z.looseObject({ eventName: Word });

/** Money: in the shopper's currency; `shopAmount` and `shopCurrency` beside it are the shop's. */
export const Amount = z.looseObject({ amount: z.string().max(60).nullish(), currency: z.string().max(20).nullish() });
export type Amount = z.infer<typeof Amount>;

/** All null before anybody looked at the item. */
export const Validation = z.looseObject({
  isRestockable: Flag,
  isReturned: Flag,
  nonRestockableReason: Text,
  lastValidationDate: Text,
});

/** One unit [inferred]: there is no quantity. */
export const Item = z.looseObject({
  returnedItemId: Id,
  shopLineItemId: z.string().max(140).nullish(),
  sku: Text,
  barcode: Text,
  fullName: Text,
  productName: Text,
  returnReason: z.string().max(300).nullish(),
  resolutionType: z.string().max(300).nullish(),
  returnMethod: z.looseObject({ type: z.string().max(300).nullish() }).nullish(),
  shipmentId: z.string().max(140).nullish(),
  paidPrice: Amount.nullish(),
  restockingFee: z.string().max(60).nullish(),
  returnFee: z.string().max(60).nullish(),
  shipmentFee: z.string().max(60).nullish(),
  itemValidationStatusResponse: Validation.nullish(),
});
export type Item = z.infer<typeof Item>;

/** The RMA itself. Shipments, exchange orders and transactions are read one by one. */
export const Rma = z.looseObject({
  rmaSummary: z.looseObject({ order_name: z.string().max(300).nullish() }),
  orderDetails: z.looseObject({ orderId: Text, order_name: z.string().max(300).nullish() }).nullish(),
  items: z.array(Item).max(1000).nullish(),
  cancellationFee: z.string().max(60).nullish(),
  isOutOfPolicy: Flag,
  createdAt: Text,
  lastUpdated: Text,
});
export type Rma = z.infer<typeof Rma>;

const Many = z.array(z.unknown()).max(1000).nullish();

/** What is needed to tell one part of an answer from the next. */
export const Answer = z.looseObject({
  rmaSummary: z.looseObject({ rmaId: Id, status: Word }),
  shipments: Many,
  exchangeOrders: Many,
  transactions: Many,
});

/** `isOutbound`: it carries the exchange to the shopper. */
export const Shipment = z.looseObject({
  shipmentId: Id,
  status: Word,
  carrierName: Text,
  trackingNumber: z.string().max(300).nullish(),
  trackingURL: Text,
  labelURL: Text,
  isOutbound: Flag,
  customerAddress: z.looseObject({ email: Text }).nullish(),
});
export type Shipment = z.infer<typeof Shipment>;

export const ExchangeOrder = z.looseObject({
  draftOrderId: z.string().max(140).nullish(),
  orderId: z.string().max(140).nullish(),
  orderName: z.string().max(300).nullish(),
  type: z.string().max(300).nullish(),
});
export type ExchangeOrder = z.infer<typeof ExchangeOrder>;

export const Transaction = z.looseObject({
  id: Id,
  type: Word,
  status: Word,
  amount: Amount.nullish(),
  lastUpdated: Text,
});
export type Transaction = z.infer<typeof Transaction>;

interface Part<About extends string, Told> {
  readonly about: About;
  /** The words it is told by. */
  readonly type: string;
  readonly key: string;
  readonly rmaId: string;
  readonly told: Told;
}

/** An RMA as its own notice needs it. */
export interface RmaTold {
  readonly status: string;
  readonly rma: Rma;
  /** Of the shipments that were validated. */
  readonly validatedShipments: readonly string[];
}

/** One topic of a webhook, or one part of an answer: each fails alone. */
export type ReturnGoNotice =
  | Part<'webhook', null>
  | Part<'rma', RmaTold>
  | Part<'shipment', Shipment>
  | Part<'exchange', ExchangeOrder>
  | Part<'transaction', Transaction>;
