import { describe, expect, it } from 'vitest';
import { loop } from '../../../adapters/loop/index.ts';
import type { ReturnEvent } from '../../../src/model/return-event.ts';
import { fold, read } from '../reading.ts';
import { events, type Fields, money, outcomes, returned, settings, types } from './told.ts';

const whole = ['return.snapshot', 'return.requested'];

function detailsOf(more: Fields, own: Fields = {}) {
  const [snapshot] = events(returned(more), own);
  return (snapshot as Extract<ReturnEvent, { type: 'return.snapshot' }>).change.details;
}

describe('a state', () => {
  it.each([
    ['open', 'return.authorized'],
    ['review', 'return.review_required'],
    ['needs review', 'return.review_required'],
    ['closed', 'return.completed'],
    ['cancelled', 'return.cancelled'],
    ['expired', 'return.expired'],
  ])('%s tells %s beside what always holds', (state, type) => {
    expect(types(returned({ state }))).toEqual([...whole, type]);
  });

  it.each(['Open', 'canceled', 'rejected', 'constructor', '__proto__', ' '])('%j is not recognized', state => {
    expect(outcomes(returned({ state }))).toEqual(['unrecognized']);
  });

  it('open is no authorization where requests need approval', () => {
    expect(types(returned(), { requestNeedsApproval: true })).toEqual(whole);
  });
});

describe('a trigger', () => {
  it.each([
    ['return.created', '2026-11-18T09:15:00.000Z'],
    ['created', '2026-11-18T09:15:00.000Z'],
    ['return.updated', null],
    ['updated', null],
    ['', null],
    [null, null],
  ])('%j gives the authorization the time %j', (trigger, occurredAt) => {
    const [, requested, authorized] = events(returned({ trigger }));

    expect(requested).toMatchObject({ type: 'return.requested', occurredAt: '2026-11-18T09:15:00.000Z' });
    expect(authorized).toMatchObject({ type: 'return.authorized', occurredAt });
  });

  it.each([
    ['label', 'return.created'],
    ['return', 'label.created'],
    ['label', 'created'],
    ['return', 'constructor'],
    ['constructor', null],
    ['ship-by-loop', null],
  ])('of topic %j and %j is no pair that is known', (topic, trigger) => {
    expect(outcomes(returned({ topic, trigger }))).toEqual(['unrecognized']);
  });
});

describe('money', () => {
  it('that an open return states is a plan', () => {
    const stated = { refund: '31.20', gift_card: '5.00', exchange_total: '10.00', refunds: [] };

    expect(money(returned(stated))).toEqual([]);
    expect(detailsOf(stated).providerData).toMatchObject({ refund: '31.20', gift_card: '5.00' });
  });

  it('that a closed return states is given', () => {
    const stated = { state: 'closed', refund: '31.20', gift_card: '5.00', exchange_total: '10.00' };

    expect(money(returned(stated))).toEqual([
      ['total', 'refund', 3120],
      ['gift_card', 'gift_card', 500],
      ['total', 'exchange', 1000],
    ]);
    expect(money(returned(stated), { closedIsSettled: false })).toEqual([]);
  });

  it.each([
    ['31.20', 3120],
    ['31.2', 3120],
    ['31', 3100],
    ['-3.50', -350],
    ['0.10', 10],
  ])('of a listed refund is exact: %s', (amount, minor) => {
    const listed = (written: string) =>
      JSON.stringify(returned({ refunds: [{ amount: 'here', provider_refund_id: 'R-1' }] })).replace('"here"', written);

    expect(money(listed(`"${amount}"`))).toEqual([['R-1', 'refund', minor]]);
    expect(money(listed(amount))).toEqual([['R-1', 'refund', minor]]);
  });

  it.each(['1e3', '31,20', '31.205', 'none', '9999999999999999'])('is never guessed from %j', amount => {
    expect(outcomes(returned({ refunds: [{ amount, provider_refund_id: 'R-1' }] }))).toEqual(['unreadable']);
  });

  it('of a refund in a currency of its own is in that currency', () => {
    const [, , , refund] = events(
      returned({ refunds: [{ amount: '900', currency: 'jpy', provider_refund_id: 'R-1' }] }),
    );

    expect(refund?.change).toMatchObject({ settlement: { amount: { amountMinor: 900, currency: 'JPY' } } });
  });

  it('of refunds is told refund by refund, and not once more as the total', () => {
    const refunds = [
      { amount: '20.00', provider_refund_id: 'R-1' },
      { amount: '11.20', provider_refund_id: 9007199254740 },
    ];

    expect(money(returned({ state: 'closed', refund: '31.20', refunds }))).toEqual([
      ['R-1', 'refund', 2000],
      ['9007199254740', 'refund', 1120],
    ]);
  });

  it('of a refund without an id is the stated total, or unknown beside others', () => {
    const nameless = { amount: '11.20' };
    const named = { amount: '20.00', provider_refund_id: 'R-1' };

    expect(money(returned({ refund: '31.20', refunds: [nameless, nameless] }))).toEqual([['total', 'refund', 3120]]);
    expect(money(returned({ refund: '31.20', refunds: [named, nameless] }))).toEqual([
      ['R-1', 'refund', 2000],
      ['total', 'refund', null],
    ]);
    expect(money(returned({ refund: '0.00', refunds: [nameless] }))).toEqual([['total', 'refund', null]]);
  });

  it('of a listed refund of nothing was not paid, whatever is stated', () => {
    const refunds = [{ amount: '0.00', provider_refund_id: 'R-1' }, { amount: 0 }];

    expect(money(returned({ state: 'closed', refund: '31.20', refunds }))).toEqual([]);
  });

  it('of an exchange is no refund', () => {
    const body = returned({ state: 'closed', refund: '0.00', exchange_total: '10.00', refunds: [] });

    expect(types(body)).toEqual([...whole, 'return.completed', 'exchange.created']);
  });

  it('is not what a label cost', () => {
    const labels = [{ status: 'new', tracking_number: '1ZTEST01', rate: 812 }];

    expect(JSON.stringify(events(returned({ labels })))).not.toContain('812');
  });

  it('of a fee that was waived is told, too', () => {
    const { fees } = fold(loop, settings, [returned({ handling_fee: '4.95' }), returned({ handling_fee: '0.00' })]);

    expect(fees).toEqual([{ kind: 'handling', amount: { amountMinor: 0, currency: 'USD' } }]);
  });
});

