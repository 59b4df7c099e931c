import { existsSync } from 'node:fs';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import { type Answer, keptAnswer, pathsOf } from './follow-fetches.ts';
import { freshen, freshenAnswer, freshLiterals } from './fresh.ts';
import { moveTimes } from './move-times.ts';
import type { Chance } from './seeded-chance.ts';
import { fixturesOf, type LoadedCase, loadCase, loadStories, type Story } from './stories.ts';

/** A story with everything it is made of in memory, so that it can be told thousands of times. */
export interface Plot {
  readonly story: Story;
  readonly cases: ReadonlyMap<string, LoadedCase>;
}

/** The stories of an adapter; none where it has no fixtures. */
export function loadPlots(adapter: string): readonly Plot[] {
  const directory = fixturesOf(adapter);
  if (!existsSync(new URL('stories/', directory))) return [];
  return loadStories(directory).map(story => {
    const names = story.steps.flatMap(({ webhook, answers }) => [webhook, ...(answers ?? [])]);
    return { story, cases: new Map(names.map(name => [name, loadCase(directory, name)])) };
  });
}

/** One request of a telling, unsigned. */
export interface Said {
  /** The case of `fixtures/<adapter>/webhooks/`. */
  readonly name: string;
  /** `answer`: what the provider says when it is asked because of the webhook before it; never sent. */
  readonly as: 'webhook' | 'forgery' | 'answer';
  readonly request: InboundRequest;
  readonly times: number;
  /** JSON Pointers of objects in the body whose keys are data. */
  readonly freeForm: readonly string[];
}

/**
 * Two years: stories happen up to this much earlier than their files say, and never later, because a gateway takes a
 * time that has not come yet for the time of arrival.
 */
const LONGEST_AGO_SECONDS = 2 * 365 * 24 * 60 * 60;

/** Tells a story with ids that are not `taken` yet, at a time of its own. */
export function sayPlot(
  { story, cases }: Plot,
  connection: ConnectionConfig,
  chance: Chance,
  taken: Set<string>,
): readonly Said[] {
  const literals = freshLiterals(story.fresh, chance.below, taken);
  const moved = -chance.below(LONGEST_AGO_SECONDS);
  const path = `/webhooks/${connection.account}/${connection.name}`;
  const answers = new Map<string, Answer & { readonly name: string }>();
  const freeFormOf = (name: string) => cases.get(name)!.freeForm;

  const followed = (request: InboundRequest): readonly Said[] =>
    pathsOf(connection, request).flatMap(called => {
      const answer = answers.get(called);
      if (answer === undefined) return [];
      const { name } = answer;
      const kept = keptAnswer(answer);
      return [{ name, as: 'answer', request: kept, times: 1, freeForm: freeFormOf(name) }, ...followed(kept)];
    });

  return story.steps.flatMap(({ webhook, tamper, times = 1, answers: told = [] }) => {
    for (const name of told) {
      const { fetched, request } = cases.get(name)!;
      const call = moveTimes(freshenAnswer(request, literals), moved);
      answers.set(call.path, { name, kind: fetched!.kind, call });
    }
    const request = moveTimes(freshen({ ...cases.get(webhook)!.request, path }, literals), moved);
    const said = { name: webhook, request, freeForm: freeFormOf(webhook) };
    if (tamper === 'signature') return [{ ...said, as: 'forgery', times } as const];
    return [{ ...said, as: 'webhook', times } as const, ...followed(request)];
  });
}
