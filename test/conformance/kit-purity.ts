import dns from 'node:dns';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import { type KitSubject, SIGNED_AT, settingsOf } from './adapter-kit.ts';
import { openConnection, type WebhookCase } from './fixtures.ts';
import { interpretRequest } from './interpretation.ts';

/** Pure functions, total over all bytes. */
export function describePurity(subject: KitSubject): void {
  const { adapter, cases, webhooks, connections } = subject;
  const read = (webhookCase: WebhookCase, body = webhookCase.request.body) =>
    interpretRequest(adapter, { ...webhookCase.request, body }, settingsOf(subject, webhookCase));

  describe('purity', () => {
    const network: unknown[] = [];
    beforeEach(() => {
      network.length = 0;
      const refuse = (...call: unknown[]): never => {
        network.push(call);
        throw new Error('an adapter must not use the network');
      };
      vi.spyOn(globalThis, 'fetch').mockImplementation(refuse);
      vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(refuse);
      vi.spyOn(dns, 'lookup').mockImplementation(refuse as unknown as typeof dns.lookup);
    });
    afterEach(() => {
      vi.restoreAllMocks();
      vi.useRealTimers();
      expect(network).toEqual([]);
    });

    it('gives the same for the same input, whatever the clock and the dice say', () => {
      for (const webhookCase of cases) {
        vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-02-03T04:05:06.000Z') });
        vi.spyOn(Math, 'random').mockReturnValue(0.25);
        const before = read(webhookCase);
        vi.useFakeTimers({ toFake: ['Date'], now: new Date('2041-02-03T04:05:06.000Z') });
        vi.spyOn(Math, 'random').mockReturnValue(0.75);

        expect(read(webhookCase), webhookCase.name).toEqual(before);
      }
    });

    it('leaves its input as it is', () => {
      for (const webhookCase of cases) {
        const { request } = webhookCase;
        const settings = deepFreeze(structuredClone(settingsOf(subject, webhookCase)));
        const before = { body: Uint8Array.from(request.body), query: request.query.toString() };
        const frozen = Object.freeze({ ...request, headers: deepFreeze(structuredClone(request.headers)) });

        const parsed = deepFreeze(adapter.reader.parse(frozen, settings));
        if (parsed.outcome === 'parsed') {
          for (const notice of parsed.notices) {
            if (notice.problem === undefined) adapter.reader.normalize(notice, settings);
          }
        }

        expect(request.body, webhookCase.name).toEqual(before.body);
        expect(request.query.toString()).toBe(before.query);
      }
    });

    it('answers any bytes with an outcome', async () => {
      for (const webhookCase of cases) {
        for (const body of truncations(webhookCase.request.body)) expectOutcomes(read(webhookCase, body));
      }
      for (const body of strangeBodies()) {
        for (const webhookCase of cases) expectOutcomes(read(webhookCase, body));
      }
    });

    it('verifies and keys any bytes without throwing', async () => {
      const { webhook } = adapter;
      if (webhook === undefined) return;
      for (const fixture of connections.values()) {
        const connection = openConnection(adapter, fixture);
        for (const body of [...strangeBodies(), ...truncations(webhooks[0]!.request.body)]) {
          for (const request of strangeRequests({ ...webhooks[0]!.request, body })) {
            const verification = await webhook.verify(request, connection, SIGNED_AT);

            expect(['accepted', 'rejected']).toContain(verification.outcome);
            expect(['provider-id', 'digest']).toContain(webhook.dedupeKey(request, connection.settings).from);
          }
        }
      }
    });
  });
}

function expectOutcomes({ notices, unreadable }: ReturnType<typeof interpretRequest>): void {
  const outcomes = (notices ?? []).map(notice => notice.outcome);
  if (outcomes.length > 0) {
    for (const outcome of outcomes) {
      expect(['events', 'fetch', 'ignored', 'unrecognized', 'unreadable']).toContain(outcome);
    }
  } else expect(unreadable?.code).toMatch(/^(MALFORMED_BODY|SCHEMA_MISMATCH)$/);
}

/** Cut at every tenth byte. */
function truncations(body: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(body.length / 10) }, (_, tenth) => body.subarray(0, tenth * 10));
}

function strangeBodies(): readonly Uint8Array[] {
  const texts = [
    '',
    ' ',
    'null',
    '[]',
    '{}',
    '0',
    '"text"',
    'true',
    '[null]',
    '[[]]',
    '[{}]',
    '{"type":null}',
    '{"event":{"event":"x"},"items":[null],"notices":[null]}',
    '{"__proto__":{"event":"x"},"constructor":{"prototype":{}}}',
    '[{"__proto__":null}]',
    '1234567890123456789012',
    '\uFEFF{}',
    '[{"a":1},',
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  ];
  return [
    ...texts.map(text => new TextEncoder().encode(text)),
    Uint8Array.of(0xff, 0xfe, 0x00),
    Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
    ...[1, 2, 3, 4].map(pseudoRandomBytes),
  ];
}

/** The same bytes on every run (a linear congruential generator), so that a failure can be looked at again. */
function pseudoRandomBytes(seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: 500 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

function strangeRequests(request: InboundRequest): readonly InboundRequest[] {
  const strange = ['', ' ', ',', '=', 'v1,', 't=,v1=', 'Basic', 'Bearer ', 'é', '0'.repeat(10_000)];
  const names = Object.keys(request.headers);
  return [
    request,
    { ...request, headers: {} },
    { ...request, headers: Object.fromEntries(names.map(name => [name, []])) },
    ...strange.map(value => ({
      ...request,
      query: new URLSearchParams([['token', value]]),
      headers: { ...request.headers, authorization: [value], 'webhook-signature': [value], 'webhook-id': [value] },
    })),
  ];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
