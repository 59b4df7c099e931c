import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { signJwt, verifyJwt } from '../../src/adapter/jwt.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { VerificationSettings } from '../../src/adapter/verification.ts';
import { VerificationSettings as Schema } from '../../src/adapter/verification-settings.ts';
import type { Verification } from '../../src/adapter/webhook.ts';
import { inboundRequest } from './inbound-request.ts';

const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;
const secret = new Secret('a-secret-of-at-least-thirty-two-bytes');
const settings: VerificationSettings = { scheme: 'jwt' };

function reasonOf(verification: Verification): string {
  return verification.outcome === 'rejected' ? verification.reason : verification.outcome;
}

function tokenFor(payload: JWTPayload, alg: string, key: KeyObject | Uint8Array, kid?: string): Promise<string> {
  return new SignJWT(payload).setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(key);
}

function check(token: string, given: VerificationSettings = settings, secrets: readonly Secret[] = [secret]) {
  return verifyJwt(inboundRequest('{}', { authorization: `Bearer ${token}` }), given, secrets, now);
}

const shared = new TextEncoder().encode(secret.reveal());
const fresh = { iat: seconds, exp: seconds + 60 };

describe('the token of RFC 7515, appendix A.1', () => {
  const key = new Secret('AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==');
  const token =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const request = inboundRequest('', { authorization: `Bearer ${token}` });
  const at = (time: string, issuer?: string) =>
    verifyJwt(
      request,
      { scheme: 'jwt', keyForm: 'base64', ...(issuer === undefined ? {} : { issuer }) },
      [key],
      new Date(time),
    );

  it('is accepted until it ends, and for the tolerance after', async () => {
    expect(await at('2011-03-22T18:43:00Z', 'joe')).toEqual({
      outcome: 'accepted',
      trust: 'credential',
      secretIndex: 0,
    });
    expect(reasonOf(await at('2011-03-22T18:47:00Z'))).toBe('accepted');
    expect(reasonOf(await at('2011-03-22T18:49:00Z'))).toBe('outside-tolerance');
  });

  it('is refused as from another issuer', async () => {
    expect(reasonOf(await at('2011-03-22T18:43:00Z', 'jane'))).toBe('mismatch');
  });
});

describe('a token with a shared secret', () => {
  it.each(['HS256', 'HS384', 'HS512'])('is accepted with %s', async alg => {
    expect(await check(await tokenFor(fresh, alg, shared))).toEqual({
      outcome: 'accepted',
      trust: 'credential',
      secretIndex: 0,
    });
  });

  it('is refused without a signature, whatever its header claims', async () => {
    const unsigned = new UnsecuredJWT(fresh).encode();
    const [, payload] = unsigned.split('.');
    const header = Buffer.from('{"alg":"HS256"}').toString('base64url');

    expect(reasonOf(await check(unsigned))).toBe('malformed');
    expect(reasonOf(await check(`${header}.${payload}.`))).toBe('malformed');
    expect(reasonOf(await check(`${header}.${payload}.AA`))).toBe('mismatch');
  });

  it.each<[string, JWTPayload, string]>([
    ['no time at all', {}, 'malformed'],
    ['a time of making that is old, and no end', { iat: seconds - 301 }, 'outside-tolerance'],
    ['a time of making just within the tolerance, and no end', { iat: seconds - 300 }, 'accepted'],
    ['a time of making in the future', { iat: seconds + 301, exp: seconds + 900 }, 'outside-tolerance'],
    ['an old time of making and an end to come', { iat: seconds - 3600, exp: seconds + 60 }, 'accepted'],
    ['an end that is past', { exp: seconds - 301 }, 'outside-tolerance'],
    ['a beginning to come', { ...fresh, nbf: seconds + 301 }, 'outside-tolerance'],
  ])('with %s is %s', async (_, payload, expected) => {
    expect(reasonOf(await check(await tokenFor(payload, 'HS256', shared)))).toBe(expected);
  });

  it('is malformed when its end is no number', async () => {
    const token = await tokenFor({ exp: 'soon' } as unknown as JWTPayload, 'HS256', shared);

    expect(reasonOf(await check(token))).toBe('malformed');
  });

  it('must name the audience', async () => {
    const given = { ...settings, audience: 'acme' };

    expect(reasonOf(await check(await tokenFor({ ...fresh, aud: 'acme' }, 'HS256', shared), given))).toBe('accepted');
    expect(reasonOf(await check(await tokenFor({ ...fresh, aud: 'other' }, 'HS256', shared), given))).toBe('mismatch');
    expect(reasonOf(await check(await tokenFor(fresh, 'HS256', shared), given))).toBe('mismatch');
  });

  it('tells the difference between the clocks', async () => {
    expect(await check(await tokenFor({ iat: seconds - 400 }, 'HS256', shared))).toMatchObject({
      evidence: { header: 'Authorization', expected: [], skewSeconds: -400 },
    });
  });
});

