import { matchSchema, parseJson, readJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed } from '#adapter/webhook.ts';
import { Envelope, NUMBERS_AS_TEXT, type TikTokNotice } from './notices.ts';
import type { Secrets, Settings } from './settings.ts';
import { TOPICS } from './topics.ts';

type TikTokConnection = Connection<Settings, Secrets>;

/** The signature covers no header and no time: what was sent once can be sent again, and is then a redelivery. */
export function verify(request: InboundRequest, { settings, secrets }: TikTokConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: TikTokConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** `tts_notification_id`, documented to be unique and for this. */
export function dedupeKey(request: InboundRequest): DedupeKey {
  const body = parseJson(request.body, { numbersAsText: NUMBERS_AS_TEXT });
  const envelope = body.ok ? matchSchema(body.value, Envelope) : body;
  const id = envelope.ok ? envelope.value.tts_notification_id : null;
  return id ? { key: id, from: 'provider-id' } : { key: digestKey(request.body), from: 'digest' };
}

/** One notice per request. */
export function parse(request: InboundRequest): Parsed<TikTokNotice> {
  const envelope = readJson(request.body, Envelope, { numbersAsText: NUMBERS_AS_TEXT });
  if (!envelope.ok) return { outcome: 'unreadable', problem: envelope.problem };
  const { type: number, tts_notification_id: id, shop_id, data } = envelope.value;
  const topic = Object.hasOwn(TOPICS, number) ? TOPICS[number]! : null;
  const type = topic?.name ?? number;
  const key = id ? `${type}/${id}` : type;
  return { outcome: 'parsed', notices: [{ type, key, topic, shopId: shop_id || null, data }] };
}
