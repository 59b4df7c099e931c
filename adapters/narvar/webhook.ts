import { onlyHeader } from '#adapter/header.ts';
import { matchSchema, parseJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed } from '#adapter/webhook.ts';
import { aliasesOf } from './aliases.ts';
import { stateOfStatus, stateOfTopic } from './codes.ts';
import { Body, type NamedTenant, type NarvarNotice, NUMBERS_AS_TEXT } from './notices.ts';
import { type ReturnPart, readReturn, returnPart } from './read-return.ts';
import type { Secrets, Settings } from './settings.ts';

type NarvarConnection = Connection<Settings, Secrets>;

export function verify(request: InboundRequest, { settings, secrets }: NarvarConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: NarvarConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/**
 * The bytes are the key. The dialect shopify tells part of the news in headers, so they belong to it there; the webhook id
 * alone is no key, because what it names is not published.
 */
export function dedupeKey({ body, headers }: InboundRequest, { dialect }: Settings): DedupeKey {
  if (dialect !== 'shopify') return { key: digestKey(body), from: 'digest' };
  const names = ['x-narvar-shop-domain', 'x-narvar-webhook-id', 'x-narvar-topic'];
  const told = JSON.stringify(names.map(name => headers[name] ?? []));
  return { key: digestKey(new TextEncoder().encode(`${told}\n${digestKey(body)}`)), from: 'digest' };
}

/** One return per request [inferred], told as a whole. */
export function parse(request: InboundRequest, settings: Settings): Parsed<NarvarNotice> {
  const { items, returnIdField } = settings;
  const numbersAsText = [...NUMBERS_AS_TEXT, returnIdField, items.id, items.sku, items.reason];
  const json = parseJson(request.body, { numbersAsText });
  if (!json.ok) return { outcome: 'unreadable', problem: json.problem };
  const body = matchSchema(json.value, Body);
  if (!body.ok) return { outcome: 'unreadable', problem: body.problem };

  const part = returnPart(body.value, settings);
  const type = settings.dialect === 'shopify' ? topicOf(request) : textAt(part.value, 'return_tracking_status');
  if (type === null) {
    const fromHeader = settings.dialect === 'shopify';
    const path = fromHeader ? null : `${part.at}/return_tracking_status`;
    const message = fromHeader ? 'X-Narvar-Topic is missing, or was sent twice' : 'is missing';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path, message } };
  }
  const tenants = tenantsOf(request, body.value, part, settings);
  const state = settings.dialect === 'shopify' ? stateOfTopic(type) : stateOfStatus(type);
  if (state === null) return { outcome: 'parsed', notices: [{ type, key: type, tenants, told: null }] };

  const told = readReturn(body.value, part, state, settings);
  if (!told.ok) return { outcome: 'parsed', notices: [{ type, key: type, problem: told.problem }] };
  const [anchor] = aliasesOf(told.value);
  const key = anchor === undefined ? type : `${type}/${anchor.value}`;
  return { outcome: 'parsed', notices: [{ type, key, tenants, told: told.value }] };
}

function topicOf(request: InboundRequest): string | null {
  return onlyHeader(request, 'X-Narvar-Topic').value?.slice(0, 300) || null;
}

/** Every name of a tenant that the webhook carries, the header's among them: none of them may be another's. */
function tenantsOf(
  request: InboundRequest,
  { order }: Body,
  { at, value }: ReturnPart,
  { dialect }: Settings,
): readonly NamedTenant[] {
  const tenants: NamedTenant[] = [];
  const inReturn = textAt(value, 'retailer_name');
  if (inReturn !== null) tenants.push({ kind: 'retailer', name: inReturn, path: `${at}/retailer_name` });
  const inOrder = textAt(order, 'retailer_moniker');
  if (dialect === 'full' && inOrder !== null) {
    tenants.push({ kind: 'retailer', name: inOrder, path: '/order/retailer_moniker' });
  }
  if (dialect !== 'shopify') return tenants;
  const domains = request.headers['x-narvar-shop-domain'] ?? [];
  return [...tenants, ...domains.map(name => ({ kind: 'shopDomain', name, path: null }) as const)];
}

function textAt(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  const text = (value as Record<string, unknown>)[key];
  return typeof text === 'string' && text !== '' ? text.slice(0, 300) : null;
}
