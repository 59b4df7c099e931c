import { matchSchema, parseJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed } from '#adapter/webhook.ts';
import { INPUT_TYPES } from '#model/return-event.ts';
import { Envelope, type StandardNotice, type ToldType, Typed } from './notices.ts';
import type { Secrets, Settings } from './settings.ts';

type StandardConnection = Connection<Settings, Secrets>;

export function verify(request: InboundRequest, { settings, secrets }: StandardConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: StandardConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** `webhook-id` is the same for every redelivery of a message [documented]; a sender proven in another way may have none. */
export function dedupeKey(request: InboundRequest, settings: Settings): DedupeKey {
  const values = request.headers[(settings.verification.idHeader ?? 'webhook-id').toLowerCase()];
  const [id] = values ?? [];
  if (values?.length === 1 && id) return { key: id, from: 'provider-id' };
  return { key: digestKey(request.body), from: 'digest' };
}

/** One event per request. A type that is new to us needs no more than its name, whatever else the body holds. */
export function parse(request: InboundRequest): Parsed<StandardNotice> {
  const body = parseJson(request.body);
  if (!body.ok) return { outcome: 'unreadable', problem: body.problem };
  const typed = matchSchema(body.value, Typed);
  if (!typed.ok) return { outcome: 'unreadable', problem: typed.problem };

  const { type } = typed.value;
  if (!isTold(type)) return { outcome: 'parsed', notices: [{ known: false, type, key: type }] };
  const read = matchSchema(body.value, Envelope);
  if (!read.ok) return { outcome: 'parsed', notices: [{ type, key: type, problem: read.problem }] };
  const key = `${type}/${read.value.data.providerReturnId}/${read.value.timestamp}`;
  return { outcome: 'parsed', notices: [{ known: true, type, key, envelope: read.value }] };
}

function isTold(type: string): type is ToldType {
  return type !== 'return.snapshot' && (INPUT_TYPES as readonly string[]).includes(type);
}
