import { z } from 'zod';
import { Id, LongText, list, Money, OptionalId, Text, Units, Word } from './fields.ts';

/** The parts of a return that are read each by itself: the return, parcels, drop-offs, what was found, the money. */

export const ReturnItem = z.looseObject({
  id: Id,
  quantity: Units,
  orderItem: z.looseObject({ id: OptionalId, line_item_id: OptionalId }).nullish(),
  sku: Text,
  upc: Text,
  reason: Word,
  reasonCode: Word,
  greenReturn: z.boolean().nullish(),
  grade: Word,
  outcome: Word,
  productValueNoTaxNoAdjustment: Money,
});
export type ReturnItem = z.infer<typeof ReturnItem>;

/** Ids in a list; one that comes as a number is kept by its digits. */
const Ids = list(z.union([z.string().max(140), z.number().transform(String)]));

/** The return itself. Of who made it for the shopper only that somebody did is read, and no name. */
export const Return = z.looseObject({
  createdAt: Text,
  internalCreatedByName: z.unknown().optional(),
  order: z.looseObject({ name: Text }).nullish(),
  externalOrderIds: Ids,
  shopifyOrderIds: Ids,
  items: list(ReturnItem),
  source: z
    .looseObject({
      emailAddress: Text,
      phoneNumber: Text,
      name: z.looseObject({ given: Text, surname: Text }).nullish(),
      mailingAddress: z
        .looseObject({ line1: Text, line2: Text, city: Text, state: Text, postalCode: Text, country: Text })
        .nullish(),
    })
    .nullish(),
  totals: z.looseObject({ shippingFee: Money }).nullish(),
  compensationMethods: list(z.string().max(300), 50),
  completeWithNoAction: z.boolean().nullish(),
  protection: z.looseObject({ labelPayer: Word, labelPayerReason: Word }).nullish(),
});
export type Return = z.infer<typeof Return>;

/** One parcel on its way back. A form (`formLabel`) is no label, and an exchange's own parcel is not among these. */
export const Shipment = z.looseObject({
  carrier: Text,
  status: Word,
  tracker: z.string().max(140).nullish(),
  trackingUrl: LongText,
  postageLabel: LongText,
  shipmentGroupId: OptionalId,
  deliveredAt: Text,
});
export type Shipment = z.infer<typeof Shipment>;

/** A code that is shown at a counter. Of its raw text only that it is there is read. */
export const DropOff = z.looseObject({
  shipmentGroupId: Id,
  provider: Word,
  qrCode: z.unknown().optional(),
  qrCodeUrl: LongText,
});
export type DropOff = z.infer<typeof DropOff>;

/** What the merchant found and decided, line by line. */
export const Graded = z.looseObject({
  items: list(z.looseObject({ id: Id, quantity: Units, grade: Word, outcome: Word })),
});
export type Graded = z.infer<typeof Graded>;

/** What the shopper gets. `items[].refund` is an intention and not read; nor is the code of a gift card. */
export const Settled = z.looseObject({
  totals: z.looseObject({ refund: Money, storeCredit: Money, exchange: Money }).nullish(),
  giftCards: list(z.looseObject({ amount: Money })),
  exchange: z.looseObject({ order: z.looseObject({ externalId: OptionalId }).nullish() }).nullish(),
});
export type Settled = z.infer<typeof Settled>;
