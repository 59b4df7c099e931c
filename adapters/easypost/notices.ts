import { z } from 'zod';

/** What EasyPost sends, as far as we read it. Places of scans, signatures, weights and amounts stand beside these and are not read. */

/** Ids end up in refs and fact keys. Empty is missing. */
const Id = z.string().min(1).max(140);
const Text = z.string().max(2000).nullish();
const Word = z.string().max(200);

/** Text in the docs; should one come as an unquoted number, its digits are kept. */
export const NUMBERS_AS_TEXT = ['id', 'user_id', 'tracking_code', 'shipment_id'] as const;

/**
 * The body of every webhook. `status`, `pending_urls` and `completed_urls` tell how far EasyPost is with delivering it and move
 * between tries; `previous_attributes` may name the present status. https://docs.easypost.com/docs/events
 */
export const Event = z.looseObject({
  id: Id,
  description: Word.min(1),
  mode: Word.min(1),
  user_id: Text,
  result: z.unknown().optional(),
});

/** One scan. Its words in `message` and `description` are the carrier's. */
export const Scan = z.looseObject({ status: Word.nullish(), status_detail: Word.nullish(), datetime: Text });
export type Scan = z.infer<typeof Scan>;

/** A parcel with its history. `is_return` is what the carrier said, `false` on returns too. https://docs.easypost.com/docs/trackers */
export const Tracker = z.looseObject({
  id: Id,
  tracking_code: Id,
  status: Word.min(1),
  status_detail: Word.nullish(),
  updated_at: Text,
  carrier: Text,
  shipment_id: Text,
  est_delivery_date: Text,
  public_url: Text,
  tracking_details: z.array(Scan).max(1000).nullish(),
});
export type Tracker = z.infer<typeof Tracker>;

/** A refund of postage, which is no money of the shopper's. https://docs.easypost.com/docs/refunds */
export const Refund = z.looseObject({ tracking_code: Id, status: Word.min(1), updated_at: Text, carrier: Text });
export type Refund = z.infer<typeof Refund>;

/** One event. Its object is read once it is known whose it is. */
export interface EasyPostNotice {
  /** `description`, the name of the event. */
  readonly type: string;
  readonly key: string;
  readonly mode: string;
  readonly userId: string | null;
  readonly result: unknown;
}
