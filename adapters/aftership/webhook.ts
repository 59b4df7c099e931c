import type { z } from 'zod';
import { matchSchema, parseJson, readJson } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, UnreadableNotice } from '#adapter/webhook.ts';
import { instantFrom } from '#model/time.ts';
import { TOPICS, VOID } from './codes.ts';
import { type AftershipNotice, Anchor, Envelope, NUMBERS_AS_TEXT, Return, type Snapshot } from './notices.ts';
import { DropOff, Settled, Shipment, Warehouse } from './parts.ts';
import type { Secrets, Settings } from './settings.ts';

type AftershipConnection = Connection<Settings, Secrets>;
type Entry = AftershipNotice | UnreadableNotice;
type Data = Envelope['data'];

export function verify(request: InboundRequest, { settings, secrets }: AftershipConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: AftershipConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** The id of the event, the same in each of up to 14 attempts [documented]. It stands in the body, and in no header. */
export function dedupeKey({ body }: InboundRequest): DedupeKey {
  const read = readJson(body, Envelope.pick({ id: true }), { numbersAsText: ['id'] });
  return read.ok ? { key: read.value.id, from: 'provider-id' } : { key: digestKey(body), from: 'digest' };
}

/** The return itself first, then its parts; what cannot be read stands in its place and spoils no neighbour. */
export function parse(request: InboundRequest): Parsed<AftershipNotice> {
  const json = parseJson(request.body, { numbersAsText: NUMBERS_AS_TEXT });
  if (!json.ok) return { outcome: 'unreadable', problem: json.problem };
  const envelope = matchSchema(json.value, Envelope);
  if (!envelope.ok) return { outcome: 'unreadable', problem: envelope.problem };
  return { outcome: 'parsed', notices: noticesIn(envelope.value) };
}

function noticesIn({ id, event, created_at, data }: Envelope): readonly Entry[] {
  const known = TOPICS.has(event);
  const anchor = matchSchema(data, Anchor);
  // All events are of returns today [documented]; what else may come one day must not be taken for one.
  if (!known && (!anchor.ok || !event.startsWith('return.'))) {
    return [{ about: 'new', type: event, key: id, of: null }];
  }
  if (!anchor.ok) return [unreadable(event, id, '', anchor.problem)];

  const { shipments, dropoffs, organization, rma_number } = anchor.value;
  const of: Snapshot = {
    event,
    seenAt: instantFrom(created_at),
    returnId: anchor.value.id,
    rmaNumber: rma_number || null,
    organizationId: organization?.id || null,
  };
  const voided = data.shipping_status === VOID;
  const itself: Entry = known
    ? read(Return, data, '', { type: event, key: id }, told => ({ about: 'return', type: event, key: id, of, told }))
    : { about: 'new', type: event, key: id, of };
  return [
    itself,
    ...(shipments ?? []).map((value, index) => {
      const name = { type: 'shipments', key: `${id}/shipments/${index}` };
      return read(Shipment, value, '/shipments/*', name, told => ({ about: 'shipment', ...name, of, told, voided }));
    }),
    ...(dropoffs ?? []).map((value, index) => {
      const name = { type: 'dropoffs', key: `${id}/dropoffs/${index}` };
      return read(DropOff, value, '/dropoffs/*', name, told => ({ about: 'dropoff', ...name, of, told }));
    }),
    ...warehouseIn(data, id, of),
    ...settledIn(data, id, of),
  ];
}

function warehouseIn(data: Data, id: string, of: Snapshot): readonly Entry[] {
  if (!isSaid(data.receivings) && !isSaid(data.restocks)) return [];
  const name = { type: 'receivings', key: `${id}/receivings` };
  return [read(Warehouse, data, '', name, told => ({ about: 'warehouse', ...name, of, told }))];
}

function settledIn(data: Data, id: string, of: Snapshot): readonly Entry[] {
  const said = [data.refunds, data.refunded_at, data.refunded_total, data.exchange, data.exchange_order];
  if (!said.some(isSaid)) return [];
  const name = { type: 'refunds', key: `${id}/refunds` };
  return [read(Settled, data, '', name, told => ({ about: 'settled', ...name, of, told }))];
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: string,
  { type, key }: { readonly type: string; readonly key: string },
  make: (told: z.output<S>) => AftershipNotice,
): Entry {
  const match = matchSchema(value, schema);
  return match.ok ? make(match.value) : unreadable(type, key, at, match.problem);
}

function unreadable(type: string, key: string, at: string, problem: UnreadableNotice['problem']): UnreadableNotice {
  return { type, key, problem: { ...problem, path: `/data${at}${problem.path ?? ''}` } };
}
