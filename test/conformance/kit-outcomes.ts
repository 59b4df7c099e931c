import { describe, expect, it } from 'vitest';
import { ReturnEvent } from '../../src/model/return-event.ts';
import { type KitSubject, settingsOf } from './adapter-kit.ts';
import { readText, type WebhookCase } from './fixtures.ts';
import { asExpected, eventsOf, factIdsOf, interpretRequest } from './interpretation.ts';
import { lockOf } from './outcome-lock.ts';

/** Each case becomes what its `expected.json` says, and what is one fact is one key. */
export function describeOutcomes(subject: KitSubject): void {
  const { adapter, directory, cases, webhooks } = subject;
  const read = (webhookCase: WebhookCase) =>
    interpretRequest(adapter, webhookCase.request, settingsOf(subject, webhookCase));

  describe('outcomes', () => {
    it.each([...cases])('reads $name as expected', webhookCase => {
      const { sameFact: _pairs, sameBytes: _equals, ...expected } = webhookCase.expected;

      expect(asExpected(read(webhookCase))).toEqual(expected);
    });

    it.each([...cases])('says something of $name, and why where it says no event', webhookCase => {
      const { notices, unreadable } = read(webhookCase);

      expect(unreadable === undefined ? (notices ?? []).length : 1).toBeGreaterThan(0);
      for (const { outcome, because, problem } of notices ?? []) {
        if (outcome === 'ignored' || outcome === 'unrecognized') expect(because).toMatch(/\S/);
        if (outcome === 'unreadable') expect(problem?.message).toMatch(/\S/);
      }
    });

    it('gives only events of the canonical schema, each from a notice that names a return', () => {
      for (const webhookCase of cases) {
        for (const { outcome, events, aliases } of read(webhookCase).notices ?? []) {
          if (outcome !== 'events') continue;
          expect(aliases?.length, webhookCase.name).toBeGreaterThan(0);
          for (const event of events ?? []) {
            expect(ReturnEvent.safeParse(event).error?.issues, `${webhookCase.name}: ${event.type}`).toBeUndefined();
          }
        }
      }
    });

    it('tells the facts of a type apart in one way', () => {
      const ways = new Map<string, Set<string>>();
      for (const event of cases.flatMap(webhookCase => eventsOf(read(webhookCase)))) {
        ways.set(event.type, (ways.get(event.type) ?? new Set()).add(event.occurrence.by));
      }

      for (const [type, kinds] of ways) expect([...kinds], type).toHaveLength(1);
    });

    it('names every notice of a request by a key of its own', () => {
      for (const webhookCase of cases) {
        const keys = (read(webhookCase).notices ?? []).map(notice => notice.key);

        expect(new Set(keys).size, webhookCase.name).toBe(keys.length);
      }
    });

    it('gives one fact key to what is marked sameFact, and others to everything else', () => {
      const facts = new Map(cases.map(webhookCase => [webhookCase, factIdsOf(adapter, read(webhookCase))]));
      for (const [one, another] of pairsOf(cases)) {
        if (marked(one, another, 'sameBytes')) continue;
        const common = [...facts.get(one)!].some(id => facts.get(another)!.has(id));

        expect(common, `${one.name} and ${another.name} tell one fact`).toBe(marked(one, another, 'sameFact'));
      }
    });

    it('marks only cases that exist', () => {
      const names = new Set(cases.map(({ name }) => name));
      for (const { name, expected } of cases) {
        for (const other of [...(expected.sameFact ?? []), ...(expected.sameBytes ?? [])]) {
          expect(names.has(other), `${name} names ${other}`).toBe(true);
        }
      }
    });

    it('changes an expected outcome only with its version (renew with test/conformance/lock-outcomes.ts)', () => {
      expect(JSON.parse(readText(directory, 'outcomes.json'))).toEqual(lockOf(adapter.version, cases));
    });
  });

  const { webhook } = adapter;
  if (webhook === undefined) return;
  describe('dedupe', () => {
    const keyOf = (webhookCase: WebhookCase) =>
      webhook.dedupeKey(webhookCase.request, settingsOf(subject, webhookCase));

    it('gives a redelivery the same key, and anything else another one', () => {
      for (const webhookCase of webhooks) expect(keyOf(webhookCase)).toEqual(keyOf(webhookCase));
      for (const [one, another] of pairsOf(webhooks)) {
        const same = keyOf(one).key === keyOf(another).key;

        expect(same, `${one.name} and ${another.name} have one key`).toBe(marked(one, another, 'sameBytes'));
      }
    });
  });
}

function pairsOf(cases: readonly WebhookCase[]): readonly (readonly [WebhookCase, WebhookCase])[] {
  return cases.flatMap((one, index) => cases.slice(index + 1).map(another => [one, another] as const));
}

function marked(one: WebhookCase, another: WebhookCase, how: 'sameFact' | 'sameBytes'): boolean {
  return Boolean(one.expected[how]?.includes(another.name) || another.expected[how]?.includes(one.name));
}
