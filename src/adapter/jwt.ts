/**
 * The scheme `jwt`: a token signed with a shared secret, or with a key of which the settings hold the public half.
 * Which algorithms are accepted follows from the key and never from the token: with `jwks` a token that names an HMAC
 * algorithm is refused, so that a public key can never serve as a shared secret.
 */
import { hash, type KeyObject } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { equalText } from './constant-time.ts';
import { readToken, tokenForm, tokenHeader } from './credentials.ts';
import { accepted, digestPrefix, rejected } from './evidence.ts';
import { onlyHeader, withHeaders } from './header.ts';
import { algorithmsOf, publicKeyOf } from './public-key.ts';
import type { Secret } from './secret.ts';
import { DEFAULT_TOLERANCE_SECONDS, isWithin } from './signed-time.ts';
import { signingKey } from './signing-key.ts';
import type { VerificationSettings } from './verification-settings.ts';
import type { InboundRequest, RejectionReason, Verification } from './webhook.ts';

/** RFC 7518 §3.2: an HMAC key is at least as long as the digest. */
const MIN_KEY_BYTES = 32;
const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'];

export function checkJwtSecret(settings: VerificationSettings, secret: Secret): string | null {
  const key = signingKey(secret, settings.keyForm ?? 'utf8');
  if (!key.ok) return key.reason;
  return (key.key.symmetricKeySize ?? 0) < MIN_KEY_BYTES
    ? `gives a key shorter than ${MIN_KEY_BYTES} bytes, too short for a JWT`
    : null;
}

/** One way the token may be right: a key, and the algorithms that this key stands for. */
interface Candidate {
  readonly key: KeyObject;
  readonly algorithms: string[];
  readonly secretIndex: number | null;
}

function candidates(
  settings: VerificationSettings,
  secrets: readonly Secret[],
  header: TokenHeader,
): readonly Candidate[] {
  if (settings.jwks === undefined) {
    return secrets.flatMap((secret, secretIndex) => {
      const key = signingKey(secret, settings.keyForm ?? 'utf8');
      return key.ok ? [{ key: key.key, algorithms: HMAC_ALGORITHMS, secretIndex }] : [];
    });
  }
  return settings.jwks.keys.flatMap(jwk => {
    if (!algorithmsOf(jwk).includes(header.alg)) return [];
    if (header.kid !== undefined && jwk.kid !== undefined && header.kid !== jwk.kid) return [];
    const key = publicKeyOf(jwk);
    return key === null ? [] : [{ key, algorithms: [header.alg], secretIndex: null }];
  });
}

interface TokenHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** The header of a compact token whose three parts are each in their one encoding; else `null`. Nothing in it is proven yet. */
function readHeader(token: string): TokenHeader | null {
  const parts = token.split('.');
  const exact = (part: string) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
  if (parts.length !== 3 || !parts.every(exact)) return null;
  try {
    const header: unknown = JSON.parse(Buffer.from(parts[0] as string, 'base64url').toString('utf8'));
    if (typeof header !== 'object' || header === null) return null;
    const { alg, kid } = header as { alg?: unknown; kid?: unknown };
    return typeof alg === 'string' ? { alg, kid: typeof kid === 'string' ? kid : undefined } : null;
  } catch {
    return null;
  }
}

export async function verifyJwt(
  request: InboundRequest,
  settings: VerificationSettings,
  secrets: readonly Secret[],
  now: Date,
): Promise<Verification> {
  const { name } = tokenHeader(settings);
  const found = onlyHeader(request, name);
  if (found.value === null) return found.rejection;
  const evidence = { header: name, received: digestPrefix(found.value) };
  const token = readToken(settings, found.value);
  const header = token === null ? null : readHeader(token);
  if (token === null) return rejected('malformed', { ...evidence, hint: tokenForm(settings) });
  if (header === null)
    return rejected('malformed', {
      ...evidence,
      hint: 'The token must be a JWT: three parts in Base64url, parted by dots.',
    });

  for (const { key, algorithms, secretIndex } of candidates(settings, secrets, header)) {
    const result = await jwtVerify(token, key, {
      algorithms,
      currentDate: now,
      clockTolerance: settings.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
      ...(settings.issuer === undefined ? {} : { issuer: settings.issuer }),
      ...(settings.audience === undefined ? {} : { audience: settings.audience }),
    }).then(
      ({ payload }) => ({ payload, reason: refusal(payload, settings, request.body, now) }),
      (error: unknown) => failure(error),
    );
    if (result === 'other key') continue;
    const { payload, reason } = result;
    if (reason === null) return accepted(settings.bodyHashClaim === undefined ? 'credential' : 'signed', secretIndex);
    const hint = reason === 'malformed' ? { hint: claimsForm(settings) } : {};
    return rejected(reason, { ...evidence, ...hint, skewSeconds: skewOf(payload, now) });
  }
  return rejected('mismatch', evidence);
}

