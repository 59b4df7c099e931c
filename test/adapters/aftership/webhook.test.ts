import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aftership } from '../../../adapters/aftership/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const now = new Date('2026-11-20T10:00:00.000Z');
const body = '{"id": "5d0c1f7be2a84f0c9a1133d07c6b2e55", "event": "return.approved", "data": {"id": "r"}}';
const secrets = aftership.secrets.parse({ webhook: [new Secret('made-up-old'), new Secret('made-up-new')] });
const current = { settings: aftership.settings.parse({ organizationId: 'acme' }), secrets };
const older = {
  settings: aftership.settings.parse({
    organizationId: 'acme',
    verification: { header: 'am-webhook-signature', prefix: 'hmac-sha256=' },
  }),
  secrets,
};
const digest = (secret: string, encoding: 'base64' | 'hex' = 'base64') =>
  createHmac('sha256', secret).update(body).digest(encoding);
const verify = (headers: Readonly<Record<string, string>>, connection = current, text = body) =>
  aftership.webhook?.verify(requestOf(text, headers), connection, now);

describe('a webhook of AfterShip Returns', () => {
  it.each([
    ['made-up-old', 0],
    ['made-up-new', 1],
  ])('is proven by the Base64 digest of its bytes under %s', (secret, secretIndex) => {
    expect(verify({ 'as-signature-hmac-sha256': digest(secret) })).toEqual({
      outcome: 'accepted',
      trust: 'signed',
      secretIndex,
    });
  });

  it('of an older organization is proven in the older header, after its prefix', () => {
    const header = `hmac-sha256=${digest('made-up-new')}`;

    expect(verify({ 'am-webhook-signature': header }, older)).toMatchObject({ outcome: 'accepted', trust: 'signed' });
    expect(verify({ 'am-webhook-signature': digest('made-up-new') }, older)).toMatchObject({ reason: 'malformed' });
  });

  it('is not proven by a digest in hex, nor after the older prefix', () => {
    for (const header of [digest('made-up-new', 'hex'), `hmac-sha256=${digest('made-up-new')}`]) {
      expect(verify({ 'as-signature-hmac-sha256': header })).toMatchObject({
        outcome: 'rejected',
        reason: 'malformed',
      });
    }
  });

  it('is not proven by the header of AfterShip Tracking', () => {
    expect(verify({ 'aftership-hmac-sha256': digest('made-up-new') })).toMatchObject({ reason: 'missing' });
  });

  it('is not proven by a digest of the same JSON written in another way', () => {
    const compact = JSON.stringify(JSON.parse(body));

    expect(verify({ 'as-signature-hmac-sha256': digest('made-up-new') }, current, compact)).toMatchObject({
      outcome: 'rejected',
      reason: 'mismatch',
    });
  });

  it('needs to know whose returns it is about, and is answered 200', () => {
    expect(aftership.settings.safeParse({}).success).toBe(false);
    expect(current.settings.acknowledgeWith).toBe(200);
  });
});

describe('a redelivery', () => {
  const keyOf = (text: string) => aftership.webhook?.dedupeKey(requestOf(text), current.settings);

  it('is known by the id of the event, whatever else the body says', () => {
    const other = body.replace('return.approved', 'return.updated');

    expect(keyOf(body)).toEqual({ key: '5d0c1f7be2a84f0c9a1133d07c6b2e55', from: 'provider-id' });
    expect(keyOf(other)).toEqual(keyOf(body));
  });

  it('keeps every digit of an id that comes as a number', () => {
    expect(keyOf('{"id": 90071992547409931234}')).toEqual({ key: '90071992547409931234', from: 'provider-id' });
  });

  it.each(['{}', '{"id": null}', '{"id": ""}', '{"id": {"a": 1}}', 'not json', `{"id": "${'x'.repeat(141)}"}`])(
    'without an id that can be read is known by its bytes: %s',
    text => {
      expect(keyOf(text)).toMatchObject({ from: 'digest' });
    },
  );

  it('is known for as long as AfterShip tries', () => {
    expect(aftership.webhook?.redeliveryHours).toBeGreaterThanOrEqual(245_730 / 3600);
  });
});
