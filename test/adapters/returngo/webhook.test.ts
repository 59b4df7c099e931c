import { describe, expect, it } from 'vitest';
import { returngo } from '../../../adapters/returngo/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';
import { readAnswer, rma, SHOP } from './answers.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const secrets = returngo.secrets.parse({ webhook: [new Secret('made-up-token')], api: new Secret('made-up-key') });
const connect = (settings: object = {}) => ({ settings: returngo.settings.parse({ ...SHOP, ...settings }), secrets });
const CHANGED = { eventName: 'RMA_STATUS_UPDATED', rmaId: '7' };

describe('a webhook', () => {
  it('is a hint also with the right token, and with any other proof that may come', async () => {
    for (const verification of [{}, { scheme: 'bearer' }, { scheme: 'hmac', header: 'X-Signature' }]) {
      const connection = connect({ verification });
      const signed = await returngo.webhook!.sign(requestOf(CHANGED), connection, NOW);

      expect(await returngo.webhook!.verify(signed, connection, NOW)).toEqual({
        outcome: 'accepted',
        trust: 'hint',
        secretIndex: 0,
      });
    }
  });

  it('is refused with another token, and needs one unless none is written out', async () => {
    const stranger = { ...requestOf(CHANGED), query: new URLSearchParams({ token: 'of-somebody-else' }) };

    expect(await returngo.webhook!.verify(stranger, connect(), NOW)).toMatchObject({ outcome: 'rejected' });
    expect(await returngo.webhook!.verify(requestOf(CHANGED), connect(), NOW)).toMatchObject({ reason: 'missing' });
    expect(
      await returngo.webhook!.verify(requestOf(CHANGED), connect({ verification: { scheme: 'none' } }), NOW),
    ).toEqual({ outcome: 'accepted', trust: 'hint', secretIndex: null });
  });
});

describe('a call', () => {
  it('names the shop, because one key reads every shop of its owner', () => {
    expect(returngo.fetching!.request({ kind: 'rma', id: '7' }, connect())?.headers).toMatchObject({
      'x-api-key': 'made-up-key',
      'x-shop-name': 'acme-example.myshopify.com',
    });
  });

  it('is made 2000 times a day and 100 times a second at most, unless the account has more', () => {
    expect(returngo.fetching!.limits(connect().settings)).toEqual([
      { calls: 2000, perSeconds: 86_400 },
      { calls: 100, perSeconds: 1 },
    ]);
    expect(returngo.fetching!.limits(connect({ callsPerDay: 50_000 }).settings)[0]).toEqual({
      calls: 50_000,
      perSeconds: 86_400,
    });
  });
});

describe('personal data', () => {
  it('of staff, bank accounts, comments and addresses goes nowhere, and the e-mail to the shopper alone', () => {
    const body = rma('Done', {
      comments: [{ commentType: 'merchant', htmlText: '<b>private-comment</b>' }],
      items: [
        {
          returnedItemId: '1',
          followUpQuestions: [{ answer: { textAnswer: 'private-answer' } }],
          itemValidationStatusResponse: { isReturned: true, lastValidatedBy: 'private-staff' },
        },
      ],
      shipments: [
        {
          shipmentId: '3',
          status: 'Shipped',
          customerAddress: { name: 'private-name', street1: 'private-street', email: 'kim@example.com' },
          returnAddress: { phone: 'private-phone' },
        },
      ],
      transactions: [
        { id: 1, type: 'RefundToPaymentMethod', status: 'Success', bankAccountDetails: { iban: 'private-iban' } },
      ],
    });

    const text = JSON.stringify(readAnswer(body));

    expect(text).not.toContain('private-');
    expect(text.split('kim@example.com')).toHaveLength(2);
    expect(text).toContain('"shopper":{"email":"kim@example.com"}');
  });
});
