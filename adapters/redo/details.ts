import type { Read } from '#adapter/read-json.ts';
import type { DetailItem, Details, Order, Shopper } from '#model/return-event.ts';
import { readMoney } from './money.ts';
import type { Order as OrderTold } from './notices.ts';
import type { Return, ReturnItem } from './parts.ts';
import type { Settings } from './settings.ts';

/** What the return looks like. What is left out is not said, and takes nothing back. */
export function detailsOf(told: Return, order: OrderTold | null, settings: Settings): Read<Details> {
  const own = orderOf(told, order);
  const items = itemsOf(told, order, own, settings);
  if (!items.ok) return items;
  const fee = readMoney(told.totals?.shippingFee, '/return/totals/shippingFee');
  if (!fee.ok) return fee;
  const shopper = shopperOf(told);
  const providerData = asideOf(told);
  const value: Details = {
    ...(own === null ? {} : { order: own }),
    ...(shopper === null ? {} : { shopper }),
    ...(isKept(told) ? { method: { code: 'keep_item', providerCode: 'greenReturn' } } : {}),
    ...(items.value.length === 0 ? {} : { items: items.value }),
    // What the shopper pays, whether charged or deducted [documented]; "0.00" is nothing.
    ...(fee.value !== null && fee.value.amountMinor > 0
      ? { fees: [{ kind: 'return_shipping', amount: fee.value }] }
      : {}),
    ...(Object.keys(providerData).length === 0 ? {} : { providerData }),
  };
  return { ok: true, value };
}

/** `shopifyOrderIds` is the deprecated name of `externalOrderIds` [documented]. When the order was placed is not sent. */
function orderOf({ order, externalOrderIds, shopifyOrderIds }: Return, beside: OrderTold | null): Order | null {
  const ids = [beside?.externalId, ...(externalOrderIds ?? []), ...(shopifyOrderIds ?? [])];
  const id = ids.find(Boolean) ?? null;
  const number = order?.name || beside?.name || id;
  return number ? { number, id, placedAt: null } : null;
}

function shopperOf({ source }: Return): Shopper | null {
  const { emailAddress, name, phoneNumber, mailingAddress: at } = source ?? {};
  const fullName = joined([name?.given, name?.surname], ' ');
  const address = joined([at?.line1, at?.line2, at?.city, at?.state, at?.postalCode, at?.country], ', ');
  const shopper: Shopper = {
    ...(emailAddress ? { email: emailAddress } : {}),
    ...(fullName ? { name: fullName } : {}),
    ...(phoneNumber ? { phone: phoneNumber } : {}),
    ...(address ? { address } : {}),
  };
  return Object.keys(shopper).length === 0 ? null : shopper;
}

function joined(parts: readonly (string | null | undefined)[], by: string): string {
  return parts
    .map(part => part?.trim())
    .filter(Boolean)
    .join(by);
}

/** `greenReturn`: no physical return is required [documented]. Where only some are, goods still travel. */
function isKept({ items }: Return): boolean {
  return items !== null && items !== undefined && items.length > 0 && items.every(({ greenReturn }) => greenReturn);
}

function itemsOf(
  { items, externalOrderIds }: Return,
  beside: OrderTold | null,
  order: Order | null,
  settings: Settings,
): Read<DetailItem[]> {
  const value: DetailItem[] = [];
  const lines = new Map((beside?.items ?? []).flatMap(line => (line.id ? [[line.id, line] as const] : [])));
  for (const item of items ?? []) {
    const line = lines.get(item.orderItem?.id ?? '');
    const own = readMoney(item.productValueNoTaxNoAdjustment, '/return/items/*/productValueNoTaxNoAdjustment');
    if (!own.ok) return own;
    const price = readMoney(line?.price, '/order/items/*/price');
    if (!price.ok) return price;
    // Of a return over several orders only one is named: whose line this is, its place in that order says.
    const isOfOrder = (externalOrderIds?.length ?? 0) < 2 || line !== undefined;
    value.push({
      ref: item.id,
      quantity: item.quantity,
      orderNumber: isOfOrder ? (order?.number ?? null) : null,
      orderLineId: item.orderItem?.line_item_id || item.orderItem?.id || null,
      sku: item.sku || null,
      upc: item.upc || null,
      name: line?.product?.name || null,
      value: own.value ?? price.value,
      reason: reasonOf(item, settings),
    });
  }
  return { ok: true, value };
}

/** The first reason; the lists beside it repeat it. What the shopper wrote or answered is not read. */
function reasonOf({ reason, reasonCode }: ReturnItem, { reasons }: Settings): DetailItem['reason'] {
  const words = [reasonCode, reason].flatMap(word => (word ? [word] : []));
  const known = words.find(word => Object.hasOwn(reasons, word));
  const word = known ?? words[0];
  return word === undefined ? null : { code: known === undefined ? 'other' : reasons[known]!, providerCode: word };
}

/** What only Redo has, by its names. */
function asideOf(told: Return): Record<string, unknown> {
  const { compensationMethods, completeWithNoAction, externalOrderIds, protection } = told;
  const { labelPayer, labelPayerReason } = protection ?? {};
  return {
    ...(compensationMethods && compensationMethods.length > 0 ? { compensationMethods } : {}),
    ...(completeWithNoAction ? { completeWithNoAction } : {}),
    ...(externalOrderIds && externalOrderIds.length > 1 ? { externalOrderIds } : {}),
    ...(labelPayer ? { labelPayer } : {}),
    ...(labelPayerReason ? { labelPayerReason } : {}),
  };
}
