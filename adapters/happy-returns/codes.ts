import type { METHODS, Reason } from '#model/codes.ts';

type Code<T extends string> = Exclude<T, 'other' | 'unknown'>;

/**
 * Drop-off method ids → canonical methods. The ids are documented (create_return, `dropoff_methods_offered`);
 * which canonical method each is, is inferred from the published meanings.
 */
export const METHOD_OF: Readonly<Record<string, Code<(typeof METHODS)[number]>>> = {
  'return-bar': 'drop_off_boxless', // QR, no box, at a Return Bar
  'mail-nobox-nolabel': 'drop_off_boxless', // QR, neither packed nor labelled
  'mail-nolabel': 'drop_off_parcel', // QR, packed by the shopper
  mail: 'mail', // prepaid printable label
  'in-store': 'in_store',
  'mail-shopper-provided': 'self_ship', // the shopper buys the label
  'home-pickup': 'pickup',
};

/** What the shopper shows or prints [documented]; for a method that is missing here no label or code is known. */
export const LABEL_KIND_OF: Readonly<Record<string, 'qr' | 'document'>> = {
  'return-bar': 'qr',
  'mail-nolabel': 'qr',
  'mail-nobox-nolabel': 'qr',
  mail: 'document',
};

/** Reason ids, `returnReasonID` and V1's `returnReason` [third-party]; the full list is not published. */
export const REASON_OF: Readonly<Record<string, Code<Reason>>> = {
  'too-small': 'too_small',
  'too-big': 'too_large',
};

/** `refundType` of an outbound item → settlement kind. Its values are not published; these two are inferred. */
export const SETTLEMENT_OF: Readonly<Record<string, 'refund' | 'exchange'>> = {
  refund: 'refund',
  exchange: 'exchange',
};
