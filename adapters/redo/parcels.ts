import type { z } from 'zod';
import type { Normalized } from '#adapter/webhook.ts';
import { codeFrom } from '#model/coded.ts';
import type { Label, ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { aliasesOf } from './aliases.ts';
import { STANDING_OF, type Standing } from './codes.ts';
import type { Place, Snapshot } from './notices.ts';
import type { DropOff, Shipment } from './parts.ts';
import type { Settings } from './settings.ts';

/** Labels, codes, and where a parcel is. No parcel of an exchange is ever among them: each is on its way back. */

export function parcelEvents(told: Shipment, { ref, instead, dropOff }: Place, of: Snapshot): Normalized {
  if (ref === '') {
    const message = 'is missing, and so is a shipmentGroupId';
    return {
      outcome: 'unreadable',
      problem: { code: 'SCHEMA_MISMATCH', path: '/return/shipments/*/tracker', message },
    };
  }
  const said = told.status || null;
  if (said !== null && !Object.hasOwn(STANDING_OF, said)) {
    return { outcome: 'unrecognized', because: `shipment status ${JSON.stringify(said)} is not known` };
  }
  const word = said === null || said === 'unknown' ? (instead ?? said) : said;
  const standing: Standing = word === null ? { type: null } : STANDING_OF[word]!;
  const label: z.infer<typeof Label> | null = told.postageLabel ? { kind: 'document', url: told.postageLabel } : null;
  const parcel: ShipmentChange = {
    ref,
    ...(told.carrier ? { carrier: told.carrier } : {}),
    ...(told.tracker ? { trackingNumber: told.tracker } : {}),
    ...(told.trackingUrl ? { trackingUrl: told.trackingUrl } : {}),
  };
  const events: ReturnEvent[] = [];
  if (standing.type === 'label.voided') {
    const change = { shipment: { ...parcel, ...(label === null ? {} : { label }), phase: standing.phase! } };
    events.push({ type: 'label.voided', ...entered(ref, 'label', 'voided', of), change });
  } else {
    if (label !== null) {
      // No code to show, but a label to print: then it is mailed [inferred].
      const method = dropOff ? {} : { method: { code: 'mail', providerCode: null } as const };
      const change = { shipment: { ...parcel, label }, ...method };
      events.push({ type: 'label.issued', ...entered(ref, 'label', 'issued', of), change });
    }
    if (word !== null && standing.type !== null) events.push(...moved(told, word, standing, parcel, of));
  }
  if (events.length === 0) return { outcome: 'ignored', because: 'the parcel has no label and has not moved' };
  return { outcome: 'events', aliases: aliasesOf(of, told.tracker), events };
}

/**
 * Only of a delivery a time is sent; else the first webhook that shows it counts. A parcel that was first seen later on was handed
 * over by then at the latest.
 */
function moved(
  { deliveredAt }: Shipment,
  word: string,
  { type, phase, exception, handedOver }: Standing,
  parcel: ShipmentChange,
  of: Snapshot,
): readonly ReturnEvent[] {
  const occurredAt = (type === 'shipment.delivered' ? instantFrom(deliveredAt) : null) ?? of.seenAt;
  const events: ReturnEvent[] = [];
  if (handedOver) {
    const told = entered(parcel.ref, 'handed_over', 'by shipment status', of);
    events.push({ type: 'shipment.dropped_off', ...told, occurredAt, change: { shipment: parcel } });
  }
  if (type === null || type === 'label.voided') return events;
  const shipment = { ...parcel, ...(phase ? { phase } : {}), ...(exception ? { exception } : {}) };
  const told = entered(parcel.ref, 'status', word, of);
  return [...events, { type, ...told, occurredAt, change: { shipment } }];
}

/** A code to show at a counter. Nothing is sent of whether it was shown: only the parcel that it becomes moves. */
export function dropOffEvents(told: DropOff, of: Snapshot, { dropOffProviders }: Settings): Normalized {
  const { shipmentGroupId: ref, provider, qrCode, qrCodeUrl } = told;
  if (!qrCodeUrl && !qrCode) return { outcome: 'ignored', because: 'the drop-off has no code yet' };
  const method = codeFrom(dropOffProviders, provider);
  const issued: ReturnEvent = {
    type: 'label.issued',
    ...entered(ref, 'code', 'issued', of),
    change: {
      shipment: { ref, label: { kind: 'qr', url: qrCodeUrl || null } },
      ...(method.code === 'unknown' ? {} : { method }),
    },
  };
  return { outcome: 'events', aliases: aliasesOf(of), events: [issued] };
}

function entered(subject: string, axis: string, value: string, { seenAt }: Snapshot) {
  return { subject, occurrence: { by: 'entry', axis, value }, occurredAt: seenAt } as const;
}