describe('a line', () => {
  const line = (more: Fields = {}) => ({ line_item_id: '1', sku: 'TEE', price: '24.00', ...more });

  it('is one unit, and units of one line are counted', () => {
    const { items } = fold(loop, settings, [returned({ line_items: [line(), line(), line({ line_item_id: 2 })] })]);

    expect(items.map(item => item.quantities.requested).toSorted()).toEqual([1, 2]);
    expect(items.map(item => item.quantities.authorized).toSorted()).toEqual([1, 2]);
  });

  it.each([
    [{ return_reason: 'Too small' }, { code: 'too_small', providerCode: 'Too small' }],
    [
      { return_reason: 'sleeves', parent_return_reason: 'FIT' },
      { code: 'fit_or_size', providerCode: 'sleeves' },
    ],
    [
      { return_reason: ' ', parent_return_reason: 'Fit' },
      { code: 'fit_or_size', providerCode: 'Fit' },
    ],
    [{ return_reason: 'a new one' }, { code: 'other', providerCode: 'a new one' }],
    [{ return_reason: 'constructor' }, { code: 'other', providerCode: 'constructor' }],
    [{ return_reason: null }, undefined],
  ])('with %j has the reason %j', (words, reason) => {
    const reasons = { 'too small': 'too_small', fit: 'fit_or_size' };
    const { items } = detailsOf({ line_items: [line(words)] }, { reasons });

    expect(items?.[0]?.reason).toEqual(reason);
  });

  it('keeps an id of more digits than a number can hold', () => {
    const body = JSON.stringify(returned({ line_items: [line({ line_item_id: 'here' })] })).replace(
      '"here"',
      '9007199254740993001',
    );
    const [snapshot] = events(body);

    expect(snapshot?.change).toMatchObject({ details: { items: [{ ref: '9007199254740993001' }] } });
  });
});

describe('what is nobody’s business', () => {
  const secretive = {
    status_page_url: 'https://returns.example.com/private-token',
    line_items: [{ line_item_id: '1', return_comment: 'private-comment' }],
    customer: 'jo@private.example.com',
    address: { name: 'Jo Private', address1: '1 Private Street', phone: '555-private' },
  };

  it('goes to the shopper’s row or nowhere', () => {
    const told = events(returned(secretive));
    const { shopper, ...rest } = detailsOf(secretive);

    expect(shopper).toMatchObject({ email: 'jo@private.example.com', address: '1 Private Street' });
    expect(JSON.stringify([rest, ...told.slice(1)])).not.toMatch(/private/i);
    expect(JSON.stringify(shopper)).not.toMatch(/token|comment/);
  });
});

describe('another shop', () => {
  const others: readonly Fields[] = [
    returned(),
    { topic: 'label', trigger: 'label.updated', id: '1', label_status: 'in_transit', tracking_number: '1ZTEST01' },
    { topic: 'restock', trigger: 'restock.requested', id: '1', restock_items: [] },
    { topic: 'giftcard', trigger: 'giftcard.requested', return_id: '1', total_credit_issued: '5.00', currency: 'USD' },
    { topic: 'return.processing', trigger: 'return.processing.failed', return_id: '1' },
    { topic: 'happy.returns.shipment', trigger: 'shipment.processed', loop_shipment_id: 7 },
    { topic: 'label.request', trigger: 'label.request.issued' },
    { topic: 'return', trigger: 'return.new' },
  ];

  it.each(others)('is refused in $topic $trigger', body => {
    const [notice] = read(loop, settings, { ...body, shop_id: 40113 }).notices ?? [];

    expect(notice).toMatchObject({ outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/shop_id' } });
    expect(outcomes({ ...body, shop_id: '40112' })).not.toContain('unreadable');
  });
});

describe('an empty payload', () => {
  it.each(['{}', '[]', 'null'])('says that the subscription may be a wrong pair: %s', body => {
    expect(read(loop, settings, body).unreadable).toMatchObject({
      path: '/topic',
      message: expect.stringMatching(/trigger of another/),
    });
  });
});

describe('a failure of processing', () => {
  it('is an exception, and no failed refund', () => {
    const body = { topic: 'return.processing', trigger: 'return.processing.failed', return_id: 7, source: 'api' };

    expect(types({ ...body, return_state: 'review' })).toEqual(['return.review_required', 'return.exception']);
    expect(outcomes({ ...body, return_state: 'new' })).toEqual(['unrecognized']);
    expect(JSON.stringify(events({ ...body, message: 'private-words' }))).not.toContain('private-words');
  });
});
