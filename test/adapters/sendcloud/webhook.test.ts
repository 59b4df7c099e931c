import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sendcloud } from '../../../adapters/sendcloud/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const now = new Date('2026-11-20T10:00:00.000Z');

/** Published, and the same in both samples. https://sendcloud.dev/api/v3/webhooks */
const PUBLISHED = {
  body: '{"key": "value"}',
  key: 'secretkey',
  signature: '1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a',
};

function connectionOf(settings: unknown, ...secrets: readonly string[]) {
  return {
    settings: sendcloud.settings.parse(settings),
    secrets: sendcloud.secrets.parse({ webhook: secrets.map(secret => new Secret(secret)) }),
  };
}

function verify(body: string, headers: Readonly<Record<string, string>>, settings: unknown, ...secrets: string[]) {
  return sendcloud.webhook?.verify(requestOf(body, headers), connectionOf(settings, ...secrets), now);
}

function signed(body: string, signature: string, ...secrets: string[]) {
  return verify(body, { 'sendcloud-signature': signature }, {}, ...secrets);
}

describe('a webhook of an integration', () => {
  it('is proven as in the published example', () => {
    const { body, key, signature } = PUBLISHED;

    expect(signed(body, signature, key)).toEqual({ outcome: 'accepted', trust: 'signed', secretIndex: 0 });
  });

  it('is not proven by the digest of the same JSON written anew, without the blank', () => {
    const { body, key, signature } = PUBLISHED;
    const anew = JSON.stringify(JSON.parse(body));

    expect(anew).toBe('{"key":"value"}');
    expect(signed(anew, signature, key)).toMatchObject({ outcome: 'rejected', reason: 'mismatch' });
  });

  it('is proven by the key of any of the integrations that point here', () => {
    const digest = createHmac('sha256', 'second').update('{}').digest('hex');

    expect(signed('{}', digest, 'first', 'second')).toMatchObject({ outcome: 'accepted', secretIndex: 1 });
  });

  it('is proven in hexadecimal, and not in Base64 or after a prefix', () => {
    const digest = createHmac('sha256', 'key').update('{}').digest();
    const hex = digest.toString('hex');

    expect(signed('{}', hex.toUpperCase(), 'key')).toMatchObject({ outcome: 'accepted' });
    expect(signed('{}', digest.toString('base64'), 'key')).toMatchObject({ outcome: 'rejected', reason: 'malformed' });
    expect(signed('{}', `sha256=${hex}`, 'key')).toMatchObject({ outcome: 'rejected', reason: 'malformed' });
  });

  it('is refused without a signature, and with that of another key', () => {
    expect(verify('{}', {}, {}, 'key')).toMatchObject({ outcome: 'rejected', reason: 'missing' });
    expect(signed('{}', createHmac('sha256', 'other').update('{}').digest('hex'), 'key')).toMatchObject({
      outcome: 'rejected',
      reason: 'mismatch',
    });
  });
});

describe('a webhook of an event subscription', () => {
  const basic = `Basic ${Buffer.from('user:pass').toString('base64')}`;

  it.each([
    ['bearer', { scheme: 'bearer' }, { authorization: 'Bearer token' }, 'token'],
    ['basic', { scheme: 'basic' }, { authorization: basic }, 'user:pass'],
    ['api_key', { scheme: 'bearer', header: 'X-Api-Key' }, { 'x-api-key': 'token' }, 'token'],
  ])('proves its caller with %s, and not its body', (_kind, verification, headers: Record<string, string>, secret) => {
    expect(verify('{}', headers, { verification }, secret)).toMatchObject({ outcome: 'accepted', trust: 'credential' });
    expect(verify('{}', headers, { verification }, `other:${secret}`)).toMatchObject({ outcome: 'rejected' });
  });

  it('proves nothing where its connection has no authentication', () => {
    expect(verify('{}', {}, { verification: { scheme: 'none' } })).toMatchObject({ trust: 'hint' });
  });

  it('does not pass for a signed one', () => {
    expect(verify('{}', { authorization: 'Bearer token' }, {}, 'token')).toMatchObject({
      outcome: 'rejected',
      reason: 'missing',
    });
  });
});

describe('the dedupe key', () => {
  it('is a digest of the bytes, for there is no id', () => {
    const keyOf = (text: string) => sendcloud.webhook?.dedupeKey(requestOf(text), sendcloud.settings.parse({}));

    expect(keyOf('{"action":"test_webhook"}')?.from).toBe('digest');
    expect(keyOf('{"action":"test_webhook"}')).toEqual(keyOf('{"action":"test_webhook"}'));
    expect(keyOf('{"action":"test_webhook"} ')).not.toEqual(keyOf('{"action":"test_webhook"}'));
  });
});

describe('the settings', () => {
  it.each([
    [{ brandId: 'acme' }, ['brandId']],
    [{ integrationId: '' }, ['integrationId']],
    [{ returnParcels: 'both' }, ['returnParcels']],
    [{ deliveryChoices: { locker_wall: 'other' } }, ['deliveryChoices', 'locker_wall']],
    [{ verification: { toleranceSeconds: 60 } }, ['verification', 'toleranceSeconds']],
  ])('are not %j', (settings, path) => {
    expect(sendcloud.settings.safeParse(settings).error?.issues[0]?.path).toEqual(path);
  });
});
