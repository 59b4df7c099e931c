/** Reading and writing the headers of an inbound request: one value or none, never "the first of two". */
import { credentialPrefix, rejected } from './evidence.ts';
import type { InboundRequest, Verification } from './webhook.ts';

export type Found = { readonly value: string } | { readonly value: null; readonly rejection: Verification };

/** The only value of a header. Twice is a refusal: two readers of one request could each believe another one. */
export function onlyHeader(request: InboundRequest, name: string): Found {
  const key = name.toLowerCase();
  return only(name, Object.hasOwn(request.headers, key) ? request.headers[key] : undefined);
}

/** The only value of a query parameter. */
export function onlyParameter(request: InboundRequest, name: string): Found {
  return only(name, request.query.getAll(name));
}

function only(name: string, values: readonly string[] = []): Found {
  const [value] = values;
  if (value === undefined) return { value: null, rejection: rejected('missing', { header: name }) };
  if (values.length === 1) return { value };
  return {
    value: null,
    rejection: rejected('repeated', { header: name, received: credentialPrefix(values.join('\n')) }),
  };
}

/** The request with these headers, each replacing any of the same name. */
export function withHeaders(request: InboundRequest, headers: Readonly<Record<string, string>>): InboundRequest {
  const added = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]] as const);
  return { ...request, headers: { ...request.headers, ...Object.fromEntries(added) } };
}
