import { matchSchema, parseJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, Problem } from '#adapter/webhook.ts';
import { Envelope, NUMBERS_AS_TEXT, type SendcloudNotice, Subject } from './notices.ts';
import type { Secrets, Settings } from './settings.ts';

type SendcloudConnection = Connection<Settings, Secrets>;

/** Over the bytes as they came: both published samples digest JSON that they wrote anew, which proves nothing of these. */
export function verify(request: InboundRequest, { settings, secrets }: SendcloudConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: SendcloudConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** No id of an event or of a delivery is published, so the bytes are the key: 10 retries end within nine hours [documented]. */
export function dedupeKey({ body }: InboundRequest): DedupeKey {
  return { key: digestKey(body), from: 'digest' };
}

/** One notice per request. */
export function parse(request: InboundRequest): Parsed<SendcloudNotice> {
  const json = parseJson(request.body, { numbersAsText: NUMBERS_AS_TEXT });
  if (!json.ok) return { outcome: 'unreadable', problem: json.problem };
  const envelope = matchSchema(json.value, Envelope);
  if (!envelope.ok) return { outcome: 'unreadable', problem: envelope.problem };
  const { action, event_type } = envelope.value;
  const type = action || event_type;
  if (!type) return { outcome: 'unreadable', problem: NO_TYPE };
  const about = subjectOf(json.value);
  return { outcome: 'parsed', notices: [{ type, key: about === null ? type : `${type}/${about}`, body: json.value }] };
}

const NO_TYPE: Problem = { code: 'SCHEMA_MISMATCH', path: '/action', message: 'is missing, and so is event_type' };

function subjectOf(body: unknown): string | null {
  const { data, parcel } = Subject.safeParse(body).data ?? {};
  return data?.id ?? data?.parcel?.parcel_id ?? parcel?.id ?? null;
}
