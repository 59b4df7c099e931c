import { generateKeyPairSync, sign as signWithPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/adapter/secret.ts';
import { signStandardWebhook, verifyStandardWebhook } from '../../src/adapter/standard-webhooks.ts';
import { checkSecrets, type VerificationSettings } from '../../src/adapter/verification.ts';
import type { Verification } from '../../src/adapter/webhook.ts';
import { inboundRequest } from './inbound-request.ts';

interface Vector {
  readonly name: string;
  readonly secret: string;
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signature: string | null;
  readonly payload?: string;
  readonly payload_base64?: string;
  readonly now: number;
  readonly tolerance_seconds: number;
  readonly header_names?: readonly [string, string, string];
  readonly expected: 'valid' | 'invalid' | 'secret_error' | 'either';
}

const file = new URL('../../fixtures/standard-webhooks/vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

/** Where the published libraries differ: what this one does, on purpose. */
const decided: Readonly<Record<string, 'valid' | 'invalid' | 'secret_error'>> = {
  timestamp_exactly_300s_old: 'valid',
  secret_unpadded_one: 'secret_error',
  secret_unpadded_two: 'secret_error',
  signature_double_space_between_entries: 'valid',
  signature_comma_joined_duplicate_header: 'invalid',
};

const settings: VerificationSettings = { scheme: 'standard_webhooks' };

function outcomeOf(vector: Vector): 'valid' | 'invalid' | 'secret_error' {
  if (vector.secret === '') {
    try {
      new Secret(vector.secret);
    } catch {
      return 'secret_error';
    }
  }
  const secret = new Secret(vector.secret);
  const given: VerificationSettings = { ...settings, toleranceSeconds: vector.tolerance_seconds };
  if (checkSecrets(given, [secret]).length > 0) return 'secret_error';

  const names = vector.header_names ?? ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const values = [vector.id, vector.timestamp, vector.signature];
  const headers: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index];
    if (typeof value === 'string') headers[name] = value;
  }
  const bytes = Buffer.from(vector.payload_base64 ?? vector.payload ?? '', vector.payload_base64 ? 'base64' : 'utf8');
  const verification = verifyStandardWebhook(
    inboundRequest(bytes, headers),
    given,
    [secret],
    new Date(vector.now * 1000),
  );
  return verification.outcome === 'accepted' ? 'valid' : 'invalid';
}

describe('the vectors', () => {
  it('are all there, and every one the libraries differ on is decided', () => {
    expect(vectors).toHaveLength(65);
    expect(vectors.filter(({ expected }) => expected === 'either').map(({ name }) => name)).toEqual(
      Object.keys(decided),
    );
  });

  it.each(vectors)('$name is $expected', vector => {
    expect(outcomeOf(vector)).toBe(vector.expected === 'either' ? decided[vector.name] : vector.expected);
  });
});

const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const other = new Secret('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD');
const id = 'msg_1';
const timestamp = 1_795_168_800;
const now = new Date(timestamp * 1000);
const body = new TextEncoder().encode('{"a":1}');

function received(signature: string | readonly string[], overrides: Readonly<Record<string, string>> = {}) {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
  return inboundRequest(body, { ...headers, ...overrides });
}

function reasonOf(verification: Verification): string {
  return verification.outcome === 'rejected' ? verification.reason : verification.outcome;
}

