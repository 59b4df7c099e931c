import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tiktokShop } from '../../../adapters/tiktok-shop/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const now = new Date('2026-11-20T10:00:00.000Z');

/** The worked example of https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview, read 2026-11. */
const PUBLISHED = {
  appKey: 'abcdef',
  secret: '123',
  shopId: '7495540735365777507',
  body: '{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}',
  signature: '5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05',
};

function connectionOf(settings: object, ...secrets: readonly string[]) {
  return {
    settings: tiktokShop.settings.parse({ appKey: PUBLISHED.appKey, shopId: PUBLISHED.shopId, ...settings }),
    secrets: tiktokShop.secrets.parse({ webhook: secrets.map(secret => new Secret(secret)) }),
  };
}

function verify(body: string, header: string, settings: object = {}, ...secrets: readonly string[]) {
  const connection = connectionOf(settings, ...(secrets.length === 0 ? [PUBLISHED.secret] : secrets));
  return tiktokShop.webhook?.verify(requestOf(body, { authorization: header }), connection, now);
}

function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

describe('a webhook of TikTok Shop', () => {
  it('is proven as the published example is', () => {
    expect(verify(PUBLISHED.body, PUBLISHED.signature)).toEqual({
      outcome: 'accepted',
      trust: 'signed',
      secretIndex: 0,
    });
  });

  it('is proven by either secret while the app secret is replaced', () => {
    expect(verify(PUBLISHED.body, PUBLISHED.signature, {}, 'new', '123')).toMatchObject({
      outcome: 'accepted',
      secretIndex: 1,
    });
  });

  it.each([
    ['the body alone', PUBLISHED.body],
    ['another app key and the body', `abcdeg${PUBLISHED.body}`],
    ['the same JSON written anew', `abcdef${JSON.stringify(JSON.parse(PUBLISHED.body), null, 1)}`],
    ['the app key behind the body', `${PUBLISHED.body}abcdef`],
  ])('is not proven by a signature over %s', (_, text) => {
    expect(verify(PUBLISHED.body, signatureOf(text, '123'))).toMatchObject({ outcome: 'rejected', reason: 'mismatch' });
  });

  it.each(['Bearer ', 'sha256='])('is not proven behind %j: the header has no prefix', prefix => {
    expect(verify(PUBLISHED.body, prefix + PUBLISHED.signature)).toMatchObject({
      outcome: 'rejected',
      reason: 'malformed',
    });
  });

  it('is not proven by a digest in Base64, where this provider writes hex', () => {
    const base64 = Buffer.from(PUBLISHED.signature, 'hex').toString('base64');

    expect(verify(PUBLISHED.body, base64)).toMatchObject({ outcome: 'rejected', reason: 'malformed' });
  });

  it('is proven over what settings.verification.signs says, where that is written out', () => {
    const given = { verification: { signs: 'body' } };

    expect(verify(PUBLISHED.body, signatureOf(PUBLISHED.body, '123'), given)).toMatchObject({ outcome: 'accepted' });
    expect(verify(PUBLISHED.body, PUBLISHED.signature, given)).toMatchObject({ outcome: 'rejected' });
  });

  it.each([
    [{ appKey: '' }, ['appKey']],
    [{ appKey: 'a{body}' }, ['appKey']],
    [{ shopId: 'acme' }, ['shopId']],
    [{ shopId: 74940496 }, ['shopId']],
    [{ requestNeedsApproval: true }, []],
    [{ verification: { toleranceSeconds: 60 } }, ['verification', 'toleranceSeconds']],
  ])('is not read with the settings %j', (settings, path) => {
    const whole = { appKey: 'abcdef', shopId: '1', ...settings };

    expect(tiktokShop.settings.safeParse(whole).error?.issues[0]?.path).toEqual(path);
  });
});

describe('the dedupe key', () => {
  const keyOf = (text: string) => tiktokShop.webhook?.dedupeKey(requestOf(text), connectionOf({}).settings);

  it('is the id of the notification, whenever it is sent', () => {
    const one = keyOf('{"type":12,"tts_notification_id":"7327112393057371910","timestamp":1}');

    expect(one).toEqual({ key: '7327112393057371910', from: 'provider-id' });
    expect(keyOf('{"timestamp":2,"type":12,"tts_notification_id":"7327112393057371910"}')).toEqual(one);
  });

  it('keeps each digit of an id that comes as a number above 2^53', () => {
    expect(keyOf('{"type":12,"tts_notification_id":7327112393057371913}')?.key).toBe('7327112393057371913');
  });

  it.each(['{"type":12}', '{"type":12,"tts_notification_id":null}', '{"type":12,"tts_notification_id":""}', '[]', 'x'])(
    'is a digest where %j has no id',
    text => {
      expect(keyOf(text)?.from).toBe('digest');
    },
  );
});
