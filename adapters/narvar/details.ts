import type { Read } from '#adapter/read-json.ts';
import { codeFrom } from '#model/coded.ts';
import type { Method } from '#model/codes.ts';
import { moneyFromDecimal } from '#model/money.ts';
import type { DetailItem, Details, Fee, Shopper } from '#model/return-event.ts';
import { rmaNumberOf } from './aliases.ts';
import { isPlaceholder } from './codes.ts';
import type { Line } from './lines.ts';
import type { Return, Told } from './notices.ts';
import type { Settings } from './settings.ts';

/** What one webhook says of the return itself. What it leaves out it does not say, and takes nothing back. */
export function detailsOf(told: Told, settings: Settings): Read<Details> {
  const { rma, orderNumber, placedAt, lines, at } = told;
  const currency = rma.currency || settings.currency || null;
  const fees = feesOf(rma, currency, at);
  if (!fees.ok) return fees;
  const shopper = shopperOf(rma);
  const method = methodOf(rma, settings);
  const rmaNumber = rmaNumberOf(rma);
  const providerData = asideOf(rma, currency);
  const value: Details = {
    order: { number: orderNumber, id: rma.shopify_order_id || null, placedAt },
    ...(shopper === null ? {} : { shopper }),
    ...(method.code === 'unknown' ? {} : { method }),
    ...(lines.length === 0 ? {} : { items: lines.map(line => itemOf(line, orderNumber, settings)) }),
    ...(rmaNumber === null || isPlaceholder(rmaNumber) ? {} : { rmaNumber }),
    ...(fees.value.length === 0 ? {} : { fees: fees.value }),
    ...(Object.keys(providerData).length === 0 ? {} : { providerData }),
  };
  return { ok: true, value };
}

/** Literals come in upper and lower case in public material, so the case says nothing. */
export function methodOf({ return_method: word }: Pick<Return, 'return_method'>, { methods }: Settings): Method {
  if (!word) return { code: 'unknown', providerCode: null };
  const folded = word.toLowerCase();
  const known = Object.entries(methods).find(([literal]) => literal.toLowerCase() === folded);
  return { code: known?.[1] ?? 'other', providerCode: word };
}

/** With `gift`, the address is the recipient's, who must not be told of the buyer's order, nor the buyer of the return. */
function shopperOf({ email, gift }: Return): Shopper | null {
  const shopper = { ...(email ? { email } : {}), ...(typeof gift === 'boolean' ? { isGiftRecipient: gift } : {}) };
  return Object.keys(shopper).length === 0 ? null : shopper;
}

function itemOf({ ref, id, sku, quantity, name, reason }: Line, orderNumber: string, settings: Settings): DetailItem {
  return {
    ref,
    quantity,
    orderNumber,
    orderLineId: id,
    sku,
    name,
    ...(reason === null ? {} : { reason: codeFrom(settings.reasons, reason) }),
  };
}

/** An amount is never taken without its currency, and a fee never passed over because its amount cannot be read. */
function feesOf({ restocking_fee: text }: Return, currency: string | null, at: string): Read<Fee[]> {
  if (!text || currency === null) return { ok: true, value: [] };
  const amount = moneyFromDecimal(text, currency);
  if (amount === null) {
    const path = `${at}/restocking_fee`;
    return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message: 'is not an amount of the currency' } };
  }
  return { ok: true, value: [{ kind: 'restocking', amount }] };
}

/**
 * What only Narvar has, by its names, as it came. `estimated_refund` is what the shopper was shown, no money that moves.
 * Where the parcel starts, payer and payment are personal and stay in the bytes.
 */
function asideOf(rma: Return, currency: string | null): Record<string, string> {
  const { carrier_service_method, destination_zip, destination_city, destination_country } = rma.package ?? {};
  const { estimated_refund, refund_method, return_status, locale, ship_by_date, original_shopify_order_id } = rma;
  const said = {
    estimated_refund,
    currency: rma.currency,
    restocking_fee: currency === null ? rma.restocking_fee : null,
    refund_method,
    return_status,
    locale,
    ship_by_date,
    original_shopify_order_id,
    carrier_service_method,
    destination_zip,
    destination_city,
    destination_country,
  };
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(said)) {
    if (typeof value === 'string' && value !== '' && value.length <= 2000) kept[name] = value;
  }
  return kept;
}
