import { z } from 'zod';
import {
  Actor,
  Condition,
  Direction,
  Disposition,
  DisputeState,
  Fault,
  FeeKind,
  LabelKind,
  Method,
  ParcelException,
  ParcelPhase,
  ReasonCode,
  SettlementKind,
  SettlementScope,
  SettlementState,
  Stage,
} from './codes.ts';
import { Money } from './money.ts';
import { Instant } from './time.ts';

/** The canonical events: what subscribers see and what providers' notices become. */

const Text = z.string().max(2000);
const Ref = z.string().min(1).max(300);

export const Order = z.strictObject({
  number: z.string().min(1).max(300).describe('the number the shopper knows'),
  id: Text.nullable().describe("the shop platform's id"),
  placedAt: Instant.nullable(),
});
export type Order = z.infer<typeof Order>;

/** Personal data: kept in one row per return, never in facts, deliveries or logs. */
export const Shopper = z.strictObject({
  email: Text.nullable().optional(),
  name: Text.nullable().optional(),
  phone: Text.nullable().optional(),
  address: Text.nullable().optional(),
  isGiftRecipient: z.boolean().nullable().optional(),
});
export type Shopper = z.infer<typeof Shopper>;

export const Fee = z.strictObject({ kind: FeeKind, amount: Money.nullable() });
export type Fee = z.infer<typeof Fee>;

const Json: z.ZodType<unknown> = z.json();

/** A line of a return as a provider states it: `ref` is the sender's stable name of the line, `quantity` the units asked for. */
export const DetailItem = z.strictObject({
  ref: Ref,
  quantity: z.int().min(0).max(1_000_000),
  orderNumber: Text.nullable().optional(),
  orderLineId: Text.nullable().optional(),
  sku: Text.nullable().optional(),
  upc: Text.nullable().optional(),
  name: Text.nullable().optional(),
  reason: z
    .strictObject({ ...ReasonCode.shape, fault: Fault.optional() })
    .nullable()
    .optional(),
  value: Money.nullable().optional(),
});
export type DetailItem = z.infer<typeof DetailItem>;

/** What is said of the return itself. A field that is absent was not said; lists add to what is known, by number or ref. */
export const Details = z.strictObject({
  order: Order.optional(),
  orders: z.array(Order).max(1000).optional(),
  shopper: Shopper.optional(),
  method: Method.optional(),
  items: z.array(DetailItem).max(10_000).optional(),
  rmaNumber: Text.nullable().optional(),
  fees: z.array(Fee).max(100).optional(),
  providerData: z
    .record(z.string().max(300), Json)
    .optional()
    .describe('what only this provider has, by its own names'),
});
export type Details = z.infer<typeof Details>;

export const Label = z.strictObject({ kind: LabelKind, url: Text.nullable().optional() });
export const ShipmentChange = z.strictObject({
  ref: Ref,
  direction: Direction.optional().describe('default return'),
  carrier: Text.nullable().optional(),
  trackingNumber: Text.nullable().optional(),
  trackingUrl: Text.nullable().optional(),
  label: Label.optional(),
  phase: ParcelPhase.optional(),
  exception: ParcelException.optional(),
  consolidated: z.boolean().optional(),
});
export type ShipmentChange = z.infer<typeof ShipmentChange>;
export const ItemChange = z.strictObject({
  ref: Ref,
  quantity: z.int().min(0).max(1_000_000).describe('the stated total of this line for this event type'),
  condition: Condition.optional(),
  disposition: Disposition.optional(),
});
export type ItemChange = z.infer<typeof ItemChange>;
export const SettlementChange = z.strictObject({
  ref: Ref.describe("`total` sets the running total; a provider's refund id sets that refund"),
  kind: SettlementKind,
  state: SettlementState,
  amount: Money.nullable().optional(),
  scope: SettlementScope.optional(),
  orderNumber: Text.nullable().optional(),
  fees: z.array(Fee).max(100).optional(),
});
export type SettlementChange = z.infer<typeof SettlementChange>;

const ReturnChange = z.strictObject({
  stage: Stage.optional(),
  actor: Actor.optional(),
  reason: ReasonCode.optional(),
  details: Details.optional(),
});
const RejectedChange = z.strictObject({ ...ReturnChange.shape, stage: Stage });
const LabelChange = z.strictObject({ shipment: ShipmentChange, method: Method.optional() });
const ShipmentMoved = z.strictObject({ shipment: ShipmentChange, items: z.array(ItemChange).max(10_000).optional() });
const DroppedOff = z.strictObject({
  ...ShipmentMoved.shape,
  method: Method.optional(),
  location: z.strictObject({ name: Text.nullable(), address: Text.nullable() }).optional(),
});
const ItemsChange = z.strictObject({ items: z.array(ItemChange).min(1).max(10_000) });
const SettlementMoved = z.strictObject({
  settlement: SettlementChange,
  items: z.array(ItemChange).max(10_000).optional(),
});
const DisputeChange = z.strictObject({ dispute: z.strictObject({ state: DisputeState, reason: Text.nullable() }) });

