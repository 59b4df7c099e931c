import { canonicalJson } from '../model/canonical-json.ts';
import type { Shopper } from '../model/return-event.ts';
import type { ShopperFields } from '../storage/store.ts';

/**
 * A return's one row of personal data. Each field keeps the instant that stated it and the latest wins, ties by value,
 * so that any order of recording ends in the same row.
 */
export function addShopper(
  fields: ShopperFields,
  shopper: Shopper,
  from: { readonly inboundId: string; readonly receivedAtMs: number; readonly occurredAt: string | null },
): ShopperFields {
  const receivedAt = new Date(from.receivedAtMs).toISOString();
  const at = from.occurredAt !== null && from.occurredAt < receivedAt ? from.occurredAt : receivedAt;
  const stated: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(shopper)) {
    if (value !== null && value !== undefined) stated[name] = { value, at, inboundId: from.inboundId };
  }
  return mergeShoppers(fields, stated as ShopperFields);
}

export function mergeShoppers(one: ShopperFields, other: ShopperFields): ShopperFields {
  const merged: Record<string, Field> = { ...(one as Record<string, Field>) };
  for (const [name, field] of Object.entries(other as Record<string, Field>)) {
    const known = merged[name];
    if (known === undefined || weight(field) > weight(known)) merged[name] = field;
  }
  return merged as ShopperFields;
}

/**
 * Before a row is read again, what it said is forgotten; what it says now is added after. A field holds one statement,
 * so an older one that another row made comes back only when that row is read again, too.
 */
export function withoutInbound(fields: ShopperFields, inboundId: string): ShopperFields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, field]) => field?.inboundId !== inboundId),
  ) as ShopperFields;
}

/** The shopper as the canonical return shows it; `null` where nothing is known. */
export function shopperOf(fields: ShopperFields): Shopper | null {
  const entries = Object.entries(fields as Record<string, Field>).map(([name, field]) => [name, field.value] as const);
  return entries.length === 0 ? null : (Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as Shopper);
}

interface Field {
  readonly value: unknown;
  readonly at: string;
  readonly inboundId: string;
}

function weight(field: Field): string {
  return `${field.at} ${canonicalJson(field.value)} ${field.inboundId}`;
}
