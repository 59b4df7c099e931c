/** `settings.verification`: how a sender is proven, the same keys and words in every adapter. */
import { z } from 'zod';
import { PublicKey } from './public-key.ts';
import { covers, readTemplate } from './signed-text.ts';

const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a header name')
  .max(128);

const fields = {
  scheme: z
    .enum(['hmac', 'hmac_timestamp', 'standard_webhooks', 'basic', 'bearer', 'url_token', 'jwt', 'none'])
    .describe(
      'How the sender is proven. hmac: a keyed digest in a header. hmac_timestamp: the same over time and body, never without a time; without timestampHeader the one header carries both as t=…,v1=…. standard_webhooks: Standard Webhooks 1.0. basic, bearer, url_token: the caller knows a password or token. jwt: a signed token. none: nothing is proven; such a request may only cause a fetch.',
    ),
  algorithm: z
    .enum(['sha256', 'sha512', 'sha1'])
    .optional()
    .describe('Hash of the keyed digest; for jwt, of bodyHashClaim. Default sha256.'),
  encoding: z
    .enum(['hex', 'base64'])
    .optional()
    .describe('How the digest is written; for jwt, bodyHashClaim (base64 in either alphabet). Default hex.'),
  prefix: z
    .string()
    .max(64)
    .optional()
    .describe(
      'Text before the value in the header, compared exactly. Default: none for hmac; "v1=" before each signature of a t=…,v1=… header; "Bearer " (in any letter case) for bearer and jwt in Authorization, none in other headers.',
    ),
  signs: z
    .string()
    .max(256)
    .optional()
    .describe(
      'What the digest covers: body, or a template of {body} {timestamp} {id} {method} {path} and other text taken literally. The body goes in as its bytes. Without {body} the trust is credential. Default body; for hmac_timestamp {timestamp}.{body}.',
    ),
  header: HeaderName.optional().describe(
    'Header that carries the signature or credential. No default for hmac and hmac_timestamp; Authorization for basic, bearer and jwt; webhook-signature for standard_webhooks.',
  ),
  timestampHeader: HeaderName.optional().describe(
    'Header that carries the time of sending. It is checked only where it is signed. Default webhook-timestamp for standard_webhooks, else none.',
  ),
  timestampFormat: z
    .enum(['seconds', 'milliseconds', 'rfc1123', 'iso'])
    .optional()
    .describe(
      'How the signed time is written: Unix seconds, Unix milliseconds, RFC 1123 or ISO 8601. Default seconds.',
    ),
  idHeader: HeaderName.optional().describe(
    "Header that carries the sender's id of the message. Default webhook-id for standard_webhooks, else none.",
  ),
  keyForm: z
    .enum(['utf8', 'base64', 'nfkd', 'whsec'])
    .optional()
    .describe(
      'How a secret becomes a key: its text as UTF-8, decoded from Base64, its text after Unicode NFKD, or decoded from Base64 after a whsec_ label. Default utf8.',
    ),
  tokenParameter: z.string().min(1).max(128).optional().describe('Query parameter of url_token. Default token.'),
  issuer: z.string().min(1).optional().describe('jwt: the iss a token must have. Default: not checked.'),
  audience: z.string().min(1).optional().describe('jwt: the aud a token must have. Default: not checked.'),
  jwks: z
    .strictObject({ keys: z.array(PublicKey).min(1) })
    .optional()
    .describe(
      'jwt: the public keys, an inline JSON Web Key Set; it is never fetched. With it only asymmetric algorithms are accepted and no secret takes part. Default: none, then secrets.webhook holds HMAC keys (HS256, HS384, HS512; at least 32 bytes).',
    ),
  bodyHashClaim: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'jwt: the claim that holds the hash of the body (algorithm, encoding). With it the token covers the body and trust is signed. Default: none, then trust is credential.',
    ),
  toleranceSeconds: z
    .int()
    .min(1, 'must be at least 1; there is no value that switches the check off')
    .max(86_400)
    .optional()
    .describe(
      'Largest difference in seconds between the signed time and our clock, in both directions, this value included. Only where a time is signed. Default 300.',
    ),
};

type Values = z.output<z.ZodObject<typeof fields>>;
type Key = keyof Values;
export type Scheme = Values['scheme'];

/** A whole `settings.verification` as the verifier takes it; keys left out have the default their description states. */
export const VerificationSettings = z.strictObject(fields).superRefine(refuseUnworkable);
export type VerificationSettings = Readonly<z.output<typeof VerificationSettings>>;

/**
 * The schema of `settings.verification` for an adapter with these defaults: a configuration may override single keys,
 * an absent one gives the defaults. Naming a scheme of another kind drops the defaults of the adapter's own, which
 * would mean nothing there. Throws where the defaults themselves cannot work, or are `none`: that must be written out.
 */
export function verificationSettings(defaults: VerificationSettings) {
  if (defaults.scheme === 'none')
    throw new TypeError('The scheme none must be written out by the user, not defaulted.');
  const checked = VerificationSettings.parse(defaults);
  return z
    .strictObject({ ...withDefaults(checked), scheme: fields.scheme.default(checked.scheme) })
    .overwrite(given => fill(given, checked))
    .superRefine(refuseUnworkable)
    .prefault({})
    .describe(`How a webhook's sender is proven. Default: ${JSON.stringify(checked)}.`);
}

