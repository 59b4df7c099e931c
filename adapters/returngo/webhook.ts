import { onlyHeader } from '#adapter/header.ts';
import { parseJson, readJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, Problem, Verification } from '#adapter/webhook.ts';
import { isTopic } from './codes.ts';
import { RMA } from './fetching.ts';
import { NUMBERS_AS_TEXT, type ReturnGoNotice, Webhook } from './notices.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Secrets, Settings } from './settings.ts';

type ReturnGoConnection = Connection<Settings, Secrets>;

/**
 * A token keeps strangers from causing calls. It is trusted no further: any holder of the API key can read the URLs of all
 * webhooks, and every change of an RMA may have the same body, which must not be taken for a redelivery.
 */
export async function verify(
  request: InboundRequest,
  { settings, secrets }: ReturnGoConnection,
  now: Date,
): Promise<Verification> {
  const proven = await prove(request, settings.verification, secrets.webhook, now);
  return proven.outcome === 'accepted' ? { ...proven, trust: 'hint' } : proven;
}

export function sign(request: InboundRequest, { settings, secrets }: ReturnGoConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** No delivery id is known, and a hint is never deduplicated. */
export function dedupeKey({ body }: InboundRequest): DedupeKey {
  return { key: digestKey(body), from: 'digest' };
}

/** An answer is known by the header that the gateway keeps it with; were a webhook to carry it, it would still be a hint. */
export function parse(request: InboundRequest): Parsed<ReturnGoNotice> {
  if (onlyHeader(request, 'retour-object-kind').value === RMA) return parseAnswer(request);
  const read = readJson(request.body, Webhook, { numbersAsText: NUMBERS_AS_TEXT });
  if (!read.ok) return { outcome: 'unreadable', problem: read.problem };
  const type = read.value.eventName;
  const found = rmaIdIn(request.body);
  if (found.problem !== undefined && isTopic(type)) {
    return { outcome: 'parsed', notices: [{ type, key: type, problem: found.problem }] };
  }
  const rmaId = found.rmaId ?? '';
  return { outcome: 'parsed', notices: [{ about: 'webhook', type, key: `${type}/${rmaId}`, rmaId, told: null }] };
}

/** Where an RMA's id may stand in a webhook [inferred]: the bodies' schemas are [not found]. */
const HOLDERS = [null, 'data', 'rma', 'rmaSummary'] as const;

type Found =
  | { readonly rmaId: string; readonly problem?: never }
  | { readonly rmaId?: never; readonly problem: Problem };

/** The API wants the digits, the dashboard shows RMA before them [documented]. */
function rmaIdIn(body: Uint8Array): Found {
  const parsed = parseJson(body, { numbersAsText: NUMBERS_AS_TEXT });
  const whole = parsed.ok ? parsed.value : null;
  for (const holder of HOLDERS) {
    const value = valueAt(holder === null ? whole : valueAt(whole, holder), 'rmaId');
    if (value === undefined || value === null || value === '') continue;
    const digits = typeof value === 'string' ? /^(?:RMA)?(\d{1,40})$/i.exec(value.trim())?.[1] : undefined;
    if (digits !== undefined) return { rmaId: digits };
    return { problem: mismatch(`${holder === null ? '' : `/${holder}`}/rmaId`, 'is not the digits of an RMA') };
  }
  return { problem: mismatch('/rmaId', 'is missing, here and wherever else it may stand') };
}

function valueAt(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return undefined;
  return (holder as Record<string, unknown>)[key];
}

function mismatch(path: string, message: string): Problem {
  return { code: 'SCHEMA_MISMATCH', path, message };
}
