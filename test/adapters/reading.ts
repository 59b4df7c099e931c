import type { Adapter } from '../../src/adapter/define-adapter.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import type { FoldedReturn } from '../../src/model/return.ts';
import { foldRequests, type Interpretation, interpretRequest } from '../conformance/interpretation.ts';

/** A request as it would arrive, with this body. */
export function requestOf(body: unknown, headers: Readonly<Record<string, string>> = {}): InboundRequest {
  return {
    method: 'POST',
    path: '/webhooks/acme/provider',
    query: new URLSearchParams(),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

export function read(adapter: Adapter, settings: unknown, body: unknown): Interpretation {
  return interpretRequest(adapter, requestOf(body), adapter.settings.parse(settings));
}

/** The one return that these bodies amount to, each received a minute after the one before. */
export function fold(adapter: Adapter, settings: unknown, bodies: readonly unknown[]): FoldedReturn {
  return foldRequests(
    adapter,
    bodies.map(body => read(adapter, settings, body)),
  );
}
