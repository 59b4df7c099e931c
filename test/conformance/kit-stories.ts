import { describe, expect, it } from 'vitest';
import { FRESH_KINDS } from '../../src/demo/fresh.ts';
import type { Story } from '../../src/demo/stories.ts';
import { type KitSubject, settingsOf } from './adapter-kit.ts';
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
      for (const { say, webhook, tamper, times } of story.steps) {
        expect(say).toMatch(/[.!?]$/);
        expect(caseOf(webhook)?.connection, webhook).toBe(story.connection);
        expect([undefined, 'signature']).toContain(tamper);
        expect(times ?? 1).toBeGreaterThanOrEqual(1);
      }
    });

    it.each([...stories])('ends $name as it says', story => {
      const told = story.steps
        .filter(step => step.tamper === undefined)
        .map(step => caseOf(step.webhook)!)
        .map(webhookCase => interpretRequest(adapter, webhookCase.request, settingsOf(subject, webhookCase)));

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
      for (const text of sent) {
        expect(
          Object.keys(story.fresh).some(literal => text.includes(literal)),
          text.slice(0, 200),
        ).toBe(true);
      }
    });
  });

  /** Bodies and header values: where fresh literals are replaced. */
  function sentIn({ steps }: Story): readonly string[] {
    return steps.map(({ webhook }) => {
      const { request } = caseOf(webhook)!;
      return `${new TextDecoder().decode(request.body)}\n${Object.values(request.headers).flat().join('\n')}`;
    });
  }
}
