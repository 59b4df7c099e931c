import type { ParcelException, ParcelPhase } from '#model/codes.ts';

/** What a status says of a parcel. */
export interface Standing {
  readonly type:
    | 'shipment.dropped_off'
    | 'shipment.in_transit'
    | 'shipment.delivered'
    | 'shipment.exception'
    | 'label.voided';
  /** `null`: it does not say where the parcel is. */
  readonly phase: ParcelPhase | null;
  readonly exception: ParcelException;
  /** The carrier has it, or had it: so it was handed over. */
  readonly moves: boolean;
}

const HANDED_OVER = standing('shipment.dropped_off', 'handed_over', 'none', true);
const VOIDED = standing('label.voided', 'cancelled');

/** A status in its three spellings: this word in lists, the title in webhooks, and the number beside it. */
interface ParcelStatus {
  readonly id: string | null;
  readonly titles: readonly string[];
  /** `null`: nothing happened to the parcel. */
  readonly standing: Standing | null;
}

/**
 * The words [documented] as the filter of https://sendcloud.dev/api/v3/returns; titles [documented] in
 * https://sendcloud.dev/docs/tracking/tracking-statuses, where two are spelled otherwise, or [third-party] with the numbers, as
 * `GET /parcels/statuses` gave them to authors of client libraries. What each becomes is [inferred] from its description.
 */
export const PARCEL_STATUS: Readonly<Record<string, ParcelStatus>> = {
  'no-label': status('999', ['No label'], null),
  announcing: status('1001', ['Being announced'], null),
  announced: status('1', ['Announced'], null),
  'announced-uncollected': status('13', ['Announced: not collected'], null),
  'ready-to-send': status('1000', ['Ready to send', 'Ready to Ship'], null), // the second [documented] in an example
  'announcement-failed': status('1002', ['Announcement failed'], wrong('announcement_failed')),
  'collect-error': status('15', ['Error collecting'], wrong('other')),
  'picked-up-by-driver': status('22', ['Shipment picked up by driver'], HANDED_OVER),
  'to-sorting': status('3', ['En route to sorting center'], moving('in_transit')),
  'at-sorting-centre': status('62990', ['At sorting centre'], moving('in_transit')),
  sorting: status('7', ['Being sorted'], moving('in_transit')),
  sorted: status('5', ['Sorted'], moving('in_transit')),
  unsorted: status('6', ['Not sorted'], moving('in_transit')),
  unsorted2: status(null, [], moving('in_transit')),
  'at-customs': status('62989', ['At customs'], moving('in_transit')),
  'shipment-on-route': status('91', ['Parcel en route'], moving('in_transit')),
  delayed: status('4', ['Delivery delayed'], wrong('delay', 'in_transit', true)),
  'driver-on-route': status('92', ['Driver en route'], moving('out_for_delivery')),
  'delivery-failed': status('8', ['Delivery attempt failed'], wrong('attempt_failed', 'out_for_delivery', true)),
  'awaiting-customer-pickup': status('12', ['Awaiting customer pickup'], moving('available_for_pickup')),
  'collected-by-customer': status('93', ['Shipment collected by customer'], arrived()),
  delivered: status('11', ['Delivered'], arrived()),
  'delivery-forced': status(null, [], arrived()),
  undeliverable: status('80', ['Unable to deliver'], wrong('other')),
  'refused-by-recipient': status('62991', ['Refused by recipient'], wrong('refused', 'going_back')),
  'returned-to-sender': status('62992', ['Returned to sender'], wrong('other', 'going_back')), // the sender of a return is the shopper
  'address-invalid': status('62997', ['Address invalid'], wrong('address')),
  exception: status('62996', ['Exception'], wrong('other')),
  'delivery-method-changed': status('62993', ['Delivery method changed'], null),
  'delivery-date-changed': status('62994', ['Delivery date changed'], null),
  'delivery-address-changed': status('62995', ['Delivery address changed'], null),
  cancelling: status('1999', ['Cancellation requested', 'Cancellation request'], null), // asked for, not done
  'cancelling-upstream': status('2001', ['Submitting cancellation request'], null),
  cancelled: status('2000', ['Cancelled'], VOIDED),
  'cancelled-upstream': status('1998', ['Cancelled upstream'], VOIDED),
  'cancellation-failed': status('94', ['Parcel cancellation failed.'], wrong('cancellation_failed')),
  unknown: status('1337', ['Unknown status - check carrier track & trace page for more insights'], null),
};

