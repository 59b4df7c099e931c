import type { DecisionState, Stage } from './codes.ts';
import { type ClosingWord, type Draft, itemOf } from './draft-return.ts';
import type { Fact } from './fact.ts';
import type { Anomaly } from './return.ts';
import type { Details } from './return-event.ts';

/** Claims of decision, the only facts that can be refused; and what contradicts them. */

export function decide(draft: Draft, fact: Fact, stage: Stage, state: DecisionState): void {
  draft.decisions[stage] = { state, at: fact.effectiveAt };
  draft.latestStage = stage;
}

/** The closing claim that still holds: completion, or a closing word after which nothing moved. */
function standing(draft: Draft): string | null {
  if (draft.completed !== null) return draft.completed.eventId;
  return draft.closed !== null && !draft.closed.moved ? draft.closed.eventId : null;
}

export function authorize(draft: Draft, fact: Fact, details: Details | undefined): void {
  const closing = standing(draft);
  if (closing !== null) return refuse(draft, fact, closing);
  if (details?.items === undefined) draft.authorizesAll = true;
  for (const item of details?.items ?? []) itemOf(draft, fact, item.ref).authorized = item.quantity;
  draft.requested = true;
  draft.inReview = false;
  if (draft.decisions.request?.state !== 'granted') decide(draft, fact, 'request', 'granted');
}

/** Whether the claim stands. The same word again is no contradiction; another word is, unless goods moved in between. */
export function close(draft: Draft, fact: Fact, word: ClosingWord): boolean {
  const closing = standing(draft);
  if (closing !== null) {
    if (draft.completed !== null || draft.closed?.word !== word) refuse(draft, fact, closing);
    return false;
  }
  draft.closed = { word, eventId: fact.eventId, moved: false };
  return true;
}

export function reopen(draft: Draft, fact: Fact): void {
  if (draft.completed === null && draft.closed === null) return refuse(draft, fact, null);
  draft.completed = null;
  draft.closed = null;
  if (draft.decisions.request?.state === 'denied') decide(draft, fact, 'request', 'pending');
  if (draft.decisions.package?.state === 'denied') decide(draft, fact, 'package', 'pending');
}

export function refuse(draft: Draft, fact: Fact, closingEventId: string | null): void {
  mark(draft, fact, 'claim_refused', closingEventId);
}

export function mark(draft: Draft, fact: Fact, code: Anomaly['code'], otherEventId: string | null): void {
  draft.anomalies.push({
    code,
    eventIds: otherEventId === null ? [fact.eventId] : [otherEventId, fact.eventId],
    at: fact.effectiveAt,
  });
}

/** Goods moved. After a closing word that is a contradiction, said once, and the word no longer makes the headline. */
export function moved(draft: Draft, fact: Fact, reached: Draft['reached']): void {
  if (reached > draft.reached) draft.reached = reached;
  if (draft.closed !== null && !draft.closed.moved && draft.completed === null) {
    draft.closed.moved = true;
    mark(draft, fact, 'moved_after_close', draft.closed.eventId);
  }
}
