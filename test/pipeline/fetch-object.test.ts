import { fromUUIDBytes } from 'typeid-js';
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/adapter/define-adapter.ts';
import type { ProviderRequest } from '../../src/adapter/provider-call.ts';
import type { AccountConfig, ConnectionConfig } from '../../src/config/config.ts';
import { GatewayError } from '../../src/gateway-error.ts';
import type { NewId } from '../../src/model/ids.ts';
import type { CallResult } from '../../src/outbound/call-provider.ts';
import { createCallBreakers } from '../../src/pipeline/call-breakers.ts';
import { createFetchObject, fetchTimer, isTrouble } from '../../src/pipeline/fetch-object.ts';
import type { Sighting } from '../../src/pipeline/note-findings.ts';
import type { NewInbound } from '../../src/storage/store.ts';
import { createLog } from '../../src/telemetry/log.ts';

const T0 = Date.UTC(2026, 10, 20, 10);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const answered = (status: number, text = '{}', headers: Record<string, string> = {}): CallResult => ({
  outcome: 'answered',
  answer: { status, headers, body: new TextEncoder().encode(text) },
});

/** Made at ten o'clock, as a UUIDv7 says it. */
const newId: NewId = prefix => {
  const bytes = Buffer.alloc(16, 0x70);
  bytes.writeUIntBE(T0, 0, 6);
  return fromUUIDBytes(prefix, bytes).toString();
};

/** A connection whose provider answers what the test says, at the time that it says. */
function workshop({ credential = true, granted = true, storeIsAway = false } = {}) {
  const made = {
    nowMs: T0,
    calls: [] as ProviderRequest[],
    kept: [] as NewInbound[],
    held: [] as number[],
    noted: [] as Sighting[],
    lines: [] as Record<string, unknown>[],
    answers: [] as CallResult[],
  };
  const adapter = {
    id: 'hinting',
    fetching: {
      kinds: ['rma'],
      request: ({ id }: { id: string }) =>
        credential ? { method: 'GET', path: `/rma/${id}?full=1`, headers: { 'x-api-key': 'key-of-acme' } } : null,
      meaning: ({ body }: { body: Uint8Array }) => {
        const wait = /wait (\d+) s/.exec(new TextDecoder().decode(body))?.[1];
        return wait === undefined ? null : { outcome: 'later', retryAfterMs: Number(wait) * SECOND };
      },
      limits: () => [{ calls: 2000, perSeconds: 86_400 }],
    },
  } as unknown as Adapter;
  const settings = { baseUrl: 'https://api.provider.example' };
  const connection = { account: 'acme', name: 'portal', adapter, settings, secrets: {} } as unknown as ConnectionConfig;
  const account = { revision: 'rev_1', connections: new Map([['portal', connection]]) } as unknown as AccountConfig;
  const fetchObject = createFetchObject({
    store: {
      takeCall: async () => (granted ? { granted: true } : { granted: false, retryAtMs: T0 + HOUR }),
      holdCalls: async ({ untilMs }) => void made.held.push(untilMs),
    },
    accounts: () => new Map([['acme', account]]),
    caller: {
      async call(_base, request) {
        made.calls.push(request);
        return made.answers.length > 1 ? made.answers.shift()! : made.answers[0]!;
      },
      async close() {},
    },
    breakers: createCallBreakers(isTrouble),
    keep: async row => {
      made.kept.push(row);
      return { outcome: 'kept', id: row.id, variantOf: null };
    },
    async note(sightings) {
      if (storeIsAway) throw new GatewayError('STORE_UNAVAILABLE', 'The store is away.');
      made.noted.push(...sightings);
    },
    newId,
    now: () => made.nowMs,
    log: createLog({ write: line => void made.lines.push(JSON.parse(line)) }),
    onKept() {},
  });
  const timer = fetchTimer(newId, { account: 'acme', connection: 'portal', ref: { kind: 'rma', id: '7' }, nowMs: T0 });
  /** One try, so long after the object was first pointed to. */
  const after = (ageMs: number) => {
    made.nowMs = T0 + ageMs;
    return fetchObject(timer);
  };
  return { made, after, fetchObject, timer };
}

