import type { VerificationSettings } from '../adapter/verification-settings.ts';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';

/** Headers that carry a credential whatever the connection's scheme. Signatures are no secrets and stay. */
const ALWAYS = ['authorization', 'proxy-authorization', 'cookie'];

/** The request's headers and query as they may be kept: credentials replaced by `[redacted]`, values otherwise as sent. */
export function withoutCredentials(
  request: InboundRequest,
  connection: ConnectionConfig,
): { headers: InboundRequest['headers']; query: string } {
  const verification = (connection.settings as { verification?: VerificationSettings }).verification;
  const secretHeaders = new Set(ALWAYS);
  if (verification?.header !== undefined && ['basic', 'bearer', 'jwt'].includes(verification.scheme)) {
    secretHeaders.add(verification.header.toLowerCase());
  }
  // Through entries, so that a header named __proto__ is a header like any other.
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, values]) => [
      name,
      secretHeaders.has(name) ? values.map(() => '[redacted]') : values,
    ]),
  );
  if (verification?.scheme !== 'url_token') return { headers, query: request.query.toString() };
  const parameter = verification.tokenParameter ?? 'token';
  const query = new URLSearchParams();
  for (const [name, value] of request.query) query.append(name, name === parameter ? '[redacted]' : value);
  return { headers, query: query.toString() };
}
