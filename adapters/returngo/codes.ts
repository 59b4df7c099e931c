import type { METHODS } from '#model/codes.ts';

/**
 * Topics, `eventName` of a webhook [API page]. Each only points to its RMA: one call per RMA tells all of it, and no body is
 * proven. The bodies' schemas are [not found].
 */
const TOPICS: readonly string[] = [
  'RMA_CREATED',
  'RMA_STATUS_UPDATED',
  'SHIPMENT_CREATED',
  'SHIPMENT_STATUS_UPDATED',
  'SHIPMENT_TRACKER_STATUS_UPDATED',
  'TRANSACTION_CREATED',
  'REFUND_CREATED',
];

export function isTopic(eventName: string): boolean {
  return TOPICS.includes(eventName);
}

/** What a status says of an RMA. It may be reopened in the dashboard [documented], so any of them may come after any other. */
export interface Standing {
  readonly claim: 'open' | 'completed' | 'rejected' | 'cancelled';
  /** The shopper may send it back, or may have been allowed to. */
  readonly authorized: boolean;
  /** The shop has it in hand [inferred], but for items that need no shipment. */
  readonly received: boolean;
  readonly validated: boolean;
}

const OPEN = { claim: 'open', authorized: true, received: false, validated: false } as const;
const OVER = { authorized: false, received: false, validated: false } as const;

/** `rmaSummary.status` [API page]; the order Pending, Approved, Received, Validated, Done is [documented]. */
export const RMA_STATUSES: Readonly<Record<string, Standing>> = {
  Pending: { ...OPEN, authorized: false },
  Approved: OPEN,
  Received: { ...OPEN, received: true }, // skipped where nothing is sent [documented]
  Validated: { ...OPEN, received: true, validated: true },
  Done: { ...OVER, claim: 'completed', authorized: true }, // says neither that it came nor that it was paid
  Rejected: { ...OVER, claim: 'rejected' }, // a request; a package that is refused has no status [not found]
  Canceled: { ...OVER, claim: 'cancelled' }, // by whom is [not found]
};

/** An RMA that is open after one of these was reopened. */
export const CLOSED_STATUSES = Object.keys(RMA_STATUSES).filter(status => RMA_STATUSES[status]!.claim !== 'open');

/** `shipments[].status` [API page], the transitions among them included. */
export const SHIPMENT_STATUSES = ['Pending', 'LabelCreated', 'Shipped', 'Received', 'Canceled', 'Validated'] as const;
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

/** The default of `settings.methods`: two literals are [observed], what they mean is [inferred]; the rest is [not found]. */
export const METHOD_OF: Readonly<Record<string, Exclude<(typeof METHODS)[number], 'other' | 'unknown'>>> = {
  'No shipment required': 'keep_item', // the shopper sends nothing, and the status Received is skipped [documented]
  'Ship with any carrier': 'self_ship',
};

/** The default of `settings.transactionTypes`, by the two literals that are published [API page]; that of a store credit is [not found]. */
export const SETTLEMENT_OF_TYPE: Readonly<Record<string, 'refund' | 'store_credit' | 'gift_card' | 'none'>> = {
  RefundToPaymentMethod: 'refund',
  InvoicePayment: 'none', // the shopper pays the shop
};

/** The default of `settings.transactionStatuses` [API page]; that of a failure is [not found]. */
export const STANDING_OF_STATUS: Readonly<Record<string, 'waiting' | 'paid' | 'failed'>> = {
  Requested: 'waiting', // asked of the shop platform, which pays [documented]
  Success: 'paid',
};
