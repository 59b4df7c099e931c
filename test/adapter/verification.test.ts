import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/adapter/secret.ts';
import { checkSecrets, digestKey, sign, type VerificationSettings, verify } from '../../src/adapter/verification.ts';
import type { InboundRequest, Trust, Verification } from '../../src/adapter/webhook.ts';
import { inboundRequest } from './inbound-request.ts';

const now = new Date('2026-11-20T10:00:00.250Z');
const body = '{"id":"r-1","amount":10.10}';
const plain = [
  'first-secret-of-at-least-32-bytes',
  'second-secret-of-at-least-32-bytes',
  'third-secret-of-at-least-32-bytes',
];

interface Variant {
  readonly name: string;
  readonly settings: VerificationSettings;
  readonly secrets?: readonly string[];
  readonly trust: Trust;
  /** Lower-case name of the header, or of the query parameter, that carries the proof. */
  readonly place: string;
  readonly inQuery?: true;
  /** Hex is read in either letter case. */
  readonly anyCase?: true;
}

const variants: readonly Variant[] = [
  { name: 'hmac, hex', settings: { scheme: 'hmac', header: 'X-Sig' }, trust: 'signed', place: 'x-sig', anyCase: true },
  {
    name: 'hmac, base64 and a prefix',
    settings: { scheme: 'hmac', header: 'X-Sig', encoding: 'base64', prefix: 'sha512=', algorithm: 'sha512' },
    trust: 'signed',
    place: 'x-sig',
  },
  {
    name: 'hmac, base64 sha256',
    settings: { scheme: 'hmac', header: 'X-Sig', encoding: 'base64' },
    trust: 'signed',
    place: 'x-sig',
  },
  {
    name: 'hmac, sha1 over a template of every part',
    settings: {
      scheme: 'hmac',
      header: 'X-Sig',
      algorithm: 'sha1',
      signs: '{id}:{timestamp}:{method}:{path}:{body}',
      timestampHeader: 'X-Time',
      timestampFormat: 'iso',
      idHeader: 'X-Id',
    },
    trust: 'signed',
    place: 'x-sig',
    anyCase: true,
  },
  {
    name: 'hmac over the time only',
    settings: { scheme: 'hmac', header: 'X-Sig', encoding: 'base64', signs: '{timestamp}', timestampHeader: 'X-Time' },
    trust: 'credential',
    place: 'x-sig',
  },
  {
    name: 'hmac_timestamp, two headers',
    settings: {
      scheme: 'hmac_timestamp',
      header: 'X-Sig',
      encoding: 'base64',
      timestampHeader: 'X-Time',
      timestampFormat: 'milliseconds',
    },
    trust: 'signed',
    place: 'x-sig',
  },
  {
    name: 'hmac_timestamp, one header',
    settings: { scheme: 'hmac_timestamp', header: 'X-Sig' },
    trust: 'signed',
    place: 'x-sig',
    anyCase: true,
  },
  {
    name: 'standard_webhooks',
    settings: { scheme: 'standard_webhooks' },
    secrets: [
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
    ],
    trust: 'signed',
    place: 'webhook-signature',
  },
  {
    name: 'basic',
    settings: { scheme: 'basic' },
    secrets: ['acme:first:password', 'acme:second', 'ünïcode:drittes'],
    trust: 'credential',
    place: 'authorization',
  },
  { name: 'bearer', settings: { scheme: 'bearer' }, trust: 'credential', place: 'authorization' },
  {
    name: 'bearer in a header of its own',
    settings: { scheme: 'bearer', header: 'X-Access-Token' },
    trust: 'credential',
    place: 'x-access-token',
  },
  { name: 'url_token', settings: { scheme: 'url_token' }, trust: 'credential', place: 'token', inQuery: true },
  {
    name: 'url_token in another parameter',
    settings: { scheme: 'url_token', tokenParameter: 'key' },
    trust: 'credential',
    place: 'key',
    inQuery: true,
  },
  { name: 'jwt', settings: { scheme: 'jwt' }, trust: 'credential', place: 'authorization' },
  {
    name: 'jwt over the body, with issuer and audience',
    settings: {
      scheme: 'jwt',
      header: 'X-Token',
      bodyHashClaim: 'body_hash',
      encoding: 'base64',
      issuer: 'provider',
      audience: 'acme',
    },
    trust: 'signed',
    place: 'x-token',
  },
];

function secretsOf({ secrets = plain }: Variant): Secret[] {
  return secrets.map(text => new Secret(text));
}

