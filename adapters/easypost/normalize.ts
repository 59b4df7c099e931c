import { matchSchema } from '#adapter/read-json.ts';
import type { Normalized, Problem } from '#adapter/webhook.ts';
import { normalizeTracking } from '#model/aliases.ts';
import { codeFrom } from '#model/coded.ts';
import type { Occurrence, ReturnEvent, ShipmentChange } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { EXCEPTION_OF, IGNORED, STANDING_OF, VOIDS } from './codes.ts';
import { type History, historyOf } from './history.ts';
import { type EasyPostNotice, Refund, Tracker } from './notices.ts';
import type { Settings } from './settings.ts';

/** A signature proves the webhook's secret, and one URL may get the events of both modes. */
export function normalize({ type, mode, userId, result }: EasyPostNotice, settings: Settings): Normalized {
  if (settings.userId !== undefined && userId !== null && userId !== settings.userId) {
    return unreadable({ code: 'TENANT_MISMATCH', path: '/user_id', message: 'is not the userId of this connection' });
  }
  if (mode !== settings.mode) {
    if (mode !== 'test' && mode !== 'production') return unrecognized('mode', mode);
    return { outcome: 'ignored', because: `it is of mode ${mode}, and this connection reads ${settings.mode}` };
  }
  switch (type) {
    case 'tracker.created':
    case 'tracker.updated':
      return normalizeTracker(result);
    case 'refund.successful':
      return normalizeRefund(result);
  }
  if (Object.hasOwn(IGNORED, type)) return { outcome: 'ignored', because: IGNORED[type]! };
  return unrecognized('event', type);
}

const ONCE = { by: 'once' } satisfies Occurrence;

function normalizeTracker(result: unknown): Normalized {
  const read = matchSchema(result, Tracker);
  if (!read.ok) return unreadable(within(read.problem));
  const tracker = read.value;
  const number = normalizeTracking(tracker.tracking_code);
  if (number === '') return unreadable(NO_NUMBER);
  if (!Object.hasOwn(STANDING_OF, tracker.status)) return unrecognized('status', tracker.status);
  const history = historyOf(tracker);
  if (!history.ok) return unreadable(history.problem);
  return attached(number, [
    described(tracker, history.value),
    ...moved(number, tracker, history.value),
    ...voided(number, parcelOf(number, tracker), history.value.voided),
  ]);
}

/** What only EasyPost has; the estimate is its own, and so is the detail, of which a new one is kept as `other`. */
function described(tracker: Tracker, { newStatuses }: History): ReturnEvent {
  const { id, status, status_detail, shipment_id, est_delivery_date, updated_at } = tracker;
  const said = {
    status,
    status_detail: codeFrom(EXCEPTION_OF, status_detail),
    ...(est_delivery_date ? { est_delivery_date } : {}),
    ...(shipment_id ? { shipment_id } : {}),
    ...(newStatuses.length > 0
      ? { newStatuses: newStatuses.map(word => ({ code: 'other', providerCode: word })) }
      : {}),
  };
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: ONCE,
    occurredAt: instantFrom(updated_at),
    // One key per tracker, because later data replaces a key as a whole.
    change: { details: { providerData: { [`tracker ${id}`]: said } } },
  };
}

/**
 * Each step is told by every later event again, with the time of its scan, so the nth time that the parcel came to stand
 * so is the fact: a parcel may be held, move, and be held again. The subject is the tracker, since carriers use numbers again.
 */
function moved(number: string, tracker: Tracker, { steps, handedOver }: History): readonly ReturnEvent[] {
  const parcel = parcelOf(number, tracker);
  const events: ReturnEvent[] = [];
  if (handedOver !== null) {
    // No place: it is near the shopper's home.
    const change = { shipment: parcel };
    events.push({
      type: 'shipment.dropped_off',
      subject: tracker.id,
      occurrence: ONCE,
      occurredAt: handedOver.at,
      change,
    });
  }
  for (const { type, words, at, phase, exception } of steps) {
    events.push({
      type,
      subject: tracker.id,
      occurrence: { by: 'entry', axis: 'parcel', value: words },
      occurredAt: at,
      change: { shipment: { ...parcel, ...(phase === null ? {} : { phase }), exception } },
    });
  }
  return events;
}

/** Only a refund that was made voids the label. It is postage: the shopper's settlement does not know of it. */
function normalizeRefund(result: unknown): Normalized {
  const read = matchSchema(result, Refund);
  if (!read.ok) return unreadable(within(read.problem));
  const { tracking_code, status, updated_at, carrier } = read.value;
  const number = normalizeTracking(tracking_code);
  if (number === '') return unreadable(NO_NUMBER);
  if (!Object.hasOwn(VOIDS, status)) return unrecognized('refund status', status);
  if (!VOIDS[status]) return { outcome: 'ignored', because: `the postage is not refunded, but ${status}` };
  const at = instantFrom(updated_at);
  if (updated_at && at === null) return unreadable(NO_TIME);
  return attached(number, voided(number, parcelOf(number, { tracking_code, carrier }), { at }));
}

/** A label is void once, whether the tracker or the refund says so; the refund knows no tracker, so the number is the subject. */
function voided(subject: string, parcel: ShipmentChange, told: History['voided']): readonly ReturnEvent[] {
  if (told === null) return [];
  const change = { shipment: { ...parcel, phase: 'cancelled' as const } };
  return [{ type: 'label.voided', subject, occurrence: ONCE, occurredAt: told.at, change }];
}

/**
 * No direction and no label: who told the return of this number knows them. An exchange's own parcel stays outbound, and a
 * link to the label is not overwritten.
 */
function parcelOf(
  ref: string,
  { tracking_code, carrier, public_url }: Pick<Tracker, 'tracking_code' | 'carrier' | 'public_url'>,
): ShipmentChange {
  return {
    ref,
    ...(carrier ? { carrier } : {}),
    trackingNumber: tracking_code,
    ...(public_url ? { trackingUrl: public_url } : {}),
  };
}

/** EasyPost knows parcels and no returns: its news waits until a return has the number, and makes none. */
function attached(number: string, events: readonly ReturnEvent[]): Normalized {
  return { outcome: 'events', aliases: [{ kind: 'tracking', value: number, unique: false }], events };
}

const NO_NUMBER: Problem = {
  code: 'SCHEMA_MISMATCH',
  path: '/result/tracking_code',
  message: 'holds neither letter nor digit',
};

const NO_TIME: Problem = {
  code: 'SCHEMA_MISMATCH',
  path: '/result/updated_at',
  message: 'is not a time with its zone',
};

function within(problem: Problem): Problem {
  return { ...problem, path: `/result${problem.path ?? ''}` };
}

function unreadable(problem: Problem): Normalized {
  return { outcome: 'unreadable', problem };
}

function unrecognized(what: string, word: string): Normalized {
  return { outcome: 'unrecognized', because: `${what} ${JSON.stringify(word)} is not known` };
}
