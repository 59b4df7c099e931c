import type { Read } from '#adapter/read-json.ts';
import type { ReasonCode } from '#model/codes.ts';
import type { DetailItem, Details, Order, Shopper } from '#model/return-event.ts';
import { amountOf } from './amounts.ts';
import type { LineItem, ReturnBody } from './notices.ts';
import type { Settings } from './settings.ts';

/** What one webhook says of the return itself. What it leaves out it does not say, and takes nothing back. */
export function detailsOf(body: ReturnBody, settings: Settings): Read<Details> {
  const order = orderOf(body.order_name || body.order_number, body.provider_order_id);
  const items = itemsOf(body, order?.number ?? null, settings);
  if (!items.ok) return items;
  const fee = amountOf(body.handling_fee, body.currency, '/handling_fee');
  if (!fee.ok) return fee;
  const shopper = shopperOf(body);
  const providerData = asideOf(body);
  const value: Details = {
    ...(order === null ? {} : { order }),
    ...(shopper === null ? {} : { shopper }),
    ...(items.value.length === 0 ? {} : { items: items.value }),
    // Zero is said, too: a fee that was waived.
    ...(fee.value === null ? {} : { fees: [{ kind: 'handling', amount: fee.value }] }),
    ...(Object.keys(providerData).length === 0 ? {} : { providerData }),
  };
  return { ok: true, value };
}

/** `order_name` is the number that the shopper knows, with its `#`; an order's date is not told. */
export function orderOf(number: string | null | undefined, id: string | null | undefined): Order | null {
  return number ? { number, id: id || null, placedAt: null } : null;
}

/** One entry is one unit [inferred: there is no quantity]; units that share a line id [third-party] are counted. */
function itemsOf(
  { line_items, currency }: ReturnBody,
  orderNumber: string | null,
  settings: Settings,
): Read<DetailItem[]> {
  const items = new Map<string, DetailItem>();
  for (const line of line_items ?? []) {
    const price = amountOf(line.price, currency, '/line_items/*/price');
    if (!price.ok) return price;
    const reason = reasonOf(line, settings);
    items.set(line.line_item_id, {
      ref: line.line_item_id,
      quantity: (items.get(line.line_item_id)?.quantity ?? 0) + 1,
      orderNumber,
      orderLineId: line.provider_line_item_id || null,
      sku: line.sku || null,
      upc: line.barcode || null,
      name: line.title || null,
      ...(reason === null ? {} : { reason }),
      value: price.value,
    });
  }
  return { ok: true, value: [...items.values()] };
}

/** Reasons are the merchant's own words, often in two levels; the finer one is kept. */
function reasonOf(line: LineItem, { reasons }: Settings): ReasonCode | null {
  const words = [line.return_reason, line.parent_return_reason].filter(word => word !== null && word !== undefined);
  const spoken = words.filter(word => word.trim() !== '');
  const [finest] = spoken;
  if (finest === undefined) return null;
  for (const word of spoken) {
    const folded = word.trim().toLowerCase();
    const known = Object.entries(reasons).find(([own]) => own.toLowerCase() === folded);
    if (known !== undefined) return { code: known[1], providerCode: finest };
  }
  return { code: 'other', providerCode: finest };
}

function shopperOf({ customer, customer_detail: detail, address, is_gift_return: gift }: ReturnBody): Shopper | null {
  const email = customer || detail?.email;
  const name = fullName(detail?.first_name, detail?.middle_name, detail?.last_name) ?? address?.name;
  const { address1, address2, city, state, zip, country } = address ?? {};
  const place = [address1, address2, city, state, zip, country].filter(part => part).join(', ');
  const shopper: Shopper = {
    ...(email ? { email } : {}),
    ...(name ? { name } : {}),
    ...(address?.phone ? { phone: address.phone } : {}),
    ...(place === '' ? {} : { address: place }),
    ...(typeof gift === 'boolean' ? { isGiftRecipient: gift } : {}),
  };
  return Object.keys(shopper).length === 0 ? null : shopper;
}

export function fullName(...parts: readonly (string | null | undefined)[]): string | null {
  return parts.filter(part => part).join(' ') || null;
}

/** What only Loop has, by its names, as it came. While a return is open its amounts are what will be paid, not what was. */
function asideOf(body: ReturnBody): Record<string, string> {
  const { state, order_id, order_number, provider_order_sales_channel } = body;
  const { total, return_total, exchange_total, gift_card, refund, upsell } = body;
  const amounts = { total, return_total, exchange_total, gift_card, refund, upsell };
  const told = { state, order_id, order_number, provider_order_sales_channel, ...amounts };
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(told)) if (value) kept[name] = value;
  return kept;
}
