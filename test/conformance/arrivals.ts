import type { Adapter } from '../../src/adapter/define-adapter.ts';
import type { ObjectRef } from '../../src/adapter/webhook.ts';
import type { Story } from '../../src/demo/stories.ts';
import type { WebhookCase } from './fixtures.ts';
import { interpretRequest } from './interpretation.ts';

/**
 * What a story brings in, in order: each webhook, and behind it the answers it leads to, as they are at that step. What
 * the story has no answer for is not there yet. A forged webhook brings nothing.
 */
export function arrivalsOf(
  adapter: Adapter,
  story: Story,
  cases: readonly WebhookCase[],
  settings: unknown,
): readonly WebhookCase[] {
  const caseOf = (name: string) => cases.find(candidate => candidate.name === name)!;
  const nameOf = ({ kind, id }: ObjectRef) => JSON.stringify([kind, id]);
  const answers = new Map<string, WebhookCase>();

  const followed = (arrived: WebhookCase): readonly WebhookCase[] => {
    const notices = interpretRequest(adapter, arrived.request, settings).notices ?? [];
    const refs = notices.flatMap(notice => (notice.refs ?? []) as readonly ObjectRef[]);
    return [arrived, ...refs.flatMap(ref => answers.get(nameOf(ref)) ?? []).flatMap(followed)];
  };

  return story.steps.flatMap(step => {
    for (const answer of (step.answers ?? []).map(caseOf)) answers.set(nameOf(answer.fetched!), answer);
    return step.tamper === undefined ? followed(caseOf(step.webhook)) : [];
  });
}
