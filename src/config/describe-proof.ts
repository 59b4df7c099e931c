import type { Adapter } from '../adapter/define-adapter.ts';
import { inputSchema } from './json-schema.ts';

/** How an adapter's webhooks are proven unless a connection says otherwise. */

export type Proof = Readonly<Record<string, unknown>>;

/** The defaults of `settings.verification`; `null`: there is nothing to set. */
export function defaultProof({ settings }: Adapter): Proof | null {
  const keys = inputSchema(settings).properties?.verification?.properties;
  if (keys === undefined) return null;
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** `HMAC-SHA256 in the header X-Signature, as hex`; `code` marks what is typed as it stands. */
export function describeProof(proof: Proof, code: (text: string) => string = text => text): string {
  const { scheme, header, prefix, signs, tokenParameter } = proof;
  const inHeader = (otherwise: string) => `in the header ${code(String(header ?? otherwise))}`;
  switch (scheme) {
    case 'hmac':
    case 'hmac_timestamp':
      return [
        `HMAC-${String(proof.algorithm ?? 'sha256').toUpperCase()}`,
        scheme === 'hmac_timestamp' ? ' of time and body' : signs === 'body' ? ' of the body' : '',
        ` ${inHeader('')}, as ${String(proof.encoding ?? 'hex')}`,
        prefix === undefined ? '' : ` behind ${code(String(prefix))}`,
        signs === undefined || signs === 'body' ? '' : `, of ${code(String(signs))}`,
      ].join('');
    case 'standard_webhooks':
      return `Standard Webhooks 1.0, ${inHeader('webhook-signature')}`;
    case 'basic':
      return `user name and password (HTTP Basic) ${inHeader('Authorization')}`;
    case 'bearer':
      return `a token ${inHeader('Authorization')}`;
    case 'url_token':
      return `a token in the URL, ${code(`?${String(tokenParameter ?? 'token')}=…`)}`;
    case 'jwt':
      return `a signed token (JWT) ${inHeader('Authorization')}`;
    default:
      return 'nothing';
  }
}
