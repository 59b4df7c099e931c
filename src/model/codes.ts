import { z } from 'zod';
import { coded } from './coded.ts';

/** The closed lists of the canonical model. Each coded list ends in `other` (a word we do not know) and `unknown` (silence). */

export const METHODS = [
  'mail',
  'drop_off_parcel',
  'drop_off_boxless',
  'locker',
  'pickup',
  'in_store',
  'self_ship',
  'keep_item',
  'other',
  'unknown',
] as const;
export const CONDITIONS = [
  'as_new',
  'opened',
  'worn',
  'damaged',
  'defective',
  'wrong_item',
  'missing',
  'suspected_fraud',
  'other',
  'unknown',
] as const;
export const DISPOSITIONS = [
  'restock',
  'quarantine',
  'refurbish',
  'repair',
  'resell',
  'liquidate',
  'donate',
  'recycle',
  'destroy',
  'return_to_shopper',
  'third_party',
  'other',
  'unknown',
] as const;
export const REASONS = [
  'too_small',
  'too_large',
  'fit_or_size',
  'bracketing',
  'style_or_color',
  'not_as_described',
  'not_as_expected',
  'wrong_item',
  'damaged',
  'defective',
  'missing_parts',
  'missing_item',
  'not_received',
  'arrived_late',
  'spoiled_or_expired',
  'counterfeit',
  'recall',
  'changed_mind',
  'ordered_by_mistake',
  'better_price',
  'excess',
  'packaging_or_rental',
  'holiday',
  'other',
  'unknown',
] as const;
export type Reason = (typeof REASONS)[number];

export const Fault = z.enum(['shopper', 'seller', 'carrier', 'none', 'unknown']);
export type Fault = z.infer<typeof Fault>;

/**
 * Who is at fault by default; an inspection may overrule it. Where the crosswalk says "seller or carrier",
 * the seller: the shopper is free of it either way, and only evidence can name the carrier.
 */
export const FAULT_OF_REASON: Readonly<Record<Reason, Fault>> = {
  too_small: 'shopper',
  too_large: 'shopper',
  fit_or_size: 'shopper',
  bracketing: 'shopper',
  style_or_color: 'shopper',
  not_as_described: 'seller',
  not_as_expected: 'shopper',
  wrong_item: 'seller',
  damaged: 'seller',
  defective: 'seller',
  missing_parts: 'seller',
  missing_item: 'seller',
  not_received: 'carrier',
  arrived_late: 'seller',
  spoiled_or_expired: 'seller',
  counterfeit: 'seller',
  recall: 'seller',
  changed_mind: 'shopper',
  ordered_by_mistake: 'shopper',
  better_price: 'shopper',
  excess: 'shopper',
  packaging_or_rental: 'none',
  holiday: 'shopper',
  other: 'unknown',
  unknown: 'unknown',
};

export const Method = coded(METHODS);
export type Method = z.infer<typeof Method>;
export const Condition = coded(CONDITIONS);
export type Condition = z.infer<typeof Condition>;
export const Disposition = coded(DISPOSITIONS);
export type Disposition = z.infer<typeof Disposition>;
export const ReasonCode = coded(REASONS);
export type ReasonCode = z.infer<typeof ReasonCode>;

export const Actor = z.enum(['shopper', 'seller', 'marketplace', 'provider', 'carrier', 'system']);
export const Stage = z.enum(['request', 'package']);
export type Stage = z.infer<typeof Stage>;
export const DecisionState = z.enum(['pending', 'granted', 'denied', 'needs_information', 'offer_pending']);
export type DecisionState = z.infer<typeof DecisionState>;

export const ReturnStatus = z.enum([
  'requested',
  'in_review',
  'authorized',
  'in_transit',
  'received',
  'inspected',
  'completed',
  'rejected',
  'cancelled',
  'expired',
  'unknown',
]);
export type ReturnStatus = z.infer<typeof ReturnStatus>;

export const ParcelPhase = z.enum([
  'label_created',
  'handed_over',
  'in_transit',
  'out_for_delivery',
  'available_for_pickup',
  'delivered',
  'going_back',
  'lost',
  'cancelled',
  'expired',
  'unknown',
]);
export type ParcelPhase = z.infer<typeof ParcelPhase>;
export const ParcelException = z.enum([
  'none',
  'address',
  'delay',
  'damaged',
  'refused',
  'customs',
  'held',
  'missing',
  'attempt_failed',
  'not_conforming',
  'announcement_failed',
  'cancellation_failed',
  'other',
]);
export type ParcelException = z.infer<typeof ParcelException>;
export const Direction = z.enum(['return', 'outbound']);
export const LabelKind = z.enum(['document', 'qr', 'both', 'none']);
export const DropOffState = z.enum([
  'code_issued',
  'dropped',
  'partially_dropped',
  'consolidated',
  'expired',
  'cancelled',
]);
export type DropOffState = z.infer<typeof DropOffState>;

export const SettlementKind = z.enum([
  'refund',
  'store_credit',
  'gift_card',
  'exchange',
  'replacement',
  'repair',
  'none',
]);
export const SettlementState = z.enum(['proposed', 'approved', 'processing', 'paid', 'failed', 'declined', 'reversed']);
export const SettlementScope = z.enum(['full', 'partial']);
export const FeeKind = z.enum(['return_shipping', 'restocking', 'handling', 'late', 'other']);
export const DisputeState = z.enum(['none', 'open', 'in_progress', 'for_buyer', 'for_seller', 'closed']);
export type DisputeState = z.infer<typeof DisputeState>;

export const RefundTrigger = z.enum([
  'on_request',
  'on_drop_off',
  'on_first_scan',
  'on_delivery',
  'on_receipt',
  'on_inspection',
  'manual',
]);
