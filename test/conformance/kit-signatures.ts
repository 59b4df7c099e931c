import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { VerificationSettings } from '../../src/adapter/verification.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import { type KitSubject, SIGNED_AT } from './adapter-kit.ts';
import { type ConnectionFixture, openConnection } from './fixtures.ts';

const DAY_MS = 86_400_000;

/** The sender is proven by what the adapter's own `sign` does, and by nothing else. */
export function describeSignatures({ adapter, connections, webhooks }: KitSubject): void {
  const { webhook } = adapter;
  if (webhook === undefined) return;

  const signed = async (request: InboundRequest, fixture: ConnectionFixture, secrets?: readonly string[]) =>
    webhook.sign(request, openConnection(adapter, fixture, secrets), SIGNED_AT);
  const verified = async (request: InboundRequest, fixture: ConnectionFixture, now = SIGNED_AT) =>
    webhook.verify(request, openConnection(adapter, fixture), now);

  describe.each([...connections.values()])('connection $name', fixture => {
    const { verification } = adapter.settings.parse(fixture.settings) as { verification: VerificationSettings };
    // A credential may be asked for and still prove too little to act on.
    const asks = verification.scheme !== 'none';
    const { request } = webhooks.find(candidate => candidate.connection === fixture.name) ?? webhooks[0]!;

    it('accepts its own signature of every case', async () => {
      for (const { request: sent } of webhooks) {
        const verification = await verified(await signed(sent, fixture), fixture);

        const secretIndex = asks ? 0 : null;
        expect(verification).toEqual({ outcome: 'accepted', trust: fixture.trust, secretIndex });
      }
    });

    it('leaves the body as it is when it signs', async () => {
      for (const { request: sent } of webhooks) expect((await signed(sent, fixture)).body).toEqual(sent.body);
    });

    if (fixture.trust === 'hint') {
      it('reads nothing into what it cannot prove', () => {
        const outcomes = webhooks
          .filter(({ connection }) => connection === fixture.name)
          .flatMap(({ expected }) => (expected.notices ?? []).map(notice => notice.outcome));

        expect(outcomes).not.toContain('events');
      });
    }
    if (!asks) {
      it('proves nothing without being asked for anything', () => {
        expect(fixture.trust).toBe('hint');
      });
      return;
    }

    it('accepts each secret while they rotate and says which one matched', async () => {
      for (const [index, secret] of fixture.secrets.webhook.entries()) {
        const verification = await verified(await signed(request, fixture, [secret]), fixture);

        expect(verification).toMatchObject({ outcome: 'accepted', secretIndex: index });
      }
    });

    it("refuses another connection's secret", async () => {
      for (const secret of fixture.foreign.webhook) {
        const verification = await verified(await signed(request, fixture, [secret]), fixture);

        expect(verification).toMatchObject({ outcome: 'rejected' });
      }
    });

    it('refuses a request without proof, and one whose proof is cut short, not ASCII, sent twice or changed by a bit', async () => {
      const good = await signed(request, fixture);
      const broken = brokenProofs(request, good);

      expect(broken.length).toBeGreaterThan(3);
      for (const { how, broken: bad } of broken) {
        const verification = await verified(bad, fixture);

        expect(verification.outcome, how).toBe('rejected');
        expect(leaks(verification, fixture), how).toEqual([]);
      }
    });

    it('names what it looked for when it refuses', async () => {
      const verification = await verified(request, fixture);

      expect(verification).toMatchObject({ outcome: 'rejected', reason: 'missing' });
      expect(verification).toHaveProperty('evidence.header', expect.any(String));
    });

    if (fixture.trust === 'signed') {
      it('refuses a body changed by one bit', async () => {
        const good = await signed(request, fixture);
        for (const position of [0, request.body.length >> 1, request.body.length - 1]) {
          const verification = await verified({ ...good, body: flipBit(good.body, position) }, fixture);

          expect(verification.outcome).toBe('rejected');
        }
      });
    }

    it('refuses an old or early request where the time is signed', async () => {
      const good = await signed(request, fixture);
      const tomorrow = new Date(SIGNED_AT.getTime() + DAY_MS);
      const later = await webhook.sign(request, openConnection(adapter, fixture), tomorrow);
      const timed = JSON.stringify(proofOf(request, good)) !== JSON.stringify(proofOf(request, later));
      const outcome = timed ? 'rejected' : 'accepted';

      expect(await verified(good, fixture, tomorrow)).toMatchObject({ outcome });
      expect(await verified(later, fixture, SIGNED_AT)).toMatchObject({ outcome });
    });

    it('keeps its secrets out of what it answers and throws', async () => {
      const answers: unknown[] = [
        await verified(await signed(request, fixture), fixture),
        await verified(request, fixture),
      ];
      for (const { request: sent } of webhooks) {
        const settings = adapter.settings.parse(fixture.settings);
        answers.push(webhook.dedupeKey(sent, settings), adapter.reader.parse(sent, settings));
      }

      for (const answer of answers) expect(leaks(answer, fixture)).toEqual([]);
      expect(leaks(openConnection(adapter, fixture), fixture)).toEqual([]);
    });
  });
}

