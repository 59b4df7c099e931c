import type { Read } from '#adapter/read-json.ts';
import type { Money } from '#model/money.ts';
import type { Occurrence, ReturnEvent } from '#model/return-event.ts';
import { amountOf, isSome } from './amounts.ts';
import type { State } from './codes.ts';
import type { ReturnBody } from './notices.ts';
import type { Settings } from './settings.ts';

const ONCE = { occurrence: { by: 'once' } satisfies Occurrence, occurredAt: null } as const;

/**
 * What the shopper got. A refund that is listed was made, whatever the state; what is only stated is a plan while the
 * return is open, and is taken as given once it is closed (`settings.closedIsSettled`). Refunds may precede any receipt.
 */
export function settlements(body: ReturnBody, state: State, settings: Settings): Read<readonly ReturnEvent[]> {
  const refund = amountOf(body.refund, body.currency, '/refund');
  const giftCard = amountOf(body.gift_card, body.currency, '/gift_card');
  const exchange = amountOf(body.exchange_total, body.currency, '/exchange_total');
  if (!refund.ok) return refund;
  if (!giftCard.ok) return giftCard;
  if (!exchange.ok) return exchange;
  const listed = listedRefunds(body, refund.value);
  if (!listed.ok) return listed;

  const counts = state === 'closed' && settings.closedIsSettled;
  const stated = counts && !body.refunds?.length && isSome(refund.value);
  const value: ReturnEvent[] = [...listed.value];
  if (stated) value.push(refunded('total', refund.value));
  if (counts && isSome(giftCard.value)) value.push(credited(GIFT_CARD, giftCard.value));
  if (counts && isSome(exchange.value)) {
    value.push({
      type: 'exchange.created',
      subject: 'total',
      ...ONCE,
      change: { settlement: { ref: 'exchange', kind: 'exchange', state: 'approved', amount: exchange.value } },
    });
  }
  return { ok: true, value };
}

/** The store credit of a return: the same settlement from the topics return and giftcard, so that it counts once. */
export const GIFT_CARD = 'gift_card';

export function credited(ref: string, amount: Money): ReturnEvent {
  return {
    type: 'credit.issued',
    subject: ref,
    ...ONCE,
    change: { settlement: { ref, kind: 'gift_card', state: 'paid', amount } },
  };
}

function refunded(ref: string, amount: Money | null): ReturnEvent {
  return {
    type: 'refund.issued',
    subject: ref,
    ...ONCE,
    change: { settlement: { ref, kind: 'refund', state: 'paid', ...(amount === null ? {} : { amount }) } },
  };
}

/**
 * Each by its own id. Those without one [third-party] are told together, with the amount that the return states where
 * no other refund has a part in it, else with none. A refund of nothing (an exchange makes such) paid nobody.
 */
function listedRefunds(body: ReturnBody, stated: Money | null): Read<readonly ReturnEvent[]> {
  const events: ReturnEvent[] = [];
  let nameless = false;
  for (const { amount: text, currency, provider_refund_id: id } of body.refunds ?? []) {
    const amount = amountOf(text, currency || body.currency, '/refunds/*/amount');
    if (!amount.ok) return amount;
    if (amount.value !== null && !isSome(amount.value)) continue;
    if (id) events.push(refunded(id, amount.value));
    else nameless = true;
  }
  if (nameless) events.push(refunded('total', events.length === 0 && isSome(stated) ? stated : null));
  return { ok: true, value: events };
}
