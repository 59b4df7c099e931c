import { describe, expect, it } from 'vitest';
import { eventsOf } from '../../conformance/interpretation.ts';
import { foldAnswers, foldCases, readAnswer, rma } from './answers.ts';

const item = (more: object = {}) => ({ returnedItemId: '1', ...more });
const refund = (amount: unknown, more: object = {}) => ({
  id: 1,
  type: 'RefundToPaymentMethod',
  status: 'Success',
  amount: { amount, currency: 'USD' },
  ...more,
});
const shipment = (status: string, more: object = {}) => ({ shipmentId: '3', status, ...more });
const typesOf = (body: unknown, settings: object = {}) => eventsOf(readAnswer(body, settings)).map(({ type }) => type);

describe('an RMA that is opened again', () => {
  it('takes the closing word back, each time, and says so once each time', () => {
    const open = foldAnswers([rma('Approved'), rma('Done'), rma('Approved'), rma('Received')]);
    const closed = foldAnswers([rma('Approved'), rma('Done'), rma('Approved'), rma('Done')]);

    expect(open).toMatchObject({ status: 'authorized', anomalies: [] });
    expect(closed).toMatchObject({ status: 'completed', anomalies: [] });
  });

  it.each(['Done', 'Canceled', 'Rejected'])('is known where the first look showed it as %s', word => {
    expect(foldAnswers([rma(word), rma('Approved')])).toMatchObject({ status: 'authorized', anomalies: [] });
  });

  it('is not what an RMA is that was never closed', () => {
    const looks = ['Pending', 'Approved', 'Approved', 'Received', 'Validated'].map(status => rma(status));

    expect(foldAnswers(looks).anomalies).toEqual([]);
  });
});

describe('a parcel', () => {
  it('of an exchange is outbound, and moves nothing of the return', () => {
    const { status, shipments } = foldCases(['exchange-draft', 'exchange-outbound']);

    expect(status).toBe('authorized');
    expect(shipments.map(({ direction, phase }) => `${direction} ${phase}`).toSorted()).toEqual([
      'outbound in_transit',
      'return label_created',
    ]);
  });

  it.each([true, 1])('is outbound where isOutbound is %j', isOutbound => {
    const { shipments, status } = foldAnswers([rma('Approved', { shipments: [shipment('Received', { isOutbound })] })]);

    expect(shipments).toMatchObject([{ direction: 'outbound', phase: 'delivered' }]);
    expect(status).toBe('authorized');
  });

  it('that was received says nothing of its items: only the RMA does', () => {
    const body = rma('Approved', { items: [item({ shipmentId: '3' })], shipments: [shipment('Received')] });

    expect(typesOf(body)).toContain('shipment.delivered');
    expect(typesOf(body)).not.toContain('item.received');
  });

  it('gets the label that its number came after', () => {
    const label = { labelURL: 'https://example.com/label' };
    const looks = [shipment('LabelCreated', label), shipment('LabelCreated', { ...label, trackingNumber: '9400 1' })];

    const { shipments } = foldAnswers(looks.map(parcel => rma('Approved', { shipments: [parcel] })));

    expect(shipments).toMatchObject([{ trackingNumber: '9400 1', label: { url: 'https://example.com/label' } }]);
  });

  it('whose number only the shopper knows attaches by it before anything moved', () => {
    const parcel = shipment('Pending', { trackingNumber: '9400 1000' });

    const { notices } = readAnswer(rma('Approved', { shipments: [parcel] }));

    expect(notices?.[1]).toMatchObject({
      outcome: 'events',
      aliases: [
        { kind: 'return', value: '7', unique: true },
        { kind: 'tracking', value: '94001000', unique: false },
      ],
    });
  });
});

