import type { Read } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import type { Money } from '#model/money.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { aliasesOf } from './aliases.ts';
import { readMoney } from './money.ts';
import type { Snapshot } from './notices.ts';
import type { Settled } from './parts.ts';

/**
 * What the shopper got. `totals` is calculated long before anything is paid, so that it counts only under `complete` [inferred];
 * gift cards and exchange orders are listed once they are made [documented]. There are no ids of payments: totals are
 * stated, so that a return which is completed twice is not paid twice.
 */
export function settlementsOf({ totals, giftCards, exchange }: Settled, of: Snapshot): Normalized {
  const refund = readMoney(totals?.refund, '/return/totals/refund');
  if (!refund.ok) return unreadable(refund);
  const credit = readMoney(totals?.storeCredit, '/return/totals/storeCredit');
  if (!credit.ok) return unreadable(credit);
  const cards = sumOf(giftCards ?? []);
  if (!cards.ok) return unreadable(cards);
  const goods = readMoney(totals?.exchange, '/return/totals/exchange');
  if (!goods.ok) return unreadable(goods);

  const paid = of.status === 'complete';
  const orderId = exchange?.order?.externalId || null;
  const events: ReturnEvent[] = [
    ...(paid && isMoney(refund.value) ? [issued('refund.issued', 'total', 'refund', refund.value, of)] : []),
    ...(paid && isMoney(credit.value)
      ? [issued('credit.issued', CREDIT, 'store_credit', credit.value, of)]
      : (giftCards ?? []).length > 0
        ? [issued('credit.issued', CREDIT, 'gift_card', cards.value, of)]
        : []),
    ...(orderId === null ? [] : [exchanged(orderId, goods.value, of)]),
  ];
  if (events.length === 0) return { outcome: 'ignored', because: 'nothing was paid, and no exchange order is made' };
  return { outcome: 'events', aliases: aliasesOf(of), events };
}

/** A gift card is how store credit is given: one amount under two names, which must not be counted twice. */
const CREDIT = 'store_credit/total';

function isMoney(amount: Money | null): amount is Money {
  return amount !== null && amount.amountMinor > 0;
}

/** In whole minor units; `null` where one card has no amount, or there are two currencies. */
function sumOf(cards: NonNullable<Settled['giftCards']>): Read<Money | null> {
  const amounts: Money[] = [];
  for (const card of cards) {
    const amount = readMoney(card.amount, '/return/giftCards/*/amount');
    if (!amount.ok) return amount;
    if (amount.value !== null) amounts.push(amount.value);
  }
  const currencies = new Set(amounts.map(({ currency }) => currency));
  const amountMinor = amounts.reduce((sum, amount) => sum + amount.amountMinor, 0);
  const [currency] = currencies;
  const isSum = amounts.length === cards.length && currencies.size === 1 && Number.isSafeInteger(amountMinor);
  return { ok: true, value: isSum && currency !== undefined ? { amountMinor, currency } : null };
}

function issued(
  type: 'refund.issued' | 'credit.issued',
  ref: string,
  kind: 'refund' | 'store_credit' | 'gift_card',
  amount: Money | null,
  { seenAt }: Snapshot,
): ReturnEvent {
  const value = amount === null ? '' : `${amount.amountMinor} ${amount.currency}`;
  return {
    type,
    subject: ref,
    occurrence: { by: 'entry', axis: 'total', value },
    occurredAt: seenAt,
    change: { settlement: { ref, kind, state: 'paid', ...(amount === null ? {} : { amount }) } },
  };
}

/** An exchange is planned long before; only its order makes it one, before the goods are back (`instant`) or after (`deferred`). */
function exchanged(orderId: string, amount: Money | null, { seenAt }: Snapshot): ReturnEvent {
  const ref = `exchange/${orderId}`;
  const settlement = { ref, kind: 'exchange', state: 'processing' } as const;
  return {
    type: 'exchange.created',
    subject: ref,
    occurrence: { by: 'entry', axis: 'order', value: 'made' },
    occurredAt: seenAt,
    change: { settlement: { ...settlement, ...(isMoney(amount) ? { amount } : {}) } },
  };
}

function unreadable({ problem }: Extract<Read<never>, { ok: false }>): Normalized {
  return { outcome: 'unreadable', problem };
}
