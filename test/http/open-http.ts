import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { example } from '../../adapters/example/index.ts';
import { standard } from '../../adapters/standard/index.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import type { AccountConfig, ConnectionConfig, DestinationConfig, LoadedConfig } from '../../src/config/config.ts';
import { Expectations } from '../../src/config/expectations.ts';
import { GatewayConfig } from '../../src/config/gateway-config.ts';
import { createApp } from '../../src/http/app.ts';
import { tokenDigest } from '../../src/http/auth.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { startServer } from '../../src/http/server.ts';
import { createIntakeQueue } from '../../src/pipeline/intake-queue.ts';
import { interpret } from '../../src/pipeline/interpret.ts';
import { createReceive } from '../../src/pipeline/receive.ts';
import { record } from '../../src/pipeline/record.ts';
import { replay } from '../../src/pipeline/replay.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { Role, Scope, Store } from '../../src/storage/store.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export const NOON = Date.UTC(2026, 10, 20, 12);
export const PUBLIC_URL = 'https://returns.market.example';
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

function standardConnection(
  account: string,
  name: string,
  settings: object = {},
  secrets: object = {},
): ConnectionConfig {
  return {
    account,
    name,
    adapter: standard,
    settings: standard.settings.parse(settings),
    secrets: { webhook: [new Secret(WEBHOOK_SECRET)], ...secrets },
    acknowledgeWith: 202,
    expect: Expectations.parse({}),
  };
}

const zipped = { ...standard, id: 'zipped', webhook: { ...standard.webhook!, contentEncodings: ['gzip'] as const } };
const { webhook: _, ...silent } = { ...example, id: 'silent' };

function destination(account: string, name: string): DestinationConfig {
  return {
    account,
    name,
    url: `https://hooks.market.example/${account}/${name}?key=not-for-everybody`,
    events: ['*'],
    secrets: [new Secret(WEBHOOK_SECRET)],
    personalData: false,
    ordering: 'per_return',
    concurrency: 8,
    ratePerSecond: null,
    timeoutMs: 15_000,
  };
}

function account(
  id: string,
  connections: readonly ConnectionConfig[],
  destinations: readonly DestinationConfig[],
): AccountConfig {
  return {
    id,
    name: id.toUpperCase(),
    owner: `owner-of-${id}@market.example`,
    tier: 'standard',
    timezone: 'UTC',
    currency: 'USD',
    connections: new Map(connections.map(each => [each.name, each])),
    destinations: new Map(destinations.map(each => [each.name, each])),
    revision: `rev_of_${id}`,
  };
}

const basicSettings = { verification: { scheme: 'basic' }, acknowledgeWith: 200 };

/** Two accounts, so that there is always somebody else's. */
const ACCOUNTS: ReadonlyMap<string, AccountConfig> = new Map([
  [
    'acme',
    account(
      'acme',
      [
        standardConnection('acme', 'portal'),
        {
          ...standardConnection('acme', 'basic', basicSettings),
          secrets: { webhook: [new Secret('jo:correct horse')] },
          acknowledgeWith: 200,
        },
        standardConnection('acme', 'hints', { verification: { scheme: 'none' } }),
        { ...standardConnection('acme', 'zipped'), adapter: zipped },
        { ...standardConnection('acme', 'silent'), adapter: silent },
      ],
      [destination('acme', 'refunds'), destination('acme', 'audit')],
    ),
  ],
  ['beta', account('beta', [standardConnection('beta', 'portal')], [destination('beta', 'refunds')])],
]);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON that it has just described by hand.
  readonly body: any;
  readonly text: string;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : null, text };
}

async function openTemporaryStore(): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), 'retour-http-'));
  const store = await openStore(`sqlite:${join(directory, 'retour.db')}`);
  closers.push(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return store;
}

/** For what must be answered without asking the store anything. */
const NO_STORE = new Proxy({} as Store, {
  get(_target, name) {
    throw new Error(`the store was asked for ${String(name)}`);
  },
});

