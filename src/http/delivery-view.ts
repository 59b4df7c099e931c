import { z } from '@hono/zod-openapi';
import {
  ATTEMPT_OUTCOMES,
  type Attempt,
  DELIVERY_STATES,
  type DeliveryRow,
  type DestinationState,
} from '../storage/store.ts';
import { iso, isoOrNull } from './instant.ts';

export const AttemptView = z
  .object({
    id: z.string().describe('Id of the attempt (att_…).'),
    startedAt: z.string(),
    durationMs: z.number().describe('Length of the exchange, in milliseconds.'),
    outcome: z
      .enum(ATTEMPT_OUTCOMES)
      .describe(
        'delivered: answered 2xx. refused: any other answer. timeout, unreachable: none. blocked: the address is not public. interrupted: the gateway stopped.',
      ),
    status: z.int().nullable().describe('HTTP status of the answer; null where there was none.'),
    detail: z.string().nullable().describe('Why, in words.'),
    responseHead: z.string().nullable().describe('First bytes of the answer, as text.'),
    requestedBy: z.string().nullable().describe('Who asked for it, where a person did.'),
  })
  .meta({ id: 'Attempt', description: 'One try to deliver.' });

const delivery = {
  id: z.string().describe('Id of the delivery (dlv_…).'),
  account: z.string(),
  destination: z.string(),
  returnId: z.string(),
  eventId: z.string(),
  type: z.string().describe('Type of the event.'),
  revision: z.int(),
  sequence: z.int().describe('Sequence of the event in its return.'),
  webhookId: z.string().describe('The webhook-id header: stable over retries and redeliveries.'),
  state: z
    .enum(DELIVERY_STATES)
    .describe(
      'held: its destination is paused or disabled, and goes out once that is resumed. exhausted: every try was used; only redelivering it begins anew.',
    ),
  tries: z.int().describe('Tries used, of 12.'),
  createdAt: z.string(),
  dueAt: z.string().nullable().describe('When it is tried next; null where it is not.'),
  deliveredAt: z.string().nullable(),
  lastAttempt: AttemptView.nullable(),
};

export const DeliveryView = z.object(delivery).meta({ id: 'Delivery', description: 'One event for one destination.' });

export const RedeliveryView = z
  .object({
    ...delivery,
    waitsFor: z
      .enum(['destination_paused', 'destination_disabled', 'breaker_open'])
      .nullable()
      .describe(
        'What keeps it from being sent at once. destination_paused, destination_disabled: until it is resumed. breaker_open: until a trial gets through. null: nothing.',
      ),
  })
  .meta({ id: 'Redelivery', description: 'A delivery that goes out once more, and what it waits for.' });

/** What stands between a message and its destination, whatever its line. */
export function waitsFor(destination: DestinationState | undefined): z.output<typeof RedeliveryView>['waitsFor'] {
  if (destination === undefined || destination.state === 'disabled') return 'destination_disabled';
  if (destination.state === 'paused') return 'destination_paused';
  return destination.breaker === 'closed' ? null : 'breaker_open';
}

export const DeliveryDetail = z
  .object({
    ...delivery,
    attempts: z.array(AttemptView).describe('Every try, oldest first.'),
    body: z.unknown().meta({
      type: ['object', 'null'],
      description:
        'The message as it is kept: without personal data. A destination with personalData: true gets data.return.shopper added as it is sent. null where it was dropped.',
    }),
  })
  .meta({ id: 'DeliveryDetail', description: 'One delivery with its attempts.' });

export function attemptView(attempt: Attempt) {
  const { id, startedAtMs, durationMs, outcome, status, detail, responseHead, requestedBy } = attempt;
  return { id, startedAt: iso(startedAtMs), durationMs, outcome, status, detail, responseHead, requestedBy };
}

export function deliveryView(row: DeliveryRow) {
  const { id, account, destination, returnId, eventId, type, revision, sequence, webhookId, state, tries } = row;
  return {
    id,
    account,
    destination,
    returnId,
    eventId,
    type,
    revision,
    sequence,
    webhookId,
    state,
    tries,
    createdAt: iso(row.createdAtMs),
    dueAt: isoOrNull(row.dueAtMs),
    deliveredAt: isoOrNull(row.deliveredAtMs),
    lastAttempt: row.lastAttempt === null ? null : attemptView(row.lastAttempt),
  };
}

export const EXAMPLE_ATTEMPT = {
  id: 'att_01jd3q7m5ze2x8k4t9w6b0v1re',
  startedAt: '2026-11-20T10:00:02.010Z',
  durationMs: 41,
  outcome: 'delivered',
  status: 204,
  detail: null,
  responseHead: null,
  requestedBy: null,
} satisfies z.input<typeof AttemptView>;

export const EXAMPLE_DELIVERY = {
  id: 'dlv_01jd3q7m5ze2x8k4t9w6b0v1rf',
  account: 'acme-outdoor',
  destination: 'refunds',
  returnId: 'ret_01jd3q7m5ze2x8k4t9w6b0v1ra',
  eventId: 'evt_6b0v1ra01jd3q7m5ze2x8k4t9w',
  type: 'shipment.dropped_off',
  revision: 1,
  sequence: 3,
  webhookId: 'evt_6b0v1ra01jd3q7m5ze2x8k4t9w',
  state: 'delivered',
  tries: 1,
  createdAt: '2026-11-20T10:00:02.000Z',
  dueAt: null,
  deliveredAt: '2026-11-20T10:00:02.051Z',
  lastAttempt: EXAMPLE_ATTEMPT,
} satisfies z.input<typeof DeliveryView>;