/** What each event type carries in `change`. `return.snapshot` is an input only: what the provider says the return looks like, never delivered. */
export const CHANGES = {
  'return.requested': ReturnChange,
  'return.review_required': ReturnChange,
  'return.authorized': ReturnChange,
  'return.rejected': RejectedChange,
  'return.cancelled': ReturnChange,
  'return.expired': ReturnChange,
  'return.reopened': ReturnChange,
  'return.completed': ReturnChange,
  'return.exception': ReturnChange,
  'return.snapshot': z.strictObject({ details: Details }),
  'label.issued': LabelChange,
  'label.voided': LabelChange,
  'shipment.dropped_off': DroppedOff,
  'shipment.in_transit': ShipmentMoved,
  'shipment.delivered': ShipmentMoved,
  'shipment.exception': ShipmentMoved,
  'item.received': ItemsChange,
  'item.inspected': ItemsChange,
  'item.dispositioned': ItemsChange,
  'settlement.approved': SettlementMoved,
  'refund.issued': SettlementMoved,
  'refund.failed': SettlementMoved,
  'credit.issued': SettlementMoved,
  'exchange.created': SettlementMoved,
  'dispute.opened': DisputeChange,
  'dispute.resolved': DisputeChange,
} as const;

export type InputType = keyof typeof CHANGES;
export const INPUT_TYPES = Object.keys(CHANGES) as readonly InputType[];

/** What only the gateway says: `return.merged` here, `settlement.due` once policy acts. */
export const MergedChange = z.union([z.strictObject({ into: z.string() }), z.strictObject({ from: z.string() })]);

/** Every type a destination may name in its filter, in lifecycle order; the position is the rank where facts share an instant. */
export const EVENT_TYPES = [
  'return.requested',
  'return.review_required',
  'return.reopened',
  'return.authorized',
  'label.issued',
  'label.voided',
  'shipment.dropped_off',
  'shipment.in_transit',
  'shipment.exception',
  'shipment.delivered',
  'item.received',
  'item.inspected',
  'item.dispositioned',
  'return.exception',
  'settlement.due',
  'settlement.approved',
  'refund.failed',
  'refund.issued',
  'credit.issued',
  'exchange.created',
  'dispute.opened',
  'dispute.resolved',
  'return.rejected',
  'return.cancelled',
  'return.expired',
  'return.completed',
  'return.merged',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * What tells one happening of a type and subject from the next. Fixed per adapter and event type:
 * `id` the provider's id of the fact · `time` the provider's time of the fact (then `occurredAt` is mandatory) ·
 * `once` it happens once · `entry` the nth time a value was entered on an axis, for values that may come back; with `after`,
 * the nth time the axis left the values named there, and no fact where it never did: what only two snapshots show together.
 */
export const Occurrence = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('id'), id: z.string().min(1).max(300) }),
  z.strictObject({ by: z.literal('time') }),
  z.strictObject({ by: z.literal('once') }),
  z.strictObject({
    by: z.literal('entry'),
    axis: z.string().min(1).max(60),
    value: z.string().max(300),
    after: z.array(z.string().max(300)).min(1).max(20).optional(),
  }),
]);
export type Occurrence = z.infer<typeof Occurrence>;

/**
 * One fact as one notice tells it, in canonical words.
 * `subject`: tracking number or shipment id, line ref, refund id, order number where the provider tells a return
 * order by order, else `total`. `occurredAt`: the provider's time of this very fact, `null` where it gives none.
 */
export type ReturnEvent = {
  readonly [T in InputType]: {
    readonly type: T;
    readonly subject: string;
    readonly occurrence: Occurrence;
    readonly occurredAt: Instant | null;
    readonly change: z.infer<(typeof CHANGES)[T]>;
  };
}[InputType];

const variants = INPUT_TYPES.map(type =>
  z.strictObject({
    type: z.literal(type),
    subject: z.string().min(1).max(300),
    occurrence: Occurrence,
    occurredAt: Instant.nullable(),
    change: CHANGES[type],
  }),
);

/** The strict schema every adapter's output passes in the conformance kit and, at run time, before it is recorded. */
export const ReturnEvent = z
  .discriminatedUnion('type', variants as unknown as [(typeof variants)[number], ...(typeof variants)[number][]])
  .refine(event => event.occurrence.by !== 'time' || event.occurredAt !== null, {
    error: 'an event told apart by its time needs occurredAt',
    path: ['occurredAt'],
  }) as unknown as z.ZodType<ReturnEvent>;