/** The HTTP surface over a real store; the pipeline moves only when a test says so, and the clock too. */
export async function openHttp(
  options: {
    readonly intake?: Partial<GatewayConfig['intake']>;
    readonly deps?: Partial<HttpDeps>;
    readonly storeless?: boolean;
    /** Whoever opened it closes it. Default one of its own. */
    readonly store?: Store;
  } = {},
) {
  const store = options.store ?? (options.storeless === true ? NO_STORE : await openTemporaryStore());
  const clock = { nowMs: NOON };
  const lines: Record<string, unknown>[] = [];
  const log = (line: Record<string, unknown>) => void lines.push(line);
  let ids = 0;
  const newId = (prefix: string) => `${prefix}_${String(++ids).padStart(26, '0')}`;
  const config: LoadedConfig = {
    gateway: GatewayConfig.parse({ publicUrl: PUBLIC_URL, intake: options.intake ?? {} }),
    accounts: ACCOUNTS,
    files: [],
    findings: [],
  };
  const destinations = [...ACCOUNTS.values()].flatMap(each => [...each.destinations.values()]);
  if (options.storeless !== true) await store.syncDestinations(destinations, clock.nowMs);

  const shared = {
    store,
    config: () => config,
    accounts: () => ACCOUNTS,
    newId,
    now: () => clock.nowMs,
    log: { debug: log, info: log, warn: log, error: log } as never,
    onRecorded: () => {},
  };
  const calls: string[] = [];
  const intake = createIntakeQueue(store);
  const deps: HttpDeps = {
    ...shared,
    adapters: [example, standard],
    receive: createReceive({
      ...shared,
      keep: intake.keep,
      onReceived: outcome => void calls.push(`received:${outcome}`),
    }),
    replay: (scope, id, how) => replay(shared, scope, id, how),
    testDestination: async ({ name }, requestedBy) => {
      calls.push(`test:${name}`);
      return {
        id: newId('att'),
        webhookId: 'att_test',
        startedAtMs: clock.nowMs,
        durationMs: 7,
        outcome: 'delivered',
        status: 204,
        detail: null,
        responseHead: null,
        requestedBy,
      };
    },
    onDue: () => void calls.push('due'),
    newTokenSecret: () => `secret-part-${++ids}`,
    adminTokenDigest: tokenDigest('the-administrator'),
    notReady: () => null,
    roles: ['receive', 'process', 'deliver'],
    degraded: () => null,
    metrics: createMetrics(),
    ...options.deps,
  };
  const app = createApp(deps);

  async function addToken(token: string, roles: readonly Role[], accounts: Scope = 'all'): Promise<string> {
    const row = {
      id: newId('tok'),
      name: token,
      roles,
      accounts,
      createdAtMs: ++clock.nowMs,
      createdBy: 'test',
      revokedAtMs: null,
    };
    await store.addToken(row, tokenDigest(token));
    return token;
  }

  async function call(
    method: string,
    path: string,
    given: { token?: string | null; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { token = 'the-administrator', body, headers = {} } = given;
    return answerOf(
      await app.request(path, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  }

  async function process(): Promise<void> {
    const works = await store.claimInbound({ owner: 'test', nowMs: clock.nowMs, leaseMs: 60_000, limit: 200 });
    await record(
      shared,
      works.map(work => interpret(work, ACCOUNTS.get(work.account)?.connections.get(work.connection))),
      'test',
    );
  }

  return {
    app,
    store,
    clock,
    lines,
    calls,
    addToken,
    process,
    call,
    get: (path: string, token?: string | null) => call('GET', path, token === undefined ? {} : { token }),
    post: (path: string, body?: unknown, given: { token?: string; headers?: Record<string, string> } = {}) =>
      call('POST', path, { ...given, body }),
    webhook: async (path: string, sent: { headers: Record<string, string>; body: string }) =>
      answerOf(await app.request(path, { method: 'POST', ...sent })),
    /** What the portal of an account tells, through the door and recorded. */
    async tell(event: object, of = 'acme'): Promise<string> {
      const answer = await answerOf(
        await app.request(`/webhooks/${of}/portal`, { method: 'POST', ...(await signed(event, clock.nowMs)) }),
      );
      await process();
      return answer.body.id;
    },
    /** On a free port, closed after the test. */
    async listen(how: { requestTimeoutMs?: number; closeTimeoutMs?: number } = {}) {
      const server = await startServer(app, { host: '127.0.0.1', port: 0, ...how });
      closers.push(() => server.close());
      return server;
    },
  };
}

/** A portal event signed as Standard Webhooks, with an id of its own. */
export async function signed(
  event: object | string,
  atMs: number,
  id?: string,
): Promise<{ headers: Record<string, string>; body: string }> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const bare: InboundRequest = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: id === undefined ? {} : { 'webhook-id': [id] },
    body: Buffer.from(body),
  };
  const connection = { settings: standard.settings.parse({}), secrets: { webhook: [new Secret(WEBHOOK_SECRET)] } };
  const request = await standard.webhook!.sign(bare, connection, new Date(atMs));
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, values]) => [name, values[0]!]));
  return { headers: { 'content-type': 'application/json', ...headers }, body };
}

export function requested(
  providerReturnId: string,
  details: object = {},
  timestamp = '2026-11-20T09:00:00.000Z',
): object {
  return { type: 'return.requested', timestamp, data: { providerReturnId, change: { details } } };
}

export function droppedOff(providerReturnId: string, timestamp = '2026-11-20T10:00:00.000Z'): object {
  const shipment = { ref: 'parcel', carrier: 'UPS', trackingNumber: '1Z 999' };
  return { type: 'shipment.dropped_off', timestamp, data: { providerReturnId, change: { shipment } } };
}

export const JO = { email: 'jo@example.com', name: 'Jo Doe', phone: '+1 555 0100', address: '1 Main St' };
