import type { Normalized } from '#adapter/webhook.ts';
import type { Occurrence, ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import { aliasesOf, trackingOf } from './aliases.ts';
import { LABEL_KIND_OF } from './codes.ts';
import { detailsOf, methodOf } from './details.ts';
import type { NamedTenant, NarvarNotice, Told } from './notices.ts';
import type { Settings } from './settings.ts';

/** Credentials prove the caller, not the account: so every name of a tenant in the webhook must be this connection's. */
export function normalize({ type, tenants, told }: NarvarNotice, settings: Settings): Normalized {
  const stranger = tenants.find(tenant => !isOurs(tenant, settings));
  if (stranger !== undefined) {
    const { kind, path } = stranger;
    const message =
      path === null
        ? `X-Narvar-Shop-Domain is not the ${kind} of this connection`
        : `is not the ${kind} of this connection`;
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path, message } };
  }
  if (told === null) return { outcome: 'unrecognized', because: `status ${JSON.stringify(type)} is not known` };

  const aliases = aliasesOf(told);
  if (aliases.length === 0) {
    const message = 'identifies no return, and there is no date of creation either';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: `${told.at}/rma_number`, message } };
  }
  const details = detailsOf(told, settings);
  if (!details.ok) return { outcome: 'unreadable', problem: details.problem };
  const description: ReturnEvent = {
    type: 'return.snapshot',
    subject: 'total',
    ...ONCE,
    change: { details: details.value },
  };
  return { outcome: 'events', aliases, events: [description, ...standing(told, settings), ...news(told, settings)] };
}

/** A retailer that is not configured (it need not be with the dialect shopify) is not compared; host names have no case. */
function isOurs({ kind, name }: NamedTenant, settings: Settings): boolean {
  const ours = settings[kind];
  if (ours === undefined) return true;
  return kind === 'shopDomain' ? name.toLowerCase() === ours.toLowerCase() : name === ours;
}

/**
 * Narvar gives no time but the date of creation, which all webhooks of a return repeat: it is the time of the request
 * and of nothing else. Statuses and topics happen once; told again, however late, they are no news.
 */
const ONCE = { occurrence: { by: 'once' } satisfies Occurrence, occurredAt: null } as const;

/**
 * What holds whatever the status is, because every webhook tells the whole return: that it was asked for, that it was
 * granted (Narvar has applied its rules before it tells anybody [inferred]), that there is a label. So a webhook
 * that was skipped leaves no hole, and one that comes late contradicts nothing.
 */
function standing(told: Told, settings: Settings): readonly ReturnEvent[] {
  const { state, createdAt, rma } = told;
  const events: ReturnEvent[] = [];
  const failed = state === 'exception' || state === 'out_of_stock_exception';
  if (createdAt !== null || state === 'initiated') {
    events.push({ type: 'return.requested', subject: 'total', ...ONCE, occurredAt: createdAt, change: {} });
  }
  if (!settings.requestNeedsApproval && !failed) {
    events.push({ type: 'return.authorized', subject: 'total', ...ONCE, change: {} });
  }
  const trackingNumber = trackingOf(rma);
  if (trackingNumber !== null) {
    const method = methodOf(rma, settings).code;
    const kind = Object.hasOwn(LABEL_KIND_OF, method) ? LABEL_KIND_OF[method]! : 'none';
    const shipment = { ...parcelOf(told), label: { kind } };
    events.push({ type: 'label.issued', subject: trackingNumber, ...ONCE, change: { shipment } });
  }
  return events;
}

/** What this status or topic says beside that. */
function news(told: Told, settings: Settings): readonly ReturnEvent[] {
  const whole = { subject: 'total', ...ONCE } as const;
  switch (told.state) {
    case 'initiated':
      return [];
    case 'on_its_way': {
      // The first scan of the carrier [documented]: the shopper let go of it, and it moves.
      const change = { shipment: parcelOf(told) };
      return [
        { type: 'shipment.dropped_off', ...whole, change },
        { type: 'shipment.in_transit', ...whole, change },
      ];
    }
    case 'delivered':
      return delivered(told, settings);
    case 'approved':
      // Will pay, not paid; no amount, because the only one that is known is an estimate.
      return [
        {
          type: 'settlement.approved',
          ...whole,
          change: { settlement: { ref: 'total', kind: settlementKind(told, settings), state: 'approved' } },
        },
      ];
    case 'rejected':
      return [{ type: 'return.rejected', ...whole, change: { stage: 'package', actor: 'seller' } }]; // stage [inferred]
    case 'cancelled':
    case 'cancelled_by_user':
      return [{ type: 'return.cancelled', ...whole, change: { actor: 'shopper' } }];
    case 'cancelled_by_retailer':
      return [{ type: 'return.cancelled', ...whole, change: { actor: 'seller' } }];
    case 'exception':
    case 'out_of_stock_exception':
      // It may come back after another one; told again by itself it is no news.
      return [
        {
          type: 'return.exception',
          subject: 'total',
          occurrence: { by: 'entry', axis: 'exception', value: told.state },
          occurredAt: null,
          change: { reason: { code: 'other', providerCode: told.state } },
        },
      ];
  }
}

/**
 * At the dock, or over the counter of a store [documented]: the method tells which. A store has the items in its hands;
 * without a list of them nobody can say which, and the return is delivered as a whole.
 */
function delivered(told: Told, settings: Settings): readonly ReturnEvent[] {
  if (methodOf(told.rma, settings).code === 'in_store' && told.lines.length > 0) {
    return told.lines.map(({ ref, quantity }) => ({
      type: 'item.received',
      subject: ref,
      ...ONCE,
      change: { items: [{ ref, quantity }] },
    }));
  }
  return [{ type: 'shipment.delivered', subject: 'total', ...ONCE, change: { shipment: parcelOf(told) } }];
}

/** One return has one parcel [documented: `package` is one object], with or without a tracking number, which may change. */
function parcelOf({ rma }: Told): ShipmentChange {
  const { carrier, tracking_number, tracking_url } = rma.package ?? {};
  return {
    ref: 'total',
    ...(carrier ? { carrier } : {}),
    ...(tracking_number && trackingOf(rma) !== null ? { trackingNumber: tracking_number } : {}),
    ...(tracking_url ? { trackingUrl: tracking_url } : {}),
  };
}

/** `approved` is said for a refund; a word that nobody mapped changes nothing of that, and is kept beside the return. */
function settlementKind({ rma }: Told, { refundMethods }: Settings) {
  const word = rma.refund_method ?? '';
  return Object.hasOwn(refundMethods, word) ? refundMethods[word]! : 'refund';
}
