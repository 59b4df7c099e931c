import { existsSync, readdirSync } from 'node:fs';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig, LoadedConfig } from '../config/config.ts';
import { nearest } from '../config/config-problem.ts';
import { freshen, freshLiterals } from '../demo/fresh.ts';
import { fixturesOf, loadCase, loadStory, loadWebhook, type StoryStep } from '../demo/stories.ts';
import { CliError } from './cli-error.ts';
import { type Setting, setValue } from './set-value.ts';

/** What `trigger` sends: which webhooks, to which connection. */

export interface PlannedWebhook {
  /** The case of `fixtures/<adapter>/webhooks/`. */
  readonly name: string;
  readonly say: string;
  /** Unsigned yet. */
  readonly request: InboundRequest;
  /** To be signed by somebody who does not have the secret. */
  readonly forged: boolean;
  readonly times: number;
}

/** The connection that was named, or the only one of this adapter. */
export function chooseConnection(
  { accounts }: LoadedConfig,
  adapter: string,
  account: string | undefined,
  connection: string | undefined,
): ConnectionConfig {
  const all = [...accounts.values()].flatMap(each => [...each.connections.values()]);
  const ofAdapter = all.filter(each => each.adapter.id === adapter);
  const found = ofAdapter.filter(
    each =>
      (account === undefined || each.account === account) && (connection === undefined || each.name === connection),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = ofAdapter.map(each => `--account ${each.account} --connection ${each.name}`);
  if (known.length === 0) {
    throw new CliError(
      `No account of the configuration is connected to ${adapter}. Set RETOUR_CONFIG to the folder the gateway reads, or use --demo.`,
    );
  }
  const what = found.length === 0 ? 'No such connection' : `${found.length} connections fit`;
  throw new CliError([`${what} of ${adapter}; choose one of:`, ...known.map(each => `  ${each}`)].join('\n'));
}

export interface PlanRequest {
  readonly adapter: string;
  /** A story or a case of the adapter's fixtures; where both have the name it is the story, and `webhooks/…` the case. */
  readonly name: string;
  readonly path: string;
  readonly exact: boolean;
  readonly times: number;
  readonly settings: readonly Setting[];
}

/** A story is told anew each time; a single webhook is the same request each time, as a redelivery would be. */
export function planWebhooks(request: PlanRequest): readonly PlannedWebhook[] {
  const { adapter, times } = request;
  const [, folder, name] = /^(?:(stories|webhooks)\/)?(.*)$/s.exec(request.name) as unknown as string[];
  const stories = namesIn(adapter, 'stories');
  // What a provider answers is asked for, never sent.
  const cases = namesIn(adapter, 'webhooks').filter(each => loadCase(fixturesOf(adapter), each).fetched === null);
  if (folder !== 'webhooks' && stories.includes(name!)) {
    const tellings = Array.from({ length: times }, () => planStory({ ...request, name: name! }));
    return withSettings(tellings.flat(), request.settings);
  }
  if (folder !== 'stories' && cases.includes(name!)) {
    const webhook = loadWebhook(fixturesOf(adapter), name!, request.path);
    return withSettings([{ name: name!, say: '', request: webhook, forged: false, times }], request.settings);
  }
  if (stories.length + cases.length === 0) {
    throw new CliError(`There are no fixtures of ${adapter}: look into fixtures/ for the adapters that have some.`);
  }
  const near = nearest(name!, [...stories, ...cases]);
  throw new CliError(
    [
      `${adapter} has no story and no fixture named ${request.name}${near === null ? '.' : `; did you mean ${near}?`}`,
      `  stories: ${stories.join(', ')}`,
      `  fixtures: ${cases.join(', ')}`,
    ].join('\n'),
  );
}

function planStory({ adapter, name, path, exact }: PlanRequest): readonly PlannedWebhook[] {
  const directory = fixturesOf(adapter);
  const story = loadStory(directory, name);
  const literals = exact ? new Map<string, string>() : freshLiterals(story.fresh);
  return story.steps.map((step: StoryStep) => ({
    name: step.webhook,
    say: step.say,
    request: freshen(loadWebhook(directory, step.webhook, path), literals),
    forged: step.tamper === 'signature',
    times: step.times ?? 1,
  }));
}

/** Each `--set` must find its place in one webhook at least. */
function withSettings(webhooks: readonly PlannedWebhook[], settings: readonly Setting[]): readonly PlannedWebhook[] {
  let changed = webhooks;
  for (const setting of settings) {
    const edits = changed.map(webhook => ({ webhook, edited: setValue(webhook.request.body, setting) }));
    if (!edits.some(({ edited }) => edited.outcome === 'set')) {
      const [first] = edits.flatMap(({ edited }) => (edited.outcome === 'not_there' ? [edited.why] : []));
      throw new CliError(`--set ${setting.text} ${first ?? 'finds nothing'}`);
    }
    changed = edits.map(({ webhook, edited }) =>
      edited.outcome === 'set' ? { ...webhook, request: { ...webhook.request, body: edited.body } } : webhook,
    );
  }
  return changed;
}

/** Without `.json`, sorted; none where the folder is not there. */
function namesIn(adapter: string, folder: string): readonly string[] {
  const directory = new URL(`${folder}/`, fixturesOf(adapter));
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map(file => file.replace(/\.json$/, ''))
    .toSorted();
}
