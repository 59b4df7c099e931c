import { adapters, exampleAdapters } from '../adapters.ts';
import { claimStory } from './claim-story.ts';
import { until } from './gateway-client.ts';
import { type Played, playStory } from './play-story.ts';
import type { Stage } from './stage.ts';
import { fixturesOf, loadStories, loadStory, type Story } from './stories.ts';
import { tellStory } from './tell-story.ts';
import type { Telling } from './telling.ts';

/** The demo's plot. Each chapter shows one thing that Retour does, and claims what it shows. */

function storyOf(adapter: string, name: string): Story {
  return loadStory(fixturesOf(adapter), name);
}

async function inOrder(stage: Stage, telling: Telling): Promise<Played> {
  const played = await tellStory(stage, telling, 'happy-returns', storyOf('happy-returns', 'happy-path'));
  claimStory(stage, telling, played);
  return played;
}

async function outOfOrder(stage: Stage, telling: Telling): Promise<Played> {
  const played = await tellStory(stage, telling, 'standard', storyOf('standard', 'out-of-order'));
  const events = await stage.client.events(played.returns[0]!.id);
  const late = events.filter(event => event.late).length;
  telling.fact(
    'came late',
    `${late} of its ${events.length} facts, and their messages say so: the shop need not sort anything`,
  );
  telling.claim('what arrived after something newer is marked late', late > 0 && late < events.length);
  claimStory(stage, telling, played);
  return played;
}

async function forgery(stage: Stage, telling: Telling): Promise<Played> {
  const played = await tellStory(stage, telling, 'happy-returns', storyOf('happy-returns', 'duplicate-and-forgery'));
  const { account } = played.connection;
  const refused = played.steps.flatMap(({ answers }) => answers.flatMap(answer => answer.rejectionId ?? []));
  const rejections = (await stage.client.rejections(account)).filter(rejection => refused.includes(rejection.id));
  const reasons = rejections.map(({ reason, header }) => `${reason} in ${header}`);
  telling.fact('the forgery', `is on record without its body (${reasons.join(', ')}): GET /v1/rejections`);
  telling.claim(
    'each refusal is on record with its reason',
    rejections.length === 1 && rejections[0]?.reason === 'mismatch',
  );
  claimStory(stage, telling, played);
  return played;
}

async function unknownStatus(stage: Stage, telling: Telling): Promise<Played> {
  const played = await tellStory(stage, telling, 'happy-returns', storyOf('happy-returns', 'unknown-status'));
  const strange = played.inbound.find(row => row.state === 'unrecognized');
  const notice = strange?.notices.find(one => one.state === 'unrecognized');
  telling.fact('not known', `${notice?.problem?.message ?? 'nothing'}: GET /v1/inbound?state=unrecognized`);
  const spoilt = played.inbound.find(row => row.state === 'unreadable');
  const problem = spoilt?.notices.find(one => one.state === 'unreadable')?.problem;
  telling.fact('not readable', `${problem?.path} ${problem?.message}: GET /v1/inbound?state=unreadable`);
  telling.claim('what cannot be read is kept with the reason', typeof problem?.message === 'string');
  telling.claim('the unknown status is kept as unrecognized and moved nothing', notice?.eventIds.length === 0);
  claimStory(stage, telling, played);
  return played;
}

async function merge(stage: Stage, telling: Telling): Promise<Played> {
  const counts: number[] = [];
  const played = await tellStory(stage, telling, 'happy-returns', storyOf('happy-returns', 'merge'), {
    afterStep: ({ returns }) => void counts.push(returns.length),
  });
  const [survivor] = played.returns;
  const younger = survivor?.mergedFrom[0] ?? 'none';
  const answer = await stage.client.returned(younger);
  telling.fact('two ids', `${younger} is part of ${survivor?.id} now`);
  telling.claim('one return, then two, then one', counts.join() === '1,2,1');
  telling.claim('the younger id leads to the survivor', answer.id === survivor?.id);
  telling.claim(
    'the shop is told on both sides of the merge',
    new Set(played.messages.filter(({ type }) => type === 'return.merged').map(({ returnId }) => returnId)).size === 2,
  );
  claimStory(stage, telling, played);
  return played;
}

/** Whichever providers tell the whole return again and again have a story of that name. */
async function againAndAgain(stage: Stage, telling: Telling): Promise<readonly Played[]> {
  const told: Played[] = [];
  for (const { id } of adapters) {
    const story = loadStories(fixturesOf(id)).find(({ name }) => name === 'told-again');
    if (story === undefined) continue;
    const played = await tellStory(stage, telling, id, story);
    claimStory(stage, telling, played);
    told.push(played);
  }
  return told;
}

