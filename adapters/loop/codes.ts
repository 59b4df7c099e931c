import type { ParcelPhase } from '#model/codes.ts';

/** What a webhook is about. `ship-by-loop`: carrier work, whose topics have names that were not found; the triggers tell it. */
export type Topic =
  | 'return'
  | 'label'
  | 'label.request'
  | 'happy.returns.shipment'
  | 'restock'
  | 'giftcard'
  | 'return.processing'
  | 'ship-by-loop';

/** Triggers and the topic that each belongs to [documented: https://docs.loopreturns.com/webhook-reference/getting-started]. */
const TOPIC_OF_TRIGGER: Readonly<Record<string, Topic>> = {
  'return.created': 'return',
  'return.updated': 'return',
  'return.closed': 'return',
  'label.created': 'label',
  'label.updated': 'label',
  'label.requested': 'label', // in the enumeration without a description; read as the state it carries [inferred]
  'label.closed': 'label', // likewise [inferred]
  'label.request.issued': 'label.request',
  'label.request.cancelled': 'label.request',
  'shipment.processed': 'happy.returns.shipment',
  'restock.requested': 'restock',
  'giftcard.requested': 'giftcard',
  'return.processing.failed': 'return.processing',
  'ship-by-loop.services.requested': 'ship-by-loop',
  'ship-by-loop.purchase.requested': 'ship-by-loop',
  'ship-by-loop.cancellation.requested': 'ship-by-loop',
};

/** Triggers of the topic return as an older edition spells them [documented, older: /reference/webhooks]. */
const OLDER_TRIGGERS: Readonly<Record<string, string>> = {
  created: 'return.created',
  updated: 'return.updated',
  closed: 'return.closed',
};

const TOPICS: ReadonlySet<string> = new Set(Object.values(TOPIC_OF_TRIGGER).filter(topic => topic !== 'ship-by-loop'));

export interface Subject {
  readonly topic: Topic;
  /** As the present edition spells it; `null` where the webhook names none. */
  readonly trigger: string | null;
}

/**
 * `null`: a pair that is new, or whose halves belong to different topics, which Loop lets a person subscribe to. The
 * trigger may be missing where a subscription has only one [documented, older].
 */
export function subjectOf(topic: string, trigger: string | null): Subject | null {
  if (trigger === null) return TOPICS.has(topic) ? { topic: topic as Topic, trigger } : null;
  const older = topic === 'return' && Object.hasOwn(OLDER_TRIGGERS, trigger);
  const spelt = older ? OLDER_TRIGGERS[trigger]! : trigger;
  const belongs = Object.hasOwn(TOPIC_OF_TRIGGER, spelt) ? TOPIC_OF_TRIGGER[spelt]! : null;
  if (belongs === null || (belongs !== topic && belongs !== 'ship-by-loop')) return null;
  return { topic: belongs, trigger: spelt };
}

export type State = 'open' | 'review' | 'closed' | 'cancelled' | 'expired';

/** `state` of a return, `return_state` of a failure [documented: /webhook-reference/topics/return]. */
const STATE_OF: Readonly<Record<string, State>> = {
  open: 'open', // not fully processed; there is no separate approval
  review: 'review', // flagged: processing is blocked
  'needs review': 'review', // [documented, older]
  closed: 'closed', // processed, or closed by hand
  cancelled: 'cancelled', // in the admin
  expired: 'expired', // not sent back, the label is still new or pre_transit
};

/** `null`: a state that nobody mapped. */
export function stateOf(word: string): State | null {
  return Object.hasOwn(STATE_OF, word) ? STATE_OF[word]! : null;
}

/** What a label's status says of its parcel. `announced`: nothing has moved. */
export type ParcelState =
  | 'announced'
  | {
      readonly type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception';
      readonly phase?: (typeof ParcelPhase.options)[number];
    };

/**
 * `label_status` of the topic label, `labels[].status` of the topic return: the words of EasyPost's trackers. On a parcel
 * that comes back the sender is the shopper, so `return_to_sender` is no way to the merchant.
 */
const PARCEL_OF: Readonly<Record<string, ParcelState>> = {
  new: 'announced', // [documented], labels[] only
  pending: 'announced', // [third-party], a public receiver's sample: beside the tracking number N/A
  pre_transit: 'announced', // [documented]
  in_transit: { type: 'shipment.in_transit', phase: 'in_transit' }, // [documented]
  out_for_delivery: { type: 'shipment.in_transit', phase: 'out_for_delivery' }, // [documented]
  delivered: { type: 'shipment.delivered', phase: 'delivered' }, // [documented]
  failure: { type: 'shipment.exception' }, // [documented]; what failed is not said
  error: { type: 'shipment.exception' }, // [documented]; likewise
  unknown: 'announced', // [inferred] from EasyPost: not in Loop's enumeration
  available_for_pickup: { type: 'shipment.in_transit', phase: 'available_for_pickup' }, // [inferred], likewise
  return_to_sender: { type: 'shipment.exception', phase: 'going_back' }, // [inferred], likewise: back to the shopper
};

/** `null`: a status that nobody mapped. Silence is `announced`. */
export function parcelOf(status: string | null): ParcelState | null {
  if (status === null) return 'announced';
  return Object.hasOwn(PARCEL_OF, status) ? PARCEL_OF[status]! : null;
}

/** `N/A` stands for nothing in carrier, tracking number and status; one enumeration spells it `N/A (no shipment status)` [documented]. */
export function said(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || /^n\/a\b/i.test(trimmed) ? null : trimmed;
}
