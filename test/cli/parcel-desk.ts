import { z } from 'zod';
import { standard } from '../../adapters/standard/index.ts';
import { defineAdapter } from '../../src/adapter/define-adapter.ts';
import { matchSchema, parseJson } from '../../src/adapter/read-json.ts';
import type { InboundRequest, Normalized } from '../../src/adapter/webhook.ts';
import { type Money, moneyFromDecimal } from '../../src/model/money.ts';
import type { ReturnEvent } from '../../src/model/return-event.ts';

/**
 * Parcel Desk, a provider that does not exist, in two versions. It states refunds in cents and lists cancelled lines
 * beside those that arrived. Version 1 takes the cents for dollars and every listed line for a received one.
 */

const Desk = z.looseObject({
  kind: z.enum(['opened', 'closed']),
  return: z.string().min(1).max(100),
  order: z.string().min(1).max(100),
  at: z.iso.datetime(),
  lines: z.array(z.looseObject({ line: z.string().min(1), quantity: z.int(), result: z.string().optional() })),
  refund: z.looseObject({ id: z.string().min(1), amount: z.int(), currency: z.string() }).optional(),
});

type DeskNotice = z.infer<typeof Desk> & { readonly type: string; readonly key: string };

interface Mapping {
  hasArrived(result: string | undefined): boolean;
  amountOf(amount: number, currency: string): Money | null;
}

const MISTAKEN: Mapping = {
  hasArrived: () => true,
  amountOf: (amount, currency) => moneyFromDecimal(String(amount), currency),
};
const MENDED: Mapping = {
  hasArrived: result => result === 'arrived',
  amountOf: (amountMinor, currency) => ({ amountMinor, currency }),
};

export const mistakenParcelDesk = parcelDesk(1, MISTAKEN);
export const mendedParcelDesk = parcelDesk(2, MENDED);

function parcelDesk(version: number, mapping: Mapping) {
  return defineAdapter({
    id: 'parcel-desk',
    version,
    label: 'Parcel Desk',
    evidence: 'documented',
    docs: ['https://example.com/parcel-desk'],
    about: { connect: [], gaps: [], types: {}, statuses: {} },
    settings: standard.settings,
    secrets: standard.secrets,
    reader: { parse, normalize: (notice: DeskNotice) => normalize(notice, mapping) },
    webhook: standard.webhook!,
  });
}

function parse({ body }: InboundRequest) {
  const json = parseJson(body);
  if (!json.ok) return { outcome: 'unreadable' as const, problem: json.problem };
  const read = matchSchema(json.value, Desk);
  if (!read.ok) return { outcome: 'unreadable' as const, problem: read.problem };
  const { kind } = read.value;
  return { outcome: 'parsed' as const, notices: [{ ...read.value, type: kind, key: kind }] };
}

function normalize(notice: DeskNotice, { hasArrived, amountOf }: Mapping): Normalized {
  const { kind, order, at, lines, refund } = notice;
  const told = { occurrence: { by: 'once' }, occurredAt: at } as const;
  const events: ReturnEvent[] = [];
  if (kind === 'opened') {
    const items = lines.map(({ line, quantity }) => ({ ref: line, quantity, orderNumber: order, orderLineId: line }));
    const details = { order: { number: order, id: null, placedAt: null }, items };
    events.push({ ...told, type: 'return.requested', subject: 'total', change: { details } });
  } else {
    for (const { line, quantity } of lines.filter(({ result }) => hasArrived(result))) {
      events.push({ ...told, type: 'item.received', subject: line, change: { items: [{ ref: line, quantity }] } });
    }
  }
  if (refund !== undefined) {
    const amount = amountOf(refund.amount, refund.currency);
    const settlement = { ref: refund.id, kind: 'refund', state: 'paid', amount } as const;
    events.push({ ...told, type: 'refund.issued', subject: refund.id, change: { settlement } });
  }
  return { outcome: 'events', aliases: [{ kind: 'return', value: notice.return, unique: true }], events };
}
