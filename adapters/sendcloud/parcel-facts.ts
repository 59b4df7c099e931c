import type { Occurrence, ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import type { Instant } from '#model/time.ts';
import type { Standing } from './parcel-codes.ts';

/** A parcel that came to stand so. */
export interface Told {
  /** Sendcloud's id of the parcel: it stays while numbers are missing, change, or are used again. */
  readonly parcelId: string;
  readonly parcel: ShipmentChange;
  /** Sendcloud's words for it. */
  readonly words: string;
  readonly standing: Standing | null;
  readonly at: Instant | null;
}

export const ONCE = { by: 'once' } satisfies Occurrence;

/**
 * Each webhook tells one status, late, twice or not at all, so the nth time that the parcel came to stand so is the fact: it may be
 * delayed, move, and be delayed again. Whatever moves was handed over before; the earliest such telling has the time nearest to it.
 */
export function factsOf({ parcelId: subject, parcel, words, standing, at }: Told): readonly ReturnEvent[] {
  if (standing === null) return [];
  const { type, phase, exception, moves } = standing;
  if (type === 'label.voided') {
    const change = { shipment: { ...parcel, phase: 'cancelled' as const } };
    return [{ type, subject, occurrence: ONCE, occurredAt: at, change }];
  }
  const events: ReturnEvent[] = [];
  if (moves) {
    // No place: it is near the shopper's home.
    const change = { shipment: parcel };
    events.push({ type: 'shipment.dropped_off', subject, occurrence: ONCE, occurredAt: at, change });
  }
  if (type !== 'shipment.dropped_off') {
    const occurrence: Occurrence = { by: 'entry', axis: 'parcel', value: words };
    const change = { shipment: { ...parcel, ...(phase === null ? {} : { phase }), exception } };
    events.push({ type, subject, occurrence, occurredAt: at, change });
  }
  return events;
}

/** What only Sendcloud has. One key per parcel, because later data replaces a key as a whole. */
export function described(parcelId: string, said: Readonly<Record<string, unknown>>, at: Instant | null): ReturnEvent {
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: ONCE,
    occurredAt: at,
    change: { details: { providerData: { [`parcel ${parcelId}`]: said } } },
  };
}
