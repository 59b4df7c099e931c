import { parseJson, readJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed } from '#adapter/webhook.ts';
import { type EasyPostNotice, Event, NUMBERS_AS_TEXT } from './notices.ts';
import type { Secrets, Settings } from './settings.ts';

type EasyPostConnection = Connection<Settings, Secrets>;

/** Over the bytes as they came: written anew, `16.0` would be `16` and the signature another. */
export function verify(request: InboundRequest, { settings, secrets }: EasyPostConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: EasyPostConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** The event's id, the same in every try [documented: at least once]; the bytes around it may differ. */
export function dedupeKey(request: InboundRequest): DedupeKey {
  const body = parseJson(request.body, { numbersAsText: NUMBERS_AS_TEXT });
  const id = body.ok ? Event.shape.id.safeParse(idIn(body.value)) : null;
  if (id?.success) return { key: id.data, from: 'provider-id' };
  return { key: digestKey(request.body), from: 'digest' };
}

function idIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, 'id') ? (body as { id: unknown }).id : null;
}

/** One event per request. */
export function parse(request: InboundRequest): Parsed<EasyPostNotice> {
  const event = readJson(request.body, Event, { numbersAsText: NUMBERS_AS_TEXT });
  if (!event.ok) return { outcome: 'unreadable', problem: event.problem };
  const { id, description, mode, user_id, result } = event.value;
  const key = `${description}/${id}`;
  return { outcome: 'parsed', notices: [{ type: description, key, mode, userId: user_id || null, result }] };
}
