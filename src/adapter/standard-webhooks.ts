/**
 * Standard Webhooks 1.0 (https://www.standardwebhooks.com, documented): `v1` is HMAC-SHA256, `v1a` is Ed25519.
 * Stricter than the published libraries where they disagree: ids without dots, times of digits only, signatures in
 * exactly their one encoding, secrets in complete Base64. A difference of exactly the tolerance is accepted, and so are several
 * spaces between signatures; signatures joined with a comma are two headers made one, and refused as `repeated`.
 */
import { createHmac, createPublicKey, type KeyObject, verify as verifyWithPublicKey } from 'node:crypto';
import { equalText } from './constant-time.ts';
import { accepted, digestPrefix, rejected } from './evidence.ts';
import { onlyHeader, withHeaders } from './header.ts';
import type { Secret } from './secret.ts';
import { isWithin, readSignedTime, skewInSeconds, TIME_FORMS } from './signed-time.ts';
import { decodeBase64, signingKey } from './signing-key.ts';
import type { VerificationSettings } from './verification-settings.ts';
import type { InboundRequest, Verification } from './webhook.ts';

/** More than any sender needs while it rotates; Ed25519 is too slow to try as many as a header can hold. */
const MAX_SIGNATURES = 16;

/** What the specification asks of an HMAC secret (documented): 24 to 64 random bytes. Longer does no harm. */
const MIN_SECRET_BYTES = 24;

const ID = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;
const V1 = /^v1,([A-Za-z0-9+/]{43}=)$/;
const ID_FORM = 'The id must be 1 to 255 visible ASCII characters without a dot.';
const SIGNATURE_FORM = `The value must be v1, and 44 characters of Base64 (or v1a, and 88 of them); at most ${MAX_SIGNATURES} of these, parted by a space.`;
/** What an HTTP stack makes of two signature headers. */
const JOINED = /, ?v[0-9]+[a-z]?,/;
const V1A = /^v1a,([A-Za-z0-9+/]{86}==)$/;

type Key =
  | { readonly kind: 'hmac'; readonly secretKey: KeyObject }
  | { readonly kind: 'ed25519'; readonly publicKey: KeyObject }
  | { readonly kind: 'unusable'; readonly reason: string };

/** As in `signing-key.ts`: a secret is decoded once while it lives. */
const keys = new WeakMap<Secret, Key>();

function keyOf(secret: Secret): Key {
  let key = keys.get(secret);
  if (key === undefined) {
    key = readKey(secret);
    keys.set(secret, key);
  }
  return key;
}

function readKey(secret: Secret): Key {
  const text = secret.reveal();
  if (text.startsWith('whpk_')) return readPublicKey(text.slice('whpk_'.length));
  if (text.startsWith('whsk_')) {
    return { kind: 'unusable', reason: "is the sender's private key (whsk_); give the public key (whpk_)" };
  }
  const key = signingKey(secret, 'whsec');
  if (!key.ok) return { kind: 'unusable', reason: key.reason };
  if ((key.key.symmetricKeySize ?? 0) < MIN_SECRET_BYTES) {
    return { kind: 'unusable', reason: `holds fewer than ${MIN_SECRET_BYTES} bytes, which Standard Webhooks asks for` };
  }
  return { kind: 'hmac', secretKey: key.key };
}

