import type { DecisionState, ParcelPhase, Stage } from './codes.ts';
import { type ClosingWord, type Draft, itemOf, REACHED, settlementOf, shipmentOf } from './draft-return.ts';
import type { Fact } from './fact.ts';
import type { Anomaly } from './return.ts';
import type { Details, ItemChange, ReturnEvent, SettlementChange, ShipmentChange } from './return-event.ts';

/**
 * One step of the fold, total: a fact always moves its own axis, and leaves an anomaly where it contradicts another.
 * Only claims of decision can be refused; a refused claim is marked and moves nothing. Changes the draft it is given.
 */
export function applyEvent(draft: Draft, fact: Fact): void {
  const { event } = fact;
  switch (event.type) {
    case 'return.snapshot':
      return describe(draft, fact, event.change.details);
    case 'return.requested':
      describe(draft, fact, event.change.details);
      draft.requested = true;
      if (draft.decisions.request === null) decide(draft, fact, 'request', 'pending');
      return;
    case 'return.review_required':
      describe(draft, fact, event.change.details);
      draft.requested = true;
      draft.inReview = true;
      return;
    case 'return.authorized':
      return authorize(draft, fact, event.change.details);
    case 'return.rejected':
      describe(draft, fact, event.change.details);
      if (close(draft, fact, 'rejected')) {
        decide(draft, fact, event.change.stage, 'denied');
        if (event.change.stage === 'package') {
          for (const item of event.change.details?.items ?? []) itemOf(draft, fact, item.ref).refused = item.quantity;
        }
      }
      return;
    case 'return.cancelled':
    case 'return.expired':
      describe(draft, fact, event.change.details);
      if (close(draft, fact, event.type === 'return.cancelled' ? 'cancelled' : 'expired')) endDropOffCode(draft, fact);
      return;
    case 'return.reopened':
      return reopen(draft, fact, event.change.details);
    case 'return.completed':
      describe(draft, fact, event.change.details);
      if (draft.closed !== null && !draft.closed.moved) return refuse(draft, fact, draft.closed.eventId);
      draft.completed ??= { eventId: fact.eventId };
      return;
    case 'return.exception': {
      describe(draft, fact, event.change.details);
      const { reason } = event.change;
      draft.exceptions.push({
        code: reason?.providerCode ?? reason?.code ?? 'unknown',
        at: fact.effectiveAt,
        eventId: fact.eventId,
      });
      return;
    }
    case 'label.issued':
    case 'label.voided':
      return label(draft, fact, event);
    case 'shipment.dropped_off':
      moveShipment(draft, fact, event.change.shipment, 'handed_over');
      for (const item of event.change.items ?? []) stateUnits(draft, fact, item, 'droppedOff');
      if (event.change.method !== undefined) draft.method = event.change.method;
      draft.dropOff = {
        state: 'dropped',
        at: fact.effectiveAt,
        location: event.change.location ?? draft.dropOff?.location ?? null,
      };
      return moved(draft, fact, REACHED.in_transit);
    case 'shipment.in_transit':
    case 'shipment.delivered':
    case 'shipment.exception':
      return scan(draft, fact, event);
    case 'item.received':
      for (const item of event.change.items) stateUnits(draft, fact, item, 'received');
      if (event.change.items.some(isThere)) moved(draft, fact, REACHED.received);
      return;
    case 'item.inspected':
    case 'item.dispositioned':
      for (const item of event.change.items) stateUnits(draft, fact, item, null);
      return moved(draft, fact, REACHED.inspected);
    case 'settlement.approved':
      settle(draft, fact, event.change.settlement);
      return decide(draft, fact, 'package', event.change.settlement.state === 'proposed' ? 'offer_pending' : 'granted');
    case 'refund.issued':
    case 'credit.issued':
      settle(draft, fact, event.change.settlement);
      if (draft.closed !== null && !draft.closed.moved) mark(draft, fact, 'paid_after_close', draft.closed.eventId);
      return;
    case 'refund.failed':
    case 'exchange.created':
      return settle(draft, fact, event.change.settlement);
    case 'dispute.opened':
    case 'dispute.resolved':
      draft.dispute = { ...event.change.dispute };
      return;
    default:
      event satisfies never;
  }
}

