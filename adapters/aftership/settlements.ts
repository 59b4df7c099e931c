import type { Read } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import type { Money as OurMoney } from '#model/money.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { aliasesOf } from './aliases.ts';
import type { Money } from './fields.ts';
import { readMoney } from './money.ts';
import type { Snapshot } from './notices.ts';
import type { Settled } from './parts.ts';
import type { Settings } from './settings.ts';

/** No event tells of a refund: whichever webhook shows one first is the news. Amounts are stated, by refund or in total. */
export function settlementsOf(told: Settled, of: Snapshot, settings: Settings): Normalized {
  const paid = paidIn(told, settings);
  if (!paid.ok) return { outcome: 'unreadable', problem: paid.problem };
  const exchange = exchanged(told, of);
  if (!exchange.ok) return { outcome: 'unreadable', problem: exchange.problem };
  // One date for all refunds: the time of this one only where it is the only one.
  const at = (paid.value.length === 1 ? instantFrom(told.refunded_at) : null) ?? of.seenAt;
  const events = [...paid.value.map(payment => issued(payment, at)), ...exchange.value];
  if (events.length === 0) return { outcome: 'ignored', because: 'nothing was paid, and no exchange order is made' };
  return { outcome: 'events', aliases: aliasesOf(of), events };
}

type Kind = Settings['refundDestinations'][string];

interface Payment {
  readonly kind: Kind;
  readonly ref: string;
  /** The amount as AfterShip wrote it: another amount of the same refund is another statement. */
  readonly said: string;
  readonly amount: OurMoney | null;
}

/**
 * By refund where they are listed. Where there is no list (2024-07, legacy), or an empty one although something was refunded,
 * the total is all that is known. A listed refund without an id cannot be told from the next one: what is paid in its kind
 * is then also stated in total.
 */
function paidIn(told: Settled, { refundDestinations }: Settings): Read<readonly Payment[]> {
  const kindOf = (word: string | null | undefined): Kind =>
    word && Object.hasOwn(refundDestinations, word) ? refundDestinations[word]! : 'refund';
  const listed: Payment[] = [];
  for (const { destination, external_id, total } of told.refunds ?? []) {
    const amount = readMoney(total, '/data/refunds/*/total');
    if (!amount.ok) return amount;
    const kind = kindOf(destination);
    listed.push({ kind, ref: external_id ? refOf(kind, external_id) : '', said: textOf(total), amount: amount.value });
  }
  if (listed.length > 0) {
    const nameless = new Set(listed.filter(({ ref }) => ref === '').map(({ kind }) => kind));
    const totals = listed
      .filter(({ kind }) => nameless.has(kind))
      .map(each => ({ ...each, ref: refOf(each.kind, 'total') }));
    return { ok: true, value: addedUp([...listed.filter(({ ref }) => ref !== ''), ...totals]) };
  }

  const amount = readMoney(told.refunded_total, '/data/refunded_total');
  if (!amount.ok) return amount;
  if (!told.refunded_at && (amount.value === null || amount.value.amountMinor === 0)) return { ok: true, value: [] };
  const kind = kindOf(told.refund_destination ?? (told.refund_store_credit_reference ? 'store_credit' : null));
  const said = textOf(told.refunded_total);
  return { ok: true, value: [{ kind, ref: refOf(kind, 'total'), said, amount: amount.value }] };
}

/** One refund may be paid in two ways, and stays two. */
function refOf(kind: Kind, id: string): string {
  return kind === 'refund' ? id : `${kind}/${id}`;
}

/** What is stated of one ref more than once in one webhook adds up, in whole minor units; with one that has no amount, nobody knows. */
function addedUp(payments: readonly Payment[]): readonly Payment[] {
  const byRef = new Map<string, Payment>();
  for (const payment of payments) {
    const known = byRef.get(payment.ref);
    byRef.set(payment.ref, known === undefined ? payment : { ...payment, ...sumOf(known.amount, payment.amount) });
  }
  return [...byRef.values()];
}

function sumOf(one: OurMoney | null, other: OurMoney | null): Pick<Payment, 'said' | 'amount'> {
  const amountMinor = (one?.amountMinor ?? 0) + (other?.amountMinor ?? 0);
  if (one === null || other === null || one.currency !== other.currency || !Number.isSafeInteger(amountMinor)) {
    return { said: '', amount: null };
  }
  return { said: `${amountMinor} minor units ${one.currency}`, amount: { ...one, amountMinor } };
}

function textOf(money: Money | null | undefined): string {
  return money?.amount ? `${money.amount.trim()} ${(money.currency ?? '').trim()}` : '';
}

/** Money, or credit: the code of a gift card is as good as money, and is not read. */
function issued({ kind, ref, said, amount }: Payment, occurredAt: string | null): ReturnEvent {
  return {
    type: kind === 'refund' ? 'refund.issued' : 'credit.issued',
    subject: ref,
    occurrence: { by: 'entry', axis: 'total', value: said },
    occurredAt,
    change: { settlement: { ref, kind, state: 'paid', ...(amount === null ? {} : { amount }) } },
  };
}

/** An exchange is planned long before; only its order makes it one. Nothing is sent of the parcel that the order goes out in. */
function exchanged(told: Settled, { event, seenAt }: Snapshot): Read<readonly ReturnEvent[]> {
  const order = told.exchange?.order ?? told.exchange_order;
  if (!order) return { ok: true, value: [] };
  const path = '/data/exchange/exchange_total_including_tax';
  const amount = readMoney(told.exchange?.exchange_total_including_tax, path);
  if (!amount.ok) return amount;
  const ref = `exchange/${order.external_id || order.source_id || order.order_number || 'total'}`;
  const settlement = { ref, kind: 'exchange', state: 'processing' } as const;
  const created: ReturnEvent = {
    type: 'exchange.created',
    subject: ref,
    occurrence: { by: 'once' },
    occurredAt: event === 'return.exchange.order.created' ? seenAt : null,
    change: { settlement: { ...settlement, ...(amount.value === null ? {} : { amount: amount.value }) } },
  };
  return { ok: true, value: [created] };
}
