import type { Normalized } from '#adapter/webhook.ts';
import type { Alias } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { LABEL_KIND_OF, METHOD_OF } from './codes.ts';
import { detailsOf, groupBy, type Line, returnLines } from './lines.ts';
import { normalizeOutbound } from './normalize-outbound.ts';
import type { HappyReturnsNotice, LabelNotice, ReturnNotice } from './notices.ts';
import type { Settings } from './settings.ts';

export function normalize(notice: HappyReturnsNotice, settings: Settings): Normalized {
  switch (notice.about) {
    case 'return':
      return notice.retailerID === settings.retailerId ? normalizeReturn(notice, settings) : OTHER_RETAILER;
    case 'label':
      return notice.update.retailerID === settings.retailerId ? normalizeLabel(notice) : OTHER_RETAILER;
    case 'outbound':
      return normalizeOutbound(notice, settings);
    case 'new':
      return { outcome: 'unrecognized', because: `event ${JSON.stringify(notice.type)} is not known` };
  }
}

const OTHER_RETAILER: Normalized = {
  outcome: 'unreadable',
  problem: { code: 'TENANT_MISMATCH', path: '/retailerID', message: 'is not the retailerId of this connection' },
};

/** One event of a `return.asn`. The envelope has no time, and no item's date is the time of any of these facts. */
function normalizeReturn(notice: ReturnNotice, settings: Settings): Normalized {
  const lines = returnLines(notice.units);
  const events =
    notice.type === 'return_dropoff_method_created'
      ? methodEvents(notice.typeID)
      : statusEvents(notice.typeID, lines, notice, settings);
  if (events === null) {
    return { outcome: 'unrecognized', because: `${notice.type} ${JSON.stringify(notice.typeID)} is not known` };
  }
  return { outcome: 'events', aliases: aliasesOf(notice), events: [itemsTold(notice, lines), ...events] };
}

/** The return id identifies. Our own RMA id only attaches [inferred]: whoever made the return may have given it twice. */
function aliasesOf({ units }: ReturnNotice): readonly Alias[] {
  const rmas = new Set(
    units.map(unit => unit.externalRMAID).filter(rma => rma !== null && rma !== undefined && rma !== ''),
  );
  return [
    { kind: 'return', value: units[0]!.happyReturnsReturnID, unique: true },
    ...[...rmas].map(value => ({ kind: 'rma', value: value as string, unique: false })),
  ];
}

/** Every POST repeats its items, and no single one proves the whole return; so each tells what it lists. */
function itemsTold(notice: ReturnNotice, lines: readonly Line[]): ReturnEvent {
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: null,
    change: { details: detailsOf(lines, emailOf(notice)) },
  };
}

function emailOf({ units }: ReturnNotice): string | null {
  return units.find(unit => unit.email)?.email ?? null;
}

/** A later method replaces the code or label of the earlier one, hence one parcel; changed back it is news, hence `entry`. */
function methodEvents(methodId: string): readonly ReturnEvent[] | null {
  if (methodId === '') return null;
  return [
    {
      type: 'label.issued',
      subject: 'total',
      occurrence: { by: 'entry', axis: 'method', value: methodId },
      occurredAt: null,
      change: {
        shipment: {
          ref: 'total',
          label: { kind: Object.hasOwn(LABEL_KIND_OF, methodId) ? LABEL_KIND_OF[methodId]! : 'none' },
        },
        method: codeFrom(METHOD_OF, methodId),
      },
    },
  ];
}

/** `null`: a status nobody mapped. */
function statusEvents(
  status: string,
  lines: readonly Line[],
  notice: ReturnNotice,
  settings: Settings,
): readonly ReturnEvent[] | null {
  const state = Object.hasOwn(settings.statuses, status) ? settings.statuses[status] : undefined;
  const orders = groupBy(lines, line => line.order.number);
  const told = { occurrence: { by: 'once' }, occurredAt: null } as const;
  switch (state) {
    case 'started':
      return [...orders].flatMap(([subject, ofOrder]): ReturnEvent[] => {
        const details = detailsOf(ofOrder, emailOf(notice));
        const items = ofOrder.map(({ item: { ref, quantity } }) => ({ ref, quantity }));
        const requested: ReturnEvent = { type: 'return.requested', subject, ...told, change: { details } };
        if (settings.requestNeedsApproval) return [requested];
        return [requested, { type: 'return.authorized', subject, ...told, change: { details: { items } } }];
      });
    case 'dropped_off':
      // Items are verified and scanned one by one [documented], and some of a return may come later or never.
      return lines.map(line => ({
        type: 'shipment.dropped_off',
        subject: line.ref,
        ...told,
        change: { shipment: { ref: 'total' }, items: [{ ref: line.ref, quantity: line.units }] },
      }));
    case 'approved':
      // Will pay, not paid: no amount is published, and in the headless integration the marketplace pays.
      return [...orders.keys()].map(order => ({
        type: 'settlement.approved',
        subject: order,
        ...told,
        change: { settlement: { ref: order, kind: 'refund', state: 'approved', orderNumber: order } },
      }));
    case 'expired':
      // The return expires as a whole, however many of its orders say so.
      return [{ type: 'return.expired', subject: 'total', ...told, change: { actor: 'system' } }];
    case undefined:
      return null;
  }
}

/** No fact of its own: it joins the return id with the express code and adds the bag's barcode, the same on all bags. */
function normalizeLabel({ update }: LabelNotice): Normalized {
  const { happyReturnsReturnID, happyReturnsExpressCode: expressCode, labelID } = update;
  const aliases: Alias[] = [{ kind: 'return', value: happyReturnsReturnID, unique: true }];
  if (expressCode) aliases.push({ kind: 'express_code', value: expressCode, unique: true });
  const event: ReturnEvent = {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: null,
    change: {
      details: {
        ...(expressCode ? { rmaNumber: expressCode } : {}),
        ...(labelID ? { providerData: { labelID } } : {}),
      },
    },
  };
  return { outcome: 'events', aliases, events: [event] };
}