/** What was said of the return itself; silence (`null`, absent) takes nothing back. */
function describe(draft: Draft, fact: Fact, details: Details | undefined): void {
  if (details === undefined) return;
  for (const order of [...(details.orders ?? []), ...(details.order === undefined ? [] : [details.order])]) {
    const known = draft.orders.get(order.number);
    draft.orders.set(order.number, {
      number: order.number,
      id: order.id ?? known?.id ?? null,
      placedAt: order.placedAt ?? known?.placedAt ?? null,
    });
  }
  for (const stated of details.items ?? []) {
    const item = itemOf(draft, fact, stated.ref);
    item.requested = stated.quantity;
    item.orderNumber = stated.orderNumber ?? item.orderNumber;
    item.orderLineId = stated.orderLineId ?? item.orderLineId;
    item.sku = stated.sku ?? item.sku;
    item.upc = stated.upc ?? item.upc;
    item.name = stated.name ?? item.name;
    item.reason = stated.reason ?? item.reason;
    item.value = stated.value ?? item.value;
  }
  if (details.method !== undefined && details.method.code !== 'unknown') draft.method = details.method;
  draft.rmaNumber = details.rmaNumber ?? draft.rmaNumber;
  for (const fee of details.fees ?? []) draft.fees.set(`return/${fee.kind}`, fee);
  if (details.providerData !== undefined) {
    const provider = fact.tellings[0]!.source.adapterId;
    draft.providerData[provider] = { ...draft.providerData[provider], ...details.providerData };
  }
}

function decide(draft: Draft, fact: Fact, stage: Stage, state: DecisionState): void {
  draft.decisions[stage] = { state, at: fact.effectiveAt };
  draft.latestStage = stage;
}

/** The closing claim that still holds: completion, or a closing word after which nothing moved. */
function standing(draft: Draft): string | null {
  if (draft.completed !== null) return draft.completed.eventId;
  return draft.closed !== null && !draft.closed.moved ? draft.closed.eventId : null;
}

function authorize(draft: Draft, fact: Fact, details: Details | undefined): void {
  describe(draft, fact, details);
  const closing = standing(draft);
  if (closing !== null) return refuse(draft, fact, closing);
  if (details?.items === undefined) draft.authorizesAll = true;
  for (const item of details?.items ?? []) itemOf(draft, fact, item.ref).authorized = item.quantity;
  draft.requested = true;
  draft.inReview = false;
  if (draft.decisions.request?.state !== 'granted') decide(draft, fact, 'request', 'granted');
}

/** Whether the claim stands. The same word again is no contradiction; another word is, unless goods moved in between. */
function close(draft: Draft, fact: Fact, word: ClosingWord): boolean {
  const closing = standing(draft);
  if (closing !== null) {
    if (draft.completed !== null || draft.closed?.word !== word) refuse(draft, fact, closing);
    return false;
  }
  draft.closed = { word, eventId: fact.eventId, moved: false };
  return true;
}

function reopen(draft: Draft, fact: Fact, details: Details | undefined): void {
  describe(draft, fact, details);
  if (draft.completed === null && draft.closed === null) return refuse(draft, fact, null);
  draft.completed = null;
  draft.closed = null;
  if (draft.decisions.request?.state === 'denied') decide(draft, fact, 'request', 'pending');
  if (draft.decisions.package?.state === 'denied') decide(draft, fact, 'package', 'pending');
}

function refuse(draft: Draft, fact: Fact, closingEventId: string | null): void {
  mark(draft, fact, 'claim_refused', closingEventId);
}

function mark(draft: Draft, fact: Fact, code: Anomaly['code'], otherEventId: string | null): void {
  draft.anomalies.push({
    code,
    eventIds: otherEventId === null ? [fact.eventId] : [otherEventId, fact.eventId],
    at: fact.effectiveAt,
  });
}

/** Goods moved. After a closing word that is a contradiction, said once, and the word no longer makes the headline. */
function moved(draft: Draft, fact: Fact, reached: Draft['reached']): void {
  if (reached > draft.reached) draft.reached = reached;
  if (draft.closed !== null && !draft.closed.moved && draft.completed === null) {
    draft.closed.moved = true;
    mark(draft, fact, 'moved_after_close', draft.closed.eventId);
  }
}

