import type { InboundRequest } from '../../src/adapter/webhook.ts';

/** A POST as the HTTP layer would hand it over; header names are lower-cased here. */
export function inboundRequest(
  body: string | Uint8Array = '{"id":"r-1"}',
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): InboundRequest {
  return {
    method: 'POST',
    path: '/webhooks/acme/provider',
    query: new URLSearchParams(),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? [value] : value]),
    ),
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}
