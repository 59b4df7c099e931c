import type { Normalized } from '#adapter/webhook.ts';
import { normalizeTracking } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { SETTLEMENT_OF } from './codes.ts';
import { detailsOf, groupBy, outboundLines, refOf } from './lines.ts';
import type { OutboundNotice, OutboundUnit } from './notices.ts';
import type { Settings } from './settings.ts';

/**
 * A consolidated shipment left the hub with items of this return. V1 names no return id: the express code identifies,
 * and `return.label.update` joins it with the return id. `startedDate` and `approvedDate` are times of facts that
 * `return.asn` tells under the return id; told again under this one they would be other facts, so they are not read.
 */
export function normalizeOutbound(notice: OutboundNotice, settings: Settings): Normalized {
  const { units, expressCode } = notice;
  if (units.some(unit => unit.happyReturnsRetailerID && unit.happyReturnsRetailerID !== settings.retailerId)) {
    const path = '/*/happyReturnsRetailerID';
    const message = 'is not the retailerId of this connection';
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path, message } };
  }
  const shipments = groupBy(units, shipmentRef);
  return {
    outcome: 'events',
    aliases: [{ kind: 'express_code', value: expressCode, unique: true }],
    events: [
      described(notice, shipments),
      ...[...shipments].map(([ref, inIt]) => inTransit(ref, inIt)),
      ...inspections(units),
      ...intents(units),
    ],
  };
}

/** The parcel's name: its tracking number however it is printed, else the box, else the pallet. */
function shipmentRef({ tracking, shippingBoxBarcode, palletNumber }: OutboundUnit): string {
  return normalizeTracking(tracking ?? '') || shippingBoxBarcode || palletNumber || 'total';
}

function described(
  { units, expressCode }: OutboundNotice,
  shipments: ReadonlyMap<string, readonly OutboundUnit[]>,
): ReturnEvent {
  const providerData: Record<string, unknown> = {};
  for (const [ref, [first]] of shipments) {
    const { poNumber, palletNumber, shippingBoxBarcode, shippingBoxKind, destinationAddressID } = first!;
    const said = { poNumber, palletNumber, shippingBoxBarcode, shippingBoxKind, destinationAddressID };
    const known = Object.entries(said).filter(([, value]) => value);
    // One key per shipment, because later data replaces a key as a whole.
    if (known.length > 0) providerData[`outbound_shipment ${ref}`] = Object.fromEntries(known);
  }
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: null,
    change: {
      details: {
        ...detailsOf(outboundLines(units)),
        rmaNumber: expressCode,
        ...(Object.keys(providerData).length > 0 ? { providerData } : {}),
      },
    },
  };
}

function inTransit(ref: string, units: readonly OutboundUnit[]): ReturnEvent {
  const { tracking, carrier } = units[0]!;
  return {
    type: 'shipment.in_transit',
    subject: ref,
    occurrence: { by: 'once' },
    occurredAt: earliest(units.map(unit => instantFrom(unit.departureDate))),
    change: {
      shipment: { ref, carrier: carrier || null, trackingNumber: tracking || null, consolidated: true },
      items: outboundLines(units).map(line => ({ ref: line.ref, quantity: line.units })),
    },
  };
}

/** Its values are not published, so each is kept as it is; corrected later it is news, hence `entry`. */
function inspections(units: readonly OutboundUnit[]): readonly ReturnEvent[] {
  return [
    ...groupBy(
      units.filter(unit => unit.inspectionOutcome),
      refOf,
    ),
  ].map(([ref, inspected]) => {
    const outcome = inspected[0]!.inspectionOutcome!;
    return {
      type: 'item.inspected',
      subject: ref,
      occurrence: { by: 'entry', axis: 'inspectionOutcome', value: outcome },
      occurredAt: null,
      change: { items: [{ ref, quantity: inspected.length, condition: codeFrom({}, outcome) }] },
    };
  });
}

/**
 * What the shopper gets: an intent, no money. It has no time of its own: `approvedDate` is earlier than the receipt of the
 * approval by `return.asn`, so that with it the word "refund" of that approval would always overrule an exchange.
 * Where an order has both, the refund keeps the settlement that the approval opened, and the exchange has one beside it.
 */
function intents(units: readonly OutboundUnit[]): readonly ReturnEvent[] {
  return [...groupBy(units, unit => unit.orderNumber)].flatMap(([orderNumber, ofOrder]): ReturnEvent[] => {
    const kinds = new Set(ofOrder.map(intentOf).filter(kind => kind !== null));
    return [...kinds].sort().map(kind => {
      const ref = kinds.size > 1 && kind === 'exchange' ? `${orderNumber}/exchange` : orderNumber;
      return {
        type: 'settlement.approved',
        subject: ref,
        occurrence: { by: 'once' },
        occurredAt: null,
        change: { settlement: { ref, kind, state: 'approved', orderNumber } },
      };
    });
  });
}

/** `null`: nothing said, or in a word that nobody mapped; the bytes keep it. */
function intentOf({ refundType, oneClickExchange }: OutboundUnit): 'refund' | 'exchange' | null {
  if (oneClickExchange === true || oneClickExchange === 'true') return 'exchange';
  return refundType && Object.hasOwn(SETTLEMENT_OF, refundType) ? SETTLEMENT_OF[refundType]! : null;
}

function earliest(times: readonly (string | null)[]): string | null {
  return times.filter(time => time !== null).sort()[0] ?? null;
}
