/** How a sender is proven: the one place where every adapter has its requests verified and signed. */
import { hash } from 'node:crypto';
import { checkCredential, signCredential, verifyCredential } from './credentials.ts';
import { accepted } from './evidence.ts';
import { checkHmacSecret, signHmac, verifyHmac } from './hmac.ts';
import { checkJwtSecret, signJwt, verifyJwt } from './jwt.ts';
import type { Secret } from './secret.ts';
import { checkStandardSecret, signStandardRequest, verifyStandardWebhook } from './standard-webhooks.ts';
import type { VerificationSettings } from './verification-settings.ts';
import type { InboundRequest, Verification } from './webhook.ts';

export { VerificationSettings, verificationSettings } from './verification-settings.ts';

/**
 * Why these secrets cannot work with this scheme, for the person who configured them; empty when they can. Called when
 * configuration is loaded, so that a bad secret stops the start and never a delivery. Quotes no secret.
 */
export function checkSecrets(settings: VerificationSettings, secrets: readonly Secret[]): readonly string[] {
  const { scheme } = settings;
  if (scheme === 'none' || (scheme === 'jwt' && settings.jwks !== undefined)) return [];
  if (secrets.length === 0) return [`Scheme ${scheme} needs at least one secret: ${SECRET_FORMS[scheme]}.`];
  return secrets.flatMap((secret, index) => {
    const reason = checkSecret(settings, secret);
    return reason === null ? [] : [`Secret ${index + 1} ${reason}.`];
  });
}

const SECRET_FORMS: Readonly<Record<Exclude<VerificationSettings['scheme'], 'none'>, string>> = {
  hmac: 'the key that signs the webhooks',
  hmac_timestamp: 'the key that signs the webhooks',
  standard_webhooks: 'whsec_ and the shared key in Base64, or whpk_ and the public key',
  basic: 'username:password',
  bearer: 'the token',
  url_token: 'the token',
  jwt: 'the HMAC key of the tokens; with public keys in settings.verification.jwks it needs none',
};

function checkSecret(settings: VerificationSettings, secret: Secret): string | null {
  switch (settings.scheme) {
    case 'hmac':
    case 'hmac_timestamp':
      return checkHmacSecret(settings, secret);
    case 'standard_webhooks':
      return checkStandardSecret(secret);
    case 'basic':
    case 'bearer':
    case 'url_token':
      return checkCredential(settings.scheme, secret);
    case 'jwt':
      return checkJwtSecret(settings, secret);
    case 'none':
      return null;
  }
}

/**
 * Proves the sender of a request. Every secret is tried; the answer says which one matched. Never throws on anything
 * that a request may contain. A promise for the scheme `jwt` only.
 */
export function verify(
  request: InboundRequest,
  settings: VerificationSettings,
  secrets: readonly Secret[],
  now: Date,
): Verification | Promise<Verification> {
  switch (settings.scheme) {
    case 'hmac':
    case 'hmac_timestamp':
      return verifyHmac(request, settings, secrets, now);
    case 'standard_webhooks':
      return verifyStandardWebhook(request, settings, secrets, now);
    case 'basic':
    case 'bearer':
    case 'url_token':
      return verifyCredential(request, settings, secrets);
    case 'jwt':
      return verifyJwt(request, settings, secrets, now);
    case 'none':
      return accepted('hint', null);
  }
}

/**
 * Signs a request as the provider would, for tests, the demo and test webhooks: a promise for the scheme `jwt` only. What it sets
 * replaces headers and parameters of the same name. `id` is the message id where the scheme has one; without it
 * the request keeps the id it carries, else gets one made from its bytes. Throws on a secret that `checkSecrets` refuses, and
 * where only a private key could sign.
 */
export function sign(
  request: InboundRequest,
  settings: VerificationSettings,
  secret: Secret,
  now: Date,
  id: string = carriedId(request, settings) ?? `msg_${digestKey(request.body).slice(0, 24)}`,
): InboundRequest | Promise<InboundRequest> {
  switch (settings.scheme) {
    case 'hmac':
    case 'hmac_timestamp':
      return signHmac(request, settings, secret, now, id);
    case 'standard_webhooks':
      return signStandardRequest(request, settings, secret, now, id);
    case 'basic':
    case 'bearer':
    case 'url_token':
      return signCredential(request, settings, secret);
    case 'jwt':
      return signJwt(request, settings, secret, now, id);
    case 'none':
      return request;
  }
}

function carriedId(request: InboundRequest, settings: VerificationSettings): string | undefined {
  const name = settings.idHeader ?? (settings.scheme === 'standard_webhooks' ? 'webhook-id' : undefined);
  return name === undefined ? undefined : request.headers[name.toLowerCase()]?.[0];
}

/** The key of a request that carries no id of its own: SHA-256 of its bytes, hex. */
export function digestKey(body: Uint8Array): string {
  return hash('sha256', body, 'hex');
}
