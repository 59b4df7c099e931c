import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '../adapter/secret.ts';
import type { InboundRequest } from '../adapter/webhook.ts';
import { adapters, exampleAdapters } from '../adapters.ts';
import type { ConnectionConfig, LoadedConfig } from '../config/config.ts';
import { spelling } from '../config/config-problem.ts';
import { loadConfig, readEnvironment, readRemote } from '../config/load-config.ts';
import { ADMIN_TOKEN, anySecret, DEMO_FOLDER } from '../demo/sample-folder.ts';
import { Slug } from '../model/ids.ts';
import type { InboundAnswer } from './answers.ts';
import { type ApiClient, connectApi, sendWebhook, type WebhookReply } from './api-client.ts';
import type { CliCall, CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { flag, listOption, textOption, wholeOption } from './options.ts';
import { writeJson } from './output.ts';
import { readSetting } from './set-value.ts';
import { describeProblem } from './show-inbound.ts';
import { renderTable } from './table.ts';
import { chooseConnection, type PlannedWebhook, planWebhooks } from './trigger-plan.ts';
import { shortId, stateColour } from './words.ts';

/** Everybody's webhooks, the fictional provider's included: nothing here is served. */
const ALL = [...adapters, ...exampleAdapters];

/** What `trigger` does. Answers the exit code. */
export async function sendFixtures({ args, options }: CliCall, deps: CliDeps): Promise<number> {
  const [adapter, name] = args as [string, string];
  checkAdapter(adapter);
  const { config, env } = flag(options, 'demo') ? await loadDemo() : await loadOwn(deps);
  const connection = chooseConnection(
    config,
    adapter,
    textOption(options, 'account'),
    textOption(options, 'connection'),
  );
  const planned = planWebhooks({
    adapter,
    name,
    path: `/webhooks/${connection.account}/${connection.name}`,
    exact: flag(options, 'exact'),
    times: wholeOption(options, 'times', { least: 1, most: 1000, otherwise: 1 }),
    settings: listOption(options, 'set').map(readSetting),
  });
  const remote = env === undefined ? deps : { ...deps, env };
  const { url, token } = readRemote(env);
  const api = token === null ? null : connectApi(remote);
  const sent: Sent[] = [];
  for (const webhook of planned) sent.push(...(await sendPlanned(webhook, connection, api, remote)));
  const place = { account: connection.account, connection: connection.name };
  if (options.json === true) writeJson(deps, { adapter, ...place, sent });
  else {
    deps.out(`${adapter}/${name} → ${url}/webhooks/${place.account}/${place.connection}\n`);
    deps.out(table(sent, deps));
    if (api === null) deps.err('With RETOUR_TOKEN set, this also says what became of each.\n');
  }
  return sent.every(({ asExpected }) => asExpected) ? 0 : 2;
}

function checkAdapter(id: string): void {
  const ids = ALL.map(adapter => adapter.id);
  if (Slug.safeParse(id).success && ids.includes(id)) return;
  const remedy = spelling(id, ids.toSorted(), 'adapters');
  throw new CliError(`There is no adapter ${id}; ${remedy}${remedy.endsWith('?') ? '' : '.'}`);
}

interface Target {
  readonly config: LoadedConfig;
  /** Where the gateway is found. */
  readonly env: CliDeps['env'];
}

async function loadOwn({ env }: CliDeps): Promise<Target> {
  const { configDirectory: directory } = readEnvironment(env);
  const config = await loadConfig({ directory, adapters: ALL, ...(env === undefined ? {} : { env }) });
  return { config, env };
}

/** The demo makes its secrets and its token at its first run, and writes where it listens into its configuration. */
async function loadDemo(): Promise<Target> {
  let text: string;
  try {
    text = await readFile(join(DEMO_FOLDER, 'secrets.json'), 'utf8');
  } catch (cause) {
    throw new CliError('There is no demo yet: start it with "npm run demo".', { cause });
  }
  const secrets = JSON.parse(text) as Readonly<Record<string, string>>;
  const config = await loadConfig({ directory: join(DEMO_FOLDER, 'config'), adapters: ALL, env: secrets });
  return { config, env: { RETOUR_URL: config.gateway.publicUrl, RETOUR_TOKEN: secrets[ADMIN_TOKEN] } };
}

interface Sent {
  readonly webhook: string;
  readonly say: string;
  readonly status: number;
  readonly inboundId: string | null;
  readonly duplicate: boolean;
  readonly rejectionId: string | null;
  /** What became of it, where somebody with a token asked. */
  readonly state: string | null;
  readonly problem: string | null;
  readonly returnIds: readonly string[];
  readonly asExpected: boolean;
}

async function sendPlanned(
  webhook: PlannedWebhook,
  connection: ConnectionConfig,
  api: ApiClient | null,
  deps: CliDeps,
): Promise<readonly Sent[]> {
  const signed = await sign(webhook, connection, deps.now());
  const sent: Sent[] = [];
  for (let time = 0; time < webhook.times; time += 1) {
    const reply = await sendWebhook(deps, signed);
    const inboundId = textOf(reply, 'id');
    const row = api === null || inboundId === null ? null : await interpreted(api, inboundId, deps);
    const problem = row?.notices.find(notice => notice.problem !== null)?.problem ?? null;
    sent.push({
      webhook: webhook.name,
      say: webhook.say,
      status: reply.status,
      inboundId,
      duplicate: reply.answer?.duplicate === true,
      rejectionId: textOf(reply, 'rejectionId'),
      state: row?.state ?? null,
      problem: problem === null ? null : describeProblem(problem),
      returnIds: row?.returnIds ?? [],
      asExpected: webhook.forged ? reply.status === 401 : inboundId !== null,
    });
  }
  return sent;
}

/** As the provider would; or as somebody who knows everything but the secret. */
async function sign(
  { request, forged }: PlannedWebhook,
  { adapter, settings, secrets }: ConnectionConfig,
  nowMs: number,
): Promise<InboundRequest> {
  if (adapter.webhook === undefined) throw new CliError(`${adapter.label} takes no webhooks: it is only asked.`);
  const known = secrets as { readonly webhook: readonly Secret[] };
  const used = forged ? { ...known, webhook: [new Secret(anySecret())] } : known;
  return await adapter.webhook.sign(request, { settings, secrets: used }, new Date(nowMs));
}

function textOf({ answer }: WebhookReply, key: string): string | null {
  const value = answer?.[key];
  return typeof value === 'string' ? value : null;
}

/** A kept webhook is read within moments; longer than this says that the gateway is busy. */
const PATIENCE_MS = 5000;

async function interpreted(api: ApiClient, id: string, deps: CliDeps): Promise<InboundAnswer> {
  const patienceEnds = performance.now() + PATIENCE_MS;
  for (;;) {
    const row = await api.get<InboundAnswer>(`/v1/inbound/${id}`);
    if (row.state !== 'received' || performance.now() > patienceEnds) return row;
    await delay(20, undefined, { signal: deps.interrupted() });
  }
}

function table(sent: readonly Sent[], deps: CliDeps): string {
  return renderTable(
    [
      { title: 'WEBHOOK', text: row => row.webhook },
      { title: 'ANSWER', text: answerOf, colour: row => (row.asExpected ? 'green' : 'red') },
      { title: 'REQUEST', text: row => shortId(row.inboundId ?? row.rejectionId ?? '') },
      { title: 'BECAME', text: row => row.state, colour: row => stateColour(row.state ?? '') },
      { title: 'RETURN', text: row => row.returnIds.map(shortId).join(', ') },
      { title: '', text: row => row.problem ?? row.say, shrinks: true },
    ],
    sent,
    deps,
    '  ',
  );
}

function answerOf({ status, inboundId, duplicate }: Sent): string {
  if (inboundId === null) return `${status} refused`;
  return duplicate ? `${status} known` : `${status} kept`;
}