const PHASE_RANK: Readonly<Partial<Record<ParcelPhase, number>>> = {
  label_created: 0,
  handed_over: 1,
  in_transit: 2,
  out_for_delivery: 3,
  available_for_pickup: 3,
  delivered: 4,
};

/** `byDefault`: the phase that the event's type implies where the change names none. */
function moveShipment(draft: Draft, fact: Fact, change: ShipmentChange, byDefault: ParcelPhase | null) {
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
    if (before !== undefined && after !== undefined && after < before) mark(draft, fact, 'phase_went_back', null);
    shipment.phase = phase;
  }
  return shipment;
}

function label(draft: Draft, fact: Fact, event: Extract<ReturnEvent, { type: 'label.issued' | 'label.voided' }>): void {
  const issued = event.type === 'label.issued';
  const shipment = draft.shipments.get(event.change.shipment.ref);
  const known = shipment?.phase ?? 'unknown';
  const target = moveShipment(draft, fact, event.change.shipment, known === 'unknown' ? 'label_created' : null);
  const said = event.change.shipment.label;
  const kind = said?.kind ?? target.label?.kind ?? 'none';
  target.label = {
    kind,
    url: said?.url ?? (issued ? null : (target.label?.url ?? null)),
    issuedAt: issued ? fact.effectiveAt : (target.label?.issuedAt ?? null),
    voidedAt: issued ? null : fact.effectiveAt,
  };
  if (event.change.method !== undefined) draft.method = event.change.method;
  if (!issued) {
    if (kind !== 'document') endDropOffCode(draft, fact);
    return;
  }
  if (target.direction === 'return') draft.labelIssued = true;
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
function endDropOffCode(draft: Draft, fact: Fact): void {
  if (draft.dropOff?.state !== 'code_issued') return;
  draft.dropOff = {
    ...draft.dropOff,
    state: fact.event.type === 'return.expired' ? 'expired' : 'cancelled',
    at: fact.effectiveAt,
  };
}

type ScanEvent = Extract<ReturnEvent, { type: 'shipment.in_transit' | 'shipment.delivered' | 'shipment.exception' }>;

function scan(draft: Draft, fact: Fact, event: ScanEvent): void {
  const byDefault =
    event.type === 'shipment.in_transit' ? 'in_transit' : event.type === 'shipment.delivered' ? 'delivered' : null;
  const shipment = moveShipment(draft, fact, event.change.shipment, byDefault);
  shipment.exception = event.change.shipment.exception ?? (event.type === 'shipment.exception' ? 'other' : 'none');
  for (const item of event.change.items ?? []) stateUnits(draft, fact, item, null);
  if (shipment.direction === 'outbound') return; // the exchange's own parcel says nothing of the goods that come back
  if (event.type === 'shipment.delivered') return moved(draft, fact, REACHED.received);
  const { phase } = shipment;
  if (
    event.type === 'shipment.exception' &&
    (phase === 'unknown' || phase === 'label_created' || phase === 'cancelled' || phase === 'expired')
  )
    return;
  moved(draft, fact, REACHED.in_transit);
  if (shipment.consolidated && event.type === 'shipment.in_transit') {
    draft.dropOff = { state: 'consolidated', at: fact.effectiveAt, location: draft.dropOff?.location ?? null };
  }
}

/** The stated total of one line; where the units are said to be missing, that is what is counted. */
function stateUnits(draft: Draft, fact: Fact, change: ItemChange, axis: 'droppedOff' | 'received' | null): void {
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
function isThere(item: ItemChange): boolean {
  return item.quantity > 0 && item.condition?.code !== 'missing';
}

function settle(draft: Draft, fact: Fact, change: SettlementChange): void {
  const settlement = settlementOf(draft, fact, change);
  settlement.kind = change.kind;
  settlement.state = change.state;
  settlement.amount = change.amount ?? settlement.amount;
  settlement.scope = change.scope ?? settlement.scope;
  settlement.orderNumber = change.orderNumber ?? settlement.orderNumber;
  settlement.at = fact.effectiveAt;
  for (const fee of change.fees ?? []) draft.fees.set(`${change.ref}/${fee.kind}`, fee);

  const currencies = new Set([...draft.settlements.values()].map(other => other.amount?.currency).filter(Boolean));
  if (currencies.size > 1) mark(draft, fact, 'currency_mismatch', null);
}
