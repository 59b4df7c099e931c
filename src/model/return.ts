import { z } from 'zod';
import {
  Condition,
  DecisionState,
  Direction,
  Disposition,
  DisputeState,
  DropOffState,
  Fault,
  LabelKind,
  Method,
  ParcelException,
  ParcelPhase,
  ReasonCode,
  ReturnStatus,
  SettlementKind,
  SettlementScope,
  SettlementState,
} from './codes.ts';
import { Money } from './money.ts';
import { Fee, Order, Shopper } from './return-event.ts';
import { Instant } from './time.ts';

/** The canonical return, as the API answers it and as every outgoing webhook carries it (there without `shopper`, unless asked for). */

export const Decision = z.strictObject({ state: DecisionState, at: Instant });
export type Decision = z.infer<typeof Decision>;

export const Quantities = z.strictObject({
  requested: z.int(),
  authorized: z.int(),
  droppedOff: z.int(),
  received: z.int(),
  missing: z.int(),
  refused: z.int(),
  kept: z.int(),
});
export type Quantities = z.infer<typeof Quantities>;

export const ReturnItem = z.strictObject({
  id: z.string(),
  orderNumber: z.string().nullable(),
  orderLineId: z.string().nullable(),
  sku: z.string().nullable(),
  upc: z.string().nullable(),
  name: z.string().nullable(),
  reason: z.strictObject({ ...ReasonCode.shape, fault: Fault }).nullable(),
  value: Money.nullable(),
  quantities: Quantities,
  condition: Condition.nullable(),
  disposition: Disposition.nullable(),
});
export type ReturnItem = z.infer<typeof ReturnItem>;

export const Shipment = z.strictObject({
  id: z.string(),
  direction: Direction,
  carrier: z.string().nullable(),
  trackingNumber: z.string().nullable(),
  trackingUrl: z.string().nullable(),
  label: z
    .strictObject({
      kind: LabelKind,
      url: z.string().nullable(),
      issuedAt: Instant.nullable(),
      voidedAt: Instant.nullable(),
    })
    .nullable(),
  phase: ParcelPhase,
  exception: ParcelException,
  consolidated: z.boolean(),
});
export type Shipment = z.infer<typeof Shipment>;

export const Settlement = z.strictObject({
  id: z.string(),
  kind: SettlementKind,
  state: SettlementState,
  amount: Money.nullable(),
  scope: SettlementScope.nullable(),
  orderNumber: z.string().nullable(),
  at: Instant,
});
export type Settlement = z.infer<typeof Settlement>;

export const ANOMALIES = [
  'moved_after_close',
  'claim_refused',
  'paid_after_close',
  'quantity_exceeded',
  'currency_mismatch',
  'phase_went_back',
] as const;
export const Anomaly = z.strictObject({
  code: z.enum(ANOMALIES).describe('a contradiction between facts, shown to a person; it hides nothing'),
  eventIds: z.array(z.string()),
  at: Instant,
});
export type Anomaly = z.infer<typeof Anomaly>;

/** What the fold of the facts gives: everything of a return but its identity in this store and its links. */
export const FoldedReturn = z.strictObject({
  status: ReturnStatus,
  providerReturnId: z.string().nullable(),
  rmaNumber: z.string().nullable(),
  order: Order.nullable(),
  orders: z.array(Order),
  decision: z.strictObject({ stage: z.enum(['request', 'package']), ...Decision.shape }).nullable(),
  decisions: z.strictObject({ request: Decision.nullable(), package: Decision.nullable() }),
  method: Method.nullable(),
  items: z.array(ReturnItem),
  shipments: z.array(Shipment),
  dropOff: z
    .strictObject({
      state: DropOffState,
      at: Instant,
      location: z.strictObject({ name: z.string().nullable(), address: z.string().nullable() }).nullable(),
    })
    .nullable(),
  settlements: z.array(Settlement),
  fees: z.array(Fee),
  dispute: z.strictObject({ state: DisputeState, reason: z.string().nullable() }),
  exceptions: z.array(z.strictObject({ code: z.string(), at: Instant, eventId: z.string() })),
  anomalies: z.array(Anomaly),
  providerData: z.record(z.string(), z.json()),
});
export type FoldedReturn = z.infer<typeof FoldedReturn>;

/** What two returns of different connections have in common: the very line, or no more than the order. */
export const RelatedBy = z.enum(['order_line', 'order']);
export type RelatedBy = z.infer<typeof RelatedBy>;

export const ReturnAuthorization = z
  .strictObject({
    id: z.string(),
    account: z.string(),
    connection: z.string(),
    provider: z.string().describe('the adapter that speaks for the provider'),
    ...FoldedReturn.shape,
    shopper: Shopper.nullable()
      .optional()
      .describe('personal data: masked below the role on_call; absent from webhooks unless the destination asks'),
    related: z.array(z.strictObject({ id: z.string(), connection: z.string(), by: RelatedBy })),
    mergedFrom: z.array(z.string()),
    sequence: z.int(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Return' });
export type ReturnAuthorization = z.infer<typeof ReturnAuthorization>;
