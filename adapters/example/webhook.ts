import { matchSchema, readJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, UnreadableNotice } from '#adapter/webhook.ts';
import { Envelope, type ExampleNotice, Kinds, NUMBERS_AS_TEXT } from './notices.ts';
import type { Secrets, Settings } from './settings.ts';

type ExampleConnection = Connection<Settings, Secrets>;

/** How a sender is proven is configuration, and the shared verifier does it: an adapter adds nothing but its defaults. */
export function verify(request: InboundRequest, { settings, secrets }: ExampleConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

/** Signs with the newest secret, for tests, the demo and test webhooks. */
export function sign(request: InboundRequest, { settings, secrets }: ExampleConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** The provider's own id of the delivery where it sends one, else a digest of the bytes. */
export function dedupeKey(request: InboundRequest): DedupeKey {
  const ids = request.headers['x-example-delivery'];
  if (ids?.length === 1 && ids[0]) return { key: ids[0], from: 'provider-id' };
  return { key: digestKey(request.body), from: 'digest' };
}

/** One request carries several notices, newest first; they leave here oldest first, one that cannot be read in its place. */
export function parse(request: InboundRequest): Parsed<ExampleNotice> {
  const body = readJson(request.body, Envelope, { numbersAsText: NUMBERS_AS_TEXT });
  if (!body.ok) return { outcome: 'unreadable', problem: body.problem };
  const { shop, notices } = body.value;
  const oldestFirst = [...notices].reverse();
  return { outcome: 'parsed', notices: oldestFirst.map((notice, index) => readNotice(notice, shop, index)) };
}

/** The provider numbers no notices, so the place in the request tells two of one kind apart. */
function readNotice(notice: unknown, shop: string, index: number): ExampleNotice | UnreadableNotice {
  const kind = kindOf(notice);
  const key = `${kind ?? 'unreadable'}/${index}`;
  if (kind === null) {
    return { type: null, key, problem: { code: 'SCHEMA_MISMATCH', path: '/notices/*/kind', message: 'is missing' } };
  }
  if (!isKnown(kind)) return { type: kind, key, shop, told: null };
  const read = matchSchema(notice, Kinds[kind]);
  if (read.ok) return { type: kind, key, shop, told: read.value };
  return { type: kind, key, problem: { ...read.problem, path: `/notices/*${read.problem.path ?? ''}` } };
}

function kindOf(notice: unknown): string | null {
  if (typeof notice !== 'object' || notice === null || !('kind' in notice)) return null;
  return typeof notice.kind === 'string' && notice.kind !== '' ? notice.kind.slice(0, 200) : null;
}

function isKnown(kind: string): kind is keyof typeof Kinds {
  return Object.hasOwn(Kinds, kind);
}
