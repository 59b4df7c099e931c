import { codeFrom } from '#model/coded.ts';
import type { DetailItem, Details, Order } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { REASON_OF } from './codes.ts';
import type { OutboundUnit, ReturnUnit } from './notices.ts';

/** A line of a return: the units that share a name. One unit is one line unless the shop leaves the unit's suffix out. */
export interface Line {
  /** `<order number>/<line item id>`: both webhooks that list items carry the two, and neither alone is unique. */
  readonly ref: string;
  readonly units: number;
  readonly order: Order;
  readonly item: DetailItem;
}

/** The renames between the webhooks, in one place. */
export function returnLines(units: readonly ReturnUnit[]): readonly Line[] {
  return linesOf(units.map(unit => ({ ...unit, purchased: unit.purchasedAt, reason: unit.returnReasonID })));
}

export function outboundLines(units: readonly OutboundUnit[]): readonly Line[] {
  return linesOf(units.map(unit => ({ ...unit, purchased: unit.purchasedDate, reason: unit.returnReason })));
}

export function refOf(unit: Pick<ReturnUnit, 'orderNumber' | 'orderLineItemID'>): string {
  return `${unit.orderNumber}/${unit.orderLineItemID}`;
}

type Unit = Pick<ReturnUnit, 'orderNumber' | 'orderLineItemID' | 'orderID' | 'sku' | 'upc' | 'productName'> & {
  readonly purchased: string | null | undefined;
  readonly reason: string | null | undefined;
};

function linesOf(units: readonly Unit[]): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const unit of units) {
    const ref = refOf(unit);
    const count = (lines.get(ref)?.units ?? 0) + 1;
    lines.set(ref, { ref, units: count, order: orderOf(unit), item: itemOf(unit, ref, count) });
  }
  return [...lines.values()];
}

function orderOf(unit: Unit): Order {
  return { number: unit.orderNumber, id: unit.orderID || null, placedAt: instantFrom(unit.purchased) };
}

function itemOf(unit: Unit, ref: string, quantity: number): DetailItem {
  return {
    ref,
    quantity,
    orderNumber: unit.orderNumber,
    // Kept with its `-<index>-<n>` suffix: an id of the shop's own may look the same, and the order is not known here.
    orderLineId: unit.orderLineItemID,
    sku: unit.sku || null,
    upc: unit.upc || null,
    name: unit.productName || null,
    ...(unit.reason ? { reason: codeFrom(REASON_OF, unit.reason) } : {}),
  };
}

/** What these lines say of the return; a shopper's e-mail only where the webhook carries one. */
export function detailsOf(lines: readonly Line[], email?: string | null): Details {
  const orders = new Map(lines.map(line => [line.order.number, line.order]));
  return {
    orders: [...orders.values()],
    ...(email ? { shopper: { email } } : {}),
    items: lines.map(line => line.item),
  };
}

/** Lines by what `keyOf` gives, in order of first mention. */
export function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return groups;
}
