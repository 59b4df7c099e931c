import type { CONDITIONS, DISPOSITIONS, METHODS, ParcelException, ParcelPhase, REASONS } from '#model/codes.ts';

/**
 * Redo's words → ours, each row with its mark. Words [documented] stand in `openapi.yaml` of npm `@redotech/redo-api-schema`
 * 2.2.693, read 2026-11; what they become is [inferred] unless the row says that the file defines it.
 */

type Known<Words extends readonly string[]> = Exclude<Words[number], 'other' | 'unknown'>;

/** `type` of the event [documented]; `true`: it tells of what is old already, for which nobody is called. */
export const SILENT_OF: Readonly<Record<string, boolean>> = { created: false, updated: false, backfill: true };

/** `return.type` [documented]. A claim is made because of a parcel that went out, a warranty because of goods long kept. */
export const RETURN_TYPES = ['return', 'claim', 'warranty'] as const;

/** What a status says of the return as a whole, as far as decisions go. */
export type State = 'asked' | 'review' | 'granted' | 'flagged' | 'complete' | 'rejected' | 'deleted';

/** `return.status`, each [documented] with a definition. */
export const STATE_OF: Readonly<Record<string, State>> = {
  pre_shipment: 'asked', // "requires pre-shipment merchant authorization"
  open: 'granted', // "approved and awaiting shipment": may ship, not will pay
  in_transit: 'granted', // what has been sent was allowed
  delivered: 'granted', // likewise
  needs_review: 'review', // "before further action", which may be long after the delivery
  in_review: 'review',
  flagged: 'flagged', // "a problem with return processing requires merchant action"
  complete: 'complete',
  rejected: 'rejected',
  deleted: 'deleted', // "deleted (Reset)": the return stays in the record
};

/** Statuses under which the shopper may still send something. */
export const AWAITING: ReadonlySet<string> = new Set(['open', 'pre_shipment']);

/** Statuses that say where the goods are, for returns whose parcels say nothing. */
export const OF_GOODS: ReadonlySet<string> = new Set(['in_transit', 'delivered']);

/** Statuses of a parcel that nobody can send any more. */
export const DEAD: ReadonlySet<string> = new Set(['expired', 'cancelled']);

/** What a parcel's status says has happened; `type` `null`: nothing yet. */
export interface Standing {
  readonly type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception' | 'label.voided' | null;
  readonly phase?: ParcelPhase;
  readonly exception?: ParcelException;
  /** The carrier has, or had, the parcel: so it was handed over. */
  readonly handedOver?: true;
}

/** `shipments[].status` [documented], EasyPost's words and `expired`. On the way back the sender is the shopper. */
export const STANDING_OF: Readonly<Record<string, Standing>> = {
  unknown: { type: null },
  pre_transit: { type: null },
  in_transit: { type: 'shipment.in_transit', phase: 'in_transit', handedOver: true },
  out_for_delivery: { type: 'shipment.in_transit', phase: 'out_for_delivery', handedOver: true },
  available_for_pickup: { type: 'shipment.in_transit', phase: 'available_for_pickup', handedOver: true },
  delivered: { type: 'shipment.delivered', phase: 'delivered', handedOver: true },
  return_to_sender: { type: 'shipment.exception', phase: 'going_back', exception: 'other' },
  failure: { type: 'shipment.exception', phase: 'lost', exception: 'other' }, // what failed is not said
  error: { type: 'shipment.exception', exception: 'other' }, // the tracking broke, which says nothing of the parcel
  expired: { type: 'shipment.exception', phase: 'expired', exception: 'other' },
  cancelled: { type: 'label.voided', phase: 'cancelled' },
};

/** The default of `settings.dropOffProviders`: names [documented] as examples. What "Virtual" is, is [not found]. */
export const METHOD_OF: Readonly<Record<string, Known<typeof METHODS>>> = {
  'FedEx Easy Returns': 'drop_off_boxless',
};

/** The default of `settings.reasons`. The one code that is printed [documented, in the example, beside "Too big"]. */
export const REASON_OF: Readonly<Record<string, Known<typeof REASONS>>> = { size_too_large: 'too_large' };

/** The default of `settings.grades`: a grade is the merchant's own [documented]; "A" in the example is not explained. */
export const CONDITION_OF: Readonly<Record<string, Known<typeof CONDITIONS>>> = {};

/** The default of `settings.outcomes`: the two that are named [documented], "e.g. restock, dispose". */
export const DISPOSITION_OF: Readonly<Record<string, Known<typeof DISPOSITIONS>>> = {
  restock: 'restock',
  dispose: 'destroy',
};
