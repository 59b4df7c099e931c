import type { z } from 'zod';
import { matchSchema, parseJson } from '#adapter/read-json.ts';
import type { InboundRequest, Parsed, Problem, UnreadableNotice } from '#adapter/webhook.ts';
import { Answer, ExchangeOrder, NUMBERS_AS_TEXT, type ReturnGoNotice, Rma, Shipment, Transaction } from './notices.ts';

type Entry = ReturnGoNotice | UnreadableNotice;

/**
 * One RMA, taken apart: the RMA with its items, each shipment, each exchange order and each transaction is a notice of its
 * own, so that a word that is new in one of them, or an amount that cannot be read, leaves the others as they are.
 */
export function parseAnswer({ body, path }: InboundRequest): Parsed<ReturnGoNotice> {
  const json = parseJson(body, { numbersAsText: NUMBERS_AS_TEXT });
  if (!json.ok) return { outcome: 'unreadable', problem: json.problem };
  const answer = matchSchema(json.value, Answer);
  if (!answer.ok) return { outcome: 'unreadable', problem: answer.problem };
  const { rmaSummary, shipments, exchangeOrders, transactions } = answer.value;
  const { rmaId, status } = rmaSummary;
  if (path !== `/rma/${rmaId}`) {
    const message = 'is not the RMA that was asked for';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/rmaSummary/rmaId', message } };
  }
  const type = `RMA ${status}`;
  const rma = matchSchema(json.value, Rma);
  const whole: Entry = rma.ok
    ? {
        about: 'rma',
        type,
        key: 'rma',
        rmaId,
        told: { status, rma: rma.value, validatedShipments: validated(shipments) },
      }
    : { type, key: 'rma', problem: rma.problem };
  const notices: readonly Entry[] = [
    whole,
    ...readEach(shipments, 'shipments', Shipment, told => ({
      about: 'shipment',
      type: `shipment ${told.status}`,
      key: `shipments/${told.shipmentId}`,
      rmaId,
      told,
    })),
    ...readEach(exchangeOrders, 'exchangeOrders', ExchangeOrder, told => ({
      about: 'exchange',
      type: `exchange order ${told.type ?? ''}`.trim(),
      key: `exchangeOrders/${told.orderId || told.draftOrderId || 'without an id'}`,
      rmaId,
      told,
    })),
    ...readEach(transactions, 'transactions', Transaction, told => ({
      about: 'transaction',
      type: `${told.type} ${told.status}`,
      key: `transactions/${told.id}`,
      rmaId,
      told,
    })),
  ];
  return { outcome: 'parsed', notices: numbered(notices) };
}

type Parts = readonly unknown[] | null | undefined;

function readEach<S extends z.ZodType>(
  parts: Parts,
  list: string,
  schema: S,
  notice: (told: z.output<S>) => ReturnGoNotice,
): readonly Entry[] {
  return (parts ?? []).map(part => {
    const read = matchSchema(part, schema);
    return read.ok ? notice(read.value) : { type: list, key: `${list}/unreadable`, problem: below(list, read.problem) };
  });
}

function below(list: string, problem: Problem): Problem {
  return { ...problem, path: `/${list}/*${problem.path ?? ''}` };
}

/** A shipment that cannot be read says so itself; here it says nothing. */
function validated(shipments: Parts): readonly string[] {
  return (shipments ?? []).flatMap(part => {
    const read = matchSchema(part, Shipment);
    return read.ok && read.value.status === 'Validated' ? [read.value.shipmentId] : [];
  });
}

/** An id that comes twice, and several parts that cannot be read, keep keys of their own. */
function numbered(notices: readonly Entry[]): readonly Entry[] {
  const seen = new Map<string, number>();
  return notices.map(notice => {
    const nth = (seen.get(notice.key) ?? 0) + 1;
    seen.set(notice.key, nth);
    return nth === 1 ? notice : { ...notice, key: `${notice.key}#${nth}` };
  });
}