function readPublicKey(text: string): Key {
  const key = decodeBase64(text);
  if (!key.ok) return { kind: 'unusable', reason: key.reason };
  if (key.bytes.length !== 32) return { kind: 'unusable', reason: 'is not an Ed25519 public key of 32 bytes' };
  const x = key.bytes.toString('base64url');
  return { kind: 'ed25519', publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}

export function checkStandardSecret(secret: Secret): string | null {
  const key = keyOf(secret);
  return key.kind === 'unusable' ? key.reason : null;
}

function signatureV1(key: KeyObject, id: string, timestamp: string, body: Uint8Array): string {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

export interface StandardMessage {
  /** Without dots; the same for every try to deliver one message. */
  readonly id: string;
  /** Unix seconds of this try. */
  readonly timestamp: number;
  readonly body: Uint8Array;
  /** While a secret rotates: the new one and the old one. */
  readonly secrets: readonly Secret[];
}

/** The value of `webhook-signature`: one `v1` per secret, in their order. Throws on a secret that `checkSecrets` refuses. */
export function signStandardWebhook({ id, timestamp, body, secrets }: StandardMessage): string {
  if (!ID.test(id)) throw new TypeError('A Standard Webhooks id is printable ASCII without dots.');
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw new TypeError('A timestamp is whole Unix seconds.');
  if (secrets.length === 0) throw new TypeError('Signing needs a secret.');
  return secrets
    .map(secret => {
      const key = keyOf(secret);
      if (key.kind === 'hmac') return `v1,${signatureV1(key.secretKey, id, String(timestamp), body)}`;
      throw new TypeError(key.kind === 'unusable' ? `The secret ${key.reason}.` : 'A public key (whpk_) cannot sign.');
    })
    .join(' ');
}

function headerNames(settings: VerificationSettings) {
  return {
    id: settings.idHeader ?? 'webhook-id',
    timestamp: settings.timestampHeader ?? 'webhook-timestamp',
    signature: settings.header ?? 'webhook-signature',
  };
}

export function signStandardRequest(
  request: InboundRequest,
  settings: VerificationSettings,
  secret: Secret,
  now: Date,
  id: string,
): InboundRequest {
  const names = headerNames(settings);
  const timestamp = Math.floor(now.getTime() / 1000);
  return withHeaders(request, {
    [names.id]: id,
    [names.timestamp]: String(timestamp),
    [names.signature]: signStandardWebhook({ id, timestamp, body: request.body, secrets: [secret] }),
  });
}

export function verifyStandardWebhook(
  request: InboundRequest,
  settings: VerificationSettings,
  secrets: readonly Secret[],
  now: Date,
): Verification {
  const names = headerNames(settings);
  const signature = onlyHeader(request, names.signature);
  if (signature.value === null) return signature.rejection;
  const id = onlyHeader(request, names.id);
  if (id.value === null) return id.rejection;
  const timestamp = onlyHeader(request, names.timestamp);
  if (timestamp.value === null) return timestamp.rejection;

  const malformed = (header: string, value: string, hint: string) =>
    rejected('malformed', { header, received: digestPrefix(value), hint });
  if (!ID.test(id.value)) return malformed(names.id, id.value, ID_FORM);
  const at = readSignedTime(timestamp.value, 'seconds');
  if (at === null) return malformed(names.timestamp, timestamp.value, `The time must be ${TIME_FORMS.seconds}.`);
  const entries = signature.value.split(' ').filter(entry => entry !== '');
  if (entries.length > MAX_SIGNATURES) return malformed(names.signature, signature.value, SIGNATURE_FORM);
  if (JOINED.test(signature.value)) {
    return rejected('repeated', { header: names.signature, received: digestPrefix(signature.value) });
  }
  const v1 = entries.flatMap(entry => V1.exec(entry)?.[1] ?? []);
  const v1a = entries.flatMap(entry => V1A.exec(entry)?.[1] ?? []);
  const readable = v1.length + v1a.length > 0;

  const skewSeconds = skewInSeconds(at, now);
  const expected: string[] = [];
  let secretIndex = -1;
  for (const [index, secret] of secrets.entries()) {
    const key = keyOf(secret);
    let matches = false;
    if (key.kind === 'hmac') {
      const right = signatureV1(key.secretKey, id.value, timestamp.value, request.body);
      matches = v1.some(given => equalText(given, right));
      expected.push(right);
    } else if (key.kind === 'ed25519' && v1a.length > 0) {
      const signed = Buffer.concat([Buffer.from(`${id.value}.${timestamp.value}.`), request.body]);
      matches = v1a.some(given => isSignedBy(key.publicKey, signed, given));
    }
    if (matches) {
      secretIndex = index;
      break;
    }
  }
  if (!readable) {
    const received = digestPrefix(signature.value);
    const right = expected.map(each => digestPrefix(each));
    return rejected('malformed', { header: names.signature, received, expected: right, hint: SIGNATURE_FORM });
  }
  if (secretIndex >= 0 && isWithin(skewSeconds, settings.toleranceSeconds)) return accepted('signed', secretIndex);
  return rejected(secretIndex < 0 ? 'mismatch' : 'outside-tolerance', {
    header: names.signature,
    received: digestPrefix([...v1, ...v1a].join(' ')),
    expected: expected.map(right => digestPrefix(right)),
    skewSeconds,
  });
}

function isSignedBy(publicKey: KeyObject, signed: Buffer, signature: string): boolean {
  const bytes = decodeBase64(signature);
  return bytes.ok && verifyWithPublicKey(null, signed, publicKey, bytes.bytes);
}