function proofIn(request: InboundRequest, { place, inQuery }: Variant): string {
  return (inQuery ? request.query.get(place) : request.headers[place]?.[0]) ?? '';
}

function withProof(request: InboundRequest, { place, inQuery }: Variant, values: readonly string[]): InboundRequest {
  if (!inQuery) return { ...request, headers: { ...request.headers, [place]: values } };
  return { ...request, query: new URLSearchParams(values.map((value): [string, string] => [place, value])) };
}

async function reasonFor(request: InboundRequest, variant: Variant): Promise<string> {
  const verification = await verify(request, variant.settings, secretsOf(variant), now);
  return verification.outcome === 'rejected' ? verification.reason : 'accepted';
}

describe.each(variants)('$name', variant => {
  const { settings, trust, place } = variant;
  const signed = async (index = 0) => sign(inboundRequest(body), settings, secretsOf(variant)[index] as Secret, now);

  it('has secrets that pass the check', () => {
    expect(checkSecrets(settings, secretsOf(variant))).toEqual([]);
  });

  it.each([0, 1, 2])('accepts its own signature with secret %i and says which it was', async index => {
    const verification = await verify(await signed(index), settings, secretsOf(variant), now);

    expect(verification).toEqual({ outcome: 'accepted', trust, secretIndex: index });
  });

  it('refuses a secret that is not configured', async () => {
    const [first, ...others] = secretsOf(variant);
    const request = await sign(inboundRequest(body), settings, first as Secret, now);

    const verification = await verify(request, settings, others, now);

    expect(verification).toMatchObject({ outcome: 'rejected', reason: 'mismatch' });
  });

  it('refuses everything when there is no secret', async () => {
    const verification = await verify(await signed(), settings, [], now);

    expect(verification.outcome).toBe('rejected');
  });

  it('says that the proof is missing, and where it was looked for', async () => {
    const verification = await verify(inboundRequest(body), settings, secretsOf(variant), now);

    expect(verification).toMatchObject({ outcome: 'rejected', reason: 'missing', evidence: { received: null } });
    expect(verification.outcome === 'rejected' && verification.evidence.header?.toLowerCase()).toBe(place);
  });

  it('refuses a proof that came twice, even when both are right', async () => {
    const request = await signed();
    const proof = proofIn(request, variant);

    expect(await reasonFor(withProof(request, variant, [proof, proof]), variant)).toBe('repeated');
  });

  it('refuses a proof cut off anywhere', async () => {
    const request = await signed();
    const proof = proofIn(request, variant);
    for (let length = 0; length < proof.length; length += 1) {
      const reason = await reasonFor(withProof(request, variant, [proof.slice(0, length)]), variant);

      expect(['malformed', 'mismatch']).toContain(reason);
    }
  });

  it.each(['é', '\u0000', '\ud800', '💥', 'v1,é', 't=1,v1=é', 'Basic é', 'Bearer é', 'a.b.c'])(
    'refuses %j without throwing',
    async text => {
      const request = await signed();
      const proof = proofIn(request, variant);
      for (const value of [text, text + proof, proof + text]) {
        const reason = await reasonFor(withProof(request, variant, [value]), variant);

        expect(['malformed', 'mismatch']).toContain(reason);
      }
    },
  );

  it('refuses a proof with any one character changed', async () => {
    const request = await signed();
    const proof = proofIn(request, variant);
    const tail = Math.min(proof.length, 20);
    await fc.assert(
      fc.asyncProperty(fc.nat(tail - 1), fc.integer({ min: 0x21, max: 0x7e }), async (fromEnd, code) => {
        const at = proof.length - 1 - fromEnd;
        const changed = proof.slice(0, at) + String.fromCharCode(code) + proof.slice(at + 1);
        const same = variant.anyCase ? changed.toLowerCase() === proof.toLowerCase() : changed === proof;
        fc.pre(!same);

        expect(['malformed', 'mismatch']).toContain(await reasonFor(withProof(request, variant, [changed]), variant));
      }),
      { numRuns: 60 },
    );
  });

  it('answers any header value with an outcome', async () => {
    const request = await signed();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async value => {
        expect(await reasonFor(withProof(request, variant, [value]), variant)).not.toBe('accepted');
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a body with any one bit changed, where it vouches for the body', async () => {
    const request = await signed();
    for (let bit = 0; bit < request.body.length * 8; bit += 7) {
      const changed = Uint8Array.from(request.body);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));

      const reason = await reasonFor({ ...request, body: changed }, variant);

      expect(reason).toBe(trust === 'signed' ? 'mismatch' : 'accepted');
    }
  });

  it('signs and verifies bytes that are no text, and no bytes at all', async () => {
    const secrets = secretsOf(variant);
    for (const bytes of [Uint8Array.of(0xff, 0xfe, 0x00, 0x80), new Uint8Array()]) {
      const request = await sign(inboundRequest(bytes), settings, secrets[0] as Secret, now);

      expect(await verify(request, settings, secrets, now)).toMatchObject({ outcome: 'accepted', trust });
    }
  });

  it('leaves evidence that holds neither secret nor proof nor body', async () => {
    const request = await signed();
    const others = secretsOf(variant).slice(1);
    const rejections: Verification[] = [
      await verify(request, settings, others, now),
      await verify(withProof(request, variant, ['x', 'y']), settings, others, now),
      await verify(withProof(request, variant, ['x']), settings, others, now),
    ];

    const written = JSON.stringify(rejections);

    expect(rejections.every(({ outcome }) => outcome === 'rejected')).toBe(true);
    for (const text of [...secretsOf(variant).map(secret => secret.reveal()), proofIn(request, variant), body]) {
      expect(written).not.toContain(text);
    }
    expect(written).not.toMatch(/[0-9a-f]{9}/);
  });

  it('leaves the request that it signs or verifies as it was', async () => {
    const request = inboundRequest(body, { 'x-other': 'kept' });
    Object.freeze(request);
    Object.freeze(request.headers);
    const secrets = secretsOf(variant);

    const done = await sign(request, settings, secrets[0] as Secret, now);
    await verify(done, settings, secrets, now);

    expect(request).toEqual(inboundRequest(body, { 'x-other': 'kept' }));
    expect(done.headers['x-other']).toEqual(['kept']);
  });
});

