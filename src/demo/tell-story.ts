import { describeReturn } from './describe-return.ts';
import { type Played, type PlayedStep, playStory } from './play-story.ts';
import type { Stage } from './stage.ts';
import type { Story } from './stories.ts';
import type { Telling } from './telling.ts';

export interface Told {
  /** Instead of the story's own introduction. */
  readonly about?: string;
  readonly afterStep?: (step: PlayedStep) => void;
  /** Between the last step and the return as it then is. */
  readonly beforeEnd?: () => Promise<void>;
}

/** Plays a story and tells it: step by step, then the return, then what the merchant's systems got. */
export async function tellStory(
  stage: Stage,
  telling: Telling,
  adapter: string,
  story: Story,
  { about, afterStep, beforeEnd }: Told = {},
): Promise<Played> {
  const { label } = stage.connection(adapter).adapter;
  telling.chapter({ title: story.title, provider: label, about: about ?? story.about });
  const tellStep = (played: PlayedStep) => {
    telling.step({ say: played.step.say, sent: sent(played), answer: answer(played), now: now(played) });
    afterStep?.(played);
  };
  const played = await playStory(stage, adapter, story, tellStep, beforeEnd);
  for (const one of played.returns) telling.fact('the return', describeReturn(one));
  telling.fact('the shop got', describeMessages(played));
  return played;
}

/** The provider's own words for what it told, each once. */
function sent({ inbound }: PlayedStep): string {
  if (inbound === null) return 'forged';
  const types = inbound.notices.map(notice => notice.type ?? 'something unreadable');
  return [...new Set(types)].join(', ');
}

function answer({ answers, inbound }: PlayedStep): string {
  const { status, duplicate } = answers[0]!;
  if (inbound === null) return `${status} refused`;
  if (duplicate) return `${status} known already`;
  return answers.length === 1 ? `${status} kept` : `${status} kept, then known already`;
}

function now({ returns, inbound }: PlayedStep): string {
  if (inbound === null) return 'nothing changes';
  if (returns.length === 0) return 'waits for its return';
  if (returns.length === 1) return returns[0]!.status;
  return `two: ${returns.map(({ status }) => status).join(', ')}`;
}

/** Each of a merchant's systems gets what it asked for; that all of it is genuine and in order is claimed. */
function describeMessages({ messages, deliveries }: Played): string {
  const systems = Map.groupBy(deliveries, delivery => delivery.destination);
  const parts = [...systems].map(([name, some]) => `${name} ${some.length}`);
  const what = messages.length === 1 ? 'message' : 'messages';
  return `${messages.length} ${what}, all genuine and in order${parts.length > 1 ? ` (${parts.join(', ')})` : ''}`;
}