async function outage(stage: Stage, telling: Telling): Promise<Played> {
  const turnedAwayBefore = stage.shop.turnedAway();
  let gotBefore = 0;
  let waitedMs = 0;
  stage.shop.down(true);
  const downSince = performance.now();
  const story = storyOf('example', 'happy-path');
  try {
    const played = await tellStory(stage, telling, 'example', story, {
      about: `The shop's system is down while ${story.title.charAt(0).toLowerCase()}${story.title.slice(1)}. The provider does not notice.`,
      // The second try comes after four seconds at the earliest, and a slow machine must not miss it.
      afterStep: () => {
        if (stage.shop.turnedAway() > turnedAwayBefore && performance.now() - downSince > 3000) stage.shop.down(false);
      },
      beforeEnd: async () => {
        await until(stage.shop.turnedAway, times => times > turnedAwayBefore, 'the shop to turn a message away');
        gotBefore = stage.shop.messages.length;
        telling.note('The shop answers 503. Retour tries again after about 5 s, then 1 min, 5 min, … (12 tries) …');
        stage.shop.down(false);
        const since = performance.now();
        await until(
          () => stage.shop.messages.length,
          count => count > gotBefore,
          'the second try',
        );
        waitedMs = performance.now() - since;
      },
    });
    const first = played.deliveries.toSorted((one, other) => one.sequence - other.sequence)[0]!;
    const attempts = (await stage.client.delivery(first.id)).attempts ?? [];
    const words = attempts.map(({ outcome, status }) => `${outcome} (${status})`);
    telling.fact(
      'back again',
      `after ${(waitedMs / 1000).toFixed(1)} s; tries of the first message: ${words.join(', ')}`,
    );
    telling.claim(
      'the first message was refused once and delivered by the next try',
      attempts.map(({ outcome }) => outcome).join() === 'refused,delivered',
    );
    telling.claim(
      'what came behind it waited its turn',
      played.messages.every(({ sequence }, index) => sequence === index + 1),
    );
    claimStory(stage, telling, played);
    return played;
  } finally {
    stage.shop.down(false);
  }
}

/** The last story's first webhook, read once more. */
async function replay(stage: Stage, telling: Telling, played: Played): Promise<null> {
  const { inboundId } = played.steps[0]!.answers[0]!;
  telling.chapter({
    title: 'What would happen if …',
    provider: 'replay, as a dry run',
    about:
      'Every webhook is kept byte for byte, so it can be read again, say after a mapping was corrected. A dry run only says what would change.',
  });
  const messagesBefore = stage.shop.messages.length;
  const preview = await stage.client.preview(inboundId!);
  const unchanged = preview.events.filter(({ effect }) => effect === 'unchanged').length;
  const toSend = preview.deliveries.filter(({ effect }) => effect === 'would_send').length;
  telling.note(`POST /v1/inbound/${inboundId}/replay?dryRun=true → ${preview.outcome}:`);
  telling.note(`${unchanged} of ${preview.events.length} facts unchanged, ${toSend} messages would be sent`);
  telling.claim(
    'reading it again gives the same facts, and nothing would be sent',
    preview.outcome === 'identical' && preview.events.length > 0 && unchanged === preview.events.length && toSend === 0,
  );
  telling.claim('a dry run sends nothing', stage.shop.messages.length === messagesBefore);
  return null;
}

/** In the order they are told. `by`: the adapter whose story it is; a chapter without it finds out itself. */
const PLOT: readonly Chapter[] = [
  { by: 'happy-returns', tell: inOrder },
  { by: 'happy-returns', tell: forgery },
  { by: 'happy-returns', tell: unknownStatus },
  { by: 'happy-returns', tell: merge },
  { tell: againAndAgain },
  { by: 'standard', tell: outOfOrder },
  { by: 'example', tell: outage },
];

interface Chapter {
  readonly by?: string;
  tell(stage: Stage, telling: Telling): Promise<Played | readonly Played[]>;
}

/** Tells everything; answers the returns it made. A provider that was taken out of the registry takes its chapters along. */
export async function tellEverything(stage: Stage, telling: Telling): Promise<readonly Played[]> {
  const known = [...adapters, ...exampleAdapters].map(({ id }) => id);
  const told: Played[] = [];
  for (const { by, tell } of PLOT) {
    if (by !== undefined && !known.includes(by)) continue;
    told.push(...[await tell(stage, telling)].flat());
  }
  await replay(stage, telling, told[0]!);
  return told;
}

/** The stories that are not told, played and claimed all the same. */
export async function playTheRest(
  stage: Stage,
  telling: Telling,
  adapter: string,
  told: readonly Played[],
): Promise<readonly Played[]> {
  const { label } = stage.connection(adapter).adapter;
  const rest = loadStories(fixturesOf(adapter)).filter(
    story => !told.some(played => played.connection.adapter.id === adapter && played.story.name === story.name),
  );
  telling.chapter({ title: `${rest.length} more stories`, provider: label, about: '' });
  const played: Played[] = [];
  for (const story of rest) {
    const one = await playStory(stage, adapter, story);
    claimStory(stage, telling, one);
    played.push(one);
  }
  return played;
}

/** Nothing is left over: no webhook unread, no message unsent. */
export async function claimNothingLeft(stage: Stage, telling: Telling): Promise<void> {
  telling.chapter({ title: 'Nothing is left over', provider: 'the gateway', about: '' });
  for (const state of ['received', 'failed']) {
    const rows = await stage.client.inbounds({ state });
    telling.claim(`no webhook is ${state} (${rows.length} are)`, rows.length === 0);
  }
  for (const state of ['pending', 'delivering', 'exhausted', 'held']) {
    const rows = await stage.client.deliveries({ state });
    telling.claim(`no message is ${state} (${rows.length} are)`, rows.length === 0);
  }
}
