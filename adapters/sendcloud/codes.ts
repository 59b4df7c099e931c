import type { METHODS, Reason } from '#model/codes.ts';

/**
 * `return_reason_id`, a number in webhooks. Ids 1, 3, 4 and 6 to 32 [documented], https://sendcloud.dev/api/v3/returns; what
 * each becomes [inferred] from its description. 2 and 5 are not published, and stay `other`.
 */
export const REASON_OF: Readonly<Record<string, Reason>> = {
  1: 'not_as_expected',
  3: 'other',
  4: 'ordered_by_mistake',
  6: 'not_as_described',
  7: 'wrong_item',
  8: 'unknown',
  9: 'packaging_or_rental',
  10: 'defective',
  11: 'changed_mind',
  12: 'not_as_expected',
  13: 'excess',
  14: 'better_price',
  15: 'ordered_by_mistake',
  16: 'changed_mind',
  17: 'packaging_or_rental',
  18: 'style_or_color',
  19: 'bracketing',
  20: 'arrived_late',
  21: 'defective',
  22: 'fit_or_size',
  23: 'style_or_color',
  24: 'wrong_item',
  25: 'damaged',
  26: 'fit_or_size',
  27: 'style_or_color',
  28: 'defective',
  29: 'packaging_or_rental',
  30: 'too_large',
  31: 'too_small',
  32: 'holiday',
};

/**
 * The default of `settings.deliveryChoices`: the words of `delivery_option` in the API [documented],
 * https://sendcloud.dev/api/v3/returns; that the webhook's `delivery_choice` has the same ones is [inferred].
 */
export const METHOD_OF: Readonly<Record<string, Exclude<(typeof METHODS)[number], 'other' | 'unknown'>>> = {
  drop_off_point: 'drop_off_parcel', // with a label printed at home
  drop_off_labelless: 'drop_off_parcel', // without a printer
  pickup: 'pickup',
  in_store: 'in_store',
};

/** `refund_type`, what the shopper wishes [documented in the API, the same words in the webhook inferred]. Sendcloud never pays. */
export const WISH_OF: Readonly<Record<string, 'refund' | 'store_credit' | 'exchange'>> = {
  money: 'refund',
  credit: 'store_credit',
  exchange: 'exchange',
};

/** Webhooks that are known and none of a return's business. */
export const IGNORED: Readonly<Record<string, string>> = {
  integration_connected: 'an integration was connected', // [documented], as the next two
  integration_updated: 'the settings of an integration changed',
  integration_deleted: 'an integration was deleted: from now on it sends no webhooks',
  integration_credentials: 'keys of an integration, which belong in the configuration and are not read', // [third-party], as the next
  test_webhook: 'a test from the settings of the integration',
};
