import type { ReturnEvent } from '#model/return-event.ts';
import { type Instant, instantFrom } from '#model/time.ts';
import { ACTOR_OF, REFUND_FAILED, STATE_OF } from './codes.ts';
import type { Return, Snapshot } from './notices.ts';

/**
 * What was decided, from the status and the milestones together: a webhook that was lost or comes late leaves no hole, because
 * the next one says the same. Each happens once, at its milestone; where there is none, the time of the event that
 * tells of nothing else; else nobody says when. `null`: a status that nobody mapped.
 */
export function decisionsOf(told: Return, of: Snapshot): readonly ReturnEvent[] | null {
  const word = told.approval_status || told.status || null;
  if (word !== null && !Object.hasOwn(STATE_OF, word)) return null;
  const state = word === null ? null : STATE_OF[word]!;
  const expired = state === 'expired' || Boolean(told.expired_at);
  const removed = isAllRemoved(told);
  const at = (milestone: string | null | undefined, event: string) =>
    instantFrom(milestone) ?? (of.event === event ? of.seenAt : null);
  const rejectedAt = at(told.rejected_at, 'return.rejected');
  const resolvedAt = at(told.resolved_at, 'return.resolved');

  const events: ReturnEvent[] = [requested(told)];
  if (told.approved_at || state === 'authorized' || state === 'completed') {
    events.push({
      type: 'return.authorized',
      ...ONCE,
      occurredAt: at(told.approved_at, 'return.approved'),
      change: by(told.auto_approved),
    });
  }
  if (expired) {
    const occurredAt = at(told.expired_at, 'return.expired');
    events.push({ type: 'return.expired', ...ONCE, occurredAt, change: { actor: 'system' } });
  }
  if (expired && state !== null && state !== 'expired') {
    // It goes on after all [documented: to done or rejected], and without this the next word would be refused.
    const occurredAt = state === 'rejected' ? rejectedAt : resolvedAt;
    events.push({ type: 'return.reopened', ...ONCE, occurredAt, change: {} });
  }
  if (state === 'rejected' || (state === null && told.rejected_at)) events.push(rejected(told, rejectedAt));
  if (removed) events.push({ type: 'return.cancelled', ...ONCE, occurredAt: null, change: { actor: 'seller' } });
  if (!removed && (state === 'completed' || (state === null && told.resolved_at))) {
    events.push({ type: 'return.completed', ...ONCE, occurredAt: resolvedAt, change: by(told.auto_resolved) });
  }
  return [...events, ...failuresOf(told)];
}

const ONCE = { subject: 'total', occurrence: { by: 'once' } } as const;

/** `auto_…`: a rule of the merchant's did it, and not a person. */
function by(automatic: boolean | null | undefined) {
  return typeof automatic === 'boolean' ? ({ actor: automatic ? 'system' : 'seller' } as const) : {};
}

function requested({ filed_by, created_at }: Return): ReturnEvent {
  const actor = filed_by && Object.hasOwn(ACTOR_OF, filed_by) ? { actor: ACTOR_OF[filed_by]! } : {};
  return { type: 'return.requested', ...ONCE, occurredAt: instantFrom(created_at), change: actor };
}

/** What is refused once the goods were received is the refund [inferred]; before, that they are sent. */
function rejected({ receivings, auto_rejected }: Return, occurredAt: Instant | null): ReturnEvent {
  const stage = receivings && receivings.length > 0 ? 'package' : 'request';
  return { type: 'return.rejected', ...ONCE, occurredAt, change: { stage, ...by(auto_rejected) } };
}

/** There is no word for a cancelled return; one of which nothing is left to come is that [inferred]. */
function isAllRemoved({ return_items }: Return): boolean {
  const items = (return_items ?? []).filter(item => (item.intended_return_quantity ?? 0) > 0);
  return items.length > 0 && items.every(item => (item.removed_quantity ?? 0) >= item.intended_return_quantity!);
}

/** What waits for a person [documented]; the list names what stands now, so that each word is one fact. */
function failuresOf({ exceptions }: Return): readonly ReturnEvent[] {
  return [...new Set(exceptions ?? [])].flatMap((word): ReturnEvent[] => {
    const told = { occurrence: { by: 'once' }, occurredAt: null } as const;
    const change = { reason: { code: 'other', providerCode: word } } as const;
    const exception: ReturnEvent = { type: 'return.exception', subject: word, ...told, change };
    if (word !== REFUND_FAILED) return [exception];
    const settlement = { ref: 'total', kind: 'refund', state: 'failed' } as const;
    return [exception, { type: 'refund.failed', subject: 'total', ...told, change: { settlement } }];
  });
}
