/** The schemes `hmac` and `hmac_timestamp`: a keyed digest in a header, over the bytes of the body or a template. */
import { createHmac, type KeyObject } from 'node:crypto';
import { equalText } from './constant-time.ts';
import { accepted, digestPrefix, rejected } from './evidence.ts';
import { onlyHeader, withHeaders } from './header.ts';
import type { Secret } from './secret.ts';
import { covers, type Piece, readTemplate } from './signed-text.ts';
import {
  isWithin,
  readSignedTime,
  skewInSeconds,
  TIME_FORMS,
  type TimestampFormat,
  writeSignedTime,
} from './signed-time.ts';
import { type KeyForm, signingKey } from './signing-key.ts';
import { defaultSigns, type VerificationSettings } from './verification-settings.ts';
import type { InboundRequest, Verification } from './webhook.ts';

/** More than any provider sends while it rotates; a longer list only makes us compare. */
const MAX_SIGNATURES = 16;

const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** The settings with every default filled in and the template read: made once per settings object. */
interface Plan {
  readonly header: string;
  readonly prefix: string;
  readonly algorithm: keyof typeof DIGEST_BYTES;
  readonly encoding: 'hex' | 'base64';
  /** What a digest in this encoding looks like; hex in either letter case. */
  readonly form: RegExp;
  readonly pieces: readonly Piece[];
  readonly keyForm: KeyForm;
  /** Where the signed time stands: a header of its own, in the signature's header (`t=…`), or nowhere. */
  readonly time: { readonly in: 'header'; readonly name: string } | { readonly in: 'signature' } | null;
  readonly timestampFormat: TimestampFormat;
  readonly toleranceSeconds: number | undefined;
}

const plans = new WeakMap<VerificationSettings, Plan>();

function planFor(settings: VerificationSettings): Plan {
  let plan = plans.get(settings);
  if (plan === undefined) {
    plan = makePlan(settings);
    plans.set(settings, plan);
  }
  return plan;
}

function makePlan(settings: VerificationSettings): Plan {
  const template = readTemplate(settings.signs ?? defaultSigns(settings.scheme));
  if (!template.ok || settings.header === undefined) {
    throw new TypeError('Verification settings are used before their schema checked them.');
  }
  const algorithm = settings.algorithm ?? 'sha256';
  const encoding = settings.encoding ?? 'hex';
  const bytes = DIGEST_BYTES[algorithm];
  const combined = settings.scheme === 'hmac_timestamp' && settings.timestampHeader === undefined;
  const timed = covers(template.pieces, 'timestamp');
  return {
    header: settings.header,
    prefix: settings.prefix ?? (combined ? 'v1=' : ''),
    algorithm,
    encoding,
    form: encoding === 'hex' ? new RegExp(`^[0-9a-fA-F]{${2 * bytes}}$`) : base64Form(bytes),
    pieces: template.pieces,
    keyForm: settings.keyForm ?? 'utf8',
    time: !timed ? null : combined ? { in: 'signature' } : { in: 'header', name: settings.timestampHeader as string },
    timestampFormat: settings.timestampFormat ?? 'seconds',
    toleranceSeconds: settings.toleranceSeconds,
  };
}

function base64Form(bytes: number): RegExp {
  const pad = (3 - (bytes % 3)) % 3;
  return new RegExp(`^[A-Za-z0-9+/]{${Math.ceil(bytes / 3) * 4 - pad}}${'='.repeat(pad)}$`);
}

type Parts = { readonly [part in 'timestamp' | 'id']?: string };

function digest(plan: Plan, key: KeyObject, request: InboundRequest, parts: Parts): string {
  const mac = createHmac(plan.algorithm, key);
  for (const { part, text } of plan.pieces) {
    if (part === undefined) mac.update(text);
    else if (part === 'body') mac.update(request.body);
    else if (part === 'method' || part === 'path') mac.update(request[part]);
    else mac.update(parts[part] ?? '');
  }
  return mac.digest(plan.encoding);
}

export function checkHmacSecret(settings: VerificationSettings, secret: Secret): string | null {
  const key = signingKey(secret, settings.keyForm ?? 'utf8');
  return key.ok ? null : key.reason;
}

export function verifyHmac(
  request: InboundRequest,
  settings: VerificationSettings,
  secrets: readonly Secret[],
  now: Date,
): Verification {
  const plan = planFor(settings);
  const header = onlyHeader(request, plan.header);
  if (header.value === null) return header.rejection;
  const carried = readSignatures(plan, header.value);
  const signed = readSigned(plan, settings, request, carried?.timestamp, now);
  if (carried === null) {
    return rejected('malformed', {
      header: plan.header,
      received: digestPrefix(header.value),
      expected: signed.ok
        ? rightSignatures(plan, request, secrets, signed.parts).map(right => digestPrefix(right))
        : [],
      hint: signatureForm(plan),
    });
  }
  if (!signed.ok) return signed.rejection;

  const { skewSeconds } = signed;
  const expected: string[] = [];
  let secretIndex = -1;
  for (const [index, secret] of secrets.entries()) {
    const [right] = rightSignatures(plan, request, [secret], signed.parts);
    if (right === undefined) continue;
    expected.push(right);
    if (carried.signatures.some(signature => equalText(signature, right))) {
      secretIndex = index;
      break;
    }
  }
  const inTime = skewSeconds === null || isWithin(skewSeconds, plan.toleranceSeconds);
  if (secretIndex >= 0 && inTime) return accepted(covers(plan.pieces, 'body') ? 'signed' : 'credential', secretIndex);

  return rejected(secretIndex < 0 ? 'mismatch' : 'outside-tolerance', {
    header: plan.header,
    received: digestPrefix(carried.signatures.join(',')),
    expected: expected.map(right => digestPrefix(right)),
    skewSeconds,
  });
}

