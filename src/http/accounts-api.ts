import { z } from '@hono/zod-openapi';
import type { AccountConfig, ConnectionConfig } from '../config/config.ts';
import { AdapterView, adapterView, EXAMPLE_ADAPTER } from './adapter-view.ts';
import { type Api, addEndpoint, listOf } from './api-route.ts';
import { mayReach } from './auth.ts';
import { PageQuery, pageInMemory } from './cursor.ts';
import { AccountFilter } from './filters.ts';

/** What is configured, as it is in force: accounts, connections, adapters. Never a secret. */

const TAG = 'Accounts';

const AccountView = z
  .object({
    id: z.string().describe("The name of the account's file."),
    name: z.string(),
    owner: z.string().describe('Who answers for it.'),
    tier: z.string(),
    timezone: z.string().describe('IANA name.'),
    currency: z.string().describe('ISO 4217 code.'),
    connections: z.array(z.string()),
    destinations: z.array(z.string()),
    revision: z.string().nullable().describe('Revision of the account file in force (rev_…).'),
  })
  .meta({ id: 'Account', description: 'One key account.' });

const ConnectionView = z
  .object({
    account: z.string(),
    name: z.string(),
    adapter: z.object({ id: z.string(), version: z.int() }),
    webhookUrl: z
      .string()
      .nullable()
      .describe('What to enter at the provider; null where its adapter takes no webhooks.'),
    expect: z
      .record(z.string(), z.int().nullable())
      .describe('Days for which a return may stand in a stage without news; null: as long as it likes.'),
    acknowledgeWith: z.int().describe('HTTP status of a kept webhook.'),
    settings: z.unknown().meta({
      type: 'object',
      description: "The adapter's settings in force, defaults filled in. Secrets are not among them.",
    }),
    secrets: z.record(z.string(), z.int()).describe('How many secrets there are of each kind; never a secret itself.'),
  })
  .meta({ id: 'Connection', description: 'An account at one provider.' });

export function accountsApi(api: Api): void {
  const { config, adapters } = api.deps;

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/accounts',
      tag: TAG,
      summary: 'List accounts',
      description: 'The accounts the token reaches, by id.',
      roles: ['viewer'],
      query: z.strictObject(PageQuery),
      status: 200,
      answer: listOf(AccountView),
      example: { data: [EXAMPLE_ACCOUNT], nextCursor: null },
    },
    async ({ principal, query }) => {
      const accounts = [...config().accounts.values()].filter(({ id }) => mayReach(principal, id));
      const page = pageInMemory(
        query,
        { route: 'accounts', filters: {}, scope: principal.scope },
        accounts,
        ({ id }) => id,
      );
      return { data: page.rows.map(accountView), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/connections',
      tag: TAG,
      summary: 'List connections',
      description: 'Which provider each account is connected to, and the URL to enter there, by account and name.',
      roles: ['viewer'],
      query: z.strictObject({ account: AccountFilter, ...PageQuery }),
      status: 200,
      answer: listOf(ConnectionView),
      example: { data: [EXAMPLE_CONNECTION], nextCursor: null },
    },
    async ({ principal, query }) => {
      const { accounts, gateway } = config();
      const reachable = [...accounts.values()].filter(
        ({ id }) => mayReach(principal, id) && (query.account === undefined || id === query.account),
      );
      const connections = reachable.flatMap(account => [...account.connections.values()]);
      const of = { route: 'connections', filters: { account: query.account ?? null }, scope: principal.scope };
      const page = pageInMemory(query, of, connections, ({ account, name }) => `${account}/${name}`);
      return { data: page.rows.map(row => connectionView(row, gateway.publicUrl)), nextCursor: page.nextCursor };
    },
  );

  addEndpoint(
    api,
    {
      method: 'get',
      path: '/v1/adapters',
      tag: TAG,
      summary: 'List adapters',
      description:
        'The providers this gateway can speak to, by id: how each is connected, what its webhooks become, and what stays out.',
      roles: ['viewer'],
      query: z.strictObject(PageQuery),
      status: 200,
      answer: listOf(AdapterView),
      example: { data: [EXAMPLE_ADAPTER], nextCursor: null },
    },
    async ({ principal, query }) => {
      const page = pageInMemory(
        query,
        { route: 'adapters', filters: {}, scope: principal.scope },
        adapters,
        ({ id }) => id,
      );
      return { data: page.rows.map(adapterView), nextCursor: page.nextCursor };
    },
  );
}

function accountView(account: AccountConfig) {
  const { id, name, owner, tier, timezone, currency, connections, destinations, revision } = account;
  return {
    id,
    name,
    owner,
    tier,
    timezone,
    currency,
    connections: [...connections.keys()],
    destinations: [...destinations.keys()],
    revision,
  };
}

function connectionView(
  { account, name, adapter, acknowledgeWith, expect, settings, secrets }: ConnectionConfig,
  publicUrl: string,
) {
  const counts = Object.entries((secrets ?? {}) as Record<string, unknown>).filter(([, value]) => value !== undefined);
  return {
    account,
    name,
    adapter: { id: adapter.id, version: adapter.version },
    webhookUrl: adapter.webhook === undefined ? null : `${publicUrl}/webhooks/${account}/${name}`,
    expect,
    acknowledgeWith,
    settings,
    secrets: Object.fromEntries(counts.map(([kind, value]) => [kind, Array.isArray(value) ? value.length : 1])),
  };
}

const EXAMPLE_ACCOUNT = {
  id: 'acme-outdoor',
  name: 'Acme Outdoor',
  owner: 'key-accounts-us@market.example',
  tier: 'strategic',
  timezone: 'America/New_York',
  currency: 'USD',
  connections: ['happy-returns'],
  destinations: ['refunds'],
  revision: 'rev_01jd3q7m5ze2x8k4t9w6b0v1rc',
} satisfies z.input<typeof AccountView>;

const EXAMPLE_CONNECTION = {
  account: 'acme-outdoor',
  name: 'happy-returns',
  adapter: { id: 'happy-returns', version: 1 },
  webhookUrl: 'https://returns.market.example/webhooks/acme-outdoor/happy-returns',
  expect: { requested: 7, in_review: 7, authorized: 14, in_transit: 14, received: 7, inspected: null },
  acknowledgeWith: 200,
  settings: { retailerId: 'acme-outdoor' },
  secrets: { webhook: 1, api: 1 },
} satisfies z.input<typeof ConnectionView>;
