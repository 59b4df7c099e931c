import type { Read } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import { type Alias, normalizeTracking } from '#model/aliases.ts';
import type { ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import type { Instant } from '#model/time.ts';
import type { Parcel, ParcelStatusChanged } from './notices.ts';
import { ENDS_LABEL, PARCEL_STATUS } from './parcel-codes.ts';
import { described, factsOf, ONCE } from './parcel-facts.ts';
import { wordOf } from './parcel-status.ts';
import type { Settings } from './settings.ts';
import { unixTimeAt } from './times.ts';

/** `parcel_status_changed`, which an integration sends for every parcel of the shop, to the shopper as well as back. */
export function normalizeParcel(changed: ParcelStatusChanged, settings: Settings): Normalized {
  const { parcel } = changed;
  const { status } = parcel;
  // The exchange's own parcel among them: nothing tells it from any other that goes to a shopper.
  if (parcel.is_return === false) return { outcome: 'ignored', because: 'the parcel goes to the shopper' };
  if (!status.code && !status.message && !status.id) {
    const problem = { code: 'SCHEMA_MISMATCH', path: '/parcel/status', message: 'says nothing' } as const;
    return { outcome: 'unreadable', problem };
  }
  const word = wordOf(status);
  if (word === null) {
    const said = status.code || status.message || status.id;
    return { outcome: 'unrecognized', because: `parcel status ${JSON.stringify(said)} is not known` };
  }
  const at = timeOf(changed);
  if (!at.ok) return { outcome: 'unreadable', problem: at.problem };
  const aliases = aliasesOf(parcel, settings);
  if (aliases.length === 0) {
    return { outcome: 'ignored', because: 'the parcel has no tracking number yet, so nothing tells whose it is' };
  }
  const { standing } = PARCEL_STATUS[word]!;
  const told = { parcelId: parcel.id, parcel: shipmentOf(parcel), words: word, standing, at: at.value };
  return {
    outcome: 'events',
    aliases,
    events: [
      described(parcel.id, asideOf(parcel, word), at.value),
      ...issued(parcel, word, at.value),
      ...factsOf(told),
    ],
  };
}

/**
 * The carrier's time of the change where it has one, else Sendcloud's [both documented]. Sendcloud knew it by its own time, so
 * that a carrier whose clock is ahead, or in another zone, moves nothing into the future.
 */
function timeOf({ timestamp, carrier_status_change_timestamp }: ParcelStatusChanged): Read<Instant | null> {
  const known = unixTimeAt('/timestamp', timestamp);
  const happened = unixTimeAt('/carrier_status_change_timestamp', carrier_status_change_timestamp);
  if (!known.ok) return known;
  if (!happened.ok || happened.value === null) return happened.ok ? known : happened;
  return known.value !== null && known.value < happened.value ? known : happened;
}

/** Nothing in the webhook names a return. An order may only lead to one where Sendcloud says that the parcel comes back. */
function aliasesOf(
  { tracking_number, order_number, is_return }: Parcel,
  { returnParcels }: Settings,
): readonly Alias[] {
  const aliases: Alias[] = [];
  const number = normalizeTracking(tracking_number ?? '');
  if (number !== '') aliases.push({ kind: 'tracking', value: number, unique: false });
  if (returnParcels === 'order_number' && is_return === true && order_number) {
    aliases.push({ kind: 'order', value: order_number, unique: false });
  }
  return aliases;
}

function shipmentOf({ id, carrier, tracking_number, tracking_url }: Parcel): ShipmentChange {
  return {
    ref: id,
    ...(carrier?.code ? { carrier: carrier.code } : {}),
    ...(tracking_number && normalizeTracking(tracking_number) !== '' ? { trackingNumber: tracking_number } : {}),
    ...(tracking_url ? { trackingUrl: tracking_url } : {}),
  };
}

/**
 * Every webhook has the label once it is made, so that one which was missed leaves no hole; the earliest that has it has the time
 * nearest to its making. Without a link nothing is told: it would take away one that somebody else knows.
 */
function issued(parcel: Parcel, word: string, occurredAt: Instant | null): readonly ReturnEvent[] {
  const label = labelOf(parcel);
  if (label === null || ENDS_LABEL.has(word)) return [];
  const change = { shipment: { ...shipmentOf(parcel), label } };
  return [{ type: 'label.issued', subject: parcel.id, occurrence: ONCE, occurredAt, change }];
}

/** `label` is to be printed [documented]; the document `qr` is a code to be shown (name [third-party], meaning [inferred]). */
function labelOf({ label, documents }: Parcel): NonNullable<ShipmentChange['label']> | null {
  const printed = label?.label_printer || label?.normal_printer?.[0] || null;
  const code = documents?.find(({ type, link }) => type === 'qr' && link)?.link ?? null;
  if (printed === null) return code === null ? null : { kind: 'qr', url: code };
  return { kind: code === null ? 'document' : 'both', url: printed };
}

function asideOf({ external_order_id, external_shipment_id }: Parcel, word: string): Record<string, unknown> {
  return {
    status: word,
    ...(external_order_id ? { external_order_id } : {}),
    ...(external_shipment_id ? { external_shipment_id } : {}),
  };
}
