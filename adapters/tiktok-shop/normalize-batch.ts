import { matchSchema } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import type { Alias } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import { moneyFromDecimal } from '#model/money.ts';
import type { Details, Occurrence, ReturnEvent } from '#model/return-event.ts';
import type { Instant } from '#model/time.ts';
import { ACTOR_OF, IS_DELIVERED, REQUEST_STATUSES } from './codes.ts';
import { AftersalesRequest, Refund, type RefundLine, Rma } from './notices.ts';
import { unreadable, unrecognized } from './outcomes.ts';

/** Batch returns: one request of the shopper's, and an RMA for each package. The request is the return. */

const ONCE = { by: 'once' } satisfies Occurrence;

/** 64 */
export function normalizeRequest(data: unknown): Normalized {
  const read = matchSchema(data, AftersalesRequest);
  if (!read.ok) return unreadable(read.problem);
  const { aftersales_request_status: status, return_role: role, ...told } = read.value;
  if (!REQUEST_STATUSES.includes(status)) return unrecognized('aftersales_request_status', status);
  const actor = codeFrom(ACTOR_OF, role);
  const known = actor.code === 'other' || actor.code === 'unknown' ? {} : { actor: actor.code };
  const said = { aftersales_request_status: status, ...(role ? { return_role: actor } : {}) };
  return {
    outcome: 'events',
    aliases: aliasesOf(told.aftersales_request_id),
    events: [
      described(told.aftersales_request_update_time, { providerData: said }),
      {
        type: 'return.requested',
        subject: 'total',
        occurrence: ONCE,
        occurredAt: told.aftersales_request_create_time,
        change: known,
      },
    ],
  };
}

/** 65. An RMA is made once the request has been approved [documented], so that each of its webhooks tells that. */
export function normalizeRma(data: unknown): Normalized {
  const read = matchSchema(data, Rma);
  if (!read.ok) return unreadable(read.problem);
  const { rma_id, aftersales_request_id, rma_status: status } = read.value;
  if (!Object.hasOwn(IS_DELIVERED, status)) return unrecognized('rma_status', status);
  const createdAt = read.value.rma_create_time ?? read.value.rma_request_create_time;
  const updatedAt = read.value.rma_update_time ?? read.value.rma_request_update_time;
  const events: ReturnEvent[] = [
    described(updatedAt, { providerData: { [`rma ${rma_id}`]: { rma_status: status } } }),
    { type: 'return.authorized', subject: 'total', occurrence: ONCE, occurredAt: createdAt, change: {} },
  ];
  if (IS_DELIVERED[status]) {
    events.push({
      type: 'shipment.delivered',
      subject: rma_id,
      occurrence: ONCE,
      occurredAt: updatedAt,
      change: { shipment: { ref: rma_id } },
    });
  }
  return { outcome: 'events', aliases: aliasesOf(aftersales_request_id, rma_id), events };
}

/**
 * 67: money that moved. A refund has no id of its own, so its RMA and the time it was made tell it from another one. That
 * its amount is that of its own lines, and no running total, is [inferred].
 */
export function normalizeRefund(data: unknown): Normalized {
  const read = matchSchema(data, Refund);
  if (!read.ok) return unreadable(read.problem);
  const { aftersales_request_id, rma_id, refund_status, refund_total, refund_currency, refund_timestamp } = read.value;
  if (refund_status !== 'REFUND_SUCCESS') return unrecognized('refund_status', refund_status);
  const amount = moneyFromDecimal(refund_total, refund_currency);
  if (amount === null || amount.amountMinor < 0) {
    return unreadable({ code: 'SCHEMA_MISMATCH', path: '/refund_total', message: 'is no amount of its currency' });
  }
  const ref = `${rma_id || 'total'}/${refund_timestamp}`;
  const lines = [...new Map((read.value.line_items ?? []).map(line => [refOf(line), line]))];
  const orders = [...new Set(lines.flatMap(([, { main_order_id }]) => main_order_id || []))];
  return {
    outcome: 'events',
    aliases: [
      ...aliasesOf(aftersales_request_id, rma_id),
      ...orders.map(value => ({ kind: 'order', value, unique: false })),
    ],
    events: [
      described(refund_timestamp, refundDetails(ref, lines, orders)),
      {
        type: 'refund.issued',
        subject: ref,
        occurrence: ONCE,
        occurredAt: refund_timestamp,
        change: {
          settlement: {
            ref,
            kind: 'refund',
            state: 'paid',
            amount,
            ...(orders.length === 1 ? { orderNumber: orders[0]! } : {}),
          },
          items: lines.map(([line]) => ({ ref: line, quantity: 1 })),
        },
      },
    ],
  };
}

type Lines = readonly (readonly [ref: string, line: RefundLine])[];

/** A line is one unit, and so is a part of a bundle. Its order line is not told; its SKU is TikTok's id, not the seller's. */
function refundDetails(ref: string, lines: Lines, orders: readonly string[]): Details {
  const skus = lines.map(([line, { sku_id, sku_return_request_id }]) => ({
    ref: line,
    ...(sku_id ? { sku_id } : {}),
    ...(sku_return_request_id ? { sku_return_request_id } : {}),
  }));
  return {
    orders: orders.map(number => ({ number, id: number, placedAt: null })),
    items: lines.map(([line, { main_order_id }]) => ({
      ref: line,
      quantity: 1,
      ...(main_order_id ? { orderNumber: main_order_id } : {}),
    })),
    // One key per refund, because later data replaces a key as a whole.
    ...(skus.length > 0 ? { providerData: { [`refund ${ref}`]: { line_items: skus } } } : {}),
  };
}

function refOf({ return_line_item_id, sub_return_line_item_id }: RefundLine): string {
  return sub_return_line_item_id ? `${return_line_item_id}/${sub_return_line_item_id}` : return_line_item_id;
}

/** The request's id comes first, because all three topics have it; the RMA's is unique as well [documented]. */
function aliasesOf(requestId: string, rmaId?: string | null): readonly Alias[] {
  return [
    { kind: 'aftersales_request', value: requestId, unique: true },
    ...(rmaId ? [{ kind: 'rma', value: rmaId, unique: true }] : []),
  ];
}

function described(occurredAt: Instant | null, details: Details): ReturnEvent {
  return { type: 'return.snapshot', subject: 'total', occurrence: ONCE, occurredAt, change: { details } };
}
