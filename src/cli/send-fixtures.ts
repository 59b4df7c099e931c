import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '../adapter/secret.ts';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import { readRemote } from '../config/load-config.ts';
import { anySecret } from '../demo/sample-folder.ts';
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
import { checkAdapter, openTarget } from './trigger-target.ts';
import { shortId, stateColour } from './words.ts';

/** What `trigger` does. Answers the exit code. */
export async function sendFixtures(call: CliCall, deps: CliDeps): Promise<number> {
  const { args, options } = call;
  const [adapter, name] = args;
  if (adapter === undefined || name === undefined) {
    throw new CliError('Name an adapter and one of its stories or fixtures, or say how many --returns.');
  }
  for (const other of ['chaos', 'seed']) {
    if (options[other] !== undefined) throw new CliError(`--${other} is for --returns.`);
  }
  checkAdapter(adapter);
  const { config, env } = await openTarget(call, deps);
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
