import { z } from 'zod';
import { defineAdapter } from '../../src/adapter/define-adapter.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { Normalized } from '../../src/adapter/webhook.ts';
import type { AccountConfig, ConnectionConfig, DestinationConfig } from '../../src/config/config.ts';
import { Expectations } from '../../src/config/expectations.ts';
import type { InboundState, InboundWork } from '../../src/storage/store.ts';

/**
 * An adapter whose notices are what `normalize` is to answer: the body is a JSON list of them, so that a test of the
 * pipeline says in one line what a provider told.
 */
export function toyAdapter(version = 1, mend: (normalized: Normalized) => Normalized = normalized => normalized) {
  return defineAdapter({
    id: 'toy',
    version,
    label: 'Toy',
    evidence: 'documented',
    docs: ['https://example.com/toy'],
    about: { connect: [], gaps: [], types: {}, statuses: {} },
    settings: z.strictObject({}),
    secrets: z.strictObject({}),
    reader: {
      parse(request) {
        const text = Buffer.from(request.body).toString('utf8');
        if (text === 'throw') throw new Error('a body that must not be quoted');
        if (text === 'unreadable')
          return { outcome: 'unreadable', problem: { code: 'MALFORMED_BODY', path: null, message: 'is not JSON' } };
        const notices = JSON.parse(text) as (Normalized | 'bad' | 'throw')[];
        return {
          outcome: 'parsed',
          notices: notices.map((notice, index) =>
            notice === 'bad'
              ? {
                  type: null,
                  key: `notice-${index}`,
                  problem: { code: 'SCHEMA_MISMATCH' as const, path: '/*/amount', message: 'is missing' },
                }
              : { type: 'toy', key: `notice-${index}`, notice },
          ),
        };
      },
      normalize(notice: { type: string; key: string; notice: Normalized | 'throw' }) {
        if (notice.notice === 'throw') throw new Error('a body that must not be quoted');
        return mend(notice.notice);
      },
    },
    webhook: {
      verify: () => ({ outcome: 'accepted', trust: 'signed', secretIndex: 0 }),
      dedupeKey: request => ({ key: Buffer.from(request.body).toString('hex'), from: 'digest' }),
      sign: request => request,
    },
  });
}

export function toyConnection(adapter = toyAdapter(), name = 'toy'): ConnectionConfig {
  return {
    account: 'acme',
    name,
    adapter,
    settings: {},
    secrets: {},
    acknowledgeWith: 202,
    expect: Expectations.parse({}),
  };
}

export const DESTINATION_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export function toyDestination(name: string, overrides: Partial<DestinationConfig> = {}): DestinationConfig {
  return {
    account: 'acme',
    name,
    url: `http://127.0.0.1:9/${name}`,
    events: ['*'],
    secrets: [new Secret(DESTINATION_SECRET)],
    personalData: false,
    ordering: 'per_return',
    concurrency: 8,
    ratePerSecond: null,
    timeoutMs: 2000,
    ...overrides,
  };
}

export function toyAccounts(
  connections: readonly ConnectionConfig[],
  destinations: readonly DestinationConfig[] = [],
): ReadonlyMap<string, AccountConfig> {
  const account: AccountConfig = {
    id: 'acme',
    name: 'Acme',
    owner: 'owner@example.com',
    tier: 'standard',
    timezone: 'UTC',
    currency: 'USD',
    connections: new Map(connections.map(each => [each.name, each])),
    destinations: new Map(destinations.map(each => [each.name, each])),
    revision: 'rev_1',
  };
  return new Map([['acme', account]]);
}

export const TEN_O_CLOCK = Date.UTC(2026, 10, 20, 10);

/** A kept row whose body says what the toy adapter is to answer. */
export function toyRow(
  id: string,
  body: readonly unknown[] | string,
  overrides: Partial<InboundWork> = {},
): InboundWork {
  return {
    id,
    account: 'acme',
    connection: 'toy',
    adapterId: 'toy',
    source: 'webhook',
    receivedAtMs: TEN_O_CLOCK,
    method: 'POST',
    path: '/webhooks/acme/toy',
    query: '',
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    bodyDigest: id,
    trust: 'signed',
    secretIndex: 0,
    configRevision: 'rev_1',
    state: 'received' satisfies InboundState,
    variantOf: null,
    interpretedVersion: null,
    notices: [],
    ...overrides,
  };
}

/** What a provider told: events about the returns that the aliases (`return:R-1`, `tracking:1Z9`) name. */
export function told(aliases: string | readonly string[], ...events: readonly object[]): Normalized {
  const named = (typeof aliases === 'string' ? [aliases] : aliases).map(text => {
    const [kind, value] = text.split(':') as [string, string];
    return { kind, value, unique: kind !== 'tracking' && kind !== 'order_line' };
  });
  const defaults = { subject: 'total', occurrence: { by: 'once' }, occurredAt: null, change: {} };
  return {
    outcome: 'events',
    aliases: named,
    events: events.map(event => ({ ...defaults, ...event })),
  } as unknown as Normalized;
}
