import type { CONDITIONS, METHODS, Reason } from '#model/codes.ts';

/**
 * Provider code → canonical code; each row carries its mark: documented, observed, inferred. A word that a table lacks
 * becomes `other` and is kept beside it, so nothing is ever mapped to a likely neighbour.
 * All rows: https://example.com/returns/codes, read 2026-11-20 [documented].
 */
type Row<List extends string> = Readonly<Record<string, Exclude<List, 'other' | 'unknown'>>>;

export const METHOD_OF: Row<(typeof METHODS)[number]> = {
  post: 'mail',
  counter: 'drop_off_boxless',
  locker: 'locker',
};

export const REASON_OF: Row<Reason> = {
  SMALL: 'too_small',
  LARGE: 'too_large',
  BROKEN: 'defective',
};

export const CONDITION_OF: Row<(typeof CONDITIONS)[number]> = {
  A: 'as_new',
  B: 'opened',
  C: 'damaged',
};

/** What a scan means. A scan is a status: one that is missing here makes the notice unrecognized and moves nothing. */
export const SCAN_OF: Readonly<Record<string, 'shipment.in_transit' | 'shipment.delivered'>> = {
  MOVING: 'shipment.in_transit',
  ARRIVED: 'shipment.delivered',
};
