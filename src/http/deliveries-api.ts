import { z } from '@hono/zod-openapi';
import { GatewayError } from '../gateway-error.ts';
import { DELIVERY_STATES } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { actorOf } from './auth.ts';
import { given, PageQuery, readPage } from './cursor.ts';
import {
  attemptView,
  DeliveryDetail,
  DeliveryView,
  deliveryView,
  EXAMPLE_ATTEMPT,
  EXAMPLE_DELIVERY,
  RedeliveryView,
  waitsFor,
} from './delivery-view.ts';
import { AccountFilter, DestinationFilter, idParameter } from './filters.ts';

const TAG = 'Deliveries';

const DeliveriesQuery = z.strictObject({
  account: AccountFilter,
  destination: DestinationFilter,
  state: z.enum(DELIVERY_STATES).optional().meta({ description: 'Only deliveries in this state.' }),
  returnId: z.string().min(1).max(100).optional().meta({ description: 'Only deliveries of this return (ret_…).' }),
  ...PageQuery,
});

export function deliveriesApi(api: Api): void {
  const { store, onDue, now } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/deliveries',
      tag: TAG,
      summary: 'List deliveries',
      description: 'What was or will be sent to destinations, last created first.',
      roles: ['viewer'],
      query: DeliveriesQuery,
      status: 200,
      answer: listOf(DeliveryView),
      example: { data: [EXAMPLE_DELIVERY], nextCursor: null },
    },
    async ({ principal, query }) => {
      const { limit, cursor, ...rest } = query;
      const filter = given(rest);
      const page = await readPage(
        { limit, cursor },
        { route: 'deliveries', filters: filter, scope: principal.scope },
        of => store.listDeliveries(principal.scope, filter, of),
        row => ({ atMs: row.createdAtMs, id: row.id }),
      );
      return { data: page.rows.map(deliveryView), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/deliveries/{id}',
      tag: TAG,
      summary: 'Show one delivery',
      description: 'The delivery with every attempt and the message it carries.',
      roles: ['viewer'],
      params: idParameter('dlv', 'delivery'),
      status: 200,
      answer: DeliveryDetail,
      example: {
        ...EXAMPLE_DELIVERY,
        attempts: [EXAMPLE_ATTEMPT],
        body: {
          type: 'shipment.dropped_off',
          timestamp: '2026-11-20T10:00:00.000Z',
          data: { schema: 1, eventId: EXAMPLE_DELIVERY.eventId },
        },
      },
    },
    async ({ principal, params }) => {
      const row = await store.getDelivery(principal.scope, params.id);
      if (row === null) throw noDelivery();
      const body: unknown = row.body === null ? null : JSON.parse(row.body);
      return { ...deliveryView(row), attempts: row.attempts.map(attemptView), body };
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/deliveries/{id}/redeliver',
      tag: TAG,
      summary: 'Send a delivery once more',
      description:
        'The same message with the same webhook-id, at once: it waits for no other message of its return, only for a destination that is paused, disabled or behind an open breaker (waitsFor). One try; one that was exhausted or cancelled begins its schedule anew, and one that is being sent is left as it is. What had arrived stays delivered, whatever becomes of this try. Answered before it is sent: read the delivery to see the outcome. 409 where its message was dropped by age.',
      roles: ['on_call'],
      params: idParameter('dlv', 'delivery'),
      status: 202,
      answer: RedeliveryView,
      example: { ...EXAMPLE_DELIVERY, state: 'pending', dueAt: '2026-11-20T11:00:00.000Z', waitsFor: null },
      idempotent: () => true,
    },
    async ({ principal, params }) => {
      const row = await store.redeliver(principal.scope, params.id, actorOf(principal), now());
      if (row === null) throw noDelivery();
      onDue();
      const states = await store.listDestinationStates([row.account]);
      return { ...deliveryView(row), waitsFor: waitsFor(states.find(({ name }) => name === row.destination)) };
    },
  );
}

function noDelivery(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no delivery with this id in your accounts.');
}
