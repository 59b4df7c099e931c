import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VerificationSettings, verificationSettings } from '../../src/adapter/verification.ts';

/** Paths and messages of what is wrong. */
function problems(settings: unknown, schema: z.ZodType = VerificationSettings): string[] {
  const result = schema.safeParse(settings);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });

describe('VerificationSettings', () => {
  it.each<[unknown]>([
    [{ scheme: 'hmac', header: 'X-Sig' }],
    [{ scheme: 'hmac', header: 'X-Sig', timestampHeader: 'X-Time' }],
    [{ scheme: 'hmac', header: 'X-Sig', signs: '{id}{timestamp}', idHeader: 'X-Id', timestampHeader: 'X-Time' }],
    [{ scheme: 'hmac_timestamp', header: 'X-Sig' }],
    [{ scheme: 'hmac_timestamp', header: 'X-Sig', timestampHeader: 'X-Time', timestampFormat: 'rfc1123' }],
    [{ scheme: 'standard_webhooks', toleranceSeconds: 60 }],
    [{ scheme: 'basic' }],
    [{ scheme: 'bearer', header: 'X-Token', prefix: '' }],
    [{ scheme: 'url_token', tokenParameter: 'key' }],
    [{ scheme: 'jwt', issuer: 'a', audience: 'b', toleranceSeconds: 5 }],
    [{ scheme: 'jwt', jwks: { keys: [rsa.publicKey.export({ format: 'jwk' })] }, bodyHashClaim: 'h', encoding: 'hex' }],
    [{ scheme: 'none' }],
  ])('accepts %j', settings => {
    expect(problems(settings)).toEqual([]);
  });

  it.each<[unknown, RegExp]>([
    [{}, /^scheme /],
    [{ scheme: 'hmac' }, /^header is needed/],
    [{ scheme: 'hmac', header: 'X Sig' }, /^header is not a header name$/],
    [{ scheme: 'hmac', header: 'X-Sig', heder: 'X' }, /heder/],
    [{ scheme: 'hmac', header: 'X', signs: '{timestamp}.{body}' }, /^timestampHeader is needed/],
    [{ scheme: 'hmac', header: 'X', signs: '{id}.{body}' }, /^idHeader is needed/],
    [{ scheme: 'hmac', header: 'X', signs: '{boddy}' }, /^signs knows \{body\} .* and no other braces$/],
    [{ scheme: 'hmac', header: 'X', signs: '{body' }, /^signs knows/],
    [{ scheme: 'hmac', header: 'X', signs: 'timestamp' }, /^signs names no part of the request/],
    [{ scheme: 'hmac', header: 'X', signs: '' }, /^signs names no part of the request/],
    [{ scheme: 'hmac', header: 'X', timestampFormat: 'iso' }, /^timestampFormat has no effect/],
    [{ scheme: 'hmac', header: 'X', toleranceSeconds: 300 }, /^toleranceSeconds has no effect/],
    [{ scheme: 'hmac', header: 'X', timestampHeader: 'T', toleranceSeconds: 300 }, /^toleranceSeconds has no effect/],
    [{ scheme: 'hmac_timestamp', header: 'X', signs: '{body}' }, /^signs must contain \{timestamp\}/],
    [{ scheme: 'hmac_timestamp', header: 'X', timestampFormat: 'rfc1123' }, /^timestampFormat rfc1123/],
    [{ scheme: 'standard_webhooks', toleranceSeconds: 0 }, /^toleranceSeconds must be at least 1/],
    [{ scheme: 'standard_webhooks', toleranceSeconds: -1 }, /^toleranceSeconds must be at least 1/],
    [{ scheme: 'standard_webhooks', encoding: 'hex' }, /^encoding has no effect with scheme standard_webhooks/],
    [{ scheme: 'basic', algorithm: 'sha256' }, /^algorithm has no effect with scheme basic/],
    [{ scheme: 'basic', toleranceSeconds: 300 }, /^toleranceSeconds has no effect with scheme basic/],
    [{ scheme: 'none', header: 'X' }, /^header has no effect with scheme none/],
    [{ scheme: 'jwt', encoding: 'hex' }, /^encoding describes bodyHashClaim/],
    [{ scheme: 'jwt', jwks: { keys: [] } }, /^jwks\.keys /],
    [{ scheme: 'jwt', jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, /^jwks\.keys\.0\.kty /],
    [{ scheme: 'jwt', jwks: { keys: [rsa.privateKey.export({ format: 'jwk' })] } }, /^jwks\.keys\.0 is a private key/],
    [{ scheme: 'jwt', jwks: { keys: [small.publicKey.export({ format: 'jwk' })] } }, /^jwks\.keys\.0 cannot be read/],
    [
      { scheme: 'jwt', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] } },
      /^jwks\.keys\.0 cannot be read/,
    ],
    [{ scheme: 'jwt', jwks: { keys: [{ kty: 'OKP', crv: 'X25519', x: 'AA' }] } }, /^jwks\.keys\.0 is of a kind/],
    [{ scheme: 'jwt', jwks: { keys: [{ kty: 'EC', crv: 'P-256', alg: 'HS256' }] } }, /^jwks\.keys\.0 is of a kind/],
    [
      { scheme: 'jwt', keyForm: 'utf8', jwks: { keys: [rsa.publicKey.export({ format: 'jwk' })] } },
      /^keyForm has no effect beside jwks/,
    ],
  ])('refuses %j', (settings, message) => {
    const [first, ...more] = problems(settings);

    expect(first).toMatch(message);
    expect(more).toEqual([]);
  });
});

