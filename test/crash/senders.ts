import { createHash } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { happyReturns } from '../../adapters/happy-returns/index.ts';
import { standard } from '../../adapters/standard/index.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import type { Chance } from '../../src/demo/seeded-chance.ts';
import { pause } from './read-api.ts';
import { type Message, NETWORK, networkStory, PORTAL, portalStory } from './stories.ts';

/** Providers: they send until they are answered, send some things twice, and write down every answer they got. */

export interface Sent {
  readonly message: Message;
  readonly bodyDigest: string;
  /** Answers that arrived whole and said yes. Nothing is owed for a message without one. */
  readonly acknowledged: { readonly inboundId: string; readonly duplicate: boolean }[];
  /** Answers that arrived whole and said anything else but "come back". */
  readonly refused: string[];
  tries: number;
}

export interface Senders {
  readonly ledger: readonly Sent[];
  /** Requests with a wrong signature, and how many of them were not answered 401. */
  readonly forgeries: { sent: number; believed: number };
  /** How many requests were answered with "come back" so far. */
  unavailable(): number;
  /** Told of every acknowledgement. */
  onAcknowledged(listen: (() => void) | null): void;
  /** Begins no new return and waits until everything begun is told. */
  finish(): Promise<void>;
}

export interface SenderOptions {
  readonly chance: Chance;
  readonly senders: number;
  /** Longest pause of one sender between two messages, in milliseconds. */
  readonly thinkMs: number;
  readonly secrets: { readonly portal: string; readonly network: string };
  /** Where the gateway listens now; waits while it is down. */
  readonly gateway: () => Promise<string>;
}

/** How long a provider waits for an answer. */
const TIMEOUT_MS = 10_000;

export function startSenders(options: SenderOptions): Senders {
  const ledger: Sent[] = [];
  const forgeries = { sent: 0, believed: 0 };
  const agent = new Agent({ keepAlive: true });
  let listener: (() => void) | null = null;
  let finishing = false;
  let unavailable = 0;

  async function post(message: Message, secretOf: 'own' | 'forged'): Promise<{ status: number; body: string } | null> {
    const url = await options.gateway();
    const request = await signMessage(message, options.secrets, secretOf);
    return exchange(agent, `${url}/webhooks/${message.account}/${message.connection}`, request);
  }

  /** One try; whether it was answered for good. */
  async function tell(sent: Sent): Promise<boolean> {
    sent.tries += 1;
    const answer = await post(sent.message, 'own');
    if (answer?.status === 503) unavailable += 1;
    if (answer === null || answer.status === 503) return false;
    if (answer.status !== 200 && answer.status !== 202) {
      sent.refused.push(`${answer.status} ${answer.body}`);
      return true;
    }
    const { id, duplicate } = JSON.parse(answer.body);
    sent.acknowledged.push({ inboundId: id, duplicate });
    listener?.();
    return true;
  }

  async function tellUntilAnswered(message: Message, chance: Chance): Promise<void> {
    const bodyDigest = createHash('sha256').update(message.body).digest('hex');
    const sent: Sent = { message, bodyDigest, acknowledged: [], refused: [], tries: 0 };
    ledger.push(sent);
    // Some providers never try again; what they sent may be there or not, but never in part.
    const patient = message.account === NETWORK.account || chance.happens(0.9);
    while (!(await tell(sent))) {
      if (!patient) return;
      await pause(1 + chance.below(20));
    }
    // A redelivery although it was answered, at once or while others are told.
    if (chance.happens(0.1)) await tell(sent);
    if (chance.happens(0.01)) {
      forgeries.sent += 1;
      const answer = await post(message, 'forged');
      if (answer !== null && answer.status !== 401 && answer.status !== 503) forgeries.believed += 1;
    }
  }

  async function sender(number: number, chance: Chance): Promise<void> {
    for (let nth = 0; !finishing; nth += 1) {
      const name = `${number}-${nth}`;
      const told = chance.happens(0.6) ? portalStory(name, chance) : networkStory(name, chance);
      const messages = chance.happens(0.4) ? chance.shuffled(told) : told;
      if (chance.happens(0.2)) {
        await Promise.all(messages.map(message => tellUntilAnswered(message, chance.fork())));
        continue;
      }
      for (const message of messages) {
        await tellUntilAnswered(message, chance);
        await pause(chance.below(options.thinkMs + 1));
      }
    }
  }

  const running = Array.from({ length: options.senders }, (_, number) => sender(number, options.chance.fork()));
  return {
    ledger,
    forgeries,
    unavailable: () => unavailable,
    onAcknowledged(listen) {
      listener = listen;
    },
    async finish() {
      finishing = true;
      await Promise.all(running);
      agent.destroy();
    },
  };
}

export async function signMessage(
  message: Message,
  secrets: SenderOptions['secrets'],
  secretOf: 'own' | 'forged' = 'own',
): Promise<InboundRequest> {
  const { account, connection, webhookId, body } = message;
  const request: InboundRequest = {
    method: 'POST',
    path: `/webhooks/${account}/${connection}`,
    query: new URLSearchParams(),
    headers: { 'content-type': ['application/json'], ...(webhookId === null ? {} : { 'webhook-id': [webhookId] }) },
    body: Buffer.from(body),
  };
  const portal = account === PORTAL.account;
  const own = portal ? secrets.portal : secrets.network;
  const secret = new Secret(secretOf === 'own' ? own : `whsec_${Buffer.alloc(32, 9).toString('base64')}`);
  const now = new Date();
  if (portal) {
    return standard.webhook!.sign(
      request,
      { settings: standard.settings.parse({}), secrets: { webhook: [secret] } },
      now,
    );
  }
  const settings = happyReturns.settings.parse({ retailerId: NETWORK.retailerId });
  return happyReturns.webhook!.sign(request, { settings, secrets: { webhook: [secret] } }, now);
}

/** `null`: no whole answer came, so nothing is known. */
function exchange(
  agent: Agent,
  url: string,
  { headers, body }: InboundRequest,
): Promise<{ readonly status: number; readonly body: string } | null> {
  return new Promise(resolve => {
    const sent = httpRequest(url, { method: 'POST', agent, timeout: TIMEOUT_MS }, (answer: IncomingMessage) => {
      let text = '';
      answer.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      answer.on('end', () => resolve(answer.complete ? { status: answer.statusCode ?? 0, body: text } : null));
      answer.on('error', () => resolve(null));
    });
    for (const [name, values] of Object.entries(headers)) sent.setHeader(name, [...values]);
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(null));
    sent.end(body);
  });
}
