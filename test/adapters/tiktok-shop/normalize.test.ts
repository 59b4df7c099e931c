import { describe, expect, it } from 'vitest';
import { tiktokShop } from '../../../adapters/tiktok-shop/index.ts';
import { TOPICS } from '../../../adapters/tiktok-shop/topics.ts';
import { eventsOf } from '../../conformance/interpretation.ts';
import { fold, read } from '../reading.ts';

const SETTINGS = { appKey: 'madeupappkey1', shopId: '7494049642600000001' };
const DAY = 86_400;
/** 2026-11-10T09:00:00Z */
const ASKED = 1_794_301_200;

function webhook(type: number, data: unknown) {
  return { type, tts_notification_id: '1', shop_id: SETTINGS.shopId, timestamp: ASKED, data };
}

function returnTold(return_status: string, changes: object = {}) {
  const data = { order_id: 'O-1', return_role: 'BUYER', return_type: 'RETURN_AND_REFUND', return_id: 'R-1' };
  return webhook(12, { ...data, return_status, create_time: ASKED, update_time: ASKED + DAY, ...changes });
}

const typesOf = (body: unknown) => eventsOf(read(tiktokShop, SETTINGS, body)).map(event => event.type);
const outcomeOf = (body: unknown) => read(tiktokShop, SETTINGS, body).notices?.[0]?.outcome;