describe('money', () => {
  it.each([
    ['25.5', 2550],
    ['0.1', 10],
    ['29.990000000000002', 2999],
    ['0.30000000000000004', 30],
    ['1234567890.0199999', 123456789002],
    ['12.339999999999999', 1234],
    ['9.999999999999998', 1000],
    ['"7.00"', 700],
    ['-3.5', -350],
    ['0', 0],
  ])('of %s is read from its digits, without the tail of a float', (text, amountMinor) => {
    const body = JSON.stringify(rma('Done', { transactions: [refund('AMOUNT')] })).replace('"AMOUNT"', text);

    expect(eventsOf(readAnswer(body)).at(-1)).toMatchObject({
      type: 'refund.issued',
      change: { settlement: { amount: { amountMinor, currency: 'USD' } } },
    });
  });

  it.each(['10.105', '1e3', '"5,00"', '12345678901234567890.5'])('of %s makes its transaction unreadable', text => {
    const body = JSON.stringify(rma('Done', { transactions: [refund('AMOUNT')] })).replace('"AMOUNT"', text);

    expect(readAnswer(body).notices?.at(-1)).toMatchObject({
      outcome: 'unreadable',
      problem: { code: 'SCHEMA_MISMATCH', path: '/transactions/*/amount' },
    });
  });

  it('moved only with Success: a request of a refund is none', () => {
    expect(typesOf(rma('Approved', { transactions: [refund(5, { status: 'Requested' })] }))).not.toContain(
      'refund.issued',
    );
  });

  it('that moved before anything was received contradicts nothing', () => {
    const { status, settlements, anomalies } = foldAnswers([rma('Approved', { transactions: [refund(5)] })]);

    expect(status).toBe('authorized');
    expect(settlements).toMatchObject([{ kind: 'refund', state: 'paid' }]);
    expect(anomalies).toEqual([]);
  });

  it('told by every answer again counts once, and two refunds are two', () => {
    const body = rma('Done', { transactions: [refund(5), refund(7, { id: 2 })] });

    const { settlements } = foldAnswers([body, body, body]);

    expect(settlements.map(({ amount }) => amount?.amountMinor).toSorted()).toEqual([500, 700]);
  });

  it('as store credit needs the word that the shop names, and is then no refund', () => {
    const body = rma('Done', { transactions: [refund(5, { type: 'House credit' })] });

    expect(readAnswer(body).notices?.at(-1)?.outcome).toBe('unrecognized');
    expect(typesOf(body, { transactionTypes: { 'House credit': 'store_credit' } })).toContain('credit.issued');
  });
});

describe('an item', () => {
  it('is one unit, by an id whose digits are kept', () => {
    const body = '{"rmaSummary":{"rmaId":7,"status":"Approved"},"items":[{"returnedItemId":90071992547409930001}]}';

    expect(eventsOf(readAnswer(body))[0]).toMatchObject({
      change: { details: { items: [{ ref: '90071992547409930001', quantity: 1 }] } },
    });
  });

  it('that needs no shipment is kept, and never received', () => {
    const kept = item({ returnMethod: { type: 'No shipment required' } });

    const { items, status } = foldAnswers([rma('Validated', { items: [kept] })]);

    expect(items).toMatchObject([{ quantities: { requested: 1, kept: 1, received: 0 } }]);
    expect(status).toBe('authorized');
  });

  it('that never came is missing, and not received', () => {
    expect(foldCases(['partial-one-arrived', 'partial-one-missing']).items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ sku: 'CUP-A', quantities: expect.objectContaining({ received: 1, missing: 0 }) }),
        expect.objectContaining({ sku: 'CUP-B', quantities: expect.objectContaining({ received: 0, missing: 1 }) }),
      ]),
    );
  });

  it('that is looked at again, with another outcome, is told again', () => {
    const looked = (isRestockable: boolean, at: string) =>
      rma('Validated', {
        items: [
          item({
            itemValidationStatusResponse: {
              isReturned: 1,
              isRestockable,
              nonRestockableReason: isRestockable ? null : 'Torn',
              lastValidationDate: at,
            },
          }),
        ],
      });

    const { items } = foldAnswers(
      [looked(true, '2026-11-10T08:00:00+00:00'), looked(false, '2026-11-11T08:00:00+00:00')],
      { conditions: { Torn: 'damaged' } },
    );

    expect(items).toMatchObject([{ condition: { code: 'damaged', providerCode: 'Torn' } }]);
  });
});

describe('a status', () => {
  it.each(['Cancelled', 'approved', 'OnHold'])('%s is not known, and leaves the refund beside it as it is', word => {
    const { notices } = readAnswer(rma(word, { transactions: [refund(5)] }));

    expect(notices?.map(({ outcome }) => outcome)).toEqual(['unrecognized', 'events']);
  });

  it('Done proves neither that anything came nor that it was paid', () => {
    expect(typesOf(rma('Done', { items: [item()] }))).toEqual([
      'return.snapshot',
      'return.requested',
      'return.authorized',
      'return.reopened',
      'return.completed',
    ]);
  });
});
