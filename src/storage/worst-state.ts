import type { InboundState, NoticeOutcome } from './store.ts';

const WORST_FIRST: readonly InboundState[] = [
  'failed',
  'unreadable',
  'unrecognized',
  'waiting',
  'held',
  'recorded',
  'ignored',
];

/** A row takes the worst state of its notices. */
export function worstState(states: readonly InboundState[]): InboundState {
  return WORST_FIRST.find(state => states.includes(state)) ?? 'ignored';
}

/** The state that the last interpretation of a row gave it. */
export function stateOfNotices(notices: readonly NoticeOutcome[]): InboundState {
  return worstState(notices.map(({ state }) => state));
}
