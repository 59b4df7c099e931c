import type { z } from 'zod';
import { matchSchema, parseJson, readJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, UnreadableNotice } from '#adapter/webhook.ts';
import { instantFrom } from '#model/time.ts';
import { SILENT_OF } from './codes.ts';
import { Anchor, Envelope, NUMBERS_AS_TEXT, Order, type RedoNotice, type Snapshot } from './notices.ts';
import { DropOff, Graded, Return, Settled, Shipment } from './parts.ts';
import { placesOf } from './places.ts';
import type { Secrets, Settings } from './settings.ts';

type RedoConnection = Connection<Settings, Secrets>;
type Entry = RedoNotice | UnreadableNotice;

export function verify(request: InboundRequest, { settings, secrets }: RedoConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: RedoConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/**
 * There is no id of the event [documented by omission]. The return as of one update, told for one reason, is one event [inferred];
 * other bytes under the same name are kept and read beside it.
 */
export function dedupeKey({ body }: InboundRequest): DedupeKey {
  const read = readJson(body, Envelope.extend({ return: Anchor }), { numbersAsText: NUMBERS_AS_TEXT });
  const key = read.ok ? nameOf(read.value, read.value.return) : null;
  return key === null ? { key: digestKey(body), from: 'digest' } : { key, from: 'provider-id' };
}

function nameOf({ type }: Envelope, { id, updatedAt }: Anchor): string | null {
  return updatedAt ? `${id}/${updatedAt}/${type}` : null;
}

/** The return itself first, then its parts; what cannot be read stands in its place and spoils no neighbour. */
export function parse(request: InboundRequest, { returnTypes }: Settings): Parsed<RedoNotice> {
  const json = parseJson(request.body, { numbersAsText: NUMBERS_AS_TEXT });
  if (!json.ok) return { outcome: 'unreadable', problem: json.problem };
  const envelope = matchSchema(json.value, Envelope);
  if (!envelope.ok) return { outcome: 'unreadable', problem: envelope.problem };

  const { type, return: told } = envelope.value;
  const anchor = matchSchema(told, Anchor);
  if (!anchor.ok) {
    const notice = unreadable(type, 'return', '/return', anchor.problem);
    return { outcome: 'parsed', notices: [notice] };
  }
  const key = `${anchor.value.id}/${anchor.value.updatedAt || envelope.value.at || ''}`;
  const of = snapshotOf(envelope.value, anchor.value);
  const kind = anchor.value.type || 'return';
  // Claims and warranties come over the same topic, in the same shape: nothing of them may be taken for a return.
  if (!returnTypes.some(wanted => wanted === kind)) {
    return { outcome: 'parsed', notices: [{ about: 'kind', type, key, of, told: kind }] };
  }
  const itself: Entry = Object.hasOwn(SILENT_OF, type)
    ? returnIn(envelope.value, key, of)
    : { about: 'event', type, key, of, told: type };
  return { outcome: 'parsed', notices: [itself, ...partsIn(told, anchor.value, key, of)] };
}

/** The event's own time is when the return looked like this; a backfill is sent long after, so that there the last update is. */
function snapshotOf({ type, at, merchantName }: Envelope, anchor: Anchor): Snapshot {
  const silent = Object.hasOwn(SILENT_OF, type) && SILENT_OF[type]!;
  const [first, second] = silent ? [anchor.updatedAt, at] : [at, anchor.updatedAt];
  const externalReturnIds = (anchor.externalReturnIds ?? []).flatMap(({ value }) => (value ? [value] : []));
  return {
    seenAt: instantFrom(first) ?? instantFrom(second),
    silent,
    returnId: anchor.id,
    externalReturnIds: [...new Set(externalReturnIds)],
    merchantName: merchantName || null,
    status: anchor.status || null,
    parcels: placesOf(anchor).map(({ raw }) => wordIn(raw, 'status')),
    dropOffs: anchor.dropoffs?.length ?? 0,
  };
}

function returnIn(envelope: Envelope, key: string, of: Snapshot): Entry {
  const name = { type: envelope.type, key };
  const order = matchSchema(envelope.order ?? null, Order.nullable());
  if (!order.ok) return unreadable(name.type, key, '/order', order.problem);
  const make = (told: Return): RedoNotice => ({ about: 'return', ...name, of, told, order: order.value });
  return read(Return, envelope.return, '', name, make);
}

function partsIn(told: Envelope['return'], anchor: Anchor, key: string, of: Snapshot): readonly Entry[] {
  const parcels = placesOf(anchor).map(({ raw, place, at }, index) => {
    const name = { type: 'shipments', key: `${key}/shipments/${index}` };
    return read(Shipment, raw, at, name, shipment => ({ about: 'shipment', ...name, of, told: shipment, place }));
  });
  const dropOffs = (anchor.dropoffs ?? []).map((raw, index) => {
    const name = { type: 'dropoffs', key: `${key}/dropoffs/${index}` };
    return read(DropOff, raw, '/dropoffs/*', name, dropOff => ({ about: 'dropoff', ...name, of, told: dropOff }));
  });
  return [...parcels, ...dropOffs, ...gradedIn(told, key, of), ...settledIn(told, key, of)];
}

function gradedIn(told: Envelope['return'], key: string, of: Snapshot): readonly Entry[] {
  const items: readonly unknown[] = Array.isArray(told.items) ? told.items : [];
  if (!items.some(item => wordIn(item, 'grade') !== null || wordIn(item, 'outcome') !== null)) return [];
  const name = { type: 'items', key: `${key}/items` };
  return [read(Graded, told, '', name, graded => ({ about: 'graded', ...name, of, told: graded }))];
}

function settledIn(told: Envelope['return'], key: string, of: Snapshot): readonly Entry[] {
  const cards = Array.isArray(told.giftCards) ? told.giftCards.length > 0 : Boolean(told.giftCards);
  if (!told.totals && !told.exchange && !cards) return [];
  const name = { type: 'totals', key: `${key}/totals` };
  return [read(Settled, told, '', name, settled => ({ about: 'settled', ...name, of, told: settled }))];
}

function wordIn(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  const word = (value as Readonly<Record<string, unknown>>)[key];
  return typeof word === 'string' && word !== '' ? word : null;
}

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: string,
  { type, key }: { readonly type: string; readonly key: string },
  make: (told: z.output<S>) => RedoNotice,
): Entry {
  const match = matchSchema(value, schema);
  return match.ok ? make(match.value) : unreadable(type, key, `/return${at}`, match.problem);
}

function unreadable(type: string, key: string, at: string, problem: UnreadableNotice['problem']): UnreadableNotice {
  return { type, key, problem: { ...problem, path: `${at}${problem.path ?? ''}` } };
}
