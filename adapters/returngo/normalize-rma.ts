import { codeFrom } from '#model/coded.ts';
import type { Condition, Method } from '#model/codes.ts';
import type { DetailItem, Details, ItemChange, Occurrence, ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { moneyOf } from './amounts.ts';
import { CLOSED_STATUSES, RMA_STATUSES, type Standing } from './codes.ts';
import type { PartRead } from './normalize.ts';
import type { Item, Rma, RmaTold } from './notices.ts';
import type { Settings } from './settings.ts';

const ONCE = { by: 'once' } satisfies Occurrence;

/** The request, what was decided of it, and what was found in the parcels. Its status has no time of its own. */
export function eventsOfRma(rmaId: string, { status, rma, validatedShipments }: RmaTold, settings: Settings): PartRead {
  if (!Object.hasOwn(RMA_STATUSES, status)) {
    return { outcome: 'unrecognized', because: `RMA status ${JSON.stringify(status)} is not known` };
  }
  const standing = RMA_STATUSES[status]!;
  const items = (rma.items ?? []).map(item => detailOf(item, orderNumberOf(rma), settings));
  if (items.includes(null)) {
    const message = 'is not an amount with its currency';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/items/*/paidPrice', message } };
  }
  const details = detailsOf(rmaId, status, rma, items as readonly DetailItem[], settings);
  return [
    total('return.snapshot', instantFrom(rma.lastUpdated), { details }),
    total('return.requested', instantFrom(rma.createdAt)),
    ...(standing.authorized ? [total('return.authorized', null)] : []),
    ...(rma.items ?? []).flatMap(item => foundOf(item, standing, validatedShipments, settings)),
    ...claimsOf(status, standing, rma),
  ];
}

type Whole = 'return.snapshot' | 'return.requested' | 'return.authorized';

function total(type: Whole, occurredAt: string | null, change: object = {}): ReturnEvent {
  return { type, subject: 'total', occurrence: ONCE, occurredAt, change } as ReturnEvent;
}

/**
 * An RMA may be reopened, and nobody says so. Each look at one that is open tells that it is; only where it had been closed
 * is that a fact. It was open when it was created, whatever the first look shows.
 */
function claimsOf(status: string, { claim }: Standing, { createdAt }: Rma): readonly ReturnEvent[] {
  const open = (occurredAt: string | null): ReturnEvent => ({
    type: 'return.reopened',
    subject: 'total',
    occurrence: { by: 'entry', axis: 'status', value: 'open', after: CLOSED_STATUSES },
    occurredAt,
    change: {},
  });
  const since = instantFrom(createdAt);
  const first = since === null ? [] : [open(since)];
  if (claim === 'open') return [...first, open(null)];
  const occurrence = { by: 'entry', axis: 'status', value: status } as const;
  const closing = { subject: 'total', occurrence, occurredAt: null } as const;
  if (claim === 'rejected') return [...first, { type: 'return.rejected', ...closing, change: { stage: 'request' } }];
  return [...first, { type: `return.${claim}`, ...closing, change: {} }];
}

/** What was found of one unit, by somebody who had it in hand, or missed it. */
function foundOf(
  item: Item,
  standing: Standing,
  validatedShipments: readonly string[],
  { conditions, methods }: Settings,
): readonly ReturnEvent[] {
  const { returnedItemId: ref, itemValidationStatusResponse: validation, shipmentId } = item;
  const isReturned = flag(validation?.isReturned);
  const isKept = methodOf(item.returnMethod?.type, methods).code === 'keep_item';
  const events: ReturnEvent[] = [];
  if (isReturned === true || (standing.received && isReturned === null && !isKept)) {
    const change = { items: [{ ref, quantity: 1 }] };
    events.push({ type: 'item.received', subject: ref, occurrence: ONCE, occurredAt: null, change });
  }
  const at = instantFrom(validation?.lastValidationDate);
  const wasValidated = standing.validated || validatedShipments.includes(shipmentId || '');
  if (at === null && isReturned === null && (!wasValidated || isKept)) return events;
  const isRestockable = flag(validation?.isRestockable);
  const why = validation?.nonRestockableReason?.slice(0, 500) || null;
  const found: Condition | null =
    isReturned === false
      ? { code: 'missing', providerCode: 'isReturned false' }
      : isRestockable === false && why !== null
        ? codeFrom(conditions, why)
        : null;
  const change: ItemChange = { ref, quantity: 1, ...(found === null ? {} : { condition: found }) };
  // It may be validated again, with another outcome; an outcome without another one between is told once.
  const value = `${isReturned} ${isRestockable} ${found?.providerCode ?? ''}`.slice(0, 300);
  const occurrence = { by: 'entry', axis: 'validation', value } as const;
  return [...events, { type: 'item.inspected', subject: ref, occurrence, occurredAt: at, change: { items: [change] } }];
}

function flag(value: boolean | 0 | 1 | null | undefined): boolean | null {
  return value === null || value === undefined ? null : Boolean(value);
}

function orderNumberOf({ rmaSummary, orderDetails }: Rma): string | null {
  return rmaSummary.order_name || orderDetails?.order_name || null;
}

/** `null`: its price cannot be read, and an item is never taken without it. */
function detailOf(item: Item, orderNumber: string | null, { reasons }: Settings): DetailItem | null {
  const value = moneyOf(item.paidPrice);
  if (value === undefined) return null;
  return {
    ref: item.returnedItemId,
    quantity: 1,
    orderNumber,
    orderLineId: item.shopLineItemId || null,
    sku: item.sku || null,
    upc: item.barcode || null,
    name: item.fullName || item.productName || null,
    reason: codeFrom(reasons, item.returnReason),
    value,
  };
}

function detailsOf(
  rmaId: string,
  status: string,
  rma: Rma,
  items: readonly DetailItem[],
  { methods }: Settings,
): Details {
  const number = orderNumberOf(rma);
  const words = [...new Set((rma.items ?? []).flatMap(item => item.returnMethod?.type || []))];
  const [word] = words;
  const isOutOfPolicy = flag(rma.isOutOfPolicy);
  return {
    ...(number === null ? {} : { order: { number, id: rma.orderDetails?.orderId || null, placedAt: null } }),
    ...(items.length === 0 ? {} : { items: [...items] }),
    // A return whose items travel in several ways has no one method.
    ...(words.length === 1 && word !== undefined ? { method: methodOf(word, methods) } : {}),
    rmaNumber: `RMA${rmaId}`,
    providerData: {
      status,
      ...(isOutOfPolicy === null ? {} : { isOutOfPolicy }),
      ...(words.length > 1 ? { returnMethods: words } : {}),
      ...(rma.cancellationFee ? { cancellationFee: rma.cancellationFee } : {}),
      ...Object.fromEntries((rma.items ?? []).map(item => [`item ${item.returnedItemId}`, asideOf(item)])),
    },
  };
}

/** Fees have no currency, and whether they are amounts is not said: they stay text. */
function asideOf({ resolutionType, restockingFee, returnFee, shipmentFee }: Item): Record<string, string> {
  return {
    ...(resolutionType ? { resolutionType } : {}),
    ...(restockingFee ? { restockingFee } : {}),
    ...(returnFee ? { returnFee } : {}),
    ...(shipmentFee ? { shipmentFee } : {}),
  };
}

function methodOf(word: string | null | undefined, methods: Settings['methods']): Method {
  if (!word) return { code: 'unknown', providerCode: null };
  const folded = word.toLowerCase();
  const known = Object.entries(methods).find(([literal]) => literal.toLowerCase() === folded);
  return { code: known?.[1] ?? 'other', providerCode: word };
}
