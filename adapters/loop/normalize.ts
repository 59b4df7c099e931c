import type { Normalized } from '#adapter/webhook.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { amountOf, isSome } from './amounts.ts';
import { stateOf } from './codes.ts';
import { fullName, orderOf } from './details.ts';
import { normalizeLabel } from './normalize-label.ts';
import { normalizeReturn, stateEvents, unknownState } from './normalize-return.ts';
import type { FailureBody, GiftCardBody, LoopNotice, RestockBody } from './notices.ts';
import type { Settings } from './settings.ts';
import { credited, GIFT_CARD } from './settlements.ts';

/** A signature proves who holds a secret, not whose shop it is: a shop that is named must be this connection's. */
export function normalize(notice: LoopNotice, settings: Settings): Normalized {
  if (notice.shopId !== null && notice.shopId !== settings.shopId) {
    const message = 'is not the shopId of this connection';
    return { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/shop_id', message } };
  }
  switch (notice.about) {
    case 'return':
      return normalizeReturn(notice, settings);
    case 'label':
      return normalizeLabel(notice);
    case 'giftcard':
      return normalizeGiftCard(notice.body);
    case 'restock':
      return normalizeRestock(notice.returnId, notice.body);
    case 'failure':
      return normalizeFailure(notice.body, settings);
    case 'shipment':
      // Where the API lists its returns is [not found], so there is nothing to fetch.
      return { outcome: 'ignored', because: 'a consolidated shipment; it names none of its returns' };
    case 'nothing of ours':
      return { outcome: 'ignored', because: notice.because };
    case 'new':
      return { outcome: 'unrecognized', because: notice.because };
  }
}

function told(returnId: string, events: readonly ReturnEvent[]): Normalized {
  return { outcome: 'events', aliases: [{ kind: 'return', value: returnId, unique: true }], events };
}

/** A card without an id stands in for an exchange that is out of stock [documented]: not the store credit that was chosen. */
const OUT_OF_STOCK = 'gift_card_out_of_stock';

/** The card is the return's store credit, with its own total: tax and bonus are in it. */
function normalizeGiftCard(body: GiftCardBody): Normalized {
  const amount = amountOf(body.total_credit_issued, body.currency, '/total_credit_issued');
  if (!amount.ok) return { outcome: 'unreadable', problem: amount.problem };
  const order = orderOf(body.external_order_name, body.external_order_id);
  const name = fullName(body.first_name, body.last_name);
  const shopper = { ...(body.email ? { email: body.email } : {}), ...(name === null ? {} : { name }) };
  const described: ReturnEvent = {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: null,
    change: {
      details: {
        ...(order === null ? {} : { order }),
        ...(Object.keys(shopper).length === 0 ? {} : { shopper }),
      },
    },
  };
  const ref = body.id ? GIFT_CARD : OUT_OF_STOCK;
  return told(body.return_id, [described, ...(isSome(amount.value) ? [credited(ref, amount.value)] : [])]);
}

/**
 * Stock that Loop asks to put back. No inspection: Loop may process a return on its first scan [documented], and then asks
 * for it before anybody has seen the goods. Nor does it name lines, only variants; so it stands beside the return.
 */
function normalizeRestock(returnId: string, { restock_items }: RestockBody): Normalized {
  const items = restock_items.map(({ location_id, variant_id, inventory_item_id, available_adjustment }) => {
    const said = Object.entries({ location_id, variant_id, inventory_item_id, available_adjustment });
    return Object.fromEntries(said.filter(([, value]) => value));
  });
  const described: ReturnEvent = {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: { by: 'once' },
    occurredAt: null,
    change: { details: { providerData: { restock_items: items } } },
  };
  return told(returnId, [described]);
}

/** Only failures are told, so that one which comes again from the same side is not seen to be another. */
function normalizeFailure({ return_id, return_state, source }: FailureBody, settings: Settings): Normalized {
  const state = return_state ? stateOf(return_state) : null;
  if (return_state && state === null) return unknownState(return_state);
  const failed: ReturnEvent = {
    type: 'return.exception',
    subject: 'total',
    occurrence: { by: 'entry', axis: 'processing', value: source || 'failed' },
    occurredAt: null,
    change: { reason: { code: 'other', providerCode: 'return.processing.failed' } },
  };
  return told(return_id, [...(state === null ? [] : stateEvents(state, settings, null)), failed]);
}
