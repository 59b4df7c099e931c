import { describe, expect, it } from 'vitest';
import { standard } from '../../adapters/standard/index.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import type { ConnectionConfig, LoadedConfig } from '../../src/config/config.ts';
import { Expectations } from '../../src/config/expectations.ts';
import { GatewayConfig } from '../../src/config/gateway-config.ts';
import { GatewayError } from '../../src/gateway-error.ts';
import { createReceive } from '../../src/pipeline/receive.ts';
import type { KeepResult, NewInbound, Rejection } from '../../src/storage/store.ts';
import { TEN_O_CLOCK, toyAccounts, toyAdapter, toyConnection } from './toy-adapter.ts';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

function door(connection: ConnectionConfig, result: KeepResult = { outcome: 'kept', id: 'inb_1', variantOf: null }) {
  const rows: NewInbound[] = [];
  const rejections: Rejection[] = [];
  const lines: object[] = [];
  const log = (line: object) => void lines.push(line);
  const config: LoadedConfig = {
    gateway: GatewayConfig.parse({ intake: { hintsPerMinute: 2 } }),
    accounts: toyAccounts([connection]),
    files: [],
    findings: [],
  };
  let ids = 0;
  const clock = { nowMs: TEN_O_CLOCK };
  const receive = createReceive({
    store: { addRejection: async rejection => void rejections.push(rejection) },
    keep: async row => {
      rows.push(row);
      return result;
    },
    config: () => config,
    newId: prefix => `${prefix}_${++ids}`,
    now: () => clock.nowMs,
    log: { debug: log, info: log, warn: log, error: log } as never,
    onReceived: () => {},
  });
  return { receive, rows, rejections, lines, clock };
}

function standardConnection(verification?: object, secrets = [SECRET]): ConnectionConfig {
  const settings = standard.settings.parse(verification === undefined ? {} : { verification });
  return {
    account: 'acme',
    name: 'portal',
    adapter: standard,
    settings,
    secrets: { webhook: secrets.map(text => new Secret(text)) },
    acknowledgeWith: 202,
    expect: Expectations.parse({}),
  };
}

const body = Buffer.from(
  '{"type":"return.requested","timestamp":"2026-11-20T10:00:00Z","data":{"providerReturnId":"R-1","change":{}}}',
);
const request = (overrides: Partial<InboundRequest> = {}): InboundRequest => ({
  method: 'POST',
  path: '/webhooks/acme/portal',
  query: new URLSearchParams(),
  headers: {},
  body,
  ...overrides,
});
const signed = async (connection: ConnectionConfig, id = 'msg_1') =>
  standard.webhook!.sign(request({ headers: { 'webhook-id': [id] } }), connection as never, new Date(TEN_O_CLOCK));

