/** The schemes `basic`, `bearer` and `url_token`: the caller knows a password or token, which proves nothing about the body. */
import { equalCredential } from './constant-time.ts';
import { accepted, credentialPrefix, rejected } from './evidence.ts';
import { type Found, onlyHeader, onlyParameter, withHeaders } from './header.ts';
import type { Secret } from './secret.ts';
import { decodeBase64 } from './signing-key.ts';
import type { VerificationSettings } from './verification-settings.ts';
import type { InboundRequest, Verification } from './webhook.ts';

export type CredentialScheme = 'basic' | 'bearer' | 'url_token';

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Where the credential stands: a header, or for `url_token` a query parameter. */
function placeOf(settings: VerificationSettings): string {
  if (settings.scheme === 'url_token') return settings.tokenParameter ?? 'token';
  return settings.header ?? 'Authorization';
}

export function checkCredential(scheme: CredentialScheme, secret: Secret): string | null {
  const text = secret.reveal();
  if (text !== text.trim()) return 'begins or ends with white space';
  if (scheme === 'bearer') return VISIBLE_ASCII.test(text) ? null : 'holds characters that no header can carry';
  if (scheme === 'url_token') return null;
  const colon = text.indexOf(':');
  if (colon < 0) return 'has no colon; Basic needs username:password';
  return colon === text.length - 1 ? 'has no password after the colon' : null;
}

/** `bearer` and `jwt`: the token in the header, `null` where the header is of another form. */
export function readToken(settings: VerificationSettings, value: string): string | null {
  const { prefix } = tokenHeader(settings);
  const start = prefix === BEARER ? (/^bearer +/i.exec(value)?.[0] ?? null) : prefix;
  if (start === null || !value.startsWith(start)) return null;
  const token = value.slice(start.length);
  return VISIBLE_ASCII.test(token) ? token : null;
}

const BEARER = 'Bearer ';

/** The header of `bearer` and `jwt`, and the text before the token. */
export function tokenHeader(settings: VerificationSettings): { readonly name: string; readonly prefix: string } {
  const name = placeOf(settings);
  return { name, prefix: settings.prefix ?? (name.toLowerCase() === 'authorization' ? BEARER : '') };
}

export function verifyCredential(
  request: InboundRequest,
  settings: VerificationSettings,
  secrets: readonly Secret[],
): Verification {
  const place = placeOf(settings);
  const found: Found = settings.scheme === 'url_token' ? onlyParameter(request, place) : onlyHeader(request, place);
  if (found.value === null) return found.rejection;

  const given = readCredential(settings, found.value);
  const expected = () => secrets.map(secret => credentialPrefix(secret.reveal()));
  if (given === null) {
    const received = credentialPrefix(found.value);
    return rejected('malformed', { header: place, received, expected: expected(), hint: credentialForm(settings) });
  }
  const secretIndex = secrets.findIndex(secret => equalCredential(given, Buffer.from(secret.reveal(), 'utf8')));
  if (secretIndex >= 0) return accepted('credential', secretIndex);
  return rejected('mismatch', {
    header: place,
    received: credentialPrefix(given.toString('utf8')),
    expected: expected(),
  });
}

function credentialForm(settings: VerificationSettings): string {
  if (settings.scheme === 'url_token') return 'The parameter must hold the token; it is empty.';
  if (settings.scheme === 'basic') return 'The value must be Basic, a space, and the Base64 of username:password.';
  return tokenForm(settings);
}

/** `bearer` and `jwt`. */
export function tokenForm(settings: VerificationSettings): string {
  const { prefix } = tokenHeader(settings);
  const behind = prefix === '' ? 'without a prefix' : `after the prefix "${prefix}"`;
  return `The value must be the token in visible ASCII characters, ${behind}.`;
}

function readCredential(settings: VerificationSettings, value: string): Buffer | null {
  if (settings.scheme === 'url_token') return value === '' ? null : Buffer.from(value, 'utf8');
  if (settings.scheme === 'bearer') {
    const token = readToken(settings, value);
    return token === null ? null : Buffer.from(token, 'utf8');
  }
  const encoded = /^basic +(\S+)$/i.exec(value)?.[1];
  const decoded = decodeBase64(encoded ?? '');
  return decoded.ok && decoded.bytes.includes(':') ? decoded.bytes : null;
}

export function signCredential(
  request: InboundRequest,
  settings: VerificationSettings,
  secret: Secret,
): InboundRequest {
  const text = secret.reveal();
  if (settings.scheme === 'url_token') {
    const query = new URLSearchParams(request.query);
    query.set(placeOf(settings), text);
    return { ...request, query };
  }
  if (settings.scheme === 'bearer') {
    const { name, prefix } = tokenHeader(settings);
    return withHeaders(request, { [name]: prefix + text });
  }
  return withHeaders(request, { [placeOf(settings)]: `Basic ${Buffer.from(text, 'utf8').toString('base64')}` });
}
