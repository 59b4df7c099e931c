import type { Read } from '#adapter/read-json.ts';
import { codeFrom } from '#model/coded.ts';
import type { DetailItem, Details, Order, Shopper } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { METHOD_OF } from './codes.ts';
import { lineRef, MOST_UNITS } from './lines.ts';
import { readMoney } from './money.ts';
import type { BundledItem, Return, ReturnItem } from './notices.ts';
import type { Settings } from './settings.ts';

/** What the return looks like. What is left out is not said, and takes nothing back. */
export function detailsOf(told: Return, settings: Settings): Read<Details> {
  const order = orderOf(told);
  const items = itemsOf(told, order?.number ?? null, settings);
  if (!items.ok) return items;
  const charged = readMoney(told.cost_of_return?.charged, '/data/cost_of_return/charged');
  if (!charged.ok) return charged;
  const shopper = shopperOf(told);
  const method = codeFrom(METHOD_OF, told.return_method?.type);
  const providerData = asideOf(told);
  const value: Details = {
    ...(order === null ? {} : { order }),
    ...(shopper === null ? {} : { shopper }),
    ...(method.code === 'unknown' ? {} : { method }),
    ...(items.value.length === 0 ? {} : { items: items.value }),
    ...(told.rma_number ? { rmaNumber: told.rma_number } : {}),
    // `value` beside it is what would be charged; nothing is, before there is a payment or refund [documented].
    ...(charged.value === null ? {} : { fees: [{ kind: settings.costOfReturn, amount: charged.value }] }),
    ...(Object.keys(providerData).length === 0 ? {} : { providerData }),
  };
  return { ok: true, value };
}

function orderOf({ order }: Return): Order | null {
  const id = order?.external_id || order?.source_id || null;
  const number = order?.order_number || order?.order_name || id;
  return number ? { number, id, placedAt: instantFrom(order?.placed_at) } : null;
}

/**
 * The buyer's addresses stand in the order. With a gift return the shopper is somebody else, who must not be told of
 * the order, nor the buyer of the return [inferred]: then only the return's own address counts.
 */
function shopperOf({ contact_email, is_gift_return, gift_return, order }: Return): Shopper | null {
  const before = typeof gift_return === 'object' && gift_return !== null ? true : gift_return;
  const gift = is_gift_return ?? (typeof before === 'boolean' ? before : null);
  const email = contact_email || (gift === true ? null : (order?.customer?.emails?.find(Boolean) ?? null));
  const shopper = { ...(email ? { email } : {}), ...(gift === null ? {} : { isGiftRecipient: gift }) };
  return Object.keys(shopper).length === 0 ? null : shopper;
}

/** Entries of one order line are one line. Of a bundle the parts are listed beside it, because they are what is received. */
function itemsOf(told: Return, orderNumber: string | null, settings: Settings): Read<DetailItem[]> {
  const items = new Map<string, DetailItem>();
  const list = '/data/return_items/*';
  for (const entry of told.return_items ?? []) {
    const reason = reasonOf(entry, settings);
    const parts = (entry.bundled_items ?? []).map(part => itemOf(part, `${list}/bundled_items/*`, orderNumber));
    for (const read of [itemOf(entry, list, orderNumber, entry), ...parts]) {
      if (!read.ok) return read;
      const known = items.get(read.value.ref);
      const quantity = read.value.quantity + (known?.quantity ?? 0);
      if (quantity > MOST_UNITS) return problem(`${list}/intended_return_quantity`, 'is more than a line can hold');
      items.set(read.value.ref, { ...read.value, reason, ...known, quantity });
    }
  }
  return { ok: true, value: [...items.values()] };
}

/** `entry`: where the goods are an item of the return's own list, which alone has an id of its own and can be taken out. */
function itemOf(
  goods: ReturnItem | BundledItem,
  at: string,
  orderNumber: string | null,
  entry?: ReturnItem,
): Read<DetailItem> {
  const ref = lineRef(goods) ?? (entry?.id || null);
  if (ref === null) return problem(`${at}/external_order_item_id`, 'is missing, and so is an id');
  const asked = goods.intended_return_quantity ?? goods.return_quantity;
  if (asked === null || asked === undefined) return problem(`${at}/intended_return_quantity`, 'is missing');
  const paid = readMoney(goods.unit_discounted_price_including_tax, `${at}/unit_discounted_price_including_tax`);
  if (!paid.ok) return paid;
  const shown = readMoney(goods.unit_display_price, `${at}/unit_display_price`);
  if (!shown.ok) return shown;
  return {
    ok: true,
    value: {
      ref,
      // What the merchant took out again is not asked for any more.
      quantity: Math.max(0, asked - (entry?.removed_quantity ?? 0)),
      orderNumber,
      orderLineId: ref,
      sku: goods.sku || null,
      name: goods.product_title || null,
      value: paid.value ?? shown.value,
    },
  };
}

/** Reasons are the merchant's own text [documented], with a sub-reason where there is one. The comment is not read. */
function reasonOf({ return_reason, return_subreason }: ReturnItem, { reasons }: Settings): DetailItem['reason'] {
  if (!return_reason) return null;
  const word = return_subreason ? `${return_reason} / ${return_subreason}` : return_reason;
  const known = [word, return_reason].find(key => Object.hasOwn(reasons, key));
  return { code: known === undefined ? 'other' : reasons[known]!, providerCode: word };
}

/** What only AfterShip has, by its names. The estimate is what the shopper saw, no money that moves. */
function asideOf(told: Return): Record<string, unknown> {
  const { filed_by, shipping_status, refund_destination, outcomes, estimated_refund_total } = told;
  return {
    ...(filed_by ? { filed_by } : {}),
    ...(shipping_status ? { shipping_status } : {}),
    ...(refund_destination ? { refund_destination } : {}),
    ...(outcomes && outcomes.length > 0 ? { outcomes } : {}),
    ...(estimated_refund_total?.amount
      ? { estimated_refund_total: `${estimated_refund_total.amount} ${estimated_refund_total.currency ?? ''}`.trim() }
      : {}),
  };
}

function problem(path: string, message: string): Extract<Read<never>, { ok: false }> {
  return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message } };
}
