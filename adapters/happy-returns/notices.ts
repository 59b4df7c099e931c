import { z } from 'zod';

/** What Happy Returns sends, as far as we read it. Field names differ between the webhooks on purpose: these are theirs. */

/** Ids end up in refs and fact keys, `<order>/<line>` among them. Empty is missing. */
const Id = z.string().min(1).max(140);
const Text = z.string().max(2000).nullish();

/** Fields that are text in the docs; should one come as an unquoted number, its digits are kept. */
export const ID_FIELDS = [
  'orderNumber',
  'orderID',
  'orderLineItemID',
  'externalRMAID',
  'sku',
  'upc',
  'typeID',
  'labelID',
  'tracking',
  'shippingBoxBarcode',
  'palletNumber',
  'poNumber',
] as const;

/** An item of `return.asn`: one physical unit. https://developer.happyreturns.com/partner/webhooks/return */
export const ReturnUnit = z.looseObject({
  happyReturnsReturnID: Id,
  orderNumber: Id,
  orderLineItemID: Id,
  orderID: Text,
  purchasedAt: Text,
  email: Text,
  externalRMAID: z.string().max(300).nullish(),
  sku: Text,
  upc: Text,
  productName: Text,
  returnReasonID: z.string().max(500).nullish(), // [third-party]
});
export type ReturnUnit = z.infer<typeof ReturnUnit>;

/** An item of `outbound_shipment.asn` V1 [third-party field list]: one physical unit, without the return id. */
export const OutboundUnit = z.looseObject({
  happyReturnsExpressCode: Id,
  happyReturnsRetailerID: Text,
  orderNumber: Id,
  orderLineItemID: Id,
  orderID: Text,
  purchasedDate: Text,
  sku: Text,
  upc: Text,
  productName: Text,
  returnReason: z.string().max(500).nullish(),
  refundType: z.string().max(300).nullish(),
  oneClickExchange: z.unknown().optional(),
  inspectionOutcome: z.string().max(300).nullish(),
  tracking: z.string().max(300).nullish(),
  carrier: Text,
  departureDate: Text,
  shippingBoxBarcode: z.string().max(300).nullish(),
  shippingBoxKind: Text,
  palletNumber: z.string().max(300).nullish(),
  poNumber: Text,
  destinationAddressID: Text,
});
export type OutboundUnit = z.infer<typeof OutboundUnit>;

/** `return.label.update`, complete. https://developer.happyreturns.com/partner/webhooks/return_label */
export const LabelUpdate = z.looseObject({
  retailerID: Id,
  happyReturnsReturnID: Id,
  happyReturnsExpressCode: z.string().max(140).nullish(),
  labelID: Text,
});
export type LabelUpdate = z.infer<typeof LabelUpdate>;

/** One of the events that a `return.asn` carries: the primary one, or one of `otherEvents`. */
export const Told = z.looseObject({ event: z.string().min(1).max(300), typeID: z.string().max(300) });

/** The outermost object of every webhook that is not an array. */
export const Envelope = z.looseObject({
  event: z.string().max(300).nullish(),
  otherEvents: z.array(z.unknown()).max(1000).nullish(),
  items: z.array(z.unknown()).max(10_000).nullish(),
});
export type Envelope = z.infer<typeof Envelope>;

export const ReturnEnvelope = z.looseObject({ retailerID: Id, items: z.array(ReturnUnit).min(1) });

/** One event of a `return.asn`, with the items of its POST: those of one order. */
export interface ReturnNotice {
  readonly about: 'return';
  readonly type: 'return_status_updated' | 'return_dropoff_method_created';
  readonly key: string;
  /** A status, or a method id: which one follows from `type`. */
  readonly typeID: string;
  readonly retailerID: string;
  readonly units: readonly ReturnUnit[];
}
export interface LabelNotice {
  readonly about: 'label';
  readonly type: 'return_label_update';
  readonly key: string;
  readonly update: LabelUpdate;
}
/** The items of one express code in a consolidated shipment. */
export interface OutboundNotice {
  readonly about: 'outbound';
  readonly type: 'outbound_shipment.asn';
  readonly key: string;
  readonly expressCode: string;
  readonly units: readonly OutboundUnit[];
}
export interface NewNotice {
  readonly about: 'new';
  readonly type: string;
  readonly key: string;
}
export type HappyReturnsNotice = ReturnNotice | LabelNotice | OutboundNotice | NewNotice;
