import { z } from '@hono/zod-openapi';
import { Quantities, ReturnAuthorization, ReturnItem, Settlement, Shipment } from '../model/return.ts';
import { Shopper } from '../model/return-event.ts';
import type { ReturnRow } from '../storage/store.ts';
import type { DeepReadonly } from './api-route.ts';
import { hasRole } from './auth.ts';
import type { Principal } from './deps.ts';
import { iso } from './instant.ts';
import { maskShopper } from './mask-shopper.ts';

/** The same fields with words for the reference. */
function described<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
  words: { readonly [Key in keyof Shape]?: string },
): Shape {
  const pairs = Object.entries(shape).map(([key, field]) => [
    key,
    words[key] === undefined ? field : field.describe(words[key]),
  ]);
  return Object.fromEntries(pairs) as Shape;
}

const ItemView = z.object({
  ...described(ReturnItem.shape, {
    id: "Stable id of the line (itm_…), derived from the provider's own name of it.",
    orderNumber: 'The order the line belongs to.',
    orderLineId: "The shop platform's id of the order line.",
    upc: 'Universal product code.',
    reason: 'Why it comes back, with who is at fault.',
    value: 'What one line was sold for, in minor units.',
    condition: 'What an inspection found.',
    disposition: 'What is done with it.',
  }),
  quantities: z
    .object(
      described(Quantities.shape, {
        requested: 'Units the shopper asked to return.',
        authorized: 'Units that may be sent.',
        droppedOff: 'Units handed over at a drop-off point.',
        received: 'Units a warehouse or store has in hand.',
        missing: 'Units that were expected and not found.',
        refused: 'Units that were sent and not accepted.',
        kept: 'Units the shopper keeps.',
      }),
    )
    .describe('Units, as last stated.'),
});

const ShipmentView = z.object(
  described(Shipment.shape, {
    id: 'Stable id of the parcel (shp_…).',
    direction: 'return: towards the merchant. outbound: an exchange on its way to the shopper.',
    label: 'What makes the parcel go back: a document, a QR code, or both.',
    phase: 'How far the parcel is.',
    exception: 'What is wrong with it; none where nothing is.',
    consolidated: 'Whether it travels together with the items of other shoppers.',
  }),
);

const SettlementView = z.object(
  described(Settlement.shape, {
    id: 'Stable id (stl_…).',
    kind: 'What the shopper gets.',
    state: 'How far it is; paid: the money moved.',
    amount: 'In minor units; null where the provider states none.',
    scope: 'Whether all of the return is settled by it.',
    at: 'When it reached this state.',
  }),
);

/** The return as the API answers it. */
export const ReturnView = z
  .object({
    ...described(ReturnAuthorization.shape, {
      id: 'Id of the return (ret_…).',
      account: 'The account it belongs to.',
      connection: 'The connection that told of it first.',
      status: 'The headline, derived from all facts.',
      providerReturnId: "The provider's own id of the return.",
      rmaNumber: 'The number printed for the shopper.',
      order: 'The order with the lowest number.',
      orders: 'Every order the return has lines of, by number.',
      decision: 'The latest decision: at the request (may ship) or at the package (will pay).',
      decisions: 'The decision of each stage.',
      method: 'How it travels.',
      dropOff: 'The hand-over at a drop-off point.',
      fees: 'What is withheld from the refund.',
      dispute: 'Whether shopper and seller disagree.',
      exceptions: 'What went wrong, as told by the provider.',
      anomalies: 'Facts that contradict each other. Every fact counts all the same; a person should look.',
      shopper: 'Personal data; masked below the role on_call, null where nothing is known.',
      related: 'Returns of other connections that share an order line, or at least the order: `by` says which.',
      mergedFrom: 'Returns that proved to be this one; their ids answer with it.',
      sequence: 'The last sequence given: the number of events recorded.',
      createdAt: 'When it was first recorded.',
      updatedAt: 'When it was last written.',
    }),
    items: z.array(ItemView).describe('The lines of the return.'),
    shipments: z.array(ShipmentView).describe('The parcels.'),
    settlements: z.array(SettlementView).describe('What the shopper gets.'),
    providerData: z
      .record(z.string(), z.unknown())
      .describe("What only this provider has, by its own names, under the adapter's id."),
    shopper: z
      .object(Shopper.shape)
      .nullable()
      .describe('Personal data; masked below the role on_call, null where nothing is known.'),
  })
  .meta({ id: 'Return', description: 'One canonical return.' });

type Bare = Omit<ReturnAuthorization, 'shopper'>;

/** The return as outgoing webhooks carry it. */
export function withoutShopper(row: Omit<ReturnRow, 'shopper'>): Bare {
  const { id, account, connection, provider, state, related, mergedFrom, sequence, createdAtMs, updatedAtMs } = row;
  return {
    id,
    account,
    connection,
    provider,
    ...state,
    related: [...related],
    mergedFrom: [...mergedFrom],
    sequence,
    createdAt: iso(createdAtMs),
    updatedAt: iso(updatedAtMs),
  };
}

export function returnView(row: ReturnRow, principal: Principal): DeepReadonly<z.input<typeof ReturnView>> {
  const { shopper } = row;
  const shown = shopper === null || hasRole(principal, 'on_call') ? shopper : maskShopper(shopper);
  return { ...withoutShopper(row), shopper: shown };
}

export const EXAMPLE_RETURN = {
  id: 'ret_01jd3q7m5ze2x8k4t9w6b0v1ra',
  account: 'acme-outdoor',
  connection: 'happy-returns',
  provider: 'happy-returns',
  status: 'in_transit',
  providerReturnId: '0b6f2c1e-5c1d-4a52-9d0e-3f1f6f1f7a10',
  rmaNumber: 'HRTEST01',
  order: { number: 'MK-100234', id: '5324000000001', placedAt: '2026-11-01T09:30:00.000Z' },
  orders: [{ number: 'MK-100234', id: '5324000000001', placedAt: '2026-11-01T09:30:00.000Z' }],
  decision: { stage: 'request', state: 'granted', at: '2026-11-19T08:00:00.000Z' },
  decisions: { request: { state: 'granted', at: '2026-11-19T08:00:00.000Z' }, package: null },
  method: { code: 'drop_off_boxless', providerCode: 'return-bar' },
  items: [
    {
      id: 'itm_2x8k4t9w6b0v1ra01jd3q7m5ze',
      orderNumber: 'MK-100234',
      orderLineId: '12345-0-2',
      sku: 'TEE-M-BLU',
      upc: null,
      name: 'Blue tee',
      reason: { code: 'too_small', fault: 'shopper', providerCode: 'too-small' },
      value: { amountMinor: 2500, currency: 'USD' },
      quantities: { requested: 1, authorized: 1, droppedOff: 1, received: 0, missing: 0, refused: 0, kept: 0 },
      condition: null,
      disposition: null,
    },
  ],
  shipments: [],
  dropOff: { state: 'dropped', at: '2026-11-20T10:00:00.000Z', location: null },
  settlements: [],
  fees: [],
  dispute: { state: 'none', reason: null },
  exceptions: [],
  anomalies: [],
  providerData: {},
  shopper: { email: 'j•••@e•••.com', isGiftRecipient: false },
  related: [],
  mergedFrom: [],
  sequence: 3,
  createdAt: '2026-11-19T08:00:01.250Z',
  updatedAt: '2026-11-20T10:00:02.000Z',
} satisfies z.input<typeof ReturnView>;
