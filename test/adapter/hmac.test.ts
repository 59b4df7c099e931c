import { describe, expect, it } from 'vitest';
import { signHmac, verifyHmac } from '../../src/adapter/hmac.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { VerificationSettings } from '../../src/adapter/verification.ts';
import type { Verification } from '../../src/adapter/webhook.ts';
import { inboundRequest } from './inbound-request.ts';

const now = new Date('2026-11-20T10:00:00.250Z');
const secret = new Secret('Jefe');

function reasonOf(verification: Verification): string {
  return verification.outcome === 'rejected' ? verification.reason : verification.outcome;
}

describe('the digest of RFC 4231 and RFC 2202, test case 2', () => {
  const body = 'what do ya want for nothing?';
  const sha256 = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  const hmac = { scheme: 'hmac', header: 'X-Sig' } as const;

  it.each<[string, VerificationSettings, string]>([
    ['sha256 in hex', hmac, sha256],
    ['sha256 in upper-case hex', hmac, sha256.toUpperCase()],
    ['sha256 in base64', { ...hmac, encoding: 'base64' }, 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM='],
    ['sha1', { ...hmac, algorithm: 'sha1' }, 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    [
      'sha512',
      { ...hmac, algorithm: 'sha512' },
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
    ['a prefix', { ...hmac, prefix: 'sha256=' }, `sha256=${sha256}`],
    ['a template', { ...hmac, signs: 'what do {body}' }, sha256],
  ])('is accepted as %s', (name, settings, signature) => {
    const sent = name === 'a template' ? 'ya want for nothing?' : body;

    expect(verifyHmac(inboundRequest(sent, { 'x-sig': signature }), settings, [secret], now)).toEqual({
      outcome: 'accepted',
      trust: 'signed',
      secretIndex: 0,
    });
  });

  it.each<[string, VerificationSettings, string]>([
    ['another encoding', { ...hmac, encoding: 'base64' }, sha256],
    ['a prefix that is missing', { ...hmac, prefix: 'sha256=' }, sha256],
    ['a prefix in another letter case', { ...hmac, prefix: 'sha256=' }, `SHA256=${sha256}`],
    ['a prefix that was not expected', hmac, `sha256=${sha256}`],
    ['another algorithm', { ...hmac, algorithm: 'sha512' }, sha256],
    ['a space in front', hmac, ` ${sha256}`],
    ['nothing', hmac, ''],
    ['base64url', { ...hmac, encoding: 'base64' }, 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM'],
  ])('is malformed with %s', (_, settings, signature) => {
    expect(reasonOf(verifyHmac(inboundRequest(body, { 'x-sig': signature }), settings, [secret], now))).toBe(
      'malformed',
    );
  });

  it('is not accepted in a second spelling of the same base64 bytes', () => {
    const request = inboundRequest(body, { 'x-sig': 'W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEN=' });

    expect(reasonOf(verifyHmac(request, { ...hmac, encoding: 'base64' }, [secret], now))).toBe('mismatch');
  });

  it.each([
    ['base64', 'SmVmZQ=='],
    ['whsec', 'whsec_SmVmZQ=='],
    ['whsec', 'SmVmZQ=='],
    ['nfkd', 'Ｊｅｆｅ'],
  ] as const)('is reached with the key in the form %s', (keyForm, text) => {
    const request = inboundRequest(body, { 'x-sig': sha256 });

    expect(reasonOf(verifyHmac(request, { ...hmac, keyForm }, [new Secret(text)], now))).toBe('accepted');
  });
});

describe('a signed time', () => {
  const settings: VerificationSettings = {
    scheme: 'hmac',
    header: 'X-Sig',
    signs: '{timestamp}.{body}',
    timestampHeader: 'X-Time',
  };

  it.each([
    ['seconds', '1795168800'],
    ['milliseconds', '1795168800250'],
    ['rfc1123', 'Fri, 20 Nov 2026 10:00:00 GMT'],
    ['iso', '2026-11-20T10:00:00.250Z'],
  ] as const)('is written and read as %s', (timestampFormat, text) => {
    const timed = { ...settings, timestampFormat };

    const request = signHmac(inboundRequest(), timed, secret, now, 'id');

    expect(request.headers['x-time']).toEqual([text]);
    expect(reasonOf(verifyHmac(request, timed, [secret], now))).toBe('accepted');
  });

  describe.each(['seconds', 'milliseconds', 'rfc1123', 'iso'] as const)('in %s', timestampFormat => {
    const timed = { ...settings, timestampFormat };
    const request = signHmac(inboundRequest(), timed, secret, now, 'id');
    const at = (seconds: number) => verifyHmac(request, timed, [secret], new Date(now.getTime() + seconds * 1000));

    it('is accepted up to the tolerance in both directions', () => {
      expect([at(300), at(-300)].map(reasonOf)).toEqual(['accepted', 'accepted']);
    });

    it('is refused beyond it in both directions, with the difference', () => {
      expect(at(301)).toMatchObject({ reason: 'outside-tolerance', evidence: { skewSeconds: -301 } });
      expect(at(-301)).toMatchObject({ reason: 'outside-tolerance', evidence: { skewSeconds: 301 } });
    });

    it('is refused when it was changed', () => {
      const later = signHmac(inboundRequest(), timed, secret, new Date(now.getTime() + 60_000), 'id');
      const forged = { ...request, headers: { ...request.headers, 'x-time': later.headers['x-time'] ?? [] } };

      expect(reasonOf(verifyHmac(forged, timed, [secret], now))).toBe('mismatch');
    });

    it.each(['', 'hello', '1e9', '+1795168800', ' 1795168800', '1795168800.0', '2026-11-20', '2026-11-20T10:00:00'])(
      'is malformed as %j',
      text => {
        const changed = { ...request, headers: { ...request.headers, 'x-time': [text] } };

        expect(verifyHmac(changed, timed, [secret], now)).toMatchObject({
          reason: 'malformed',
          evidence: { header: 'X-Time' },
        });
      },
    );

    it('must be there, and once', () => {
      const { 'x-time': time = [], ...headers } = request.headers;

      expect(verifyHmac({ ...request, headers }, timed, [secret], now)).toMatchObject({
        reason: 'missing',
        evidence: { header: 'X-Time' },
      });
      expect(
        reasonOf(
          verifyHmac({ ...request, headers: { ...headers, 'x-time': [...time, ...time] } }, timed, [secret], now),
        ),
      ).toBe('repeated');
    });
  });

  it('is the only one that counts: a time nobody signed is not looked at', () => {
    const unsigned: VerificationSettings = { scheme: 'hmac', header: 'X-Sig', timestampHeader: 'X-Time' };
    const request = signHmac(inboundRequest(), unsigned, secret, now, 'id');
    for (const time of [['1'], ['nonsense'], ['1', '2'], []]) {
      const sent = { ...request, headers: { ...request.headers, 'x-time': time } };

      expect(reasonOf(verifyHmac(sent, unsigned, [secret], now))).toBe('accepted');
    }
  });

  it('keeps to the tolerance that is set', () => {
    const strict = { ...settings, toleranceSeconds: 1 };
    const request = signHmac(inboundRequest(), strict, secret, now, 'id');

    expect(reasonOf(verifyHmac(request, strict, [secret], new Date(now.getTime() + 2000)))).toBe('outside-tolerance');
  });
});

describe('hmac_timestamp in one header', () => {
  const settings: VerificationSettings = { scheme: 'hmac_timestamp', header: 'X-Sig' };
  const request = signHmac(inboundRequest(), settings, secret, now, 'id');
  const [value] = request.headers['x-sig'] as [string];
  const wrong = `v1=${'0'.repeat(64)}`;
  const reasonFor = (text: string) =>
    reasonOf(verifyHmac({ ...request, headers: { 'x-sig': [text] } }, settings, [secret], now));

  it('carries time and signature', () => {
    expect(value).toMatch(/^t=1795168800,v1=[0-9a-f]{64}$/);
  });

  it('is accepted with several signatures, in any order, with entries of other names', () => {
    const [time, signature] = value.split(',') as [string, string];

    expect(reasonFor(`${time},${wrong},${signature}`)).toBe('accepted');
    expect(reasonFor(`${signature}, v0=abc, ${time}`)).toBe('accepted');
  });

  it('is refused without a time, with two, without a signature, or with a list of them', () => {
    const [time, signature] = value.split(',') as [string, string];
    const many = Array.from({ length: 17 }, () => wrong).join(',');

    expect(reasonFor(signature)).toBe('malformed');
    expect(reasonFor(`${time},${time},${signature}`)).toBe('malformed');
    expect(reasonFor(time)).toBe('malformed');
    expect(reasonFor(`${time},${many},${signature}`)).toBe('malformed');
  });

  it('is refused with another time', () => {
    expect(reasonFor(value.replace('t=1795168800', 't=1795168801'))).toBe('mismatch');
  });

  it('takes another label before its signatures', () => {
    const labelled = { ...settings, prefix: 'sig=' };
    const signed = signHmac(inboundRequest(), labelled, secret, now, 'id');

    expect(signed.headers['x-sig']?.[0]).toMatch(/^t=1795168800,sig=[0-9a-f]{64}$/);
    expect(reasonOf(verifyHmac(signed, labelled, [secret], now))).toBe('accepted');
  });
});

describe('a template', () => {
  const settings: VerificationSettings = {
    scheme: 'hmac',
    header: 'X-Sig',
    signs: '{method} {path} {id}.{body}',
    idHeader: 'X-Id',
  };
  const request = signHmac(inboundRequest('x'), settings, secret, now, 'msg_1');

  it('binds every part it names', () => {
    const changed = [
      { ...request, method: 'PUT' },
      { ...request, path: '/webhooks/other/provider' },
      { ...request, headers: { ...request.headers, 'x-id': ['msg_2'] } },
      inboundRequest('y', { 'x-id': 'msg_1', 'x-sig': request.headers['x-sig'] ?? [] }),
    ];

    expect(reasonOf(verifyHmac(request, settings, [secret], now))).toBe('accepted');
    expect(changed.map(sent => reasonOf(verifyHmac(sent, settings, [secret], now)))).toEqual(Array(4).fill('mismatch'));
  });

  it('refuses an id that could lend its end to the part behind it', () => {
    const shifted = signHmac(inboundRequest('x'), settings, secret, now, 'msg_1.y');

    expect(verifyHmac(shifted, settings, [secret], now)).toMatchObject({
      reason: 'malformed',
      evidence: { header: 'X-Id' },
    });
  });

  it.each(['', 'a b', 'é', 'x'.repeat(256)])('refuses the id %j', id => {
    const sent = { ...request, headers: { ...request.headers, 'x-id': [id] } };

    expect(reasonOf(verifyHmac(sent, settings, [secret], now))).toBe('malformed');
  });

  it('covers text around the body, such as the key of an app', () => {
    const keyed: VerificationSettings = { scheme: 'hmac', header: 'Authorization', signs: 'app-key-1{body}' };
    const sent = signHmac(inboundRequest('{}'), keyed, secret, now, 'id');

    expect(reasonOf(verifyHmac(sent, keyed, [secret], now))).toBe('accepted');
    expect(reasonOf(verifyHmac(sent, { ...keyed, signs: 'app-key-2{body}' }, [secret], now))).toBe('mismatch');
  });
});

describe('evidence', () => {
  it('has a digest prefix for what came and for each secret', () => {
    const settings: VerificationSettings = { scheme: 'hmac', header: 'X-Sig' };
    const request = inboundRequest('what do ya want for nothing?', { 'x-sig': '0'.repeat(64) });

    // SHA-256 of sixty-four zeros, and of the right signature as text.
    expect(verifyHmac(request, settings, [secret], now)).toEqual({
      outcome: 'rejected',
      reason: 'mismatch',
      evidence: { header: 'X-Sig', received: '60e05bd1', expected: ['282dd047'], skewSeconds: null },
    });
  });

  it.each<[string, VerificationSettings, string]>([
    [
      'hex without a prefix',
      { scheme: 'hmac', header: 'X-Sig' },
      'The value must be 64 hexadecimal characters, without a prefix (settings.verification: algorithm, encoding, prefix).',
    ],
    [
      'Base64 behind a prefix',
      { scheme: 'hmac', header: 'X-Sig', encoding: 'base64', algorithm: 'sha1', prefix: 'sha1=' },
      'The value must be 28 characters of Base64, after the prefix sha1= (settings.verification: algorithm, encoding, prefix).',
    ],
    [
      'one header for time and signature',
      { scheme: 'hmac_timestamp', header: 'X-Sig' },
      'The value must be t=<time>,v1=<signature>: the signature as 64 hexadecimal characters, the time once, at most 16 signatures.',
    ],
  ])('says the form that was expected: %s', (_, settings, hint) => {
    const request = inboundRequest('{}', { 'x-sig': 'sha256=0000' });

    expect(verifyHmac(request, settings, [secret], now)).toMatchObject({ reason: 'malformed', evidence: { hint } });
  });

  it('says what would have been right also where the form is wrong', () => {
    const settings: VerificationSettings = { scheme: 'hmac', header: 'X-Sig' };
    const request = inboundRequest('what do ya want for nothing?', { 'x-sig': 'sha256=0' });

    expect(verifyHmac(request, settings, [secret], now)).toMatchObject({
      reason: 'malformed',
      evidence: { expected: ['282dd047'] },
    });
  });

  it('has nothing that would have been right where the signed time is missing too', () => {
    const settings: VerificationSettings = {
      scheme: 'hmac',
      header: 'X-Sig',
      signs: '{timestamp}.{body}',
      timestampHeader: 'X-Time',
    };

    expect(verifyHmac(inboundRequest('{}', { 'x-sig': '0' }), settings, [secret], now)).toMatchObject({
      reason: 'malformed',
      evidence: { header: 'X-Sig', expected: [] },
    });
  });
});
