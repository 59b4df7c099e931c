import type { z } from 'zod';
import type { Normalized } from '#adapter/webhook.ts';
import { normalizeTracking } from '#model/aliases.ts';
import type { Label, ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { aliasesOf } from './aliases.ts';
import { TRACKING_OF, type Tracking } from './codes.ts';
import type { Snapshot } from './notices.ts';
import type { Shipment } from './parts.ts';

/** One parcel on its way back: its label, and where it is. `voided`: the return's labels no longer hold. */
export function parcelEvents(told: Shipment, of: Snapshot, voided: boolean): Normalized {
  const ref = told.id || normalizeTracking(told.tracking_number ?? '');
  if (ref === '') {
    const message = 'is missing, and so is a tracking number';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/data/shipments/*/id', message } };
  }
  const status = told.tracking_status || null;
  if (status !== null && !Object.hasOwn(TRACKING_OF, status)) {
    return { outcome: 'unrecognized', because: `tracking_status ${JSON.stringify(status)} is not known` };
  }
  const tracking = status === null ? null : TRACKING_OF[status]!;
  const parcel: ShipmentChange = {
    ref,
    ...(told.slug ? { carrier: told.slug } : {}),
    ...(told.tracking_number ? { trackingNumber: told.tracking_number } : {}),
  };
  const label = labelOf(told);
  const events: ReturnEvent[] = [label === null ? described(told, ref, of) : issued(parcel, label, told)];
  if (voided && label !== null && (tracking === null || tracking.type === null)) {
    events.push({ type: 'label.voided', subject: ref, ...ONCE, occurredAt: null, change: { shipment: parcel } });
  }
  if (status !== null && tracking !== null) events.push(...moved(told, { status, tracking }, parcel, of));
  return { outcome: 'events', aliases: aliasesOf(of, [told.tracking_number]), events };
}

const ONCE = { occurrence: { by: 'once' } } as const;

/** A document, a code to show, or both; documents for customs and packing slips are no labels. */
function labelOf({ label }: Shipment): z.infer<typeof Label> | null {
  const { url, qr_code_url } = label ?? {};
  if (url) return { kind: qr_code_url ? 'both' : 'document', url };
  return qr_code_url ? { kind: 'qr', url: qr_code_url } : null;
}

/** A parcel is recorded with its label [inferred from attach-shipments], so that its time is the label's. */
function issued(parcel: ShipmentChange, label: z.infer<typeof Label>, { created_at }: Shipment): ReturnEvent {
  const change = { shipment: { ...parcel, label } };
  return { type: 'label.issued', subject: parcel.ref, ...ONCE, occurredAt: instantFrom(created_at), change };
}

/** A parcel that somebody else paid for has no label here: what is known of it is kept until it moves. */
function described({ tracking_number, slug, source }: Shipment, ref: string, of: Snapshot): ReturnEvent {
  const said = { tracking_number, slug, source };
  const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  return {
    type: 'return.snapshot',
    subject: 'total',
    ...ONCE,
    occurredAt: of.seenAt,
    change: { details: { providerData: { [`shipment ${ref}`]: known } } },
  };
}

/**
 * The status as it was last entered, at the time AfterShip gives for that. A parcel that the carrier has was handed over, even
 * where the first scan was never told: then nobody says when.
 */
function moved(
  { tracking_status_updated_at }: Shipment,
  { status, tracking }: { readonly status: string; readonly tracking: Tracking },
  parcel: ShipmentChange,
  { seenAt }: Snapshot,
): readonly ReturnEvent[] {
  const at = instantFrom(tracking_status_updated_at) ?? seenAt;
  const events: ReturnEvent[] = [];
  if (tracking.handedOver) {
    events.push({
      type: 'shipment.dropped_off',
      subject: parcel.ref,
      occurrence: { by: 'entry', axis: 'handed_over', value: 'by tracking status' },
      occurredAt: status === 'InTransit' ? at : null,
      change: { shipment: parcel },
    });
  }
  const { type, phase, exception } = tracking;
  if (type !== null) {
    events.push({
      type,
      subject: parcel.ref,
      occurrence: { by: 'entry', axis: 'tracking_status', value: status },
      occurredAt: at,
      change: { shipment: { ...parcel, ...(phase ? { phase } : {}), ...(exception ? { exception } : {}) } },
    });
  }
  return events;
}
