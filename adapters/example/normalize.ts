import type { Normalized } from '#adapter/webhook.ts';
import type { Alias } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import { type Money, moneyFromDecimal } from '#model/money.ts';
import type { DetailItem, ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { CONDITION_OF, METHOD_OF, REASON_OF, SCAN_OF } from './codes.ts';
import type {
  Accepted,
  ExampleNotice,
  ItemGraded,
  MethodChosen,
  Opened,
  ParcelScanned,
  RefundPaid,
  Told,
} from './notices.ts';
import type { Settings } from './settings.ts';

/** Notice → what it says in canonical words. Never throws: what cannot be said is one of the other outcomes. */
export function normalize({ type, shop, told }: ExampleNotice, settings: Settings): Normalized {
  // A valid signature proves the sender, not the account.
  if (shop !== settings.shop) return unreadable('/shop', 'is not the shop of this connection', 'TENANT_MISMATCH');
  if (told === null) return { outcome: 'unrecognized', because: `kind ${JSON.stringify(type)} is not known` };
  return normalizeTold(told, settings);
}

function normalizeTold(told: Told, settings: Settings): Normalized {
  switch (told.kind) {
    case 'return.opened':
      return opened(told, settings);
    case 'return.accepted':
      return events(told, [authorized()]);
    case 'method.chosen':
      return methodChosen(told);
    case 'parcel.scanned':
      return parcelScanned(told);
    case 'item.graded':
      return itemGraded(told);
    case 'refund.paid':
      return refundPaid(told);
    case 'return.changed':
      return { outcome: 'fetch', refs: [{ kind: 'return', id: told.return_id }] };
    case 'survey.answered':
      return { outcome: 'ignored', because: 'a survey says nothing of the return' };
  }
}

/** It happens once. The time is the provider's time of this very fact; the order's date is not. */
function opened(told: Opened, settings: Settings): Normalized {
  const items: DetailItem[] = [];
  for (const line of told.lines) {
    const value = line.price ? moneyFromDecimal(line.price, told.currency) : null;
    // An item is never dropped, and never taken without what we could not read of it.
    if (line.price && value === null) return unreadable('/notices/*/lines/*/price', 'is not an amount');
    items.push({
      ref: line.line,
      quantity: line.quantity,
      orderNumber: told.order.number,
      orderLineId: line.line,
      sku: line.sku ?? null,
      name: line.name ?? null,
      reason: codeFrom(REASON_OF, line.reason),
      value,
    });
  }
  const { number, placed_at } = told.order;
  const requested: ReturnEvent = {
    type: 'return.requested',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: instantFrom(told.at),
    change: {
      details: {
        order: { number, id: null, placedAt: instantFrom(placed_at) },
        items,
        ...(told.rma ? { rmaNumber: told.rma } : {}),
        ...(told.shopper?.email ? { shopper: { email: told.shopper.email } } : {}),
      },
    },
  };
  return events(told, settings.requestNeedsApproval ? [requested] : [requested, authorized()]);
}

/** Told by two kinds of notice, with one subject and one occurrence: however it is told, it is one fact. */
function authorized(): ReturnEvent {
  return { type: 'return.authorized', subject: 'total', occurrence: { by: 'once' }, occurredAt: null, change: {} };
}

/** The shopper may change it there and back, and no time is given: the nth time a method was entered is the fact. */
function methodChosen(told: MethodChosen): Normalized {
  const kind = told.qr_url ? 'qr' : 'document';
  return events(told, [
    {
      type: 'label.issued',
      subject: 'total',
      occurrence: { by: 'entry', axis: 'method', value: told.method },
      occurredAt: null,
      change: {
        shipment: {
          ref: 'total',
          carrier: told.carrier ?? null,
          trackingNumber: told.tracking ?? null,
          label: { kind, url: told.qr_url ?? null },
        },
        method: codeFrom(METHOD_OF, told.method),
      },
    },
  ]);
}

/** Tracking numbers attach: this waits until a return has the number, and never makes or joins one. */
function parcelScanned(told: ParcelScanned): Normalized {
  if (!Object.hasOwn(SCAN_OF, told.scan)) {
    return { outcome: 'unrecognized', because: `scan ${JSON.stringify(told.scan)} is not known` };
  }
  const event: ReturnEvent = {
    type: SCAN_OF[told.scan]!,
    subject: told.tracking,
    occurrence: { by: 'id', id: told.scan_id },
    occurredAt: instantFrom(told.at),
    change: { shipment: { ref: 'total', trackingNumber: told.tracking } },
  };
  return { outcome: 'events', aliases: [{ kind: 'tracking', value: told.tracking, unique: false }], events: [event] };
}

/** A line may be graded again, and then the time tells the two apart; so without a time it cannot be told. */
function itemGraded(told: ItemGraded): Normalized {
  const occurredAt = instantFrom(told.at);
  if (occurredAt === null) return unreadable('/notices/*/at', 'is not a time with its zone');
  return events(told, [
    {
      type: 'item.inspected',
      subject: told.line,
      occurrence: { by: 'time' },
      occurredAt,
      change: { items: [{ ref: told.line, quantity: told.quantity, condition: codeFrom(CONDITION_OF, told.grade) }] },
    },
  ]);
}

/** Money moved. The refund's own id is the subject, so that telling it twice pays once. */
function refundPaid(told: RefundPaid): Normalized {
  const amount: Money | null = moneyFromDecimal(told.amount, told.currency);
  if (amount === null) return unreadable('/notices/*/amount', 'is not an amount');
  return events(told, [
    {
      type: 'refund.issued',
      subject: told.refund_id,
      occurrence: { by: 'once' },
      occurredAt: instantFrom(told.at),
      change: { settlement: { ref: told.refund_id, kind: 'refund', state: 'paid', amount } },
    },
  ]);
}

/** The return id is documented as unique, so it identifies. */
function events(
  told: Accepted | Exclude<Told, ParcelScanned | { kind: 'return.changed' | 'survey.answered' }>,
  list: readonly ReturnEvent[],
): Normalized {
  const aliases: readonly Alias[] = [{ kind: 'return', value: told.return_id, unique: true }];
  return { outcome: 'events', aliases, events: list };
}

function unreadable(
  path: string,
  message: string,
  code: 'SCHEMA_MISMATCH' | 'TENANT_MISMATCH' = 'SCHEMA_MISMATCH',
): Normalized {
  return { outcome: 'unreadable', problem: { code, path, message } };
}
