import { z } from '@hono/zod-openapi';
import type { DestinationConfig } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import { Slug } from '../model/ids.ts';
import type { DestinationState } from '../storage/store.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { actorOf, mayReach } from './auth.ts';
import { PageQuery, pageInMemory } from './cursor.ts';
import { AttemptView, attemptView, EXAMPLE_ATTEMPT } from './delivery-view.ts';
import { AccountFilter } from './filters.ts';
import { isoOrNull } from './instant.ts';

const TAG = 'Destinations';

const DestinationView = z
  .object({
    account: z.string(),
    name: z.string(),
    configured: z.boolean().describe('false: it is no longer in the account file, and its deliveries are held.'),
    url: z.string().nullable().describe('Where messages are posted, without its query string.'),
    events: z.array(z.string()).describe('Which events it gets.'),
    personalData: z.boolean().nullable().describe('Whether messages carry the shopper (data.return.shopper), in full.'),
    ordering: z.enum(['per_return', 'none']).nullable(),
    concurrency: z.int().nullable().describe('Exchanges at the same time.'),
    ratePerSecond: z.number().nullable().describe('Exchanges begun per second; null: no limit.'),
    timeoutMs: z.int().nullable().describe('Deadline over one exchange, in milliseconds.'),
    state: z
      .enum(['active', 'paused', 'disabled'])
      .describe('paused: by a person. disabled: it answered 410, or is not configured.'),
    reason: z.string().nullable().describe('Why it is paused or disabled.'),
    breaker: z
      .enum(['closed', 'open', 'half_open'])
      .describe('open: it failed 10 times in a row, and one trial is let through every 30 seconds.'),
    failuresInRow: z.int(),
    trialAt: z.string().nullable().describe('When an open breaker lets the next trial through.'),
    lastSuccessAt: z.string().nullable(),
    lastFailureAt: z.string().nullable(),
    pending: z.int().describe('Deliveries still to be sent.'),
  })
  .meta({
    id: 'Destination',
    description: 'A system of the account that receives events, as configured and as it does.',
  });

const Path = z.strictObject({
  account: Slug.meta({ description: 'The account.' }),
  name: Slug.meta({ description: 'The destination.' }),
});
const PauseInput = z.strictObject({
  reason: z.string().trim().min(1).max(500).optional().describe('Shown to whoever looks at it later.'),
});

const TestView = z.object({
  webhookId: z.string().describe('The webhook-id of the test message.'),
  attempt: AttemptView,
});

