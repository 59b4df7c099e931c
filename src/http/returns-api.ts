import { z } from '@hono/zod-openapi';
import { GatewayError } from '../gateway-error.ts';
import { ReturnStatus } from '../model/codes.ts';
import { outgoingData } from '../pipeline/outgoing-event.ts';
import type { EventRow } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { hasRole } from './auth.ts';
import { type CursorScope, given, PageQuery, readCursor, readPage, writeCursor } from './cursor.ts';
import { EventEntry, EventOfReturn, EXAMPLE_EVENT, EXAMPLE_EVENT_OF_RETURN } from './event-view.ts';
import { AccountFilter, after, ConnectionFilter, idParameter, millisecondsOf } from './filters.ts';
import { EXAMPLE_RETURN, ReturnView, returnView, withoutShopper } from './return-view.ts';

const TAG = 'Returns';
const Text = z.string().min(1).max(300);

const ReturnsQuery = z.strictObject({
  account: AccountFilter,
  status: ReturnStatus.optional().meta({ description: 'Only returns with this headline status.' }),
  provider: Text.optional().meta({ description: 'Only returns of this adapter.', example: 'happy-returns' }),
  connection: ConnectionFilter,
  order: Text.optional().meta({
    description: 'Only returns with this order number, compared exactly.',
    example: 'MK-100234',
  }),
  rma: Text.optional().meta({
    description: 'Only returns with this printed RMA number, compared exactly.',
    example: 'HRTEST01',
  }),
  tracking: Text.optional().meta({
    description: 'Only returns with this tracking number; spaces, hyphens and letter case do not matter.',
  }),
  email: z
    .string()
    .min(3)
    .max(320)
    .optional()
    .meta({ description: 'Only returns of the shopper with this e-mail address, in any letter case. Role: support.' }),
  updatedAfter: after('updated'),
  ...PageQuery,
});

const After = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number from 0')
  .default('0')
  .transform(Number);

export function returnsApi(api: Api): void {
  const { store } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/returns',
      tag: TAG,
      summary: 'List returns',
      description: 'Returns, last updated first. Personal data is masked below the role on_call.',
      roles: ['viewer'],
      query: ReturnsQuery,
      status: 200,
      answer: listOf(ReturnView),
      example: { data: [EXAMPLE_RETURN], nextCursor: null },
    },
    async ({ principal, query }) => {
      const { limit, cursor, updatedAfter, ...rest } = query;
      if (rest.email !== undefined && !hasRole(principal, 'support')) {
        throw new GatewayError('FORBIDDEN', 'Searching by e-mail needs the role support.');
      }
      const updatedAfterMs = millisecondsOf(updatedAfter);
      const filter = given({ ...rest, updatedAfterMs });
      const page = await readPage(
        { limit, cursor },
        { route: 'returns', filters: filter, scope: principal.scope },
        of => store.listReturns(principal.scope, filter, of),
        row => ({ atMs: row.updatedAtMs, id: row.id }),
      );
      return { data: page.rows.map(row => returnView(row, principal)), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/returns/{id}',
      tag: TAG,
      summary: 'Show one return',
      description:
        'The return as now known. The id of a return that was merged into another answers with the survivor.',
      roles: ['viewer'],
      params: idParameter('ret', 'return'),
      status: 200,
      answer: ReturnView,
      example: EXAMPLE_RETURN,
    },
    async ({ principal, params }) => {
      const row = await store.getReturn(principal.scope, params.id);
      if (row === null) throw noReturn();
      return returnView(row, principal);
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/returns/{id}/events',
      tag: TAG,
      summary: 'Show the history of one return',
      description: 'Everything recorded of one return by its sequence, oldest first, with where each fact came from.',
      roles: ['viewer'],
      params: idParameter('ret', 'return'),
      query: z.strictObject({
        after: After.meta({
          type: 'integer',
          minimum: 0,
          default: 0,
          description: 'Only events with a higher sequence. Default 0 (all).',
        }),
        ...PageQuery,
      }),
      status: 200,
      answer: listOf(EventOfReturn),
      example: { data: [EXAMPLE_EVENT_OF_RETURN], nextCursor: null },
    },
    async ({ principal, params, query }) => {
      const of = { route: 'return-events', filters: { id: params.id, after: query.after }, scope: principal.scope };
      const start = startOf(query, of);
      const rows = await store.listReturnEvents(principal.scope, params.id, start, query.limit + 1);
      if (rows === null) throw noReturn();
      const page = rows.slice(0, query.limit);
      const data = page.map(row => {
        const { return: _, ...event } = outgoingData(row, row, NO_RETURN);
        return { ...entryOf(row), ...event, provenance: row.provenance };
      });
      return { data, nextCursor: nextOf(rows, query.limit, row => row.sequence, of) };
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/events',
      tag: TAG,
      summary: 'Follow everything that is recorded',
      description:
        'Everything recorded, in commit order, oldest first: what a webhook carries in data, with its type and position. To follow, ask again with after = the last position seen. Positions rise, with gaps.',
      roles: ['viewer'],
      query: z.strictObject({
        account: AccountFilter,
        after: After.meta({
          type: 'integer',
          minimum: 0,
          default: 0,
          description: 'Only events with a higher position. Default 0 (all).',
        }),
        ...PageQuery,
      }),
      status: 200,
      answer: listOf(EventEntry),
      example: { data: [EXAMPLE_EVENT], nextCursor: null },
    },
    async ({ principal, query }) => {
      const account = query.account ?? null;
      const of = { route: 'events', filters: { account, after: query.after }, scope: principal.scope };
      const rows = await store.listEvents(principal.scope, account, startOf(query, of), query.limit + 1);
      const data = rows
        .slice(0, query.limit)
        .map(row => ({ ...entryOf(row), ...outgoingData(row, row, withoutShopper(row.return)) }));
      return { data, nextCursor: nextOf(rows, query.limit, row => row.position, of) };
    },
  );
}

/** The history of one return does not repeat the return in every line. */
const NO_RETURN = null as never;

function noReturn(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no return with this id in your accounts.');
}

function entryOf(row: EventRow) {
  return { position: row.position, type: row.type, timestamp: row.effectiveAt, returnId: row.returnId };
}

function startOf(query: { readonly after: number; readonly cursor?: string | undefined }, of: CursorScope): number {
  return query.cursor === undefined ? query.after : Number(readCursor(query.cursor, of, ['number'])[0]);
}

function nextOf<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => number,
  of: CursorScope,
): string | null {
  return rows.length > limit ? writeCursor([positionOf(rows[limit - 1]!)], of) : null;
}
