import type { Occurrence, ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { moneyOf } from './amounts.ts';
import type { PartRead } from './normalize.ts';
import type { ExchangeOrder, Transaction } from './notices.ts';
import type { Settings } from './settings.ts';

const ONCE = { by: 'once' } satisfies Occurrence;

/** An exchange is there once its order is; a draft is an intention. */
export function eventsOfExchange({ orderId, orderName, type }: ExchangeOrder, { feeOrders }: Settings): PartRead {
  if (feeOrders.includes(type ?? '')) {
    return { outcome: 'ignored', because: 'it only collects a fee, and gives the shopper nothing' };
  }
  if (!orderId) return { outcome: 'ignored', because: 'it is a draft, and no order yet' };
  const settlement = { ref: `exchange ${orderId}`, kind: 'exchange', state: 'approved' } as const;
  const change = { settlement: { ...settlement, ...(orderName ? { orderNumber: orderName } : {}) } };
  return [{ type: 'exchange.created', subject: orderId, occurrence: ONCE, occurredAt: null, change }];
}

/** Money moved, or could not be. Its own id is the subject, so that it counts once however often it is told. */
export function eventsOfTransaction(transaction: Transaction, settings: Settings): PartRead {
  const { id, type, status, amount: told, lastUpdated } = transaction;
  const kind = own(settings.transactionTypes, type);
  if (kind === undefined) {
    return { outcome: 'unrecognized', because: `transaction type ${JSON.stringify(type)} is not in transactionTypes` };
  }
  const standing = own(settings.transactionStatuses, status);
  if (standing === undefined) {
    const because = `transaction status ${JSON.stringify(status)} is not in transactionStatuses`;
    return { outcome: 'unrecognized', because };
  }
  if (kind === 'none') return { outcome: 'ignored', because: 'it gives the shopper nothing' };
  if (standing === 'waiting') return { outcome: 'ignored', because: 'no money has moved yet' };
  const amount = moneyOf(told);
  if (amount === undefined) {
    const message = 'is not an amount with its currency';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/transactions/*/amount', message } };
  }
  const isPaid = standing === 'paid';
  const settlement = { ref: id, kind, state: isPaid ? 'paid' : 'failed', amount } as const;
  const event: ReturnEvent = {
    type: !isPaid ? 'refund.failed' : kind === 'refund' ? 'refund.issued' : 'credit.issued',
    subject: id,
    occurrence: ONCE,
    // Of this transaction alone; the first that is told after the money moved [inferred].
    occurredAt: instantFrom(lastUpdated),
    change: { settlement },
  };
  return [event];
}

function own<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