/** What each secret gives. A key that configuration should have refused gives nothing, so that one bad entry does not hide a good one. */
function rightSignatures(
  plan: Plan,
  request: InboundRequest,
  secrets: readonly Secret[],
  parts: Parts,
): readonly string[] {
  return secrets.flatMap(secret => {
    const key = signingKey(secret, plan.keyForm);
    return key.ok ? [digest(plan, key.key, request, parts)] : [];
  });
}

type Signed =
  | { readonly ok: true; readonly parts: Parts; readonly skewSeconds: number | null }
  | { readonly ok: false; readonly rejection: Verification };

/** What the digest covers beside the request itself. `carried`: the time in the signature's own header. */
function readSigned(
  plan: Plan,
  settings: VerificationSettings,
  request: InboundRequest,
  carried: string | undefined,
  now: Date,
): Signed {
  const parts: { timestamp?: string; id?: string } = {};
  let skewSeconds: number | null = null;
  const malformed = (name: string, value: string, hint: string) =>
    ({ ok: false, rejection: rejected('malformed', { header: name, received: digestPrefix(value), hint }) }) as const;
  if (plan.time !== null) {
    const name = plan.time.in === 'header' ? plan.time.name : plan.header;
    const found = plan.time.in === 'header' ? onlyHeader(request, name) : { value: carried ?? '' };
    if (found.value === null) return { ok: false, rejection: found.rejection };
    const at = readSignedTime(found.value, plan.timestampFormat);
    if (at === null) return malformed(name, found.value, `The time must be ${TIME_FORMS[plan.timestampFormat]}.`);
    parts.timestamp = found.value;
    skewSeconds = skewInSeconds(at, now);
  }
  if (settings.idHeader !== undefined && covers(plan.pieces, 'id')) {
    const found = onlyHeader(request, settings.idHeader);
    if (found.value === null) return { ok: false, rejection: found.rejection };
    if (!isUnambiguousId(plan.pieces, found.value)) return malformed(settings.idHeader, found.value, ID_FORM);
    parts.id = found.value;
  }
  return { ok: true, parts, skewSeconds };
}

const ID_FORM =
  'The id must be 1 to 255 visible ASCII characters, without the text that follows it in what is signed (settings.verification.signs).';

/** `64 hexadecimal characters, without a prefix`: what the settings ask of the header. */
function signatureForm(plan: Plan): string {
  const bytes = DIGEST_BYTES[plan.algorithm];
  const text =
    plan.encoding === 'hex'
      ? `${2 * bytes} hexadecimal characters`
      : `${Math.ceil(bytes / 3) * 4} characters of Base64`;
  if (plan.time?.in === 'signature') {
    return `The value must be t=<time>,${plan.prefix}<signature>: the signature as ${text}, the time once, at most ${MAX_SIGNATURES} signatures.`;
  }
  const prefix = plan.prefix === '' ? 'without a prefix' : `after the prefix ${plan.prefix}`;
  return `The value must be ${text}, ${prefix} (settings.verification: algorithm, encoding, prefix).`;
}

/** The signatures in the header, hex in lower case; `null` where it is not of the form that the settings describe. */
function readSignatures(plan: Plan, value: string): { signatures: string[]; timestamp?: string } | null {
  if (plan.time?.in !== 'signature') {
    const signature = readSignature(plan, value);
    return signature === null ? null : { signatures: [signature] };
  }
  const entries = value.split(',', MAX_SIGNATURES + 2).map(entry => entry.trim());
  const times = entries.filter(entry => entry.startsWith('t='));
  const signatures = entries.map(entry => readSignature(plan, entry)).filter(signature => signature !== null);
  const [time] = times;
  if (time === undefined || times.length > 1 || signatures.length === 0 || entries.length > MAX_SIGNATURES + 1)
    return null;
  return { signatures, timestamp: time.slice('t='.length) };
}

function readSignature(plan: Plan, value: string): string | null {
  if (!value.startsWith(plan.prefix)) return null;
  const signature = value.slice(plan.prefix.length);
  if (!plan.form.test(signature)) return null;
  return plan.encoding === 'hex' ? signature.toLowerCase() : signature;
}

/**
 * Printable ASCII, and without the text that follows `{id}` in the template: an id `a.17` before `.` would read as the
 * id `a` with another time, and one signature would fit two messages.
 */
function isUnambiguousId(pieces: readonly Piece[], id: string): boolean {
  if (!/^[\x21-\x7e]{1,255}$/.test(id)) return false;
  return pieces.every((piece, index) => {
    const next = pieces[index + 1]?.text;
    return piece.part !== 'id' || next === undefined || !id.includes(next);
  });
}

export function signHmac(
  request: InboundRequest,
  settings: VerificationSettings,
  secret: Secret,
  now: Date,
  id: string,
): InboundRequest {
  const plan = planFor(settings);
  const key = signingKey(secret, plan.keyForm);
  if (!key.ok) throw new TypeError(`The secret ${key.reason}.`);

  const timestamp = writeSignedTime(now, plan.timestampFormat);
  const signature = plan.prefix + digest(plan, key.key, request, { timestamp, id });
  return withHeaders(request, {
    ...(settings.timestampHeader === undefined ? {} : { [settings.timestampHeader]: timestamp }),
    ...(settings.idHeader === undefined ? {} : { [settings.idHeader]: id }),
    [plan.header]: plan.time?.in === 'signature' ? `t=${timestamp},${signature}` : signature,
  });
}