describe('a return status', () => {
  it.each(['RETURN_OR_REFUND_REQUEST_SUCCESS', 'REPLACEMENT_REQUEST_REFUND_SUCCESS', 'REQUEST_SUCCESS'])(
    '%s approves a refund, and no money has moved',
    status => {
      expect(typesOf(returnTold(status))).toEqual(['return.snapshot', 'return.requested', 'settlement.approved']);
      expect(fold(tiktokShop, SETTINGS, [returnTold(status)]).settlements).toMatchObject([
        { kind: 'refund', state: 'approved', amount: null },
      ]);
    },
  );

  it('RETURN_OR_REFUND_REQUEST_COMPLETE says that the money has moved', () => {
    expect(typesOf(returnTold('RETURN_OR_REFUND_REQUEST_COMPLETE'))).toContain('refund.issued');
  });

  it('REPLACEMENT_REQUEST_COMPLETE makes an exchange, and no refund', () => {
    const body = returnTold('REPLACEMENT_REQUEST_COMPLETE', { return_type: 'REPLACEMENT' });

    expect(typesOf(body)).toContain('exchange.created');
    expect(typesOf(body)).not.toContain('refund.issued');
    expect(fold(tiktokShop, SETTINGS, [body]).settlements).toMatchObject([{ kind: 'replacement' }]);
  });

  it.each([
    ['REFUND_OR_RETURN_REQUEST_REJECT', 'request'],
    ['REPLACEMENT_REQUEST_REJECT', 'request'],
    ['REQUEST_REJECTED', 'request'],
    ['REJECT_RECEIVE_PACKAGE', 'package'],
    ['RECEIVE_REJECTED', 'package'],
  ])('%s refuses at the %s, whatever order its words stand in', (status, stage) => {
    const told = eventsOf(read(tiktokShop, SETTINGS, returnTold(status)));

    expect(told.at(-1)).toMatchObject({ type: 'return.rejected', change: { stage } });
  });

  it.each(['RETURN_OR_REFUND_REQUEST_CANCEL', 'RETURN_OR_REFUND_CANCEL', 'RETURN_OR_REFUND__REQUEST_CANCELLED'])(
    '%s closes the return, and by the system it has expired',
    status => {
      expect(fold(tiktokShop, SETTINGS, [returnTold(status)]).status).toBe('cancelled');
      expect(fold(tiktokShop, SETTINGS, [returnTold(status, { return_role: 'SYSTEM' })]).status).toBe('expired');
    },
  );

  it.each(['RETURN_OR_REFUND_REQUEST_REJECT', 'RETURN_OR_REFUND_REQUEST_CANCELED', 'constructor', 'toString'])(
    '%s is not guessed at',
    status => {
      expect(outcomeOf(returnTold(status))).toBe('unrecognized');
    },
  );

  it('AWAITING_BUYER_RESPONSE is an offer, and an approval after it another fact', () => {
    const offered = returnTold('AWAITING_BUYER_RESPONSE');
    const accepted = returnTold('RETURN_OR_REFUND_REQUEST_SUCCESS', { update_time: ASKED + 2 * DAY });

    expect(fold(tiktokShop, SETTINGS, [offered])).toMatchObject({
      decisions: { package: { state: 'offer_pending' } },
      settlements: [{ state: 'proposed' }],
    });
    expect(fold(tiktokShop, SETTINGS, [accepted, offered])).toMatchObject({
      decisions: { package: { state: 'granted' } },
      settlements: [{ state: 'approved' }],
    });
  });

  it('that refunds before anything was received is no contradiction', () => {
    const bodies = ['RETURN_OR_REFUND_REQUEST_COMPLETE', 'RETURN_OR_REFUND_REQUEST_PENDING'].map(status =>
      returnTold(status),
    );

    expect(fold(tiktokShop, SETTINGS, bodies)).toMatchObject({ status: 'completed', anomalies: [] });
  });

  it('after which the platform decides otherwise leaves the refusal to a person, and hides no money', () => {
    const refused = returnTold('REFUND_OR_RETURN_REQUEST_REJECT');
    const paid = returnTold('RETURN_OR_REFUND_REQUEST_COMPLETE', { update_time: ASKED + 3 * DAY });

    const folded = fold(tiktokShop, SETTINGS, [refused, paid]);

    expect(folded.settlements).toMatchObject([{ state: 'paid' }]);
    expect(folded.anomalies.map(({ code }) => code)).toEqual(['paid_after_close', 'claim_refused']);
  });

  it('of a request for money alone means that nothing is sent back', () => {
    const method = { code: 'keep_item', providerCode: 'REFUND' };

    expect(fold(tiktokShop, SETTINGS, [returnTold('AWAITING_BUYER_SHIP')]).method).toBeNull();
    const body = returnTold('RETURN_OR_REFUND_REQUEST_PENDING', { return_type: 'REFUND' });
    expect(fold(tiktokShop, SETTINGS, [body]).method).toEqual(method);
  });

  it('has its times in Unix seconds; milliseconds are not taken for them', () => {
    const [, requested] = eventsOf(read(tiktokShop, SETTINGS, returnTold('AWAITING_BUYER_SHIP')));

    expect(requested?.occurredAt).toBe('2026-11-10T09:00:00.000Z');
    expect(outcomeOf(returnTold('AWAITING_BUYER_SHIP', { create_time: ASKED * 1000 }))).toBe('unreadable');
  });

  it('names its return by all digits of an id above 2^53', () => {
    const text = JSON.stringify(returnTold('AWAITING_BUYER_SHIP')).replace('"R-1"', '4035318504086604101');

    expect(read(tiktokShop, SETTINGS, text).notices?.[0]?.aliases?.[0]).toEqual({
      kind: 'return',
      value: '4035318504086604101',
      unique: true,
    });
  });
});

describe('a cancellation', () => {
  it.each(['CANCELLATION_REQUEST_CANCELLED', 'CANCELLATION_REQUEST_CANCEL', 'CANCELLATION_REQUEST_COMPLETE'])(
    '%s of an order is known in either spelling, and is no return',
    cancel_status => {
      expect(outcomeOf(webhook(11, { cancel_status }))).toBe('ignored');
    },
  );

  it('in a new word is not recognized', () => {
    expect(outcomeOf(webhook(11, { cancel_status: 'CANCELLATION_REQUEST_CANCELED' }))).toBe('unrecognized');
  });
});