/** The default in force is written into each field, for editors and the reference; it is filled in by `fill`. */
function withDefaults(defaults: VerificationSettings): typeof fields {
  const shown: Record<string, z.ZodType> = { ...fields };
  for (const [key, value] of Object.entries(defaults)) {
    const field = fields[key as Key];
    shown[key] = field.meta({ ...field.meta(), default: value });
  }
  return shown as typeof fields;
}

function fill(given: Values, defaults: VerificationSettings): Values {
  if (given.scheme !== defaults.scheme && !(isKeyedDigest(given.scheme) && isKeyedDigest(defaults.scheme)))
    return given;
  const filled: Values = { ...defaults };
  for (const [key, value] of Object.entries(given)) if (value !== undefined) Object.assign(filled, { [key]: value });
  if (given.toleranceSeconds === undefined && !signsTime(filled)) delete filled.toleranceSeconds;
  return filled;
}

function isKeyedDigest(scheme: Scheme): boolean {
  return scheme === 'hmac' || scheme === 'hmac_timestamp';
}

/** What a keyed digest covers when `signs` is left out. */
export function defaultSigns(scheme: Scheme): string {
  return scheme === 'hmac_timestamp' ? '{timestamp}.{body}' : 'body';
}

function signsTime(settings: Values): boolean {
  if (!isKeyedDigest(settings.scheme)) return settings.scheme === 'standard_webhooks' || settings.scheme === 'jwt';
  const template = readTemplate(settings.signs ?? defaultSigns(settings.scheme));
  return template.ok && covers(template.pieces, 'timestamp');
}

const digestKeys: readonly Key[] = [
  'algorithm',
  'encoding',
  'prefix',
  'signs',
  'header',
  'timestampHeader',
  'timestampFormat',
  'idHeader',
  'keyForm',
  'toleranceSeconds',
];

/** Which keys have an effect: one without is refused, because whoever wrote it believes that it protects. */
const keysInUse: Readonly<Record<Scheme, readonly Key[]>> = {
  hmac: digestKeys,
  hmac_timestamp: digestKeys,
  standard_webhooks: ['header', 'timestampHeader', 'idHeader', 'toleranceSeconds'],
  basic: ['header'],
  bearer: ['header', 'prefix'],
  url_token: ['tokenParameter'],
  jwt: [
    'header',
    'prefix',
    'issuer',
    'audience',
    'jwks',
    'keyForm',
    'bodyHashClaim',
    'algorithm',
    'encoding',
    'toleranceSeconds',
  ],
  none: [],
};

function refuseUnworkable(settings: Values, context: z.RefinementCtx): void {
  const refuse = (key: Key, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  const { scheme } = settings;
  const given = (key: Key) => settings[key] !== undefined;

  for (const key of Object.keys(settings) as Key[]) {
    if (key !== 'scheme' && given(key) && !keysInUse[scheme].includes(key)) {
      refuse(key, `has no effect with scheme ${scheme}; remove it`);
    }
  }
  if (scheme === 'jwt') {
    if (given('jwks') && given('keyForm'))
      refuse('keyForm', 'has no effect beside jwks, which holds the keys; remove it');
    for (const key of ['algorithm', 'encoding'] as const) {
      if (given(key) && !given('bodyHashClaim')) {
        refuse(key, 'describes bodyHashClaim, which is not set; the algorithm of the token follows from its key');
      }
    }
  }
  if (!isKeyedDigest(scheme)) return;

  if (!given('header')) refuse('header', `is needed with scheme ${scheme}: the name of the header with the signature`);
  const template = readTemplate(settings.signs ?? defaultSigns(scheme));
  if (!template.ok) {
    refuse('signs', template.reason);
    return;
  }
  const timed = covers(template.pieces, 'timestamp');
  if (scheme === 'hmac_timestamp' && !timed) refuse('signs', 'must contain {timestamp} with scheme hmac_timestamp');
  if (scheme === 'hmac' && timed && !given('timestampHeader')) {
    refuse('timestampHeader', 'is needed, because signs contains {timestamp}');
  }
  if (covers(template.pieces, 'id') && !given('idHeader')) refuse('idHeader', 'is needed, because signs contains {id}');
  if (!timed && given('toleranceSeconds')) {
    refuse(
      'toleranceSeconds',
      'has no effect, because signs does not contain {timestamp}: a time nobody signed proves nothing',
    );
  }
  if (scheme === 'hmac' && !given('timestampHeader') && given('timestampFormat')) {
    refuse('timestampFormat', 'has no effect without timestampHeader; remove it');
  }
  if (scheme === 'hmac_timestamp' && !given('timestampHeader') && settings.timestampFormat === 'rfc1123') {
    refuse('timestampFormat', 'rfc1123 contains a comma and cannot stand in a t=…,v1=… header; name a timestampHeader');
  }
}