describe('signStandardWebhook', () => {
  it('gives the value the specification gives', () => {
    const signature = signStandardWebhook({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: new TextEncoder().encode('{"test": 2432232314}'),
      secrets: [secret],
    });

    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('signs with every secret, so that a receiver may hold the old or the new one', () => {
    const signature = signStandardWebhook({ id, timestamp, body, secrets: [secret, other] });

    expect(signature.split(' ')).toHaveLength(2);
    for (const held of [secret, other]) {
      expect(reasonOf(verifyStandardWebhook(received(signature), settings, [held], now))).toBe('accepted');
    }
  });

  it('is what the published library signs', () => {
    const library = new Webhook(secret.reveal());

    expect(signStandardWebhook({ id, timestamp, body, secrets: [secret] })).toBe(library.sign(id, now, '{"a":1}'));
  });

  it.each([
    ['an id with a dot', { id: 'msg.1' }],
    ['a time in milliseconds with a fraction', { timestamp: 1.5 }],
    ['no secret', { secrets: [] }],
    ['a public key', { secrets: [new Secret(`whpk_${Buffer.alloc(32, 1).toString('base64')}`)] }],
    ['a secret that is only a label', { secrets: [new Secret('whsec_')] }],
  ])('refuses %s', (_, wrong) => {
    expect(() => signStandardWebhook({ id, timestamp, body, secrets: [secret], ...wrong })).toThrow(TypeError);
  });
});

describe('verifyStandardWebhook', () => {
  const good = signStandardWebhook({ id, timestamp, body, secrets: [secret] });
  const wrong = `v1,${Buffer.alloc(32, 7).toString('base64')}`;

  it('accepts a v1a signature and says which key it was', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    const message = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
    const signature = signWithPrivateKey(null, message, privateKey).toString('base64');
    const secrets = [secret, new Secret(`whpk_${raw.toString('base64')}`)];

    expect(verifyStandardWebhook(received(`${wrong} v1a,${signature}`), settings, secrets, now)).toEqual({
      outcome: 'accepted',
      trust: 'signed',
      secretIndex: 1,
    });
  });

  it('reads as many signatures as a rotation needs, and no more', () => {
    const fifteen = Array.from({ length: 15 }, () => wrong).join(' ');

    expect(reasonOf(verifyStandardWebhook(received(`${fifteen} ${good}`), settings, [secret], now))).toBe('accepted');
    expect(reasonOf(verifyStandardWebhook(received(`${fifteen} ${wrong} ${good}`), settings, [secret], now))).toBe(
      'malformed',
    );
  });

  it.each([
    ['300 s behind', 300, 'accepted'],
    ['300 s behind and a fraction', 300.999, 'accepted'],
    ['301 s behind', 301, 'outside-tolerance'],
    ['300 s ahead', -300, 'accepted'],
    ['301 s ahead', -301, 'outside-tolerance'],
  ])('takes a sender %s as %s', (_, seconds, expected) => {
    const later = new Date(now.getTime() + seconds * 1000);

    expect(reasonOf(verifyStandardWebhook(received(good), settings, [secret], later))).toBe(expected);
  });

  it('tells the difference between the clocks, the sender behind being negative', () => {
    const later = new Date(now.getTime() + 3_600_000);

    expect(verifyStandardWebhook(received(good), settings, [secret], later)).toMatchObject({
      reason: 'outside-tolerance',
      evidence: { header: 'webhook-signature', skewSeconds: -3600 },
    });
  });

  it('keeps to another tolerance when it is set', () => {
    const later = new Date(now.getTime() + 11_000);

    expect(
      reasonOf(verifyStandardWebhook(received(good), { ...settings, toleranceSeconds: 10 }, [secret], later)),
    ).toBe('outside-tolerance');
  });

  it('names the same digest for what came and what was right when they agree', () => {
    const later = new Date(now.getTime() + 3_600_000);
    const verification = verifyStandardWebhook(received(good), settings, [secret], later);

    expect(verification.outcome === 'rejected' && verification.evidence.expected).toEqual([
      verification.outcome === 'rejected' && verification.evidence.received,
    ]);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses %s when it came twice', name => {
    const request = received(good);
    const [value] = request.headers[name] as [string];
    const twice = { ...request, headers: { ...request.headers, [name]: [value, value] } };

    expect(reasonOf(verifyStandardWebhook(twice, settings, [secret], now))).toBe('repeated');
  });

  it('takes two signature headers that became one for what they are', () => {
    expect(reasonOf(verifyStandardWebhook(received(`${wrong}, ${good}`), settings, [secret], now))).toBe('repeated');
  });

  it.each(['a b', 'é', '', 'a.b', 'x'.repeat(256)])('refuses the id %j', bad => {
    expect(reasonOf(verifyStandardWebhook(received(good, { 'webhook-id': bad }), settings, [secret], now))).toBe(
      'malformed',
    );
  });

  it('reads other header names where a sender kept its own', () => {
    const named: VerificationSettings = {
      ...settings,
      header: 'Svix-Signature',
      idHeader: 'Svix-Id',
      timestampHeader: 'Svix-Timestamp',
    };
    const request = inboundRequest(body, {
      'svix-id': id,
      'svix-timestamp': String(timestamp),
      'svix-signature': good,
    });

    expect(reasonOf(verifyStandardWebhook(request, named, [secret], now))).toBe('accepted');
  });
});
