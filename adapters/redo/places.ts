import { matchSchema } from '#adapter/read-json.ts';
import { normalizeTracking } from '#model/aliases.ts';
import { OF_GOODS } from './codes.ts';
import type { Anchor, Place } from './notices.ts';
import { DropOff, Shipment } from './parts.ts';

/** The parcels of a return, as they came, each with what it is called. */
export interface Placed {
  readonly raw: unknown;
  readonly place: Place;
  /** Where it stands in the return, as a JSON Pointer. */
  readonly at: string;
}

/**
 * `shipments` holds all of them, `shipment` the first [documented]; where there is neither, the return may still say that the goods
 * are on their way. A parcel is called by its tracking number, or, where it is the only one of a drop-off's group, by
 * that group, so that the code and the parcel it became are one; else by its group.
 */
export function placesOf({ shipment, shipments, dropoffs, status }: Anchor): readonly Placed[] {
  const listed = shipments ?? [];
  const own = shipment === undefined || shipment === null ? [] : [shipment];
  const groups = new Set((dropoffs ?? []).map(groupOf).filter(group => group !== null));
  const onTheWay = status && OF_GOODS.has(status) ? status : null;
  const only = groups.size === 1 ? [...groups][0]! : null;
  const raws = listed.length > 0 ? listed : own;
  if (raws.length === 0) {
    if (onTheWay === null) return [];
    const place = { ref: only ?? 'total', instead: onTheWay, dropOff: only !== null };
    return [{ raw: {}, place, at: '/shipment' }];
  }

  const inGroup = new Map<string | null, number>();
  for (const group of raws.map(groupOf)) inGroup.set(group, (inGroup.get(group) ?? 0) + 1);
  const at = listed.length > 0 ? '/shipments/*' : '/shipment';
  return raws.map(raw => {
    const read = matchSchema(raw, Shipment);
    const group = read.ok ? read.value.shipmentGroupId || null : null;
    const number = read.ok ? normalizeTracking(read.value.tracker ?? '') : '';
    const dropOff = group !== null && groups.has(group);
    const ref = dropOff && inGroup.get(group) === 1 ? group : number || group || '';
    return { raw, place: { ref, instead: raws.length === 1 ? onTheWay : null, dropOff }, at };
  });
}

const Grouped = DropOff.pick({ shipmentGroupId: true });

function groupOf(raw: unknown): string | null {
  const read = matchSchema(raw, Grouped);
  return read.ok ? read.value.shipmentGroupId : null;
}
