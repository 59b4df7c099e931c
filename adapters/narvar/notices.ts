import { z } from 'zod';
import type { Instant } from '#model/time.ts';
import type { State } from './codes.ts';
import type { Line } from './lines.ts';

/** What Narvar sends, as far as we read it. The three dialects differ in where the return stands and how its status is told. */

/** Ids end up in aliases and refs. Empty is missing. */
const Id = z.string().min(1).max(140);
const Text = z.string().max(2000).nullish();
/** Kept beside the return, and of no published type: whatever it is, it spoils nothing. */
const Aside = z.unknown().optional();

/** Fields that are text in the docs or are read from their digits; should one come as an unquoted number, these are kept. */
export const NUMBERS_AS_TEXT = [
  'rma_number',
  'order_number',
  'tracking_number',
  'destination_zip',
  'estimated_refund',
  'restocking_fee',
  'shopify_order_id',
  'original_shopify_order_id',
] as const;

/** Only sent when the return goes by mail [documented]. */
const Package = z.looseObject({
  tracking_number: z.string().max(300).nullish(),
  tracking_url: Text,
  carrier: Text,
  carrier_service_method: Aside,
  destination_zip: Aside,
  destination_city: Aside,
  destination_country: Aside, // name [inferred]
});
export type Package = z.infer<typeof Package>;

/**
 * The return as every dialect tells it. Documented for standard: `rma_number`, `package`, `gift`. The other names are those
 * of an extractor of the Shopify dialect [third-party], and taken for the same in the others [inferred].
 */
const Return = z.looseObject({
  rma_number: z.string().max(140).nullish(),
  package: Package.nullish(),
  return_method: z.string().max(300).nullish(),
  gift: z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]).nullish(),
  email: Text,
  currency: z.string().max(300).nullish(),
  restocking_fee: z.string().max(300).nullish(),
  refund_method: z.string().max(300).nullish(),
  shopify_order_id: Text,
  original_shopify_order_id: Aside,
  estimated_refund: Aside,
  return_status: Aside,
  ship_by_date: Aside,
  locale: Aside,
});
export type Return = z.infer<typeof Return>;

/** `POST /rma`: a flat object; these fields are required [documented]. https://speca.io/Narvar/self-serve-rma */
export const StandardReturn = z.looseObject({
  ...Return.shape,
  order_number: Id,
  return_creation_date: z.string(),
  retailer_name: Id,
});

/** Beside the order; only the name of the date is readable. https://speca.io/Narvar/narvar-returns-webhook */
export const FullReturn = z.looseObject({ ...Return.shape, return_created_date: Text });
/** Payer, payments and card digits stand beside these and are not read. */
export const FullOrder = z.looseObject({ order_number: Id, placement_date: Text });

/** [third-party] https://help.daasity.com/extract/all-integrations/narvar/integration-specifications */
export const ShopifyReturn = z.looseObject({ ...Return.shape, order_number: Id, return_creation_date: Text });

export const Body = z.looseObject({});
export type Body = z.infer<typeof Body>;

/** A tenant that a webhook names, and where. */
export interface NamedTenant {
  readonly kind: 'retailer' | 'shopDomain';
  readonly name: string;
  /** `null`: in a header. */
  readonly path: string | null;
}

/** The whole state of one return, the same in every dialect. */
export interface Told {
  readonly state: State;
  readonly orderNumber: string;
  readonly placedAt: Instant | null;
  /** The same in all webhooks of a return [documented as the date of creation]; `null` where it may be left out. */
  readonly createdAt: Instant | null;
  /** Narvar's own id of the return, where there is one. */
  readonly returnId: string | null;
  readonly rma: Return;
  readonly lines: readonly Line[];
  /** Where the return stands in the body, for problems. */
  readonly at: string;
}

export interface NarvarNotice {
  /** The status or topic as it came. */
  readonly type: string;
  readonly key: string;
  readonly tenants: readonly NamedTenant[];
  /** `null`: a status or topic that is new to us. */
  readonly told: Told | null;
}
