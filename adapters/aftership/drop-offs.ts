import type { Normalized } from '#adapter/webhook.ts';
import type { ItemChange, ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { aliasesOf } from './aliases.ts';
import { DROP_OFF_OF } from './codes.ts';
import { countedByLine, MOST_UNITS } from './lines.ts';
import type { Snapshot } from './notices.ts';
import type { DropOff } from './parts.ts';

/** Items handed over at a counter against a code, unpacked, which then travel together with those of others. */
export function dropOffEvents(told: DropOff, of: Snapshot): Normalized {
  const { id, status, shipments } = told;
  if (status && !Object.hasOwn(DROP_OFF_OF, status)) {
    return { outcome: 'unrecognized', because: `drop-off status ${JSON.stringify(status)} is not known` };
  }
  if ([told, ...(shipments ?? [])].some(({ items }) => itemsIn(items).some(item => item.quantity > MOST_UNITS))) {
    const message = `name a line with more than ${MOST_UNITS} units`;
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/data/dropoffs/*/items', message } };
  }
  const handedOver = status ? DROP_OFF_OF[status]! : 'nothing';
  const events: ReturnEvent[] = [described(told, of), codeIssued(told)];
  if (status && handedOver !== 'nothing') {
    // Of a part nobody says which: `items` is what the code is for.
    const items = handedOver === 'all' ? itemsIn(told.items) : [];
    events.push({
      type: 'shipment.dropped_off',
      subject: id,
      occurrence: { by: 'entry', axis: 'status', value: status },
      occurredAt: of.seenAt,
      change: { shipment: { ref: id }, ...(items.length > 0 ? { items } : {}) },
    });
  }
  events.push(...(shipments ?? []).map(shipment => consolidated(shipment, of)));
  const trackingNumbers = (shipments ?? []).map(shipment => shipment.tracking_number);
  return { outcome: 'events', aliases: aliasesOf(of, trackingNumbers), events };
}

/** `dropoff_number` is the provider's own name, such as an express code [documented]. */
function described({ id, dropoff_number, service_provider }: DropOff, { seenAt }: Snapshot): ReturnEvent {
  const said = Object.entries({ dropoff_number, service_provider }).filter(([, value]) => value);
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: seenAt,
    change: { details: { providerData: { [`dropoff ${id}`]: Object.fromEntries(said) } } },
  };
}

/** The drop-off is recorded with its code, and keeps it whatever becomes of it. */
function codeIssued({ id, qr_code_url, created_at }: DropOff): ReturnEvent {
  return {
    type: 'label.issued',
    subject: id,
    occurrence: { by: 'once' },
    occurredAt: instantFrom(created_at),
    change: { shipment: { ref: id, label: { kind: 'qr', url: qr_code_url || null } } },
  };
}

/** It has no status: that it is listed is all there is, and means that it left the drop-off network [inferred]. */
function consolidated(shipment: NonNullable<DropOff['shipments']>[number], { seenAt }: Snapshot): ReturnEvent {
  const { id, tracking_number, service_provider_carrier_code } = shipment;
  const items = itemsIn(shipment.items);
  return {
    type: 'shipment.in_transit',
    subject: id,
    occurrence: { by: 'entry', axis: 'consolidated', value: 'listed' },
    occurredAt: seenAt,
    change: {
      shipment: {
        ref: id,
        ...(service_provider_carrier_code ? { carrier: service_provider_carrier_code } : {}),
        ...(tracking_number ? { trackingNumber: tracking_number } : {}),
        consolidated: true,
      },
      ...(items.length > 0 ? { items } : {}),
    },
  };
}

function itemsIn(items: DropOff['items']): ItemChange[] {
  return [...countedByLine(items)].map(([ref, quantity]) => ({ ref, quantity }));
}
