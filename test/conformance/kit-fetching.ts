import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { meaningOfStatus } from '../../src/outbound/answer-meaning.ts';
import { connectionOf, type KitSubject, SIGNED_AT, settingsOf } from './adapter-kit.ts';
import { openConnection, type WebhookCase } from './fixtures.ts';
import { interpretRequest } from './interpretation.ts';

const BASE = 'https://api.provider.example/base';
/** Ids that would lead elsewhere, were they put into a path as they are. */
const ODD_IDS = ['a/b', 'a?b=c', 'a#b', 'a b', 'a\\b', '%2e%2e', 'é'];

/** What a notice only points to is asked for as the provider documents it, and the answers are known for what they are. */
export function describeFetching(subject: KitSubject): void {
  const { adapter, connections, cases, answers } = subject;
  const { fetching } = adapter;
  const fetched = cases.filter(({ fetched }) => fetched !== null);
  const refsOf = (webhookCase: WebhookCase) =>
    (interpretRequest(adapter, webhookCase.request, settingsOf(subject, webhookCase)).notices ?? []).flatMap(
      ({ refs }) => (refs ?? []) as readonly { readonly kind: string }[],
    );

  describe('fetching', () => {
    it('points to objects that can be fetched, and from an answer to such as are fetched later', () => {
      const kinds = fetching?.kinds ?? [];
      for (const webhookCase of cases) {
        const from = webhookCase.fetched === null ? -1 : kinds.indexOf(webhookCase.fetched.kind);
        for (const { kind } of refsOf(webhookCase)) {
          expect(kinds.indexOf(kind), `${webhookCase.name} points to ${kind}`).toBeGreaterThan(from);
        }
      }
    });

    if (fetching === undefined) {
      it('has no answers of a provider that is never asked', () => {
        expect([...fetched, ...answers].map(({ name }) => name)).toEqual([]);
      });
      return;
    }

    const callOf = (webhookCase: WebhookCase, api?: string | null) => {
      const fixture = connectionOf(subject, webhookCase);
      const { api: own, ...others } = fixture.secrets;
      const secrets = api === null ? others : { ...others, api: api ?? own };
      return fetching.request(webhookCase.fetched!, openConnection(adapter, { ...fixture, secrets }));
    };

    it('has an answer of every kind', () => {
      expect(new Set(fetched.map(({ fetched }) => fetched!.kind))).toEqual(new Set(fetching.kinds));
    });

    it.each([...connections.values()])('knows where to ask, and how often it may, in connection $name', fixture => {
      const settings = adapter.settings.parse(fixture.settings) as { readonly baseUrl?: string };
      const limits = fetching.limits(settings);

      expect(settings.baseUrl).toMatch(/^https?:\/\//);
      expect(limits.length).toBeGreaterThan(0);
      for (const { calls, perSeconds } of limits) {
        expect(Number.isSafeInteger(calls) && calls > 0).toBe(true);
        expect(perSeconds).toBeGreaterThan(0);
      }
    });

    it.each(fetched)('asks for $name as the provider documents it', webhookCase => {
      const { method, path, query } = webhookCase.request;
      const call = callOf(webhookCase);

      expect(call).toMatchObject({ method, path: query.size === 0 ? path : `${path}?${query}` });
      expect(callOf(webhookCase)).toEqual(call);
    });

    it.each(fetched)('carries the API secret for $name in a header, and nowhere else', webhookCase => {
      const [one, other] = ['made-up-key-one', 'made-up-key-other'].map(key => callOf(webhookCase, key)!);

      expect(one!.headers).not.toEqual(other!.headers);
      expect({ ...one, headers: null }).toEqual({ ...other, headers: null });
      expect(inspect({ ...one, headers: null })).not.toContain('made-up-key-one');
    });

    it.each(fetched)('does not ask for $name without an API secret', webhookCase => {
      expect(callOf(webhookCase, null)).toBeNull();
    });

    it('leads to one place whatever the id is', () => {
      for (const webhookCase of fetched) {
        const { kind } = webhookCase.fetched!;
        const placeOf = (id: string) => {
          const { method, path } = callOf({ ...webhookCase, fetched: { kind, id } })!;
          const url = new URL(`${BASE}${path}`);
          return [method, url.origin, url.pathname.split('/').length, url.search.length === 0, url.hash];
        };
        for (const id of ODD_IDS) expect(placeOf(id), `${kind} ${id}`).toEqual(placeOf('a'));
      }
    });

    it.each([...answers])('knows what $name means', ({ status, headers, body, means }) => {
      const answer = { status, headers, body: new TextEncoder().encode(body) };

      expect(fetching.meaning?.(answer) ?? meaningOfStatus(answer, SIGNED_AT.getTime())).toEqual(means);
    });

    it('has an answer of each meaning, and one that the status alone would not tell where the adapter says so', () => {
      const meanings = answers.map(({ means }) => means.outcome);
      const told = answers.map(({ status, headers, body }) =>
        fetching.meaning?.({ status, headers, body: new TextEncoder().encode(body) }),
      );

      expect([...new Set(meanings)].toSorted()).toEqual(['found', 'later', 'nothing', 'refused']);
      expect(told.some(meaning => meaning !== null && meaning !== undefined)).toBe(fetching.meaning !== undefined);
    });
  });
}
