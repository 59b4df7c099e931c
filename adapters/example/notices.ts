import { z } from 'zod';

/**
 * What Example Returns sends: loose objects with only the fields we read, codes as plain strings, `null` as absent.
 * Lengths are bounded where a value becomes part of a canonical event. Schema and type share a name.
 */
const Id = z.string().min(1).max(140);
const Code = z.string().max(300);
const Text = z.string().max(2000).nullish();

/** Unquoted, their digits would pass through a float; `read-json.ts` hands them over as text. */
export const NUMBERS_AS_TEXT = ['amount', 'price'] as const;

export const Envelope = z.looseObject({
  shop: z.string(),
  notices: z.array(z.unknown()).min(1).max(1000).describe('newest first'),
});

export const Line = z.looseObject({
  line: Id,
  quantity: z.int().min(1).max(1_000_000),
  sku: Text,
  name: Text,
  reason: Code.nullish(),
  price: z.string().nullish(),
});

export const Opened = z.looseObject({
  kind: z.literal('return.opened'),
  return_id: Id,
  rma: z.string().max(300).nullish(),
  at: z.string(),
  currency: z.string(),
  order: z.looseObject({ number: Id, placed_at: Text }),
  shopper: z.looseObject({ email: Text }).nullish(),
  lines: z.array(Line).min(1),
});
export type Opened = z.infer<typeof Opened>;

export const Accepted = z.looseObject({ kind: z.literal('return.accepted'), return_id: Id });
export type Accepted = z.infer<typeof Accepted>;

export const MethodChosen = z.looseObject({
  kind: z.literal('method.chosen'),
  return_id: Id,
  method: Code,
  qr_url: Text,
  carrier: Text,
  tracking: z.string().max(300).nullish(),
});
export type MethodChosen = z.infer<typeof MethodChosen>;

/** Told by the carrier, who knows the parcel and not the return. */
export const ParcelScanned = z.looseObject({
  kind: z.literal('parcel.scanned'),
  scan_id: Id,
  tracking: z.string().min(1).max(300),
  scan: Code,
  at: z.string(),
});
export type ParcelScanned = z.infer<typeof ParcelScanned>;

export const ItemGraded = z.looseObject({
  kind: z.literal('item.graded'),
  return_id: Id,
  line: Id,
  quantity: z.int().min(0).max(1_000_000),
  grade: Code,
  at: z.string(),
});
export type ItemGraded = z.infer<typeof ItemGraded>;

export const RefundPaid = z.looseObject({
  kind: z.literal('refund.paid'),
  return_id: Id,
  refund_id: Id,
  amount: z.string(),
  currency: z.string(),
  at: Text,
});
export type RefundPaid = z.infer<typeof RefundPaid>;

/** Only says that there is news; its id becomes part of a path. */
export const ReturnChanged = z.looseObject({
  kind: z.literal('return.changed'),
  return_id: z.string().regex(/^[\w-]{1,140}$/),
});
export type ReturnChanged = z.infer<typeof ReturnChanged>;

/** Known, and none of our business. */
export const SurveyAnswered = z.looseObject({ kind: z.literal('survey.answered') });

export const Kinds = {
  'return.opened': Opened,
  'return.accepted': Accepted,
  'method.chosen': MethodChosen,
  'parcel.scanned': ParcelScanned,
  'item.graded': ItemGraded,
  'refund.paid': RefundPaid,
  'return.changed': ReturnChanged,
  'survey.answered': SurveyAnswered,
} as const;
export type Told = z.infer<(typeof Kinds)[keyof typeof Kinds]>;

/** One entry of `notices`; `told` is `null` for a kind that is new to us. */
export interface ExampleNotice {
  readonly type: string;
  readonly key: string;
  readonly shop: string;
  readonly told: Told | null;
}
