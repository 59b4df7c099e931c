import type { LabelKind, METHODS } from '#model/codes.ts';

/** What a webhook says has become of the return. */
export type State =
  | 'initiated'
  | 'on_its_way'
  | 'delivered'
  | 'approved'
  | 'rejected'
  | 'cancelled'
  | 'cancelled_by_user'
  | 'cancelled_by_retailer'
  | 'exception'
  | 'out_of_stock_exception';

/**
 * Stems of `return_tracking_status` [documented], published with the suffix `_standard`, which names the payload
 * profile: another profile may have another one [inferred]. The example value `returned` of the same page is no stem.
 */
export const STATE_OF_STEM = {
  return_initiated: 'initiated',
  return_on_its_way: 'on_its_way',
  return_delivered: 'delivered',
  return_cancellation: 'cancelled', // the user cancels
} as const satisfies Readonly<Record<string, State>>;

/** `X-Narvar-Topic` [documented]; the page may list more than could be read. */
export const STATE_OF_TOPIC: Readonly<Record<string, State>> = {
  initiated: 'initiated',
  on_its_way_to_retailer: 'on_its_way',
  delivered_to_retailer: 'delivered',
  approved: 'approved',
  cancelled_by_retailer: 'cancelled_by_retailer',
  cancelled_by_user: 'cancelled_by_user',
  rejected: 'rejected',
  exception: 'exception',
  out_of_stock_exception: 'out_of_stock_exception',
};

/** The default of `settings.methods`. Five or four methods are published in prose, of their literals only the first. */
export const METHOD_OF: Readonly<Record<string, Exclude<(typeof METHODS)[number], 'other' | 'unknown'>>> = {
  mail: 'mail', // MAIL [documented]
  printerless_mail: 'drop_off_parcel', // [third-party], from analytics tables; packed by the shopper, a code instead of a label [inferred]
  store: 'in_store', // [third-party], from analytics tables
};

/** What the shopper prints or shows [inferred]; for a method that is missing here nothing is known. */
export const LABEL_KIND_OF: Readonly<Record<string, (typeof LabelKind.options)[number]>> = {
  mail: 'document',
  drop_off_parcel: 'qr',
};

/** The constant that stands for an RMA number where none was given [third-party]: it identifies nothing. */
export function isPlaceholder(rmaNumber: string): boolean {
  return rmaNumber.toUpperCase() === 'RA';
}

/** `null`: a status that nobody mapped. */
export function stateOfStatus(status: string): State | null {
  for (const [stem, state] of Object.entries(STATE_OF_STEM)) {
    if (status === stem || status.startsWith(`${stem}_`)) return state;
  }
  return null;
}

export function stateOfTopic(topic: string): State | null {
  return Object.hasOwn(STATE_OF_TOPIC, topic) ? STATE_OF_TOPIC[topic]! : null;
}