describe('verificationSettings', () => {
  const schema = verificationSettings({ scheme: 'hmac', header: 'X-Sig', encoding: 'base64', signs: 'body' });
  const timed = verificationSettings({
    scheme: 'hmac',
    header: 'X-Sig',
    signs: '{timestamp}.{body}',
    timestampHeader: 'X-Time',
    toleranceSeconds: 120,
  });

  it('gives the defaults for nothing at all', () => {
    const defaults = { scheme: 'hmac', header: 'X-Sig', encoding: 'base64', signs: 'body' };

    expect(schema.parse(undefined)).toEqual(defaults);
    expect(schema.parse({})).toEqual(defaults);
  });

  it('lets a configuration override single keys', () => {
    expect(schema.parse({ header: 'X-Other', prefix: 'sha256=' })).toEqual({
      scheme: 'hmac',
      header: 'X-Other',
      encoding: 'base64',
      signs: 'body',
      prefix: 'sha256=',
    });
  });

  it('keeps the defaults of a keyed digest for the other kind of it', () => {
    expect(schema.parse({ scheme: 'hmac_timestamp', signs: '{timestamp}{body}' })).toEqual({
      scheme: 'hmac_timestamp',
      header: 'X-Sig',
      encoding: 'base64',
      signs: '{timestamp}{body}',
    });
  });

  it('drops them for a scheme where they mean nothing', () => {
    expect(schema.parse({ scheme: 'basic' })).toEqual({ scheme: 'basic' });
    expect(schema.parse({ scheme: 'none' })).toEqual({ scheme: 'none' });
  });

  it('drops a tolerance by default where the override leaves no signed time, and refuses one that is written', () => {
    expect(timed.parse({ signs: 'body' })).toEqual({
      scheme: 'hmac',
      header: 'X-Sig',
      signs: 'body',
      timestampHeader: 'X-Time',
    });
    expect(problems({ signs: 'body', toleranceSeconds: 60 }, timed)).toEqual([
      'toleranceSeconds has no effect, because signs does not contain {timestamp}: a time nobody signed proves nothing',
    ]);
  });

  it('refuses overrides that cannot work together with the defaults', () => {
    expect(problems({ signs: '{timestamp}.{body}' }, schema)).toEqual([
      'timestampHeader is needed, because signs contains {timestamp}',
    ]);
    expect(problems({ headr: 'X' }, schema)).toHaveLength(1);
  });

  it('refuses defaults that cannot work, and proof of nothing as a default', () => {
    expect(() => verificationSettings({ scheme: 'hmac' })).toThrow();
    expect(() => verificationSettings({ scheme: 'none' })).toThrow(TypeError);
  });

  it.each(['input', 'output'] as const)('describes every field and shows each default in its %s JSON Schema', io => {
    const { properties = {}, additionalProperties } = z.toJSONSchema(schema, { io });
    const fields = Object.entries(properties) as [string, z.core.JSONSchema.BaseSchema][];

    expect(additionalProperties).toBe(false);
    expect(fields).toHaveLength(16);
    expect(fields.filter(([, { description }]) => description === undefined)).toEqual([]);
    expect(
      Object.fromEntries(
        fields.filter(([, field]) => field.default !== undefined).map(([key, field]) => [key, field.default]),
      ),
    ).toEqual({ scheme: 'hmac', header: 'X-Sig', encoding: 'base64', signs: 'body' });
  });
});
