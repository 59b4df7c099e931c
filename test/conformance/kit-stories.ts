import { describe, expect, it } from 'vitest';
import { FRESH_KINDS } from '../../src/demo/fresh.ts';
import type { Story } from '../../src/demo/stories.ts';
import { type KitSubject, settingsOf } from './adapter-kit.ts';
import { arrivalsOf } from './arrivals.ts';
import { foldRequests, interpretRequest } from './interpretation.ts';

/** Stories are played by the demo and permuted by the property test, so what they name must be there. */
export function describeStories(subject: KitSubject): void {
  const { adapter, cases, connections, stories } = subject;
  const caseOf = (name: string) => cases.find(candidate => candidate.name === name);

  describe('stories', () => {
    it('has at least three', () => {
      expect(stories.length).toBeGreaterThanOrEqual(3);
    });

    it.each([...stories])('tells $name with webhooks that exist, over one connection', story => {
      expect(story.title).toMatch(/\S/);
      expect(story.about).toMatch(/\S/);
      expect(connections.has(story.connection)).toBe(true);
      expect(story.steps.length).toBeGreaterThan(0);
      for (const { say, webhook, tamper, times, answers } of story.steps) {
        expect(say).toMatch(/[.!?]$/);
        expect(caseOf(webhook)?.connection, webhook).toBe(story.connection);
        expect(caseOf(webhook)?.fetched, webhook).toBeNull();
        for (const answer of answers ?? []) {
          expect(caseOf(answer)?.connection, answer).toBe(story.connection);
          expect(caseOf(answer)?.fetched, answer).not.toBeNull();
        }
        expect([undefined, 'signature']).toContain(tamper);
        expect(times ?? 1).toBeGreaterThanOrEqual(1);
      }
    });

    it.each([...stories])('ends $name as it says', story => {
      const settings = settingsOf(subject, caseOf(story.steps[0]!.webhook)!);
      const told = arrivalsOf(adapter, story, cases, settings).map(({ request }) =>
        interpretRequest(adapter, request, settings),
      );

      expect(foldRequests(adapter, told).status).toBe(story.ends.status);
    });

    it.each([...stories])('can make $name fresh, so that it can be told any number of times', story => {
      const sent = sentIn(story);
      for (const [literal, kind] of Object.entries(story.fresh)) {
        expect(FRESH_KINDS).toContain(kind);
        expect(
          sent.some(text => text.includes(literal)),
          literal,
        ).toBe(true);
        const containing = Object.keys(story.fresh).filter(other => other !== literal && other.includes(literal));
        expect(containing, `${literal} stands within another`).toEqual([]);
      }
      for (const text of [...sent, ...callsIn(story)]) {
        expect(
          Object.keys(story.fresh).some(literal => text.includes(literal)),
          text.slice(0, 200),
        ).toBe(true);
      }
    });
  });

  /** What is asked for must be another object in each telling, or one telling is answered what belongs to another. */
  function callsIn({ steps }: Story): readonly string[] {
    return steps.flatMap(({ answers }) => answers ?? []).map(answer => caseOf(answer)!.request.path);
  }

  /** Bodies and header values: where fresh literals are replaced. */
  function sentIn({ steps }: Story): readonly string[] {
    const names = steps.flatMap(({ webhook, answers }) => [webhook, ...(answers ?? [])]);
    return names.map(name => {
      const { request } = caseOf(name)!;
      return `${new TextDecoder().decode(request.body)}\n${Object.values(request.headers).flat().join('\n')}`;
    });
  }
}
