import { z } from 'zod';
import type { Instant } from '#model/time.ts';
import type { Topic } from './topics.ts';

/** What TikTok Shop sends, as far as we read it. */

/** Ids end up in refs and fact keys, two of them in one. Empty is missing. */
const Id = z.string().min(1).max(140);
const Word = z.string().max(200);
const Text = z.string().max(300).nullish();

/**
 * Unix seconds [documented]. 0 is what stands where no time was set [inferred]; a time in milliseconds has too many digits
 * and is none.
 */
const Seconds = z
  .string()
  .regex(/^\d{0,11}$/)
  .nullish()
  .transform((text): Instant | null => (Number(text) ? new Date(Number(text) * 1000).toISOString() : null));

/** Ids are 18 and 19 digits long and text in the docs; unquoted, their digits are kept, as are those of times and amounts. */
export const NUMBERS_AS_TEXT = [
  'type',
  'shop_id',
  'tts_notification_id',
  'order_id',
  'return_id',
  'cancel_id',
  'aftersales_request_id',
  'rma_id',
  'main_order_id',
  'return_line_item_id',
  'sub_return_line_item_id',
  'sku_id',
  'sku_return_request_id',
  'refund_total',
  'create_time',
  'update_time',
  'aftersales_request_create_time',
  'aftersales_request_update_time',
  'rma_create_time',
  'rma_update_time',
  'rma_request_create_time',
  'rma_request_update_time',
  'refund_timestamp',
] as const;

/** The body of every webhook. `timestamp` is the time of sending, of no fact. Topics of sellers and creators name no shop. */
export const Envelope = z.looseObject({
  type: Word.min(1),
  tts_notification_id: z.string().max(140).nullish(),
  shop_id: Text,
  data: z.unknown().optional(),
});

/** 12 https://partner.tiktokshop.com/docv2/page/12-return-status-change: no lines, no amounts, no tracking number. */
export const ReturnStatus = z.looseObject({
  return_id: Id,
  return_status: Word.min(1),
  order_id: z.string().max(140).nullish(),
  return_type: Word.nullish(),
  return_role: Word.nullish(),
  create_time: Seconds,
  update_time: Seconds,
});
export type ReturnStatus = z.infer<typeof ReturnStatus>;

/** 11 https://partner.tiktokshop.com/docv2/page/11-cancellation-status-change */
export const Cancellation = z.looseObject({ cancel_status: Word.min(1) });

/** 64 https://partner.tiktokshop.com/docv2/page/h4cxaxub: the request of a batch return. */
export const AftersalesRequest = z.looseObject({
  aftersales_request_id: Id,
  aftersales_request_status: Word.min(1),
  return_role: Word.nullish(),
  aftersales_request_create_time: Seconds,
  aftersales_request_update_time: Seconds,
});

/** 65 https://partner.tiktokshop.com/docv2/page/2f0jrrxc: its table calls the times `rma_request_…`, its example `rma_…`. */
export const Rma = z.looseObject({
  rma_id: Id,
  aftersales_request_id: Id,
  rma_status: Word.min(1),
  return_role: Word.nullish(),
  rma_create_time: Seconds,
  rma_update_time: Seconds,
  rma_request_create_time: Seconds,
  rma_request_update_time: Seconds,
});

/** One unit; `sub_return_line_item_id` only for the parts of a virtual bundle. */
export const RefundLine = z.looseObject({
  return_line_item_id: Id,
  sub_return_line_item_id: z.string().max(140).nullish(),
  main_order_id: z.string().max(140).nullish(),
  sku_id: Text,
  sku_return_request_id: Text,
});
export type RefundLine = z.infer<typeof RefundLine>;

/** 67 https://partner.tiktokshop.com/docv2/page/8y10pibm: money that moved. */
export const Refund = z.looseObject({
  aftersales_request_id: Id,
  rma_id: z.string().max(140).nullish(),
  refund_status: Word.min(1),
  refund_total: z.string(),
  refund_currency: z.string(),
  refund_timestamp: Seconds.refine(at => at !== null, 'is missing'),
  line_items: z.array(RefundLine).max(1000).nullish(),
});

/** One webhook. Its data is read once it is known whose it is. */
export interface TikTokNotice {
  /** The topic's name where the number is known, else the number. */
  readonly type: string;
  readonly key: string;
  /** `null`: a number that is new to us. */
  readonly topic: Topic | null;
  readonly shopId: string | null;
  readonly data: unknown;
}
