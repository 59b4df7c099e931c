import type { ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { AWAITING, DEAD, STATE_OF } from './codes.ts';
import type { Snapshot } from './notices.ts';
import type { Return } from './parts.ts';

/**
 * What was decided, from the status alone, on one axis that every webhook takes its place on by its time: so a late one takes
 * nothing back, and a return that goes on after its end is seen, although no single webhook says so. No status has a
 * time of its own: the first webhook that shows it counts. `null`: a status that nobody mapped.
 */
export function decisionsOf(told: Return, of: Snapshot): readonly ReturnEvent[] | null {
  const { status } = of;
  if (status !== null && !Object.hasOwn(STATE_OF, status)) return null;
  const events: ReturnEvent[] = [requested(told)];
  if (status === null) return events;

  const at = { subject: 'total', occurredAt: of.seenAt } as const;
  const entered = (value: string) => ({ ...at, occurrence: { by: 'entry', axis: 'state', value } }) as const;
  const state = isExpired(of) ? 'expired' : STATE_OF[status]!;
  switch (state) {
    case 'complete':
      return [...events, { type: 'return.completed', ...entered(state), change: {} }];
    case 'rejected': {
      // What is refused once the goods were there is the refund [inferred]; before, that they are sent.
      const arrived = isArrived(told, of);
      const value = arrived ? ARRIVED_AND_REJECTED : state;
      return [
        ...events,
        { type: 'return.rejected', ...entered(value), change: { stage: arrived ? 'package' : 'request' } },
      ];
    }
    case 'deleted':
      return [...events, { type: 'return.cancelled', ...entered(state), change: {} }];
    case 'expired':
      return [...events, { type: 'return.expired', ...entered(state), change: { actor: 'system' } }];
  }

  const { occurrence } = entered(state);
  events.push({ type: 'return.reopened', ...at, occurrence: { ...occurrence, after: [...OVER] }, change: {} });
  if (state === 'granted') events.push({ type: 'return.authorized', ...entered(state), change: {} });
  if (state === 'review' || state === 'flagged') {
    events.push({ type: 'return.review_required', ...entered(state), change: {} });
  }
  if (state === 'flagged') {
    const change = { reason: { code: 'other', providerCode: status } } as const;
    events.push({ type: 'return.exception', ...entered(state), change });
  }
  return events;
}

const ARRIVED_AND_REJECTED = 'rejected after arrival';
/** The values after which a return is over; one that goes on from there is open again. */
const OVER = ['complete', 'rejected', ARRIVED_AND_REJECTED, 'deleted', 'expired'] as const;

/** Somebody of the merchant's may have made it for the shopper [documented]; else nobody says who did. */
function requested({ createdAt, internalCreatedByName: by }: Return): ReturnEvent {
  const change = typeof by === 'string' && by.trim() !== '' ? ({ actor: 'seller' } as const) : {};
  const occurredAt = instantFrom(createdAt);
  return { type: 'return.requested', subject: 'total', occurrence: { by: 'once' }, occurredAt, change };
}

/** There is no status for it: all labels ran out or were cancelled, and no code is left to be shown [inferred]. */
function isExpired({ status, parcels, dropOffs }: Snapshot): boolean {
  if (!AWAITING.has(status ?? '') || dropOffs > 0) return false;
  return parcels.includes('expired') && parcels.every(parcel => parcel !== null && DEAD.has(parcel));
}

function isArrived({ items }: Return, { parcels }: Snapshot): boolean {
  return parcels.includes('delivered') || (items ?? []).some(({ grade, outcome }) => grade || outcome);
}