/** What the claims of a rightly signed token still have to answer for, beyond what jose checked (exp, nbf, iss, aud). */
function refusal(
  payload: JWTPayload,
  settings: VerificationSettings,
  body: Uint8Array,
  now: Date,
): RejectionReason | null {
  const skew = skewOf(payload, now);
  // A token that says neither when it was made nor when it ends would be a password for ever; that is what bearer is for.
  if (payload.exp === undefined && skew === null) return 'malformed';
  if (skew !== null) {
    const tolerance = settings.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
    if (skew > tolerance || (payload.exp === undefined && !isWithin(skew, tolerance))) return 'outside-tolerance';
  }
  if (settings.bodyHashClaim === undefined) return null;
  const claim = Object.hasOwn(payload, settings.bodyHashClaim) ? payload[settings.bodyHashClaim] : undefined;
  if (typeof claim !== 'string') return 'malformed';
  return equalText(normalHash(claim, settings), bodyHash(body, settings)) ? null : 'mismatch';
}

function claimsForm({ bodyHashClaim }: VerificationSettings): string {
  const hash = bodyHashClaim === undefined ? '' : `, and ${bodyHashClaim} as text`;
  return `The token must be whole and hold exp or iat as a number${hash}.`;
}

function skewOf(payload: JWTPayload | null, now: Date): number | null {
  return typeof payload?.iat === 'number' ? Math.floor(payload.iat) - Math.floor(now.getTime() / 1000) : null;
}

/** jose checks the signature first: an error about a claim means that this key was the right one. */
function failure(error: unknown): 'other key' | { payload: JWTPayload | null; reason: RejectionReason } {
  if (error instanceof errors.JWTExpired) return { payload: error.payload, reason: 'outside-tolerance' };
  if (error instanceof errors.JWTClaimValidationFailed) {
    const reason = error.claim === 'nbf' && error.reason === 'check_failed' ? 'outside-tolerance' : 'mismatch';
    return { payload: error.payload, reason: error.reason === 'invalid' ? 'malformed' : reason };
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return { payload: null, reason: 'malformed' };
  return 'other key';
}

function bodyHash(body: Uint8Array, settings: VerificationSettings): string {
  return hash(settings.algorithm ?? 'sha256', body, settings.encoding === 'base64' ? 'base64url' : 'hex');
}

function normalHash(claim: string, settings: VerificationSettings): string {
  if (settings.encoding !== 'base64') return claim.toLowerCase();
  return claim.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** With a shared secret only: a gateway holds no provider's private key. */
export async function signJwt(
  request: InboundRequest,
  settings: VerificationSettings,
  secret: Secret,
  now: Date,
  id: string,
): Promise<InboundRequest> {
  if (settings.jwks !== undefined)
    throw new TypeError('Only the owner of the private key can sign for these public keys.');
  const key = signingKey(secret, settings.keyForm ?? 'utf8');
  if (!key.ok) throw new TypeError(`The secret ${key.reason}.`);

  const issuedAt = Math.floor(now.getTime() / 1000);
  const claim = settings.bodyHashClaim;
  const token = new SignJWT(claim === undefined ? {} : { [claim]: bodyHash(request.body, settings) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setJti(id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + (settings.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS));
  if (settings.issuer !== undefined) token.setIssuer(settings.issuer);
  if (settings.audience !== undefined) token.setAudience(settings.audience);
  const { name, prefix } = tokenHeader(settings);
  return withHeaders(request, { [name]: prefix + (await token.sign(key.key)) });
}