/** Secrets whose text, or part behind a label such as `whsec_`, can be read in a value. */
function leaks(value: unknown, { secrets }: ConnectionFixture): readonly string[] {
  const seen = `${inspect(value, { depth: null })}${JSON.stringify(value)}${String(value)}`;
  return secrets.webhook.filter(secret => seen.includes(secret) || seen.includes(secret.replace(/^wh[a-z]+_/, '')));
}

/** What signing added or changed: header and query values by name. */
function proofOf(before: InboundRequest, after: InboundRequest) {
  const headers = Object.entries(after.headers).filter(
    ([name, values]) => JSON.stringify(values) !== JSON.stringify(before.headers[name]),
  );
  const query = [...after.query].filter(([name, value]) => before.query.get(name) !== value);
  return { headers, query };
}

interface Broken {
  readonly how: string;
  readonly broken: InboundRequest;
}

function brokenProofs(before: InboundRequest, good: InboundRequest): readonly Broken[] {
  const { headers, query } = proofOf(before, good);
  const inHeaders = headers.flatMap(([name, values]): Broken[] => {
    const { [name]: _gone, ...others } = good.headers;
    const withValues = (...given: string[]) => ({ ...good, headers: { ...good.headers, [name]: given } });
    return [
      { how: `${name} missing`, broken: { ...good, headers: others } },
      { how: `${name} twice`, broken: withValues(...values, ...values) },
      ...brokenTexts(values[0]!).map(({ how, text }) => ({ how: `${name} ${how}`, broken: withValues(text) })),
    ];
  });
  const inQuery = query.flatMap(([name, value]): Broken[] => {
    const withQuery = (...given: string[]) => ({
      ...good,
      query: new URLSearchParams([...before.query, ...given.map(text => [name, text] as [string, string])]),
    });
    return [
      { how: `${name} missing`, broken: withQuery() },
      { how: `${name} twice`, broken: withQuery(value, value) },
      ...brokenTexts(value).map(({ how, text }) => ({ how: `${name} ${how}`, broken: withQuery(text) })),
    ];
  });
  return [...inHeaders, ...inQuery];
}

function brokenTexts(text: string): readonly { readonly how: string; readonly text: string }[] {
  // The last characters of Base64 may hold bits that no decoder reads, so they are left out.
  const positions = Array.from({ length: Math.max(1, text.length - 3) }, (_, position) => position);
  return [
    { how: 'empty', text: '' },
    { how: 'cut short', text: text.slice(0, text.length >> 1) },
    { how: 'not ASCII', text: `${text.slice(0, -1)}é` },
    { how: 'with more', text: `${text}0` },
    ...positions.map(position => {
      const flipped = String.fromCharCode(text.charCodeAt(position) ^ 1);
      return { how: `bit at ${position}`, text: text.slice(0, position) + flipped + text.slice(position + 1) };
    }),
  ];
}

function flipBit(body: Uint8Array, position: number): Uint8Array {
  const changed = Uint8Array.from(body);
  changed[position]! ^= 1;
  return changed;
}
