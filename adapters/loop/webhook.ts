import type { z } from 'zod';
import { matchSchema, parseJson, type Read } from '#adapter/read-json.ts';
import { digestKey, verify as prove, sign as signAs } from '#adapter/verification.ts';
import type { Connection, DedupeKey, InboundRequest, Parsed, Problem, UnreadableNotice } from '#adapter/webhook.ts';
import { type Subject, subjectOf } from './codes.ts';
import {
  Envelope,
  FailureBody,
  GiftCardBody,
  type LoopNotice,
  NUMBERS_AS_TEXT,
  RestockBody,
  ReturnBody,
  Returned,
  ShipmentBody,
} from './notices.ts';
import { ownParcel, type ParcelRead, parcelsIn } from './parcels.ts';
import type { Secrets, Settings } from './settings.ts';

type LoopConnection = Connection<Settings, Secrets>;
type Entry = LoopNotice | UnreadableNotice;

export function verify(request: InboundRequest, { settings, secrets }: LoopConnection, now: Date) {
  return prove(request, settings.verification, secrets.webhook, now);
}

export function sign(request: InboundRequest, { settings, secrets }: LoopConnection, now: Date) {
  return signAs(request, settings.verification, secrets.webhook[0]!, now);
}

/** No delivery id is published [not found], so the bytes are the key; a retry sends the same ones [inferred]. */
export function dedupeKey(request: InboundRequest): DedupeKey {
  return { key: digestKey(request.body), from: 'digest' };
}

/** One thing per request, but for a return, whose labels are notices of their own: one that cannot be read spoils no refund. */
export function parse(request: InboundRequest): Parsed<LoopNotice> {
  const json = parseJson(request.body, { numbersAsText: NUMBERS_AS_TEXT });
  if (!json.ok) return { outcome: 'unreadable', problem: json.problem };
  if (holdsNothing(json.value)) return { outcome: 'unreadable', problem: EMPTY };
  const envelope = matchSchema(json.value, Envelope);
  if (!envelope.ok) return { outcome: 'unreadable', problem: envelope.problem };

  const { topic, shop_id } = envelope.value;
  const trigger = envelope.value.trigger || null;
  const subject = subjectOf(topic, trigger);
  const told = { type: subject?.trigger ?? trigger ?? topic, shopId: shop_id || null };
  if (subject === null) {
    const pair = trigger === null ? `topic ${quoted(topic)}` : `trigger ${quoted(trigger)} of topic ${quoted(topic)}`;
    return only({ about: 'new', ...told, key: `${topic}/${trigger ?? ''}`, because: `${pair} is not known` });
  }
  return { outcome: 'parsed', notices: noticesOf(subject, told, json.value) };
}

/** A subscription whose topic and trigger do not belong together may deliver an empty payload [documented]. */
const EMPTY: Problem = {
  code: 'SCHEMA_MISMATCH',
  path: '/topic',
  message: 'is missing, and so is all else; does the subscription pair a topic with the trigger of another?',
};

function holdsNothing(value: unknown): boolean {
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}

interface Shared {
  readonly type: string;
  readonly shopId: string | null;
}

function noticesOf({ topic, trigger }: Subject, told: Shared, body: unknown): readonly Entry[] {
  switch (topic) {
    case 'return':
      return withReturn(told, body, returnId => returnNotices(told, returnId, trigger === 'return.created', body));
    case 'label':
      return withReturn(told, body, returnId =>
        labelNotices(told, returnId, trigger === 'label.created', [ownParcel(body)]),
      );
    case 'restock':
      return withReturn(told, body, returnId =>
        read(told, returnId, matchSchema(body, RestockBody), stock => ({ about: 'restock', returnId, body: stock })),
      );
    case 'giftcard':
      return keyed(told, body, GiftCardBody, card => [card.return_id, { about: 'giftcard', body: card }]);
    case 'return.processing':
      return keyed(told, body, FailureBody, failure => [failure.return_id, { about: 'failure', body: failure }]);
    case 'happy.returns.shipment':
      return keyed(told, body, ShipmentBody, ({ loop_shipment_id: shipmentId }) => [
        shipmentId,
        { about: 'shipment', shipmentId },
      ]);
    case 'label.request':
      return [aside(told, 'asks whoever makes labels for one; the label itself is told by the topic label')];
    case 'ship-by-loop':
      return [aside(told, 'asks a carrier of Ship by Loop for work; it says nothing of a return')];
  }
}

function returnNotices(told: Shared, returnId: string, created: boolean, body: unknown): readonly Entry[] {
  const whole = read(told, returnId, matchSchema(body, ReturnBody), of => ({
    about: 'return',
    returnId,
    created,
    body: of,
  }));
  return [...whole, ...labelNotices({ ...told, type: 'return.labels' }, returnId, false, parcelsIn(body))];
}

function labelNotices(
  told: Shared,
  returnId: string,
  created: boolean,
  labels: readonly ParcelRead[],
): readonly Entry[] {
  const seen = new Map<string, number>();
  return labels.map(label => {
    const id = `${returnId}/${label.ok ? (label.value.trackingNumber ?? label.value.shipmentId ?? '') : ''}`;
    const nth = (seen.get(id) ?? 0) + 1;
    seen.set(id, nth);
    const key = `${told.type}/${id}${nth === 1 ? '' : `#${nth}`}`;
    if (!label.ok) return { type: told.type, key, problem: label.problem };
    return { about: 'label', ...told, key, returnId, created, parcel: label.value };
  });
}

/** `id`, or `return_id` as older editions have it. */
function withReturn(told: Shared, body: unknown, next: (returnId: string) => readonly Entry[]): readonly Entry[] {
  const ids = matchSchema(body, Returned);
  const id = ids.ok ? (ids.value.id ?? ids.value.return_id ?? null) : null;
  if (id !== null) return next(id);
  const missing = { code: 'SCHEMA_MISMATCH', path: '/id', message: 'is missing' } as const;
  return [{ type: told.type, key: told.type, problem: ids.ok ? missing : ids.problem }];
}

type Own = LoopNotice extends infer N ? (N extends LoopNotice ? Omit<N, 'type' | 'key' | 'shopId'> : never) : never;

function read<T>(told: Shared, id: string, body: Read<T>, own: (body: T) => Own): readonly Entry[] {
  const key = `${told.type}/${id}`;
  if (!body.ok) return [{ type: told.type, key, problem: body.problem }];
  return [{ ...own(body.value), ...told, key } as LoopNotice];
}

function keyed<S extends z.ZodType>(
  told: Shared,
  body: unknown,
  schema: S,
  own: (body: z.output<S>) => readonly [id: string, own: Own],
): readonly Entry[] {
  const matched = matchSchema(body, schema);
  if (!matched.ok) return [{ type: told.type, key: told.type, problem: matched.problem }];
  const [id, notice] = own(matched.value);
  return [{ ...notice, ...told, key: `${told.type}/${id}` } as LoopNotice];
}

function aside(told: Shared, because: string): LoopNotice {
  return { about: 'nothing of ours', ...told, key: told.type, because };
}

function only(notice: LoopNotice): Parsed<LoopNotice> {
  return { outcome: 'parsed', notices: [notice] };
}

function quoted(word: string): string {
  return JSON.stringify(word);
}
