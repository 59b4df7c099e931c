import type { Normalized } from '#adapter/webhook.ts';
import { normalizeTracking } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import type { ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import type { Instant } from '#model/time.ts';
import type { ParcelEvent, ParcelEventCreated } from './notices.ts';
import { EXCEPTION_OF, PHASE } from './parcel-codes.ts';
import { described, factsOf, ONCE } from './parcel-facts.ts';
import { standingOf } from './parcel-status.ts';
import { isoTimeAt } from './times.ts';

/** Who says it [documented]. */
const SOURCES: ReadonlySet<string> = new Set(['carrier', 'internal', 'calculated', 'claim']);

/** `parcels.event.created` of an event subscription (beta), sent for every parcel of the organisation. */
export function normalizeEvent({ data: { parcel, event } }: ParcelEventCreated): Normalized {
  if (!SOURCES.has(event.event_type)) return unrecognized('event type', event.event_type);
  if (event.event_type === 'claim') {
    return { outcome: 'ignored', because: 'a claim against the carrier says nothing of the return' };
  }
  if (!Object.hasOwn(PHASE, event.phase)) return unrecognized('phase', event.phase);
  const at = isoTimeAt('/data/event/timestamp', event.timestamp);
  if (!at.ok) return { outcome: 'unreadable', problem: at.problem };
  const number = normalizeTracking(parcel.tracking_number ?? '');
  if (number === '') {
    return { outcome: 'ignored', because: 'the parcel has no tracking number yet, so nothing tells whose it is' };
  }
  const shipment: ShipmentChange = {
    ref: parcel.parcel_id,
    ...(parcel.carrier_code ? { carrier: parcel.carrier_code } : {}),
    trackingNumber: parcel.tracking_number!,
  };
  const told = { parcelId: parcel.parcel_id, parcel: shipment, ...standingOf(event), at: at.value };
  return {
    outcome: 'events',
    aliases: [{ kind: 'tracking', value: number, unique: false }],
    events: [
      described(parcel.parcel_id, asideOf(event), at.value),
      ...factsOf(told),
      ...expired(event.exception, at.value),
    ],
  };
}

/** The shopper did not drop it off in time [inferred]. */
function expired(exception: string | null | undefined, occurredAt: Instant | null): readonly ReturnEvent[] {
  if (exception !== 'dropoff_expiration') return [];
  return [{ type: 'return.expired', subject: 'total', occurrence: ONCE, occurredAt, change: {} }];
}

/** `is_returned` "belongs to a return shipment" [documented], which may be a return as well as a parcel that goes back: it is kept, and decides nothing. */
function asideOf({ phase, exception, sub_status, is_returned }: ParcelEvent): Record<string, unknown> {
  return {
    phase,
    ...(exception ? { exception: codeFrom(EXCEPTION_OF, exception) } : {}),
    ...(sub_status && sub_status !== 'none' ? { sub_status } : {}),
    ...(typeof is_returned === 'boolean' ? { is_returned } : {}),
  };
}

function unrecognized(what: string, word: string): Normalized {
  return { outcome: 'unrecognized', because: `${what} ${JSON.stringify(word)} is not known` };
}
