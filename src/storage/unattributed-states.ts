import type { InboundState } from './store.ts';

/** States of rows that may have told nothing of any return. */
export const UNATTRIBUTED_STATES = [
  'failed',
  'unreadable',
  'unrecognized',
  'waiting',
  'held',
  'ignored',
] as const satisfies readonly InboundState[];