describe('a refund of a batch return', () => {
  const line = { main_order_id: 'O-1', return_line_item_id: 'L-1', sku_id: 'S-1' };
  const refund = (changes: object = {}) =>
    webhook(67, {
      aftersales_request_id: 'A-1',
      rma_id: 'M-1',
      refund_status: 'REFUND_SUCCESS',
      refund_total: '16.10',
      refund_currency: 'USD',
      refund_timestamp: ASKED,
      line_items: [line],
      ...changes,
    });

  it.each([
    ['16.10', 'USD', 1610],
    ['0.1', 'USD', 10],
    ['1.005', 'KWD', 1005],
    ['39900', 'VND', 39_900],
  ])('of %s %s is read from its digits', (refund_total, refund_currency, amountMinor) => {
    const { settlements } = fold(tiktokShop, SETTINGS, [refund({ refund_total, refund_currency })]);

    expect(settlements.map(({ amount }) => amount)).toEqual([{ amountMinor, currency: refund_currency }]);
  });

  it.each(['1.005', '1,00', '', '-1', '1e3', ' '])('of %j USD is not guessed at', refund_total => {
    expect(outcomeOf(refund({ refund_total }))).toBe('unreadable');
  });

  it('is one refund, told twice, and another at another time', () => {
    const later = refund({ refund_timestamp: ASKED + DAY, refund_total: '2.00' });

    const { settlements } = fold(tiktokShop, SETTINGS, [refund(), later, refund(), later]);

    expect(settlements.map(({ amount }) => amount?.amountMinor).toSorted()).toEqual([1610, 200]);
  });

  it('has one unit in each line, and in each part of a bundle', () => {
    const parts = ['P-1', 'P-2'].map(sub_return_line_item_id => ({ ...line, sub_return_line_item_id }));

    const { items } = fold(tiktokShop, SETTINGS, [refund({ line_items: [...parts, line, line] })]);

    expect(items.map(({ quantities }) => quantities.requested)).toEqual([1, 1, 1]);
  });

  it('names no order line: the id of a line of a return is another one', () => {
    const { items } = fold(tiktokShop, SETTINGS, [refund()]);

    expect(items).toMatchObject([{ orderNumber: 'O-1', orderLineId: null, sku: null }]);
  });

  it('completes nothing, for other packages may come', () => {
    expect(typesOf(refund())).toEqual(['return.snapshot', 'refund.issued']);
  });
});

describe('an RMA', () => {
  const rma = (rma_status: string, rma_id = 'M-1') =>
    webhook(65, {
      rma_id,
      aftersales_request_id: 'A-1',
      rma_status,
      rma_create_time: ASKED,
      rma_update_time: ASKED + DAY,
    });

  it('whose review is over says nothing of how it ended', () => {
    const folded = fold(tiktokShop, SETTINGS, [rma('PENDING_PACKAGE_REVIEW'), rma('PACKAGE_REVIEW_COMPLETED')]);

    expect(folded).toMatchObject({ status: 'received', decisions: { package: null }, settlements: [] });
    expect(folded.providerData).toMatchObject({
      'tiktok-shop': { 'rma M-1': { rma_status: 'PACKAGE_REVIEW_COMPLETED' } },
    });
  });

  it('is a package of its own beside another of the same request', () => {
    const bodies = [rma('PENDING_PACKAGE_REVIEW'), rma('PENDING_PACKAGE_REVIEW', 'M-2')];

    expect(fold(tiktokShop, SETTINGS, bodies).shipments.map(({ phase }) => phase)).toEqual(['delivered', 'delivered']);
  });
});

describe('a topic', () => {
  it.each(Object.entries(TOPICS))('%s is read, or ignored with a reason', (number, { ignored }) => {
    const outcome = outcomeOf(webhook(Number(number), {}));

    expect(outcome).toBe(ignored === undefined ? 'unreadable' : 'ignored');
  });

  it('66 is an appeal about a size chart and moves no dispute', () => {
    expect(outcomeOf(webhook(66, { appeal_task: {} }))).toBe('ignored');
  });

  it.each([2, 0, 12.5, 120])('%s is not recognized', number => {
    expect(outcomeOf(webhook(number, {}))).toBe('unrecognized');
  });
});
