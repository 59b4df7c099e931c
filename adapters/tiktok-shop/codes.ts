import type { Actor } from '#model/codes.ts';

/** What a `return_status` says has become of the return. */
export type State =
  | 'requested'
  | 'request_refused'
  | 'awaiting_shipment'
  | 'shipped'
  | 'package_refused'
  | 'offered'
  | 'approved'
  | 'paid'
  | 'closed'
  | 'withdrawn'
  | 'replaced';

/** `return_status` [documented], https://partner.tiktokshop.com/docv2/page/12-return-status-change, but for the marked rows. */
export const STATE_OF: Readonly<Record<string, State>> = {
  RETURN_OR_REFUND_REQUEST_PENDING: 'requested',
  REFUND_OR_RETURN_REQUEST_REJECT: 'request_refused', // its first words stand the other way round
  AWAITING_BUYER_SHIP: 'awaiting_shipment',
  BUYER_SHIPPED_ITEM: 'shipped', // dropped off, or the shopper typed in a number
  REJECT_RECEIVE_PACKAGE: 'package_refused',
  AWAITING_BUYER_RESPONSE: 'offered', // [documented] of the API, not in the list of the webhook
  RETURN_OR_REFUND_REQUEST_SUCCESS: 'approved', // will be refunded
  RETURN_OR_REFUND_REQUEST_COMPLETE: 'paid', // has been refunded
  RETURN_OR_REFUND_REQUEST_CANCEL: 'closed', // by the shopper, or as time ran out
  REPLACEMENT_REQUEST_PENDING: 'requested',
  REPLACEMENT_REQUEST_REJECT: 'request_refused',
  REPLACEMENT_REQUEST_REFUND_SUCCESS: 'approved', // a refund instead of the replacement
  REPLACEMENT_REQUEST_CANCEL: 'withdrawn', // by the shopper
  REPLACEMENT_REQUEST_COMPLETE: 'replaced', // a new order was made; no word of a refund
  // Other spellings in TikTok's own prose [documented]; that webhooks send them is [not found].
  REQUEST_REJECTED: 'request_refused',
  RECEIVE_REJECTED: 'package_refused',
  REQUEST_SUCCESS: 'approved',
  RETURN_OR_REFUND_CANCEL: 'closed',
  RETURN_OR_REFUND__REQUEST_CANCELLED: 'closed',
};

/** `return_type` [documented], in small letters. REFUND asks for money alone: nothing has to be sent back. */
export const TYPE_OF: Readonly<Record<string, 'refund' | 'return_and_refund' | 'replacement'>> = {
  REFUND: 'refund',
  RETURN_AND_REFUND: 'return_and_refund',
  REPLACEMENT: 'replacement',
};

/** `return_role` [documented], who asked for it; OPERATOR [documented] of the API only. */
export const ACTOR_OF: Readonly<Record<string, (typeof Actor.options)[number]>> = {
  BUYER: 'shopper',
  SELLER: 'seller',
  OPERATOR: 'marketplace',
  SYSTEM: 'system',
};

/** `aftersales_request_status` [documented], https://partner.tiktokshop.com/docv2/page/h4cxaxub. How a review ended is not told. */
export const REQUEST_STATUSES = ['PENDING_REQUEST_REVIEW', 'REQUEST_REVIEW_COMPLETED'];

/**
 * `rma_status` [documented], https://partner.tiktokshop.com/docv2/page/2f0jrrxc; AWAITING_BUYER_RETURN stands in samples of
 * the API only. Whether the package is there; how its review ended is not told.
 */
export const IS_DELIVERED: Readonly<Record<string, boolean>> = {
  RMA_CREATED: false,
  AWAITING_BUYER_RETURN: false,
  PENDING_PACKAGE_REVIEW: true,
  PACKAGE_REVIEW_COMPLETED: false, // it was, and when is told by the status before
};

/** `cancel_status` [documented] of an order that is not dispatched yet; the last spelling is that of the API's filter. */
export const CANCEL_STATUSES = [
  'CANCELLATION_REQUEST_PENDING',
  'CANCELLATION_REQUEST_SUCCESS',
  'CANCELLATION_REQUEST_CANCELLED',
  'CANCELLATION_REQUEST_COMPLETE',
  'CANCELLATION_REQUEST_CANCEL',
];
