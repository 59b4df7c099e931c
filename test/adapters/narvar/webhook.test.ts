import { describe, expect, it } from 'vitest';
import { narvar } from '../../../adapters/narvar/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const connection = {
  settings: narvar.settings.parse({ retailer: 'acme' }),
  secrets: narvar.secrets.parse({ webhook: [new Secret('narvar:old'), new Secret('narvar:new:with:colons')] }),
};
const now = new Date('2026-11-20T10:00:00.000Z');
const basic = (text: string) => `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;
const verify = (authorization: string) => narvar.webhook?.verify(requestOf('{}', { authorization }), connection, now);

describe('a webhook of Narvar', () => {
  it.each([
    ['narvar:old', 0],
    ['narvar:new:with:colons', 1],
  ])('is a caller who knows %s, and no more', (credentials, secretIndex) => {
    expect(verify(basic(credentials))).toEqual({ outcome: 'accepted', trust: 'credential', secretIndex });
  });

  it.each(['narvar:olD', 'Narvar:old', 'narvar:', ':old', 'narvarold', 'narvar:old '])(
    'is refused with %j',
    credentials => {
      expect(verify(basic(credentials))).toMatchObject({ outcome: 'rejected' });
    },
  );

  it('is answered 200 unless configured otherwise', () => {
    expect(connection.settings.acknowledgeWith).toBe(200);
  });

  it.each([
    [{}, ['retailer']],
    [{ retailer: '' }, ['retailer']],
    [{ dialect: 'full' }, ['retailer']],
    [{ dialect: 'shopify', retailer: 'acme' }, ['shopDomain']],
    [{ dialect: 'shopify', shopDomain: 'https://acme.myshopify.com' }, ['shopDomain']],
    [{ retailer: 'acme', currency: 'usd' }, ['currency']],
    [{ retailer: 'acme', methods: { MAIL: 'other' } }, ['methods', 'MAIL']],
    [{ retailer: 'acme', items: { list: 'a/b' } }, ['items', 'list']],
    [
      { retailer: 'acme', verification: { scheme: 'basic', toleranceSeconds: 60 } },
      ['verification', 'toleranceSeconds'],
    ],
  ])('is not read with the settings %j', (settings, path) => {
    expect(narvar.settings.safeParse(settings).error?.issues[0]?.path).toEqual(path);
  });
});

describe('the dedupe key', () => {
  const shopify = narvar.settings.parse({ dialect: 'shopify', shopDomain: 'acme.myshopify.com' });
  const headers = { 'x-narvar-topic': 'approved', 'x-narvar-webhook-id': 'a', 'x-narvar-shop-domain': 'b' };
  const keyOf = (body: string, given: Readonly<Record<string, string>>, settings = shopify) =>
    narvar.webhook?.dedupeKey(requestOf(body, given), settings).key;

  it('is a digest in every dialect', () => {
    for (const settings of [connection.settings, shopify]) {
      expect(narvar.webhook?.dedupeKey(requestOf('{}', headers), settings).from).toBe('digest');
    }
  });

  it.each(['x-narvar-topic', 'x-narvar-webhook-id', 'x-narvar-shop-domain'])('of the shopify app covers %s', name => {
    expect(keyOf('{}', { ...headers, [name]: 'other' })).not.toBe(keyOf('{}', headers));
    expect(keyOf('{}', { ...headers, [name]: 'other' }, connection.settings)).toBe(
      keyOf('{}', headers, connection.settings),
    );
  });

  it('of the shopify app does not cover the time of sending, which a retry may change', () => {
    expect(keyOf('{}', { ...headers, 'x-narvar-timestamp': '1' })).toBe(keyOf('{}', headers));
  });
});