/** Statuses of a label that is void, or will be. */
export const ENDS_LABEL: ReadonlySet<string> = new Set([
  'cancelling',
  'cancelling-upstream',
  'cancelled',
  'cancelled-upstream',
]);

/** `phase` of an event (beta) [documented], https://sendcloud.dev/api/v3/event-subscriptions; what each becomes [inferred]. */
export const PHASE: Readonly<Record<string, Standing | null>> = {
  none: null,
  unknown: null,
  no_label: null,
  announcing: null,
  announced: null,
  labelled: null,
  ready_to_send: null,
  dropped: HANDED_OVER,
  accepted: HANDED_OVER,
  sorted: moving('in_transit'),
  in_transit: moving('in_transit'),
  customs: moving('in_transit'),
  in_delivery: moving('out_for_delivery'),
  attempted: wrong('attempt_failed', 'out_for_delivery', true),
  pup: moving('available_for_pickup'),
  delivered: arrived(),
  delivery_forced: arrived(),
  cancelled: VOIDED,
};

/** `exception` of an event (beta): the words [documented] without a definition, so what each means is [inferred] from the word. */
export const EXCEPTION_OF: Readonly<Record<string, ParcelException>> = {
  address_error: 'address',
  announcement_failed: 'announcement_failed',
  cancellation_failed: 'cancellation_failed',
  cancelled: 'none', // `VOIDS`
  cancelled_upstream: 'none',
  cancelling: 'none', // asked for, not done
  cancelling_upstream: 'none',
  changed: 'none',
  claim: 'none', // a claim against the carrier says nothing of where the parcel is
  claimable: 'none',
  customer_rejected: 'refused',
  customer_support: 'other',
  customs_issue: 'customs',
  damaged: 'damaged',
  delay_unknown: 'delay',
  delivery_delay: 'delay',
  dropoff_expiration: 'other',
  handover_delay: 'delay',
  hold: 'held',
  missing: 'missing',
  none: 'none',
  non_conformity: 'not_conforming',
  off_radar: 'other',
  pup_expiration: 'other',
  refused: 'refused',
  relabelled: 'none',
  returned_sender: 'other',
  sorting_delay: 'delay',
  unknown: 'none',
};

/** The exceptions that say where a parcel is, whatever the phase [inferred]. */
export const PHASE_OF_EXCEPTION: Readonly<Record<string, ParcelPhase>> = {
  dropoff_expiration: 'expired',
  missing: 'lost',
  pup_expiration: 'expired',
  returned_sender: 'going_back',
};

export const VOIDS: ReadonlySet<string> = new Set(['cancelled', 'cancelled_upstream']);

function status(id: string | null, titles: readonly string[], said: Standing | null): ParcelStatus {
  return { id, titles, standing: said };
}

function standing(
  type: Standing['type'],
  phase: ParcelPhase | null,
  exception: ParcelException = 'none',
  moves = false,
): Standing {
  return { type, phase, exception, moves };
}

function moving(phase: ParcelPhase): Standing {
  return standing('shipment.in_transit', phase, 'none', true);
}

function arrived(): Standing {
  return standing('shipment.delivered', 'delivered', 'none', true);
}

function wrong(exception: ParcelException, phase: ParcelPhase | null = null, moves = false): Standing {
  return standing('shipment.exception', phase, exception, moves);
}