describe('receiving', () => {
  it('keeps the bytes exactly, with who proved them and how', async () => {
    const connection = standardConnection();
    const { receive, rows } = door(connection);

    const received = await receive(connection, await signed(connection));

    expect(received).toEqual({ outcome: 'kept', id: 'inb_1', status: 202 });
    expect(rows).toMatchObject([
      {
        account: 'acme',
        connection: 'portal',
        adapterId: 'standard',
        source: 'webhook',
        trust: 'signed',
        secretIndex: 0,
        configRevision: 'rev_1',
        receivedAtMs: TEN_O_CLOCK,
      },
    ]);
    expect(Buffer.from(rows[0]!.body).equals(body)).toBe(true);
  });

  it('remembers a provider’s id for `dedupeDays` and a digest for a day', async () => {
    const connection = standardConnection();
    const byId = door(connection);
    await byId.receive(connection, await signed(connection));
    const toy = toyConnection();
    const byDigest = door(toy);
    await byDigest.receive(toy, request());

    expect(byId.rows[0]!.dedupe).toEqual({ key: 'provider-id:msg_1', expiresAtMs: TEN_O_CLOCK + 400 * 86_400_000 });
    expect(byDigest.rows[0]!.dedupe).toEqual({
      key: `digest:${body.toString('hex')}`,
      expiresAtMs: TEN_O_CLOCK + 86_400_000,
    });
  });

  it('answers a redelivery with the first one’s id', async () => {
    const connection = standardConnection();
    const { receive } = door(connection, { outcome: 'duplicate', id: 'inb_first' });

    expect(await receive(connection, await signed(connection))).toEqual({
      outcome: 'duplicate',
      id: 'inb_first',
      status: 202,
    });
  });

  it('keeps nothing of a request that proves nothing, but why', async () => {
    const connection = standardConnection();
    const { receive, rows, rejections, lines } = door(connection);
    const forged = { ...(await signed(connection)), body: Buffer.from('canary-body') };

    const received = await receive(connection, forged);

    expect(received).toEqual({ outcome: 'rejected', rejectionId: 'rej_1', basic: false });
    expect(rows).toEqual([]);
    expect(rejections).toMatchObject([
      { id: 'rej_1', reason: 'mismatch', header: 'webhook-signature', skewSeconds: 0, bodyBytes: 11 },
    ]);
    expect(JSON.stringify([rejections, lines])).not.toMatch(/canary-body|whsec_/);
  });

  it('never deduplicates what proves nothing, and keeps it only within its budget', async () => {
    const adapter = {
      ...toyAdapter(),
      webhook: {
        ...toyAdapter().webhook!,
        verify: () => ({ outcome: 'accepted', trust: 'hint', secretIndex: null }) as const,
      },
    };
    const connection = toyConnection(adapter);
    const { receive, rows, clock } = door(connection);
    clock.nowMs += 20_000;

    const outcomes = [
      await receive(connection, request()),
      await receive(connection, request()),
      await receive(connection, request()),
    ];
    clock.nowMs += 40_000;
    outcomes.push(await receive(connection, request()));

    expect(outcomes.map(each => each.outcome)).toEqual(['kept', 'kept', 'over_budget', 'kept']);
    expect(outcomes[2]).toEqual({ outcome: 'over_budget', retryAfterMs: 40_000 });
    expect(rows.map(row => row.dedupe)).toEqual([null, null, null]);
  });

  it('says that the store cannot keep it now', async () => {
    const connection = standardConnection();
    const error = new GatewayError('STORE_UNAVAILABLE', 'The disk is full.');

    expect(await door(connection, { outcome: 'failed', error }).receive(connection, await signed(connection))).toEqual({
      outcome: 'unavailable',
      error,
    });
  });

  it.each([
    [
      'basic',
      { scheme: 'basic' },
      'shop:canary-secret',
      { authorization: [`Basic ${Buffer.from('shop:canary-secret').toString('base64')}`] },
      '',
    ],
    [
      'bearer in a header of its own',
      { scheme: 'bearer', header: 'X-Token' },
      'canary-secret',
      { 'x-token': ['canary-secret'] },
      '',
    ],
    ['url_token', { scheme: 'url_token' }, 'canary-secret', {}, 'token=canary-secret&shop=1'],
  ])('keeps no credential: %s', async (_name, verification, secret, headers, query) => {
    const connection = standardConnection(verification, [secret]);
    const { receive, rows, lines } = door(connection);

    const received = await receive(
      connection,
      request({ headers: { ...headers, 'webhook-id': ['msg_1'] }, query: new URLSearchParams(query) }),
    );

    expect(received.outcome).toBe('kept');
    expect(rows[0]!.trust).toBe('credential');
    expect(JSON.stringify([rows[0]!.headers, rows[0]!.query, lines])).not.toMatch(/canary-secret|c2hvcDp/);
    expect(rows[0]!.query.includes('shop=1')).toBe(query.includes('shop=1'));
  });
});

describe('a header of ours', () => {
  it('is not kept from a sender: only a fetch says what was fetched', async () => {
    const { receive, rows } = door(standardConnection({ scheme: 'none' }, []));
    const headers = { ...request().headers, 'retour-object-kind': ['rma'], 'x-other': ['1'] };

    await receive(standardConnection({ scheme: 'none' }, []), request({ headers }));

    expect(rows[0]?.headers).not.toHaveProperty('retour-object-kind');
    expect(rows[0]?.headers).toMatchObject({ 'x-other': ['1'] });
  });
});