export function destinationsApi(api: Api): void {
  const { store, config, testDestination, onDue, now } = api.deps;

  const configOf = (account: string, name: string) => config().accounts.get(account)?.destinations.get(name);
  const view = (state: DestinationState) => destinationView(state, configOf(state.account, state.name));

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/destinations',
      tag: TAG,
      summary: 'List destinations',
      description: 'Every destination with its settings, state, breaker and backlog, by account and name.',
      roles: ['viewer'],
      query: z.strictObject({ account: AccountFilter, ...PageQuery }),
      status: 200,
      answer: listOf(DestinationView),
      example: { data: [EXAMPLE_DESTINATION], nextCursor: null },
    },
    async ({ principal, query }) => {
      const states = await store.listDestinationStates(principal.scope);
      const wanted = states.filter(({ account }) => query.account === undefined || account === query.account);
      const filters = { account: query.account ?? null };
      const page = pageInMemory(
        query,
        { route: 'destinations', filters, scope: principal.scope },
        wanted,
        ({ account, name }) => `${account}/${name}`,
      );
      return { data: page.rows.map(view), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/destinations/{account}/{name}/pause',
      tag: TAG,
      summary: 'Pause a destination',
      description: 'Nothing more is sent to it until it is resumed. Deliveries wait and lose no tries.',
      roles: ['on_call'],
      params: Path,
      body: { schema: PauseInput, required: false, example: { reason: 'refund service is being moved' } },
      status: 200,
      answer: DestinationView,
      example: { ...EXAMPLE_DESTINATION, state: 'paused', reason: 'refund service is being moved' },
    },
    async ({ principal, params, body }) => {
      const reason = body.reason ?? `paused by ${actorOf(principal)}`;
      const state = await store.setDestinationState(
        principal.scope,
        params.account,
        params.name,
        'paused',
        reason,
        now(),
      );
      if (state === null) throw noDestination();
      return view(state);
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/destinations/{account}/{name}/resume',
      tag: TAG,
      summary: 'Resume a destination',
      description: 'Sends to it again, oldest first, and closes its breaker. Also for one that was disabled by a 410.',
      roles: ['on_call'],
      params: Path,
      status: 200,
      answer: DestinationView,
      example: EXAMPLE_DESTINATION,
      problems: ['CONFLICT'],
    },
    async ({ principal, params }) => {
      if (mayReach(principal, params.account) && configOf(params.account, params.name) === undefined) {
        const known = (await store.listDestinationStates([params.account])).some(({ name }) => name === params.name);
        if (known)
          throw new GatewayError('CONFLICT', 'The destination is not in the account file; put it back there first.');
      }
      const state = await store.setDestinationState(
        principal.scope,
        params.account,
        params.name,
        'active',
        null,
        now(),
      );
      if (state === null) throw noDestination();
      onDue();
      return view(state);
    },
  );

  addEndpoint(
    api,
    {
      method: 'post',
      path: '/v1/destinations/{account}/{name}/test',
      tag: TAG,
      summary: 'Send a test message',
      description:
        'Sends one signed destination.test now, outside every line and sequence, and answers what came back. It is not kept.',
      roles: ['on_call'],
      params: Path,
      status: 200,
      answer: TestView,
      example: {
        webhookId: EXAMPLE_ATTEMPT.id,
        attempt: { ...EXAMPLE_ATTEMPT, requestedBy: 'on-call (tok_01jd3q7m5ze2x8k4t9w6b0v1rg)' },
      },
      idempotent: () => true,
    },
    async ({ principal, params }) => {
      const destination = mayReach(principal, params.account) ? configOf(params.account, params.name) : undefined;
      if (destination === undefined) throw noDestination();
      const { webhookId, ...attempt } = await testDestination(destination, actorOf(principal));
      return { webhookId, attempt: attemptView(attempt) };
    },
  );
}

function noDestination(): GatewayError {
  return new GatewayError('NOT_FOUND', 'There is no such destination in your accounts.');
}

function destinationView(state: DestinationState, configured: DestinationConfig | undefined) {
  const { account, name, reason, breaker, failuresInRow, pending } = state;
  return {
    account,
    name,
    configured: configured !== undefined,
    // Query strings of webhook URLs often hold a token.
    url: configured === undefined ? null : configured.url.replace(/[?#].*$/s, ''),
    events: configured?.events ?? [],
    personalData: configured?.personalData ?? null,
    ordering: configured?.ordering ?? null,
    concurrency: configured?.concurrency ?? null,
    ratePerSecond: configured?.ratePerSecond ?? null,
    timeoutMs: configured?.timeoutMs ?? null,
    state: state.state,
    reason,
    breaker,
    failuresInRow,
    trialAt: isoOrNull(state.trialAtMs),
    lastSuccessAt: isoOrNull(state.lastSuccessAtMs),
    lastFailureAt: isoOrNull(state.lastFailureAtMs),
    pending,
  };
}

const EXAMPLE_DESTINATION = {
  account: 'acme-outdoor',
  name: 'refunds',
  configured: true,
  url: 'https://refunds.market.example/hooks/returns',
  events: ['shipment.dropped_off', 'item.inspected'],
  personalData: false,
  ordering: 'per_return',
  concurrency: 8,
  ratePerSecond: null,
  timeoutMs: 15_000,
  state: 'active',
  reason: null,
  breaker: 'closed',
  failuresInRow: 0,
  trialAt: null,
  lastSuccessAt: '2026-11-20T10:00:02.051Z',
  lastFailureAt: null,
  pending: 0,
} satisfies z.input<typeof DestinationView>;
