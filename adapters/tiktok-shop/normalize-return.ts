import { matchSchema } from '#adapter/read-json.ts';
import type { Normalized } from '#adapter/webhook.ts';
import { codeFrom } from '#model/coded.ts';
import type { Details, Occurrence, ReturnEvent } from '#model/return-event.ts';
import { ACTOR_OF, STATE_OF, type State, TYPE_OF } from './codes.ts';
import { ReturnStatus } from './notices.ts';
import { unreadable, unrecognized } from './outcomes.ts';

const ONCE = { by: 'once' } satisfies Occurrence;

/** 12: a return came to stand otherwise. `update_time` is when it did [documented], whenever the webhook arrives. */
export function normalizeReturn(data: unknown): Normalized {
  const read = matchSchema(data, ReturnStatus);
  if (!read.ok) return unreadable(read.problem);
  const told = read.value;
  const { return_id, return_status: status, order_id } = told;
  if (!Object.hasOwn(STATE_OF, status)) return unrecognized('return_status', status);
  const state = STATE_OF[status]!;
  return {
    outcome: 'events',
    aliases: [
      { kind: 'return', value: return_id, unique: true },
      ...(order_id ? [{ kind: 'order', value: order_id, unique: false }] : []),
    ],
    events: [described(told), ...requested(told, state), ...news(told, state)],
  };
}

function described(told: ReturnStatus): ReturnEvent {
  return {
    type: 'return.snapshot',
    subject: 'total',
    occurrence: ONCE,
    occurredAt: told.update_time,
    change: { details: detailsOf(told) },
  };
}

function detailsOf({ order_id, return_type, return_role, return_status }: ReturnStatus): Details {
  const type = codeFrom(TYPE_OF, return_type);
  return {
    ...(order_id ? { order: { number: order_id, id: order_id, placedAt: null } } : {}),
    ...(type.code === 'refund' ? { method: { code: 'keep_item', providerCode: type.providerCode } } : {}),
    providerData: {
      return_status,
      ...(return_type ? { return_type: type } : {}),
      ...(return_role ? { return_role: codeFrom(ACTOR_OF, return_role) } : {}),
    },
  };
}

/** Every webhook says when the return was asked for [documented], so that one that was lost leaves no hole. */
function requested({ create_time, return_role }: ReturnStatus, state: State): readonly ReturnEvent[] {
  if (create_time === null && state !== 'requested') return [];
  const actor = actorOf(return_role);
  return [
    {
      type: 'return.requested',
      subject: 'total',
      occurrence: ONCE,
      occurredAt: create_time,
      change: actor === null ? {} : { actor },
    },
  ];
}

function actorOf(role: string | null | undefined) {
  return role && Object.hasOwn(ACTOR_OF, role) ? ACTOR_OF[role]! : null;
}

/**
 * What the status says beside that. Two refusals and two kinds of approval share a type and are told apart by the state
 * that was entered; the other states come once.
 */
function news({ update_time, order_id, return_role }: ReturnStatus, state: State): readonly ReturnEvent[] {
  const once = { subject: 'total', occurrence: ONCE, occurredAt: update_time } as const;
  const entered = { ...once, occurrence: { by: 'entry', axis: 'decision', value: state } } as const;
  const settlement = { ref: 'total', ...(order_id ? { orderNumber: order_id } : {}) };
  const refund = { ...settlement, kind: 'refund' } as const;
  switch (state) {
    case 'requested':
      return [];
    case 'awaiting_shipment':
      return [{ type: 'return.authorized', ...once, change: {} }];
    case 'request_refused':
      return [{ type: 'return.rejected', ...entered, change: { stage: 'request', actor: 'seller' } }];
    case 'package_refused':
      // Where the goods go from here is not told.
      return [{ type: 'return.rejected', ...entered, change: { stage: 'package', actor: 'seller' } }];
    case 'shipped':
      return [{ type: 'shipment.in_transit', ...once, change: { shipment: { ref: 'total' } } }];
    case 'offered':
      return [{ type: 'settlement.approved', ...entered, change: { settlement: { ...refund, state: 'proposed' } } }];
    case 'approved':
      // Will pay, not paid.
      return [{ type: 'settlement.approved', ...entered, change: { settlement: { ...refund, state: 'approved' } } }];
    case 'paid':
      // The amount is in no webhook of this topic.
      return [
        { type: 'refund.issued', ...once, change: { settlement: { ...refund, state: 'paid' } } },
        { type: 'return.completed', ...once, change: {} },
      ];
    case 'replaced':
      // The seller agreed and a new order exists [documented]; that it was sent is not told.
      return [
        {
          type: 'exchange.created',
          ...once,
          change: { settlement: { ...settlement, kind: 'replacement', state: 'approved' } },
        },
        { type: 'return.completed', ...once, change: {} },
      ];
    case 'withdrawn':
      return [{ type: 'return.cancelled', ...once, change: { actor: 'shopper' } }];
    case 'closed':
      // The shopper or the system closes it [documented]; the system does so when time runs out [inferred].
      return actorOf(return_role) === 'system'
        ? [{ type: 'return.expired', ...once, change: { actor: 'system' } }]
        : [{ type: 'return.cancelled', ...once, change: {} }];
  }
}
