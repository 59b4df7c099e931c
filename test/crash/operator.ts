import type { Chance } from '../../src/demo/seeded-chance.ts';
import { ADMIN_TOKEN } from './gateway-process.ts';
import { pause } from './read-api.ts';
import type { Senders } from './senders.ts';

/** Somebody on call who replays, redelivers and pauses while the gateway is under load and dies under their hands. */
export interface Operator {
  /** What a replay changed although nothing had changed. */
  readonly findings: readonly string[];
  readonly done: Readonly<Record<'replays' | 'redeliveries' | 'pauses', number>>;
  /** What was asked to be sent once more, whether the answer came or not. */
  readonly redelivered: readonly Redelivery[];
  /** Makes a destination active whatever it was, however often that must be asked. */
  resume(destination: Destination): Promise<void>;
  /** Resumes every destination and goes home. */
  finish(): Promise<void>;
}

interface Destination {
  readonly account: string;
  readonly name: string;
}

export interface Redelivery {
  readonly account: string;
  readonly name: string;
  readonly webhookId: string;
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
}

/** How long somebody waits for an answer of a gateway that hangs. */
const TIMEOUT_MS = 10_000;

export function startOperator(options: {
  readonly chance: Chance;
  readonly senders: Senders;
  readonly destinations: readonly Destination[];
  readonly gateway: () => Promise<string>;
}): Operator {
  const { chance, senders, destinations } = options;
  const findings: string[] = [];
  const redelivered: Redelivery[] = [];
  const done = { replays: 0, redeliveries: 0, pauses: 0 };
  let finishing = false;

  /** `null`: no answer, or one that says to come back. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into by whoever asked.
  async function call(method: string, path: string): Promise<any> {
    try {
      const url = await options.gateway();
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = await response.json();
      if (response.ok) return answer;
      if (response.status !== 409 && response.status !== 503) findings.push(`${method} ${path}: ${response.status}`);
      return null;
    } catch {
      return null; // it was killed meanwhile
    }
  }

  async function replay(): Promise<void> {
    const read = senders.ledger.filter(sent => sent.acknowledged.length > 0);
    if (read.length === 0) return;
    const { message, acknowledged } = chance.pick(read);
    const { inboundId } = acknowledged[0]!;
    const answer = await call('POST', `/v1/inbound/${inboundId}/replay`);
    if (answer === null) return;
    done.replays += 1;
    const expected = message.state === 'recorded' ? 'identical' : 'still_failing';
    if (answer.outcome !== expected) findings.push(`a replay of ${inboundId} was ${answer.outcome}, not ${expected}`);
  }

  async function redeliver(): Promise<void> {
    const listed = await call('GET', '/v1/deliveries?state=delivered&limit=5');
    if (listed === null || listed.data.length === 0) return;
    const { id, account, destination, webhookId } = chance.pick<Record<string, string>>(listed.data);
    redelivered.push({ account: account!, name: destination!, webhookId: webhookId!, atMs: performance.now() });
    const answer = await call('POST', `/v1/deliveries/${id}/redeliver`);
    if (answer !== null) done.redeliveries += 1;
  }

  async function pauseForAWhile(): Promise<void> {
    const { account, name } = chance.pick(destinations);
    const answer = await call('POST', `/v1/destinations/${account}/${name}/pause`);
    if (answer !== null) done.pauses += 1;
    await pause(chance.below(200));
    await resume({ account, name });
  }

  async function resume({ account, name }: Destination): Promise<void> {
    while ((await call('POST', `/v1/destinations/${account}/${name}/resume`)) === null) await pause(100);
  }

  async function work(): Promise<void> {
    while (!finishing) {
      const what = chance.next();
      if (what < 0.6) await replay();
      else if (what < 0.9) await redeliver();
      else await pauseForAWhile();
      await pause(chance.below(150));
    }
  }

  const working = work();
  return {
    findings,
    done,
    redelivered,
    resume,
    async finish() {
      finishing = true;
      await working;
      for (const destination of destinations) await resume(destination);
    },
  };
}
