import { mark, moved } from './apply-claims.ts';
import type { ParcelPhase } from './codes.ts';
import { type Draft, itemOf, shipmentOf } from './draft-return.ts';
import type { Fact } from './fact.ts';
import type { ItemChange, ReturnEvent, ShipmentChange } from './return-event.ts';
import { REACHED } from './status.ts';

/** Labels, drop-offs, parcels and units: where the goods are. */

const PHASE_RANK: Readonly<Partial<Record<ParcelPhase, number>>> = {
  label_created: 0,
  handed_over: 1,
  in_transit: 2,
  out_for_delivery: 3,
  available_for_pickup: 3,
  delivered: 4,
};

/** `byDefault`: the phase that the event's type implies where the change names none. */
export function moveShipment(draft: Draft, fact: Fact, change: ShipmentChange, byDefault: ParcelPhase | null) {
  const shipment = shipmentOf(draft, fact, change.ref, change.trackingNumber);
  shipment.direction = change.direction ?? shipment.direction;
  shipment.carrier = change.carrier ?? shipment.carrier;
  shipment.trackingNumber = change.trackingNumber ?? shipment.trackingNumber;
  shipment.trackingUrl = change.trackingUrl ?? shipment.trackingUrl;
  shipment.consolidated = change.consolidated ?? shipment.consolidated;
  const phase = change.phase === undefined || change.phase === 'unknown' ? byDefault : change.phase;
  if (phase !== null) {
    const before = PHASE_RANK[shipment.phase];
    const after = PHASE_RANK[phase];
    const goesBack = before !== undefined && after !== undefined && after < before;
    // Told late, and nobody says when it was: it is no news of where the parcel is now.
    if (!goesBack || fact.event.occurredAt !== null) shipment.phase = phase;
    if (goesBack && fact.event.occurredAt !== null) mark(draft, fact, 'phase_went_back', null);
  }
  return shipment;
}

export function label(
  draft: Draft,
  fact: Fact,
  event: Extract<ReturnEvent, { type: 'label.issued' | 'label.voided' }>,
): void {
  const issued = event.type === 'label.issued';
  const { ref, trackingNumber } = event.change.shipment;
  const known = shipmentOf(draft, fact, ref, trackingNumber).phase;
  const target = moveShipment(draft, fact, event.change.shipment, known === 'unknown' ? 'label_created' : null);
  const said = event.change.shipment.label;
  const before = target.label;
  const kind = said?.kind ?? before?.kind ?? 'none';
  // A label that is told again may leave out where it is; one of another kind, or after a void, is another.
  const isAnother = issued && before !== null && (before.voidedAt !== null || before.kind !== kind);
  target.label = {
    kind,
    url: said?.url ?? (isAnother ? null : (before?.url ?? null)),
    issuedAt: issued ? fact.effectiveAt : (before?.issuedAt ?? null),
    voidedAt: issued ? null : fact.effectiveAt,
  };
  if (target.direction === 'outbound') return; // the exchange's own parcel says nothing of the goods that come back
  if (event.change.method !== undefined) draft.method = event.change.method;
  carried(draft, fact, target.phase);
  if (!issued) {
    if (kind !== 'document') endDropOffCode(draft, fact);
    return;
  }
  draft.labelIssued = true;
  const code = kind === 'qr' || kind === 'both';
  if (code && (draft.dropOff === null || isCode(draft.dropOff.state))) {
    draft.dropOff = { state: 'code_issued', at: fact.effectiveAt, location: null };
  } else if (!code && draft.dropOff !== null && isCode(draft.dropOff.state)) {
    draft.dropOff = null; // a printed label replaced the code: nothing waits for a drop-off any more
  }
}

function isCode(state: string): boolean {
  return state === 'code_issued' || state === 'cancelled' || state === 'expired';
}

/** A code that was not used ends with its return. */
export function endDropOffCode(draft: Draft, fact: Fact): void {
  if (draft.dropOff?.state !== 'code_issued') return;
  draft.dropOff = {
    ...draft.dropOff,
    state: fact.event.type === 'return.expired' ? 'expired' : 'cancelled',
    at: fact.effectiveAt,
  };
}

/** Told item by item, or of the return as a whole; the label's parcel is then in the network's hands. */
export function dropOff(draft: Draft, fact: Fact, event: Extract<ReturnEvent, { type: 'shipment.dropped_off' }>): void {
  const { shipment, items, method, location } = event.change;
  const parcel = moveShipment(draft, fact, shipment, 'handed_over');
  if (parcel.direction === 'outbound') return;
  for (const item of items ?? []) stateUnits(draft, fact, item, 'droppedOff');
  if (method !== undefined) draft.method = method;
  draft.dropOff = { state: 'dropped', at: fact.effectiveAt, location: location ?? draft.dropOff?.location ?? null };
  moved(draft, fact, REACHED.in_transit);
}

/** How far a return parcel in this phase has come; an announcement that was never handed over has come nowhere. */
function carried(draft: Draft, fact: Fact, phase: ParcelPhase): void {
  if (phase === 'delivered') moved(draft, fact, REACHED.received);
  else if (!['unknown', 'label_created', 'cancelled', 'expired'].includes(phase))
    moved(draft, fact, REACHED.in_transit);
}

type ScanEvent = Extract<ReturnEvent, { type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception' }>;

export function scan(draft: Draft, fact: Fact, event: ScanEvent): void {
  const byDefault =
    event.type === 'shipment.in_transit' ? 'in_transit' : event.type === 'shipment.delivered' ? 'delivered' : null;
  const shipment = moveShipment(draft, fact, event.change.shipment, byDefault);
  shipment.exception = event.change.shipment.exception ?? (event.type === 'shipment.exception' ? 'other' : 'none');
  for (const item of event.change.items ?? []) stateUnits(draft, fact, item, null);
  if (shipment.direction === 'outbound') return; // the exchange's own parcel says nothing of the goods that come back
  carried(draft, fact, shipment.phase);
  if (shipment.consolidated && event.type === 'shipment.in_transit') {
    draft.dropOff = { state: 'consolidated', at: fact.effectiveAt, location: draft.dropOff?.location ?? null };
  }
}

/** The stated total of one line; where the units are said to be missing, that is what is counted. */
export function stateUnits(draft: Draft, fact: Fact, change: ItemChange, axis: 'droppedOff' | 'received' | null): void {
  const item = itemOf(draft, fact, change.ref);
  if (change.condition !== undefined) item.condition = change.condition;
  if (change.disposition !== undefined) {
    item.disposition = change.disposition;
    if (change.disposition.code === 'return_to_shopper') item.refused = change.quantity;
  }
  if (change.condition?.code === 'missing') item.missing = change.quantity;
  else if (axis !== null) {
    item[axis] = change.quantity;
    item.movedBy.push({ eventId: fact.eventId, at: fact.effectiveAt });
  }
}

/** A line of which nothing came is told as received, too. */
export function isThere(item: ItemChange): boolean {
  return item.quantity > 0 && item.condition?.code !== 'missing';
}
