import type { ParcelException, ParcelPhase } from '#model/codes.ts';

/** What a scan or tracker in one status says of the parcel; `null`: nothing happened to it yet. */
export interface Standing {
  readonly type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception' | 'label.voided';
  /** `null`: the status does not say where the parcel is. */
  readonly phase: ParcelPhase | null;
  /** The carrier has it, or had it: so it was handed over. */
  readonly moves: boolean;
}

/** Tracker and scan `status`: the words [documented], https://docs.easypost.com/docs/trackers; what each becomes [inferred]. */
export const STANDING_OF: Readonly<Record<string, Standing | null>> = {
  unknown: null, // the carrier has nothing to tell
  pre_transit: null, // announced, not handed over
  in_transit: { type: 'shipment.in_transit', phase: 'in_transit', moves: true },
  out_for_delivery: { type: 'shipment.in_transit', phase: 'out_for_delivery', moves: true },
  available_for_pickup: { type: 'shipment.in_transit', phase: 'available_for_pickup', moves: true },
  delivered: { type: 'shipment.delivered', phase: 'delivered', moves: true },
  return_to_sender: { type: 'shipment.exception', phase: 'going_back', moves: false }, // the sender of a return is the shopper
  failure: { type: 'shipment.exception', phase: null, moves: false },
  error: { type: 'shipment.exception', phase: null, moves: false }, // the tracker broke, not the parcel
  cancelled: { type: 'label.voided', phase: 'cancelled', moves: false },
};

/**
 * `status_detail` → what is wrong with the parcel. All words [documented], https://docs.easypost.com/docs/trackers; they
 * come without a definition, so what each means is [inferred] from the word, and where the word leaves it open it is `other`.
 */
export const EXCEPTION_OF: Readonly<Record<string, ParcelException>> = {
  address_correction: 'address',
  arrived_at_destination: 'none',
  arrived_at_facility: 'none',
  arrived_at_pickup_location: 'none',
  awaiting_information: 'none',
  cancelled: 'none', // said by the status
  damaged: 'damaged',
  delayed: 'delay',
  delivery_exception: 'other',
  departed_facility: 'none',
  departed_origin_facility: 'none',
  expired: 'other',
  failure: 'other',
  held: 'held',
  in_transit: 'none',
  label_created: 'none',
  lost: 'missing',
  missorted: 'other',
  out_for_delivery: 'none',
  received_at_destination_facility: 'none',
  received_at_origin_facility: 'none',
  refused: 'refused',
  return: 'none', // said by the status; what it means beside another one is [not found]
  status_update: 'none',
  transferred_to_destination_carrier: 'none',
  transit_exception: 'other',
  unknown: 'none',
  weather_delay: 'delay',
};

/** The details that say where a parcel is, whatever the status (a delivered one aside) [inferred]. */
export const PHASE_OF_DETAIL: Readonly<Record<string, ParcelPhase>> = { lost: 'lost', expired: 'expired' };

/** `status` of a postage refund [documented]; `true`: the label is void. https://docs.easypost.com/docs/refunds */
export const VOIDS: Readonly<Record<string, boolean>> = {
  submitted: false,
  refunded: true,
  rejected: false,
  not_applicable: false,
};

const BATCH = 'a batch of labels says nothing of a parcel';
const CLAIM = 'a claim against the insurance is settled with EasyPost, and says nothing of the return';
const INSURANCE = 'insurance of a parcel says nothing of the return';
const PAYMENT = "a payment to EasyPost is the account's own business";
const REPORT = 'a report says nothing of a parcel';
const SCAN_FORM = 'a scan form is a list for the carrier, and no scan';
const INVOICE = 'a corrected price of postage says nothing of the return';

/**
 * Events that are known and none of our business. All [documented], https://docs.easypost.com/docs/events; claims are
 * spelled `claim.` in its newer text and `claims.` in the older one.
 */
export const IGNORED: Readonly<Record<string, string>> = {
  'batch.created': BATCH,
  'batch.updated': BATCH,
  'claim.approved': CLAIM,
  'claim.cancelled': CLAIM,
  'claim.rejected': CLAIM,
  'claim.submitted': CLAIM,
  'claim.updated': CLAIM,
  'claims.approved': CLAIM,
  'claims.cancelled': CLAIM,
  'claims.rejected': CLAIM,
  'claims.submitted': CLAIM,
  'claims.updated': CLAIM,
  'insurance.cancelled': INSURANCE,
  'insurance.purchased': INSURANCE,
  'payment.completed': PAYMENT,
  'payment.created': PAYMENT,
  'payment.failed': PAYMENT,
  'report.available': REPORT,
  'report.empty': REPORT,
  'report.failed': REPORT,
  'report.new': REPORT,
  'scan_form.created': SCAN_FORM,
  'scan_form.updated': SCAN_FORM,
  'shipment.invoice.created': INVOICE,
  'shipment.invoice.updated': INVOICE,
};
