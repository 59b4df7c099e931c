import type { ReturnStatus } from './codes.ts';
import type { Draft } from './draft-return.ts';

/** How far any unit or return parcel came: nothing moved, in transit, received, inspected. */
export const REACHED = { nothing: 0, in_transit: 1, received: 2, inspected: 3 } as const;

/**
 * The one-word headline over independent axes, in four steps: completed · closed with nothing moved since ·
 * the furthest that any unit or return parcel came · how far the request came.
 */
export function deriveStatus(draft: Draft): ReturnStatus {
  if (draft.completed !== null) return 'completed';
  if (draft.closed !== null && !draft.closed.moved) return draft.closed.word;
  if (draft.reached === REACHED.inspected) return 'inspected';
  if (draft.reached === REACHED.received) return 'received';
  if (draft.reached === REACHED.in_transit) return 'in_transit';
  if (draft.decisions.request?.state === 'granted' || draft.labelIssued) return 'authorized';
  if (draft.inReview) return 'in_review';
  return draft.requested ? 'requested' : 'unknown';
}
