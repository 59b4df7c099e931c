import { normalizeTracking } from '#model/aliases.ts';
import type { Occurrence, ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import { SHIPMENT_STATUSES, type ShipmentStatus } from './codes.ts';
import type { PartRead } from './normalize.ts';
import type { Shipment } from './notices.ts';

const ONCE = { by: 'once' } satisfies Occurrence;

/** A parcel as it stands; no time is told. What it must have been before is not told: it may go from Pending to Received [API page]. */
export function eventsOfShipment(shipment: Shipment): PartRead {
  const { shipmentId: subject, status: word, labelURL, trackingNumber } = shipment;
  if (!isKnown(word)) {
    return { outcome: 'unrecognized', because: `shipment status ${JSON.stringify(word)} is not known` };
  }
  const parcel = parcelOf(shipment);
  const events: ReturnEvent[] = [described(shipment)];
  if (word === 'LabelCreated' || labelURL) {
    const label = { kind: labelURL ? 'document' : 'none', url: labelURL || null } as const;
    // The label may be made before its number is known, and be replaced by one with another number.
    const occurrence = { by: 'entry', axis: 'label', value: normalizeTracking(trackingNumber ?? '') } as const;
    const change = { shipment: { ...parcel, label } };
    events.push({ type: 'label.issued', subject, occurrence, occurredAt: null, change });
  }
  for (const type of TYPES_OF[word]) {
    // Nobody drops off what the shop sends.
    if (type === 'shipment.dropped_off' && parcel.direction === 'outbound') continue;
    const phase = type === 'label.voided' ? { phase: 'cancelled' as const } : {};
    const change = { shipment: { ...parcel, ...phase } };
    events.push({ type, subject, occurrence: ONCE, occurredAt: null, change });
  }
  return events;
}

type Moved = 'label.voided' | 'shipment.dropped_off' | 'shipment.in_transit' | 'shipment.delivered';

/** Received is the parcel's; that its items were received is for the RMA to say. */
const TYPES_OF: Readonly<Record<ShipmentStatus, readonly Moved[]>> = {
  Pending: [],
  LabelCreated: [],
  Shipped: ['shipment.dropped_off', 'shipment.in_transit'],
  Received: ['shipment.delivered'],
  Validated: ['shipment.delivered'],
  Canceled: ['label.voided'], // [inferred]: it will not travel with this label
};

function isKnown(word: string): word is ShipmentStatus {
  return (SHIPMENT_STATUSES as readonly string[]).includes(word);
}

/** Kept also where nothing has happened yet, so that its tracking number finds the return. Of the address only the e-mail is read. */
function described({ shipmentId, status, customerAddress }: Shipment): ReturnEvent {
  const email = customerAddress?.email;
  const providerData = { [`shipment ${shipmentId}`]: { status } };
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: ONCE,
    occurredAt: null,
    change: { details: { ...(email ? { shopper: { email } } : {}), providerData } },
  };
}

function parcelOf({ shipmentId, isOutbound, carrierName, trackingNumber, trackingURL }: Shipment): ShipmentChange {
  return {
    ref: shipmentId,
    direction: isOutbound ? 'outbound' : 'return',
    ...(carrierName ? { carrier: carrierName } : {}),
    ...(trackingNumber ? { trackingNumber } : {}),
    ...(trackingURL ? { trackingUrl: trackingURL } : {}),
  };
}

/** As it is looked up, however it is printed; `null` where there is none. */
export function trackingOf({ trackingNumber }: Shipment): string | null {
  return normalizeTracking(trackingNumber ?? '') || null;
}
