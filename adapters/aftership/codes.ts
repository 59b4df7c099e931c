import type { Actor, METHODS, ParcelException, ParcelPhase, SettlementKind } from '#model/codes.ts';

/**
 * AfterShip's words → ours, each row with its mark. All of them are open lists: a new word may come without a new version [documented].
 * Words [documented]: https://www.aftership.com/docs/returns/2024-10/model/resource/return and the OpenAPI file 2026-07.
 */

/** What `event` may be. Whichever it is, the body is the whole return, and all of it is read. */
export const TOPICS: ReadonlySet<string> = new Set([
  'return.submitted', // [documented]
  'return.approved', // [documented], legacy too
  'return.rejected', // [documented]
  'return.expired', // [documented]
  'return.resolved', // [documented]
  'return.shipment.provided', // [documented]: one parcel
  'return.shipments.provided', // [documented]: the last of them; tells nothing beside the parcels
  'return.shipment.recorded', // [documented]: the shopper's own parcel
  'return.shipment.updated', // [documented], legacy too
  'return.dropoff.created', // [documented], legacy too
  'return.dropoff.updated', // [documented], legacy too
  'return.dropoff.shipment.updated', // [documented], legacy too
  'return.receiving.created', // [documented]
  'return.restock.created', // [documented]
  'return.exchange.order.created', // [documented]
  'return.shipment.skipped', // [third-party], printed as not yet available
  'return.shipments.requested', // [third-party], printed as not yet available
  'return.created', // legacy [documented]; with automatic approval it may already say `approved`
  'return.updated', // legacy [documented]: any field
  'return.shipment.created', // legacy [documented]
  'return.shipments.created', // legacy [documented]
]);

/** What has been decided of a return. */
export type State = 'requested' | 'authorized' | 'completed' | 'rejected' | 'expired';

/** `approval_status`, in the legacy body `status`. */
export const STATE_OF: Readonly<Record<string, State>> = {
  submitted: 'requested', // [documented]
  approved: 'authorized', // [documented]: may ship, not will pay
  done: 'completed', // [documented]
  rejected: 'rejected', // [documented]
  expired: 'expired', // [documented]
  shipped: 'authorized', // legacy [documented]: says nothing that the parcels do not say better
  received: 'authorized', // legacy [documented]: as above; who received it is not said
};

/** `filed_by` [documented]; that customer support is the seller's is [inferred]. */
export const ACTOR_OF: Readonly<Record<string, (typeof Actor.options)[number]>> = {
  shopper: 'shopper',
  merchant: 'seller',
  customer_support: 'seller',
};

/** `return_method.type` [documented]; which of our methods each is, is [inferred] from its name. */
export const METHOD_OF: Readonly<Record<string, Exclude<(typeof METHODS)[number], 'other' | 'unknown'>>> = {
  retailer_label: 'mail',
  customer_courier: 'self_ship',
  happy_returns: 'drop_off_boxless',
  retail_reworks: 'drop_off_boxless',
  in_store: 'in_store',
  green_return: 'keep_item',
  carrier_dropoff: 'drop_off_parcel',
  carrier_pickup: 'pickup',
};

/** What a parcel's status says has happened. */
export interface Tracking {
  readonly type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception' | null;
  readonly phase?: ParcelPhase;
  readonly exception?: ParcelException;
  /** The carrier has, or had, the parcel: so the shopper let go of it [inferred]. */
  readonly handedOver: boolean;
}

/**
 * `shipments[].tracking_status`: tags of AfterShip Tracking [documented]. Its subtags are not sent here, so that nothing
 * says that a parcel was lost or goes back to the shopper.
 */
export const TRACKING_OF: Readonly<Record<string, Tracking>> = {
  Pending: { type: null, handedOver: false },
  InfoReceived: { type: null, handedOver: false },
  InTransit: { type: 'shipment.in_transit', handedOver: true },
  OutForDelivery: { type: 'shipment.in_transit', phase: 'out_for_delivery', handedOver: true },
  AvailableForPickup: { type: 'shipment.in_transit', phase: 'available_for_pickup', handedOver: true },
  AttemptFail: {
    type: 'shipment.exception',
    phase: 'out_for_delivery',
    exception: 'attempt_failed',
    handedOver: true,
  },
  Delivered: { type: 'shipment.delivered', handedOver: true },
  Exception: { type: 'shipment.exception', exception: 'other', handedOver: false },
  Expired: { type: 'shipment.exception', phase: 'expired', exception: 'other', handedOver: false },
};

/** `dropoffs[].status` [documented]: whether anything was handed over, and whether that is all of it. */
export const DROP_OFF_OF: Readonly<Record<string, 'nothing' | 'some' | 'all'>> = {
  created: 'nothing',
  partially_dropped: 'some',
  dropped: 'all',
};

/**
 * The only `shipping_status` that says what nothing else does: labels no longer hold [inferred]. The others [documented] are
 * no_label, pending, in_transit, delivered (the parcels say it), partially_received, received (receivings) and
 * partially_dropped, dropped (drop-offs).
 */
export const VOID = 'void';

/** The default of `settings.refundDestinations`. */
export const KIND_OF_DESTINATION: Readonly<
  Record<string, Extract<(typeof SettlementKind.options)[number], 'refund' | 'store_credit' | 'gift_card'>>
> = {
  original_payment: 'refund', // [documented]
  store_credit: 'store_credit', // [documented]
  refundid: 'refund', // in the published list; what it means is [not found]
};

/** The one of `exceptions` [documented] that is said of money; the others are told with their word. */
export const REFUND_FAILED = 'refund_failed';
