import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { easypost } from '../../../adapters/easypost/index.ts';
import { Secret } from '../../../src/adapter/secret.ts';
import { requestOf } from '../reading.ts';

const now = new Date('2026-11-20T10:00:00.000Z');
/** As a client library of EasyPost writes the number; JavaScript would write 16. */
const body = '{"id":"evt_1","description":"tracker.updated","mode":"production","result":{"weight":16.0}}';

function connectionOf(settings: unknown, ...secrets: readonly string[]) {
  return {
    settings: easypost.settings.parse(settings),
    secrets: easypost.secrets.parse({ webhook: secrets.map(secret => new Secret(secret)) }),
  };
}

function verify(text: string, header: string, ...secrets: readonly string[]) {
  return easypost.webhook?.verify(requestOf(text, { 'x-hmac-signature': header }), connectionOf({}, ...secrets), now);
}

function signatureOf(text: string, key: string | Uint8Array): string {
  return `hmac-sha256-hex=${createHmac('sha256', key).update(text).digest('hex')}`;
}

describe('a webhook of EasyPost', () => {
  it('is proven by the prefixed hex digest of its bytes, with the secret of either webhook', () => {
    const signed = signatureOf(body, 'second');

    expect(verify(body, signed, 'first', 'second')).toEqual({ outcome: 'accepted', trust: 'signed', secretIndex: 1 });
  });

  it('is not proven by a digest of the same JSON written anew, which loses the .0 of 16.0', () => {
    const anew = JSON.stringify(JSON.parse(body));

    expect(anew).not.toBe(body);
    expect(verify(anew, signatureOf(body, 'first'), 'first')).toMatchObject({ outcome: 'rejected' });
    expect(verify(`${body}\n`, signatureOf(body, 'first'), 'first')).toMatchObject({ outcome: 'rejected' });
  });

  it.each(['', 'sha256=', 'HMAC-SHA256-HEX='])('is not proven by a digest with the prefix %j', prefix => {
    const signed = signatureOf(body, 'first').replace('hmac-sha256-hex=', prefix);

    expect(verify(body, signed, 'first')).toMatchObject({ outcome: 'rejected', reason: 'malformed' });
  });

  it('is not proven by the digest in Base64', () => {
    const base64 = createHmac('sha256', 'first').update(body).digest('base64');

    expect(verify(body, `hmac-sha256-hex=${base64}`, 'first')).toMatchObject({ outcome: 'rejected' });
  });

  it('is keyed by the decomposed form of a secret with accents, however that was typed', () => {
    const decomposed = Uint8Array.of(0x73, 0x65, 0xcc, 0x81, 0x63); // s, e, combining acute accent, c
    const composed = Uint8Array.of(0x73, 0xc3, 0xa9, 0x63);
    const signed = signatureOf(body, decomposed);

    expect(verify(body, signed, 's\u00e9c')).toMatchObject({ outcome: 'accepted' });
    expect(verify(body, signed, 'se\u0301c')).toMatchObject({ outcome: 'accepted' });
    expect(verify(body, signatureOf(body, composed), 's\u00e9c')).toMatchObject({ outcome: 'rejected' });
  });

  it('that is not signed is refused, for a webhook without a secret sends no signature', () => {
    expect(easypost.webhook?.verify(requestOf(body), connectionOf({}, 'first'), now)).toMatchObject({
      outcome: 'rejected',
      reason: 'missing',
    });
  });

  it('may be proven by a header of our own instead, and then proves the caller alone', () => {
    const connection = connectionOf({ verification: { scheme: 'bearer', header: 'X-Returns-Token' } }, 'token');
    const given = (token: string) =>
      easypost.webhook?.verify(requestOf(body, { 'x-returns-token': token }), connection, now);

    expect(given('token')).toMatchObject({ outcome: 'accepted', trust: 'credential' });
    expect(given('Token')).toMatchObject({ outcome: 'rejected' });
  });

  it.each([
    [{ mode: 'live' }, ['mode']],
    [{ userId: 'acme' }, ['userId']],
    [{ userId: '' }, ['userId']],
    [{ requestNeedsApproval: true }, []],
    [{ verification: { toleranceSeconds: 60 } }, ['verification', 'toleranceSeconds']],
  ])('is not read with the settings %j', (settings, path) => {
    expect(easypost.settings.safeParse(settings).error?.issues[0]?.path).toEqual(path);
  });
});

describe('the dedupe key', () => {
  const keyOf = (text: string) => easypost.webhook?.dedupeKey(requestOf(text), easypost.settings.parse({}));

  it('is the id of the event, whatever moves around it between tries', () => {
    expect(keyOf('{"id":"evt_1","status":"pending","pending_urls":["https://a.example.com"]}')).toEqual({
      key: 'evt_1',
      from: 'provider-id',
    });
    expect(keyOf('{"pending_urls":[],"status":"in_queue","id":"evt_1"}')?.key).toBe('evt_1');
  });

  it('keeps each digit of an id that comes as a number', () => {
    expect(keyOf('{"id":9007199254740993}')?.key).toBe('9007199254740993');
  });

  it.each(['{}', '{"id":null}', '{"id":""}', '{"id":{"a":1}}', '[{"id":"evt_1"}]', 'evt_1'])(
    'is a digest where %j has no id',
    text => {
      expect(keyOf(text)?.from).toBe('digest');
    },
  );
});
