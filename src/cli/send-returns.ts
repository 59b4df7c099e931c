import { setTimeout as delay } from 'node:timers/promises';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig, LoadedConfig } from '../config/config.ts';
import { nearest, spelling } from '../config/config-problem.ts';
import { readRemote } from '../config/load-config.ts';
import { type Arrival, CHAOS, type Chaos, generateReturns } from '../demo/generate-returns.ts';
import { fixturesOf, loadStories } from '../demo/stories.ts';
import { sendWebhook, type WebhookReply } from './api-client.ts';
import type { CliCall, CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { commaSeparated, textOption, wholeOption } from './options.ts';
import { writeJson } from './output.ts';
import { renderTable } from './table.ts';
import { chooseConnection } from './trigger-plan.ts';
import { checkAdapter, openTarget } from './trigger-target.ts';
import { plural } from './words.ts';

const MOST_RETURNS = 1_000_000;
const MOST_SEED = 999_999_999;

/** What `trigger --returns` does. Answers the exit code. */
export async function sendReturns(call: CliCall, deps: CliDeps): Promise<number> {
  const { args, options } = call;
  const [adapter, name] = args;
  for (const other of ['set', 'times', 'exact']) {
    if (options[other] !== undefined)
      throw new CliError(`--${other} is for a single story or fixture, not for --returns.`);
  }
  if (adapter !== undefined) checkAdapter(adapter);
  if (name !== undefined) checkStory(adapter!, name);
  const returns = wholeOption(options, 'returns', { least: 1, most: MOST_RETURNS, otherwise: 1 });
  const seed = wholeOption(options, 'seed', { least: 0, most: MOST_SEED, otherwise: deps.now() % (MOST_SEED + 1) });
  const chaos = chaosOf(textOption(options, 'chaos'));
  const { config, env } = await openTarget(call, deps);
  const [account, connection] = [textOption(options, 'account'), textOption(options, 'connection')];
  const connections =
    adapter === undefined
      ? connectionsOf(config, account, connection)
      : [chooseConnection(config, adapter, account, connection)];
  const remote = env === undefined ? deps : { ...deps, env };

  const tallies = new Map<ConnectionConfig, Tally>();
  const unexpected: Unexpected[] = [];
  const only = (story: { readonly name: string }) => name === undefined || story.name === name;
  for await (const told of generateReturns({ seed, returns, connections, chaos, only, now: deps.now })) {
    const tally = tallies.get(told.connection) ?? newTally(told.connection);
    tallies.set(told.connection, tally);
    tally.returns += 1;
    for (const arrival of told.arrivals) {
      // Fetched by the gateway itself, where it finds the provider.
      if (arrival.as === 'answer') continue;
      const reply = await sendUntilTaken(arrival.request, remote);
      count(tally, reply);
      if (isExpected(arrival, reply)) continue;
      const { connection: adapterConnection, story } = told;
      unexpected.push({
        story: `${adapterConnection.adapter.id}/${story.name}`,
        webhook: arrival.name,
        as: arrival.as,
        status: reply.status,
      });
    }
  }
  if (tallies.size === 0)
    throw new CliError('There is no story to tell: look into fixtures/ for the adapters that have some.');
  tell({ seed, chaos, connections: [...tallies.values()], unexpected }, readRemote(env).url, call, deps);
  return unexpected.length === 0 ? 0 : 2;
}

interface Tally {
  readonly account: string;
  readonly connection: string;
  returns: number;
  sent: number;
  kept: number;
  known: number;
  refused: number;
}

interface Unexpected {
  readonly story: string;
  readonly webhook: string;
  readonly as: Arrival['as'];
  readonly status: number;
}

interface Outcome {
  readonly seed: number;
  readonly chaos: readonly Chaos[];
  readonly connections: readonly Tally[];
  readonly unexpected: readonly Unexpected[];
}

function newTally({ account, name }: ConnectionConfig): Tally {
  return { account, connection: name, returns: 0, sent: 0, kept: 0, known: 0, refused: 0 };
}

function count(tally: Tally, { answer }: WebhookReply): void {
  tally.sent += 1;
  if (typeof answer?.id !== 'string') tally.refused += 1;
  else if (answer.duplicate === true) tally.known += 1;
  else tally.kept += 1;
}

/** A first telling may be known, too: the same seed was sent before. */
function isExpected({ as }: Arrival, { status, answer }: WebhookReply): boolean {
  if (as === 'forgery') return status === 401;
  return typeof answer?.id === 'string' && (as !== 'again' || answer.duplicate === true);
}

/** Longer than the minute after which a connection may send unproven webhooks again. */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 1000;

/** "Come back" is no answer: a provider comes back. */
async function sendUntilTaken(request: InboundRequest, deps: CliDeps): Promise<WebhookReply> {
  const patienceEnds = performance.now() + PATIENCE_MS;
  for (;;) {
    deps.interrupted().throwIfAborted();
    const reply = await sendWebhook(deps, request);
    if (reply.status !== 503 || performance.now() > patienceEnds) return reply;
    await delay(PAUSE_MS, undefined, { signal: deps.interrupted() });
  }
}

/** All that are meant, whatever their adapter. */
function connectionsOf(
  { accounts }: LoadedConfig,
  account: string | undefined,
  connection: string | undefined,
): readonly ConnectionConfig[] {
  const found = [...accounts.values()]
    .filter(({ id }) => account === undefined || id === account)
    .flatMap(each => [...each.connections.values()])
    .filter(({ name }) => connection === undefined || name === connection);
  if (found.length === 0)
    throw new CliError('The configuration has no such connection: see "retour connections list".');
  return found;
}

function checkStory(adapter: string, name: string): void {
  const names = loadStories(fixturesOf(adapter)).map(story => story.name);
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const remedy = near === null ? `it has ${names.join(', ')}.` : `did you mean ${near}?`;
  throw new CliError(`${adapter} has no story named ${name}; ${remedy}`);
}

function chaosOf(text: string | undefined): readonly Chaos[] {
  return commaSeparated(text === undefined ? [] : [text]).map(word => {
    const kind = CHAOS.find(known => known === word);
    if (kind !== undefined) return kind;
    throw new CliError(`--chaos does not know ${word}; ${spelling(word, CHAOS, 'kinds')}`);
  });
}

function tell(outcome: Outcome, url: string, { options }: CliCall, deps: CliDeps): void {
  if (options.json === true) return void writeJson(deps, outcome);
  const { seed, chaos, connections, unexpected } = outcome;
  const returns = connections.reduce((sum, each) => sum + each.returns, 0);
  const how = chaos.length === 0 ? '' : ` with ${chaos.join(', ')}`;
  deps.out(`${plural(returns, 'return')}${how} → ${url}; --seed ${seed} tells the same again\n`);
  deps.out(
    renderTable(
      [
        { title: 'CONNECTION', text: row => `${row.account}/${row.connection}` },
        { title: 'RETURNS', text: row => row.returns, right: true },
        { title: 'SENT', text: row => row.sent, right: true },
        { title: 'KEPT', text: row => row.kept, right: true },
        { title: 'KNOWN', text: row => row.known, right: true },
        { title: 'REFUSED', text: row => row.refused, right: true },
      ],
      connections,
      deps,
      '  ',
    ),
  );
  for (const { story, webhook, as, status } of unexpected.slice(0, 10)) {
    deps.err(`${story}: ${webhook} (${as}) was answered ${status}.\n`);
  }
  if (unexpected.length > 10)
    deps.err(`… and ${plural(unexpected.length - 10, 'other answer')} not as it should be.\n`);
}
