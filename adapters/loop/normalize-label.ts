import type { Normalized } from '#adapter/webhook.ts';
import { normalizeTracking } from '#model/aliases.ts';
import type { ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import { type ParcelState, parcelOf } from './codes.ts';
import type { LoopNotice, Parcel } from './notices.ts';

type LabelNotice = Extract<LoopNotice, { about: 'label' }>;

/** A label and its parcel, the same facts whichever topic tells them. */
export function normalizeLabel({ returnId, created, parcel }: LabelNotice): Normalized {
  const state = parcelOf(parcel.status);
  if (state === null) {
    return { outcome: 'unrecognized', because: `label status ${JSON.stringify(parcel.status)} is not known` };
  }
  const events = [...issued(parcel, state, created), ...moved(parcel, state)];
  if (events.length === 0) return { outcome: 'ignored', because: 'it names no parcel yet, and none has moved' };
  return { outcome: 'events', aliases: [{ kind: 'return', value: returnId, unique: true }], events };
}

/** The tracking number however it is printed: both topics have it. Without one, Loop's id of the shipment. */
function nameOf({ trackingNumber, shipmentId }: Parcel): string {
  return normalizeTracking(trackingNumber ?? '') || shipmentId || 'total';
}

function shipmentOf(parcel: Parcel): ShipmentChange {
  const { carrier, trackingNumber } = parcel;
  return {
    ref: nameOf(parcel),
    ...(carrier === null ? {} : { carrier }),
    ...(trackingNumber === null ? {} : { trackingNumber }),
  };
}

/** What an event's occurrence can hold. A longer address is a signed one that may change with every telling. */
const LONGEST_ID = 300;

/**
 * The label itself, known by its document or by its number: the topic label comes first and has no document, so that a
 * label is told when it is made and again when its document is there. Only the time of `label.created` is that of the
 * label; the time beside a later status is not.
 */
function issued(parcel: Parcel, state: ParcelState, created: boolean): readonly ReturnEvent[] {
  const { url, trackingNumber, updatedAt } = parcel;
  const isNews = state === 'announced' || created;
  if (url === null && (trackingNumber === null || !isNews)) return [];
  const name = nameOf(parcel);
  return [
    {
      type: 'label.issued',
      subject: name,
      occurrence: { by: 'id', id: url !== null && url.length <= LONGEST_ID ? url : name },
      occurredAt: created && state === 'announced' ? updatedAt : null,
      change: { shipment: { ...shipmentOf(parcel), label: { kind: 'document', ...(url === null ? {} : { url }) } } },
    },
  ];
}

/** A status may come back (a failure that was none), and its time says which telling was first. */
function moved(parcel: Parcel, state: ParcelState): readonly ReturnEvent[] {
  if (state === 'announced') return [];
  const subject = nameOf(parcel);
  const { type, phase } = state;
  const shipment = shipmentOf(parcel);
  const status: ReturnEvent = {
    type,
    subject,
    occurrence: { by: 'entry', axis: 'status', value: parcel.status! },
    occurredAt: parcel.updatedAt,
    change: {
      shipment: {
        ...shipment,
        ...(phase === undefined ? {} : { phase }),
        ...(type === 'shipment.exception' ? { exception: 'other' } : {}),
      },
    },
  };
  if (phase !== 'in_transit') return [status];
  // The first scan: the shopper has let go of it. Told again, the earliest time counts.
  const droppedOff: ReturnEvent = {
    type: 'shipment.dropped_off',
    subject,
    occurrence: { by: 'once' },
    occurredAt: parcel.updatedAt,
    change: { shipment },
  };
  return [droppedOff, status];
}