describe('fetching an object', () => {
  it('keeps the answer like a webhook, without the credential, and is done', async () => {
    const { made, after } = workshop();
    made.answers = [answered(200, '{"rmaId":"7"}', { 'content-type': 'application/json', 'set-cookie': 'session=1' })];

    expect(await after(0)).toBeNull();
    expect(made.kept).toMatchObject([
      {
        account: 'acme',
        connection: 'portal',
        source: 'fetch',
        trust: 'fetched',
        method: 'GET',
        path: '/rma/7',
        query: 'full=1',
        headers: { 'retour-object-kind': ['rma'], 'content-type': ['application/json'] },
        receivedAtMs: T0,
        configRevision: 'rev_1',
        dedupe: null,
      },
    ]);
    expect(new TextDecoder().decode(made.kept[0]!.body)).toBe('{"rmaId":"7"}');
    expect(JSON.stringify([made.kept, made.lines])).not.toContain('key-of-acme');
  });

  it('looks again for an object that is not there yet, for ten minutes', async () => {
    const { made, after } = workshop();
    made.answers = [answered(204)];

    expect(await after(0)).toBe(T0 + 5 * SECOND);
    expect(await after(MINUTE)).toBe(T0 + 2 * MINUTE);
    expect(await after(10 * MINUTE)).toBeNull();
    expect(made.kept).toEqual([]);
  });

  it('waits twice as long after each failure, and gives up after three and a half days', async () => {
    const { made, after } = workshop();
    made.answers = [{ outcome: 'timeout', detail: 'No complete answer within the deadline.' }];

    expect(await after(MINUTE)).toBe(T0 + 2 * MINUTE);
    expect(await after(10 * HOUR)).toBe(T0 + 11 * HOUR);
    expect(await after(84 * HOUR)).toBeNull();
    expect(made.lines.at(-1)).toMatchObject({ event: 'fetch.given_up', level: 'error', objectId: '7' });
    expect(made.noted).toEqual([
      {
        account: 'acme',
        connection: 'portal',
        kind: 'fetch_given_up',
        subject: 'rma',
        count: 1,
        seenAtMs: T0 + 84 * HOUR,
        detail: { objectId: '7', outcome: 'timeout', triedHours: 84 },
      },
    ]);
  });

  it('holds the whole connection as long as the provider asks for, in a header or in its text', async () => {
    const { made, after } = workshop();
    made.answers = [answered(429, '{}', { 'retry-after': '90' }), answered(200, 'Slow down: wait 30 s')];

    expect(await after(0)).toBe(T0 + 90 * SECOND);
    expect(await after(0)).toBe(T0 + 30 * SECOND);
    expect(made.held).toEqual([T0 + 90 * SECOND, T0 + 30 * SECOND]);
  });

  it('stops hammering where the credential is refused, and tries it again a quarter of an hour later', async () => {
    const { made, after } = workshop();
    made.answers = [answered(401)];

    expect(await after(0)).toBe(T0 + 15 * MINUTE);
    expect(made.held).toEqual([T0 + 15 * MINUTE]);
    expect(made.lines.at(-1)).toMatchObject({ level: 'warn', event: 'fetch.ended', outcome: 'refused', status: 401 });
    expect(made.noted).toMatchObject([
      { kind: 'fetch_refused', subject: 'credential', detail: { objectId: '7', status: 401 } },
    ]);
  });

  it('does not ask again for what the provider will not understand any better', async () => {
    const { made, after } = workshop();
    made.answers = [answered(400)];

    expect(await after(0)).toBeNull();
    expect(made.noted).toMatchObject([
      { kind: 'fetch_refused', subject: 'request rma', detail: { objectId: '7', status: 400 } },
    ]);
  });

  it('gives up at once what is too large, and says so', async () => {
    const { made, after } = workshop();
    made.answers = [{ outcome: 'too_large', detail: 'The answer is larger than 1 MiB.' }];

    expect(await after(0)).toBeNull();
    expect(made.noted).toMatchObject([
      { kind: 'fetch_given_up', subject: 'rma', detail: { outcome: 'too_large', triedHours: 0 } },
    ]);
  });

  it('notes nothing of what was found, is not there yet, or is tried again', async () => {
    const { made, after } = workshop();
    made.answers = [answered(200), answered(404), answered(500)];
    for (let nth = 0; nth < 3; nth += 1) await after(0);

    expect(made.calls).toHaveLength(3);
    expect(made.noted).toEqual([]);
  });

  it('goes on where a finding cannot be noted', async () => {
    const { made, after } = workshop({ storeIsAway: true });
    made.answers = [answered(401)];

    expect(await after(0)).toBe(T0 + 15 * MINUTE);
    expect(made.lines.at(-1)).toMatchObject({ event: 'finding.not_noted', kind: 'fetch_refused' });
  });

  it('leaves a provider alone that failed five times in a row', async () => {
    const { made, after } = workshop();
    made.answers = [answered(500)];
    for (let nth = 0; nth < 8; nth += 1) expect(await after(0)).toBe(T0 + 5 * SECOND);

    expect(made.calls).toHaveLength(5);
  });

  it('comes back when its connection has calls left', async () => {
    const { made, after } = workshop({ granted: false });

    expect(await after(0)).toBe(T0 + HOUR);
    expect(made.calls).toEqual([]);
  });

  it('ends where the configuration has no credential, or no such connection any more', async () => {
    const without = workshop({ credential: false });
    const { made, fetchObject, timer } = workshop();

    expect(await without.after(0)).toBeNull();
    expect(await fetchObject({ ...timer, subject: JSON.stringify(['gone', 'rma', '7']) })).toBeNull();
    expect([...without.made.lines, ...made.lines]).toMatchObject([
      { event: 'fetch.impossible', connection: 'portal' },
      { event: 'fetch.impossible', connection: 'gone' },
    ]);
  });
});