describe('none', () => {
  it('accepts anything as a hint that no secret took part in', async () => {
    const settings: VerificationSettings = { scheme: 'none' };
    const request = await sign(inboundRequest(), settings, new Secret('unused'), now);

    expect(request).toEqual(inboundRequest());
    expect(verify(request, settings, [], now)).toEqual({ outcome: 'accepted', trust: 'hint', secretIndex: null });
    expect(checkSecrets(settings, [])).toEqual([]);
  });
});

describe('verify', () => {
  it('answers at once for every scheme but jwt', () => {
    for (const { settings } of variants) {
      const answer = verify(inboundRequest(), settings, [], now);

      expect(answer instanceof Promise).toBe(settings.scheme === 'jwt');
    }
  });

  it('takes no header from the prototype of the header record', () => {
    const settings: VerificationSettings = { scheme: 'bearer', header: 'constructor' };

    const verification = verify(inboundRequest(), settings, [new Secret('token')], now);

    expect(verification).toMatchObject({ outcome: 'rejected', reason: 'missing' });
  });

  it('reads the word before a credential in any letter case, as HTTP has it', () => {
    const basic = inboundRequest(body, { authorization: 'bAsIc YWNtZTpzZWNyZXQ=' });
    const bearer = inboundRequest(body, { authorization: 'bearer token-1' });

    expect(verify(basic, { scheme: 'basic' }, [new Secret('acme:secret')], now)).toMatchObject({
      outcome: 'accepted',
    });
    expect(verify(bearer, { scheme: 'bearer' }, [new Secret('token-1')], now)).toMatchObject({
      outcome: 'accepted',
    });
  });

  it('shows less of a password than would confirm a guess', () => {
    const request = inboundRequest(body, { authorization: 'Basic YWNtZTpndWVzcw==' });

    // SHA-256 of acme:guess and of acme:secret begin with these characters.
    expect(verify(request, { scheme: 'basic' }, [new Secret('acme:secret')], now)).toEqual({
      outcome: 'rejected',
      reason: 'mismatch',
      evidence: { header: 'Authorization', received: '4992', expected: ['bc56'], skewSeconds: null },
    });
  });
});

