import { matchSchema, parseJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, Problem, UnreadableNotice } from '#adapter/webhook.ts';
import {
  Envelope,
  type HappyReturnsNotice,
  ID_FIELDS,
  LabelUpdate,
  OutboundUnit,
  ReturnEnvelope,
  type ReturnNotice,
  Told,
} from './notices.ts';
import type { Secrets, Settings } from './settings.ts';

type HappyReturnsConnection = Connection<Settings, Secrets>;
type Entry = HappyReturnsNotice | UnreadableNotice;

export function verify(request: InboundRequest, { settings, secrets }: HappyReturnsConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: HappyReturnsConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** No delivery id is published [not found], so the bytes are the key. Equal bytes can be real news a day later: a method changed there and back. */
export function dedupeKey(request: InboundRequest): DedupeKey {
  return { key: digestKey(request.body), from: 'digest' };
}

/**
 * Tells the three webhooks apart by their shape: `outbound_shipment.asn` V1 has no `event` and may be a bare array, the
 * two others name one. Within a `return.asn` the events come newest first [documented] and leave here oldest first.
 */
export function parse(request: InboundRequest): Parsed<HappyReturnsNotice> {
  const body = parseJson(request.body, { numbersAsText: ID_FIELDS });
  if (!body.ok) return { outcome: 'unreadable', problem: body.problem };
  if (Array.isArray(body.value)) return parseOutbound(body.value, '');

  const envelope = matchSchema(body.value, Envelope);
  if (!envelope.ok) return { outcome: 'unreadable', problem: envelope.problem };
  const { event, items } = envelope.value;
  if (event) return event === 'return_label_update' ? parseLabel(body.value) : parseReturn(envelope.value);
  if (items) return parseOutbound(items, '/items');
  return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/event', message: 'is missing' } };
}

function parseLabel(body: unknown): Parsed<HappyReturnsNotice> {
  const type = 'return_label_update';
  const read = matchSchema(body, LabelUpdate);
  if (!read.ok) return { outcome: 'parsed', notices: [{ type, key: type, problem: read.problem }] };
  const { happyReturnsReturnID, labelID } = read.value;
  const key = `${type}/${happyReturnsReturnID}/${labelID ?? ''}`;
  return { outcome: 'parsed', notices: [{ about: 'label', type, key, update: read.value }] };
}

/** All events of one POST speak of the same items, so an item that cannot be read spoils each of them, and nothing else. */
function parseReturn(envelope: Envelope): Parsed<HappyReturnsNotice> {
  const units = matchSchema(envelope, ReturnEnvelope);
  const others = (envelope.otherEvents ?? []).map(told => ({ told, at: '/otherEvents/*' })).reverse();
  const problem = units.ok
    ? (tooMany(units.value.items.length, others.length + 1) ?? otherReturn(units.value.items))
    : units.problem;

  const notices = [...others, { told: envelope as unknown, at: '' }].map(({ told, at }): Entry => {
    const read = matchSchema(told, Told);
    if (!read.ok) return { type: null, key: `return.asn${at}`, problem: below(at, read.problem) };
    const { event, typeID } = read.value;
    if (!isReturnEvent(event)) return { about: 'new', type: event, key: event };
    if (problem !== null || !units.ok) return { type: event, key: `${event}/${typeID}`, problem: problem! };
    const { retailerID, items } = units.value;
    const key = `${event}/${typeID}/${items[0]!.happyReturnsReturnID}/${items[0]!.orderNumber}`;
    return { about: 'return', type: event, key, typeID, retailerID, units: items };
  });
  return { outcome: 'parsed', notices: numbered(notices) };
}

function isReturnEvent(event: string): event is ReturnNotice['type'] {
  return event === 'return_status_updated' || event === 'return_dropoff_method_created';
}

/** Far above one order of one return. */
const MAX_ITEMS = 1000;
/** Every event speaks of every item, so a small body can tell of millions; so many are recorded in about a second. */
const MAX_TOLD = 10_000;

function tooMany(items: number, events: number): Problem | null {
  if (items <= MAX_ITEMS && items * events <= MAX_TOLD) return null;
  const message = `are more than ${MAX_ITEMS}, or over all events more than ${MAX_TOLD}`;
  return { code: 'SCHEMA_MISMATCH', path: '/items', message };
}

/** A POST holds one order of one return [documented]; a second return id in it would be recorded under the first. */
function otherReturn(items: ReturnEnvelopeItems): Problem | null {
  if (items.every(item => item.happyReturnsReturnID === items[0]!.happyReturnsReturnID)) return null;
  return { code: 'SCHEMA_MISMATCH', path: '/items/*/happyReturnsReturnID', message: 'names a second return' };
}
type ReturnEnvelopeItems = ReturnNotice['units'];

/** One notice per express code, in order of first mention; an item that cannot be read spoils the notice of its own code only. */
function parseOutbound(items: readonly unknown[], at: string): Parsed<HappyReturnsNotice> {
  const type = 'outbound_shipment.asn';
  if (items.length === 0) {
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: at, message: 'holds no item' } };
  }
  const groups = new Map<string, { units: OutboundUnit[]; problem: Problem | null }>();
  const notices: Entry[] = [];
  for (const item of items) {
    const read = matchSchema(item, OutboundUnit);
    const code = matchSchema(item, OutboundUnit.pick({ happyReturnsExpressCode: true }));
    const problem = read.ok ? null : below(`${at}/*`, read.problem);
    if (!code.ok) {
      notices.push({ type, key: `${type}/without-code`, problem: below(`${at}/*`, code.problem) });
      continue;
    }
    const { happyReturnsExpressCode } = code.value;
    const group = groups.get(happyReturnsExpressCode) ?? { units: [], problem: null };
    groups.set(happyReturnsExpressCode, group);
    if (read.ok) group.units.push(read.value);
    group.problem ??= problem ?? tooMany(group.units.length, 1);
  }
  for (const [expressCode, { units, problem }] of groups) {
    const key = `${type}/${expressCode}`;
    notices.push(problem === null ? { about: 'outbound', type, key, expressCode, units } : { type, key, problem });
  }
  return { outcome: 'parsed', notices: numbered(notices) };
}

function below(at: string, problem: Problem): Problem {
  return { ...problem, path: `${at}${problem.path ?? ''}` };
}

/** The same event may come twice in one POST (a method changed there and back within a minute): the second is `#2`. */
function numbered(notices: readonly Entry[]): readonly Entry[] {
  const seen = new Map<string, number>();
  return notices.map(notice => {
    const nth = (seen.get(notice.key) ?? 0) + 1;
    seen.set(notice.key, nth);
    return nth === 1 ? notice : { ...notice, key: `${notice.key}#${nth}` };
  });
}
