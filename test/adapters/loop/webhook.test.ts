import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loop } from '../../../adapters/loop/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const connection = {
  settings: loop.settings.parse({ shopId: '40112' }),
  secrets: loop.secrets.parse({ webhook: [new Secret('of return.created'), new Secret('of label.updated')] }),
};
const now = new Date('2026-11-20T10:00:00.000Z');
/** As Loop writes it: slashes escaped, no white space. */
const body = String.raw`{"topic":"label","status_page_url":"https:\/\/returns.example.com\/1"}`;
const signature = (secret: string, text = body, encoding: 'base64' | 'hex' = 'base64') =>
  createHmac('sha256', secret).update(text).digest(encoding);
const verify = (text: string, header: string, name = 'x-loop-signature') =>
  loop.webhook?.verify(requestOf(text, { [name]: header }), connection, now);

describe('a webhook of Loop', () => {
  it.each([
    ['of return.created', 0],
    ['of label.updated', 1],
  ])('is proven by the secret of its own subscription: %s', (secret, secretIndex) => {
    expect(verify(body, signature(secret))).toEqual({ outcome: 'accepted', trust: 'signed', secretIndex });
  });

  it('is not proven by the same JSON written anew, which has lost its escapes', () => {
    const anew = JSON.stringify(JSON.parse(body));

    expect(anew).not.toBe(body);
    expect(verify(anew, signature('of return.created'))).toMatchObject({ outcome: 'rejected', reason: 'mismatch' });
  });

  it('is not proven by a digest in hex, with a prefix, or in another header', () => {
    const right = signature('of return.created');

    expect(verify(body, signature('of return.created', body, 'hex'))).toMatchObject({ reason: 'malformed' });
    expect(verify(body, `sha256=${right}`)).toMatchObject({ reason: 'malformed' });
    expect(verify(body, right, 'x-hmac-signature')).toMatchObject({ reason: 'missing' });
  });

  it('has no id of its delivery, so that its bytes tell a redelivery', () => {
    const keyOf = (text: string) => loop.webhook?.dedupeKey(requestOf(text), connection.settings);

    expect(keyOf(body)).toEqual(keyOf(body));
    expect(keyOf(body)?.from).toBe('digest');
    expect(keyOf(body)?.key).not.toBe(keyOf(`${body} `)?.key);
  });

  it.each([
    [{}, ['shopId']],
    [{ shopId: 40112 }, ['shopId']],
    [{ shopId: 'acme.myshopify.com' }, ['shopId']],
    [{ shopId: '40112', reasons: { odd: 'other' } }, ['reasons', 'odd']],
    [{ shopId: '40112', verification: { toleranceSeconds: 60 } }, ['verification', 'toleranceSeconds']],
  ])('is not read with the settings %j', (settings, path) => {
    expect(loop.settings.safeParse(settings).error?.issues[0]?.path).toEqual(path);
  });
});
