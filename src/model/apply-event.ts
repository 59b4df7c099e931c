import { authorize, close, decide, mark, moved, refuse, reopen } from './apply-claims.ts';
import { dropOff, endDropOffCode, isThere, label, scan, stateUnits } from './apply-goods.ts';
import { type Draft, itemOf, settlementOf } from './draft-return.ts';
import type { Fact } from './fact.ts';
import type { Details, SettlementChange } from './return-event.ts';
import { REACHED } from './status.ts';

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
      describe(draft, fact, event.change.details);
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
      describe(draft, fact, event.change.details);
      return reopen(draft, fact);
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
      return dropOff(draft, fact, event);
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