describe('a token over the body', () => {
  const given: VerificationSettings = { ...settings, bodyHashClaim: 'hash' };
  // SHA-256 of {}.
  const hex = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  const base64 = 'RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=';

  it.each<[string, VerificationSettings, unknown, string]>([
    ['hex', given, hex, 'accepted'],
    ['hex in capitals', given, hex.toUpperCase(), 'accepted'],
    ['base64', { ...given, encoding: 'base64' }, base64, 'accepted'],
    ['base64url', { ...given, encoding: 'base64' }, 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o', 'accepted'],
    ['another encoding', given, base64, 'mismatch'],
    ['the hash of another body', given, `0${hex.slice(1)}`, 'mismatch'],
    ['no hash', given, undefined, 'malformed'],
    ['a hash that is no text', given, [hex], 'malformed'],
  ])('with %s', async (_, claims, hash, expected) => {
    const verification = await check(await tokenFor({ ...fresh, hash }, 'HS256', shared), claims);

    expect(verification).toMatchObject(
      expected === 'accepted' ? { outcome: 'accepted', trust: 'signed' } : { outcome: 'rejected', reason: expected },
    );
  });
});

describe('a token with a public key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const jwk = ({ publicKey }: { publicKey: KeyObject }, extra: object = {}) =>
    ({ ...publicKey.export({ format: 'jwk' }), ...extra }) as never;
  const given = Schema.parse({ scheme: 'jwt', jwks: { keys: [jwk(rsa, { kid: 'r' }), jwk(ec), jwk(ed)] } });

  it.each([
    ['RS256', rsa],
    ['PS512', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
    ['Ed25519', ed],
  ] as const)('is accepted with %s, and no secret took part', async (alg, { privateKey }) => {
    expect(await check(await tokenFor(fresh, alg, privateKey), given)).toEqual({
      outcome: 'accepted',
      trust: 'credential',
      secretIndex: null,
    });
  });

  it('is refused from another key', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

    expect(reasonOf(await check(await tokenFor(fresh, 'ES256', stranger.privateKey), given))).toBe('mismatch');
  });

  it('is refused when it names another key, and found when two have no name', async () => {
    const second = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const two = Schema.parse({ scheme: 'jwt', jwks: { keys: [jwk(ec), jwk(second)] } });

    expect(reasonOf(await check(await tokenFor(fresh, 'RS256', rsa.privateKey, 'x'), given))).toBe('mismatch');
    expect(reasonOf(await check(await tokenFor(fresh, 'ES256', second.privateKey), two))).toBe('accepted');
  });

  it('is refused with an algorithm that the key does not state', async () => {
    const narrow = Schema.parse({ scheme: 'jwt', jwks: { keys: [jwk(rsa, { alg: 'RS256' })] } });

    expect(reasonOf(await check(await tokenFor(fresh, 'PS256', rsa.privateKey), narrow))).toBe('mismatch');
  });

  it('is refused when the public key was used as a shared secret', async () => {
    const texts = [
      rsa.publicKey.export({ format: 'pem', type: 'spki' }),
      rsa.publicKey.export({ format: 'der', type: 'spki' }),
      JSON.stringify(rsa.publicKey.export({ format: 'jwk' })),
    ];
    for (const text of texts) {
      const token = await tokenFor(fresh, 'HS256', new Uint8Array(Buffer.from(text as string)));

      expect(reasonOf(await check(token, given))).toBe('mismatch');
    }
  });

  it('is refused when only a shared secret was configured', async () => {
    expect(reasonOf(await check(await tokenFor(fresh, 'RS256', rsa.privateKey)))).toBe('mismatch');
  });

  it('is refused with a shared secret, even one that is configured beside the keys', async () => {
    expect(reasonOf(await check(await tokenFor(fresh, 'HS256', shared), given, [secret]))).toBe('mismatch');
  });

  it('cannot be signed by us', async () => {
    await expect(signJwt(inboundRequest(), given, secret, now, 'id')).rejects.toThrow(TypeError);
  });
});
