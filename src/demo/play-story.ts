import { Secret } from '../adapter/secret.ts';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import type { ReturnAuthorization } from '../model/return.ts';
import { followFetches } from './follow-fetches.ts';
import { freshen, freshenAnswer, freshLiterals } from './fresh.ts';
import { type Delivery, type Inbound, until, type WebhookAnswer } from './gateway-client.ts';
import { anySecret } from './sample-folder.ts';
import type { ShopMessage } from './sample-shop.ts';
import type { Stage } from './stage.ts';
import { fixturesOf, loadCase, loadWebhook, type Story, type StoryStep } from './stories.ts';

export interface PlayedStep {
  readonly step: StoryStep;
  /** One per time it was sent. */
  readonly answers: readonly WebhookAnswer[];
  /** What was kept; `null` where it was refused. */
  readonly inbound: Inbound | null;
  /** What was fetched because of it, and kept. */
  readonly fetched: readonly Inbound[];
  /** The returns of the story as they are after this step, the first recorded first. */
  readonly returns: readonly ReturnAuthorization[];
}

export interface Played {
  readonly story: Story;
  readonly connection: ConnectionConfig;
  readonly steps: readonly PlayedStep[];
  /** What was kept, each once, as it is at the end. */
  readonly inbound: readonly Inbound[];
  readonly returns: readonly ReturnAuthorization[];
  /** Every id a return of the story ever had, also before a merge. */
  readonly returnIds: readonly string[];
  readonly deliveries: readonly Delivery[];
  /** What the merchant's systems got of it, in the order it arrived. */
  readonly messages: readonly ShopMessage[];
}

/** Sends the webhooks of a story, each read by the gateway before the next is sent, and what it points to fetched, and waits until all that follows is delivered. */
export async function playStory(
  stage: Stage,
  adapter: string,
  story: Story,
  afterStep: (step: PlayedStep) => Promise<void> | void = () => {},
  beforeEnd: () => Promise<void> | void = () => {},
): Promise<Played> {
  const connection = stage.connection(adapter);
  const literals = freshLiterals(story.fresh);
  const ids = new Set<string>();
  const answers = new Map<string, { readonly kind: string; readonly call: InboundRequest }>();
  const fetchedRows = new Set<string>();
  const steps: PlayedStep[] = [];
  for (const step of story.steps) {
    for (const name of step.answers ?? []) {
      const { fetched, request: call } = loadCase(fixturesOf(adapter), name);
      const fresh = freshenAnswer(call, literals);
      answers.set(fresh.path, { kind: fetched!.kind, call: fresh });
      stage.provider.answer(adapter, fresh);
    }
    const path = `/webhooks/${connection.account}/${connection.name}`;
    const request = freshen(loadWebhook(fixturesOf(adapter), step.webhook, path), literals);
    const signed = await sign(connection, request, step.tamper === 'signature', stage.now());
    const replies: WebhookAnswer[] = [];
    for (let time = 0; time < (step.times ?? 1); time += 1) replies.push(await stage.client.send(signed));
    const { inboundId } = replies[0]!;
    const inbound = inboundId === null ? null : await stage.client.inbound(inboundId);
    const fetched = inbound === null ? [] : await followFetches(stage, connection, request, answers, fetchedRows);
    for (const row of [...(inbound === null ? [] : [inbound]), ...fetched]) for (const id of row.returnIds) ids.add(id);
    const played = { step, answers: replies, inbound, fetched, returns: await livingReturns(stage, ids) };
    steps.push(played);
    await afterStep(played);
  }
  await beforeEnd();
  const inbound = await readAll(stage, story, steps);
  const deliveries = await deliveredAll(stage, ids);
  return {
    story,
    connection,
    steps,
    inbound,
    returns: await livingReturns(stage, ids),
    returnIds: [...ids],
    deliveries,
    messages: stage.shop.messages.filter(message => ids.has(message.returnId)),
  };
}

/** As the provider would; or as somebody who knows everything but the secret. */
async function sign(
  connection: ConnectionConfig,
  request: InboundRequest,
  forged: boolean,
  nowMs: number,
): Promise<InboundRequest> {
  const { adapter, settings, secrets } = connection;
  const known = secrets as { readonly webhook: readonly Secret[] };
  const used = forged ? { ...known, webhook: [new Secret(anySecret())] } : known;
  return await adapter.webhook!.sign(request, { settings, secrets: used }, new Date(nowMs));
}

async function livingReturns(stage: Stage, ids: ReadonlySet<string>): Promise<readonly ReturnAuthorization[]> {
  const found = await Promise.all([...ids].map(id => stage.client.returned(id)));
  const byId = new Map(found.map(one => [one.id, one]));
  return [...byId.values()].toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
}

/** A webhook that waited is read again once its return is known. */
async function readAll(stage: Stage, { ends }: Story, steps: readonly PlayedStep[]): Promise<readonly Inbound[]> {
  const ids = new Set(
    steps.flatMap(({ inbound, fetched }) => [...(inbound === null ? [] : [inbound]), ...fetched].map(({ id }) => id)),
  );
  return await until(
    () => Promise.all([...ids].map(id => stage.client.inbound(id))),
    rows => rows.filter(row => row.state === 'waiting').length <= (ends.kept?.waiting ?? 0),
    'what waited to be recorded',
  );
}

/** What is recorded was put in line in the same transaction, so nothing can come later than what is listed. */
async function deliveredAll(stage: Stage, ids: ReadonlySet<string>): Promise<readonly Delivery[]> {
  const lists = [...ids].map(returnId =>
    until(
      () => stage.client.deliveries({ returnId }),
      deliveries => deliveries.every(({ state }) => state !== 'pending' && state !== 'delivering'),
      `the messages of ${returnId} to be delivered`,
    ),
  );
  return (await Promise.all(lists)).flat();
}
