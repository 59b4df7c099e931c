import type { Normalized } from '#adapter/webhook.ts';
import type { Alias } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import type { DetailItem, Details, Occurrence, ReturnEvent } from '#model/return-event.ts';
import { REASON_OF, WISH_OF } from './codes.ts';
import type { ReturnCreated, ReturnedItem } from './notices.ts';
import type { Settings } from './settings.ts';
import { unixTimeAt } from './times.ts';

type Created = ReturnCreated['data'];

/**
 * A return is created once. Its status is not told, so whether it still waits for a yes is a setting; that it is granted
 * otherwise is [inferred] from the API, where a return that waits is `requested` and any other `open`.
 */
export function normalizeReturn({ timestamp, data }: ReturnCreated, settings: Settings): Normalized {
  if (settings.brandId !== undefined && data.brand_id && data.brand_id !== settings.brandId) {
    const message = 'is not the brandId of this connection';
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/data/brand_id', message } };
  }
  const at = unixTimeAt('/timestamp', timestamp);
  if (!at.ok) return { outcome: 'unreadable', problem: at.problem };
  const items = linesOf(data);
  if (items.some(({ quantity }) => quantity > MOST_UNITS)) {
    const problem = {
      code: 'SCHEMA_MISMATCH',
      path: '/data/items/*/quantity',
      message: 'adds up to too much',
    } as const;
    return { outcome: 'unreadable', problem };
  }

  const whole = { subject: 'total', occurrence: { by: 'once' } satisfies Occurrence, occurredAt: at.value } as const;
  const reason = codeFrom(REASON_OF, data.return_reason_id);
  const events: ReturnEvent[] = [
    { type: 'return.snapshot', ...whole, change: { details: detailsOf(data, items, settings) } },
    { type: 'return.requested', ...whole, change: { ...(data.return_reason_id === null ? {} : { reason }) } },
  ];
  if (!settings.requestNeedsApproval) events.push({ type: 'return.authorized', ...whole, change: {} });
  return { outcome: 'events', aliases: aliasesOf(data), events };
}

/** The order attaches and never identifies: it may be returned in parts, each a return of its own. */
function aliasesOf({ id, order_number }: Created): readonly Alias[] {
  const own: Alias = { kind: 'return', value: id, unique: true };
  return order_number ? [own, { kind: 'order', value: order_number, unique: false }] : [own];
}

function detailsOf(data: Created, items: readonly DetailItem[], settings: Settings): Details {
  const { order_number, delivery_choice } = data;
  const providerData = asideOf(data);
  return {
    ...(order_number ? { order: { number: order_number, id: null, placedAt: null } } : {}),
    ...(delivery_choice ? { method: codeFrom(settings.deliveryChoices, delivery_choice) } : {}),
    ...(items.length === 0 ? {} : { items: [...items] }),
    ...(Object.keys(providerData).length === 0 ? {} : { providerData }),
  };
}

/** What only Sendcloud has, by its names. `refund_type` is a wish: nobody has granted it, and no money moves. */
function asideOf({ brand_id, return_address_id, paid_return, refund_type }: Created): Record<string, unknown> {
  return {
    ...(brand_id ? { brand_id } : {}),
    ...(return_address_id ? { return_address_id } : {}),
    ...(typeof paid_return === 'boolean' ? { paid_return } : {}),
    ...(refund_type ? { refund_type: codeFrom<string>(WISH_OF, refund_type) } : {}),
  };
}

/** No return has more; a line of the canonical return could not hold them. */
const MOST_UNITS = 1_000_000;

/** The entries that share a name are one line; a line's own reason goes before the return's. */
function linesOf(data: Created): readonly DetailItem[] {
  const lines = new Map<string, DetailItem>();
  for (const [index, item] of (data.items ?? []).entries()) {
    const line = lineOf(item, index, data);
    const known = lines.get(line.ref);
    lines.set(line.ref, known === undefined ? line : { ...known, quantity: known.quantity + line.quantity });
  }
  return [...lines.values()];
}

/** Without an id or a SKU only its place in the list names an item, and the list is told once. */
function lineOf(item: ReturnedItem, index: number, { order_number, return_reason_id }: Created): DetailItem {
  const { item_id, sku, description, quantity } = item;
  const reason = item.return_reason_id ?? return_reason_id;
  return {
    ref: item_id || sku || `item ${index + 1}`,
    quantity,
    ...(order_number ? { orderNumber: order_number } : {}),
    ...(item_id ? { orderLineId: item_id } : {}),
    ...(sku ? { sku } : {}),
    ...(description ? { name: description } : {}),
    ...(reason === null ? {} : { reason: codeFrom(REASON_OF, reason) }),
  };
}