describe('a proof of another form', () => {
  const key = new Secret('a-key-of-at-least-thirty-two-bytes!!');

  it.each<[string, VerificationSettings, Record<string, string>, Secret, string]>([
    [
      'basic',
      { scheme: 'basic' },
      { authorization: 'acme:secret' },
      new Secret('acme:secret'),
      'The value must be Basic, a space, and the Base64 of username:password.',
    ],
    [
      'bearer',
      { scheme: 'bearer' },
      { authorization: 'token-1' },
      new Secret('token-1'),
      'The value must be the token in visible ASCII characters, after the prefix "Bearer ".',
    ],
    [
      'jwt that is none',
      { scheme: 'jwt' },
      { authorization: 'Bearer token-1' },
      key,
      'The token must be a JWT: three parts in Base64url, parted by dots.',
    ],
    [
      'standard_webhooks with an id of another form',
      { scheme: 'standard_webhooks' },
      { 'webhook-id': 'a.b', 'webhook-timestamp': '1', 'webhook-signature': 'v1,a' },
      new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
      'The id must be 1 to 255 visible ASCII characters without a dot.',
    ],
  ])('is told the expected one: %s', async (_, settings, headers, secret, hint) => {
    expect(await verify(inboundRequest(body, headers), settings, [secret], now)).toMatchObject({
      reason: 'malformed',
      evidence: { hint },
    });
  });
});

describe('sign', () => {
  it('keeps the id a request carries, takes one that is given, and else makes one from the bytes', async () => {
    const settings: VerificationSettings = { scheme: 'standard_webhooks' };
    const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const idOf = async (request: InboundRequest, id?: string) =>
      (await sign(request, settings, secret, now, id)).headers['webhook-id'];

    expect(await idOf(inboundRequest('{}', { 'webhook-id': 'evt_1' }))).toEqual(['evt_1']);
    expect(await idOf(inboundRequest('{}', { 'webhook-id': 'evt_1' }), 'evt_2')).toEqual(['evt_2']);
    expect(await idOf(inboundRequest('{}'))).toEqual(['msg_44136fa355b3678a1146ad16']);
  });
});

describe('digestKey', () => {
  it('is the SHA-256 of the bytes', () => {
    expect(digestKey(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestKey(new TextEncoder().encode('{}'))).toBe(
      '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
  });
});

describe('checkSecrets', () => {
  const reasons = (settings: VerificationSettings, ...texts: string[]) =>
    checkSecrets(
      settings,
      texts.map(text => new Secret(text)),
    );
  const hmac = { scheme: 'hmac', header: 'X-Sig' } as const;

  it('wants a secret for every scheme that has one', () => {
    for (const { settings } of variants) expect(checkSecrets(settings, [])).toHaveLength(1);
  });

  it.each<[string, VerificationSettings, string]>([
    ['white space around a key', hmac, 'secret\n'],
    ['white space around a password', { scheme: 'basic' }, ' acme:secret'],
    ['white space around a token', { scheme: 'url_token' }, 'token '],
    ['a key that is not Base64', { ...hmac, keyForm: 'base64' }, 'not base64!'],
    ['Base64 without its padding', { ...hmac, keyForm: 'base64' }, 'YWI'],
    ['Base64 of the other alphabet', { ...hmac, keyForm: 'base64' }, '-_-_'],
    ['a label without a key', { ...hmac, keyForm: 'whsec' }, 'whsec_'],
    ['the same for Standard Webhooks', { scheme: 'standard_webhooks' }, 'whsec_'],
    ['a key of three bytes', { scheme: 'standard_webhooks' }, 'whsec_YWJj'],
    ['a public key of 31 bytes', { scheme: 'standard_webhooks' }, `whpk_${Buffer.alloc(31, 1).toString('base64')}`],
    ['a private key', { scheme: 'standard_webhooks' }, `whsk_${Buffer.alloc(32, 1).toString('base64')}`],
    ['a password without a user', { scheme: 'basic' }, 'secret'],
    ['a user without a password', { scheme: 'basic' }, 'acme:'],
    ['a token no header can carry', { scheme: 'bearer' }, 'a b'],
    ['a key too short for a JWT', { scheme: 'jwt' }, 'too-few-bytes'],
  ])('refuses %s', (_, settings, text) => {
    const [reason, ...more] = reasons(settings, text);

    expect(more).toEqual([]);
    expect(reason).toMatch(/^Secret 1 /);
    expect(reason).not.toContain(text);
  });

  it('says which of several is wrong', () => {
    expect(reasons({ scheme: 'basic' }, 'acme:one', 'two', 'acme:three')).toEqual([
      'Secret 2 has no colon; Basic needs username:password.',
    ]);
  });

  it('does not let a bad secret hide a good one at delivery', async () => {
    const settings: VerificationSettings = { ...hmac, keyForm: 'base64' };
    const [bad, good] = [new Secret('not base64!'), new Secret('c2VjcmV0')];
    const request = await sign(inboundRequest(), settings, good, now);

    expect(verify(request, settings, [bad, good], now)).toMatchObject({ outcome: 'accepted', secretIndex: 1 });
  });
});
