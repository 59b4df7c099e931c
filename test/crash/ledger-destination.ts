import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Chance } from '../../src/demo/seeded-chance.ts';
import { pause } from './read-api.ts';

/** The systems behind the gateway: they check every signature with the published library and write down what came. */

export interface Arrival {
  readonly destination: string;
  readonly webhookId: string;
  readonly type: string;
  readonly returnId: string;
  readonly sequence: number;
  /** Of the message without the shopper, which is added at sending and may be better known the second time. */
  readonly digest: string;
  /** Whether this side has it, whatever the other heard. */
  readonly taken: boolean;
  /** What it was answered, in a word. */
  readonly answer: string;
  /** When it was here, and when its exchange was over, on the clock of `performance.now()`. */
  readonly atMs: number;
  readonly overAtMs: number | null;
  /** Whether the answer was written to its end before the connection closed; `null`: not over yet. */
  readonly heard: boolean | null;
}

/** What becomes of a message. */
export interface Answer {
  readonly name: string;
  readonly taken: boolean;
  /** `null`: the connection is cut. */
  readonly status: number | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly afterMs?: number;
  /** A body that comes byte by byte and never ends. */
  readonly drips?: boolean;
}

export const TAKEN: Answer = { name: 'taken', taken: true, status: 204 };

/** Decides each message's answer; `isNew`: this side was not sent it before. */
export type Answering = (message: { readonly isNew: boolean }) => Answer;

export interface LedgerDestination {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** What came and may never come: a message that nobody signed, or that cannot be read. */
  readonly forged: readonly string[];
  /** From now on; at first all are taken. */
  answer(answering: Answering): void;
  /** Told of every arrival before it is answered. */
  onArrival(listen: (() => void) | null): void;
  /** Connections are refused and those that are open are cut, until `comeBack`. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Between two bytes of an answer that drips. */
const DRIP_MS = 100;

export async function openLedgerDestination(secret: string): Promise<LedgerDestination> {
  const webhook = new Webhook(secret);
  const arrivals: { -readonly [Key in keyof Arrival]: Arrival[Key] }[] = [];
  const forged: string[] = [];
  const known = new Set<string>();
  let answering: Answering = () => TAKEN;
  let listener: (() => void) | null = null;
  let isDown = false;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('error', () => undefined); // the gateway was killed in the middle of it
    request.on('end', async () => {
      const destination = request.url ?? '';
      const body = Buffer.concat(chunks).toString('utf8');
      const webhookId = String(request.headers['webhook-id']);
      try {
        webhook.verify(body, request.headers as Record<string, string>);
      } catch {
        forged.push(`${destination} ${webhookId}`);
        return response.writeHead(401).end();
      }
      const message = JSON.parse(body);
      const isNew = !known.has(`${destination} ${webhookId}`);
      known.add(`${destination} ${webhookId}`);
      const answer = answering({ isNew });
      const { sequence } = message.data;
      const returnId = message.data.return.id;
      delete message.data.return.shopper;
      const digest = createHash('sha256').update(JSON.stringify(message)).digest('hex');
      const told = { destination, webhookId, type: message.type, returnId, sequence, digest };
      const { taken, name } = answer;
      const arrival = { ...told, taken, answer: name, atMs: performance.now(), overAtMs: null, heard: null };
      arrivals.push(arrival);
      response.on('close', () => {
        const heard = response.writableFinished;
        const answered = !heard && isDown ? 'went down before it answered' : name;
        Object.assign(arrival, { answer: answered, overAtMs: performance.now(), heard });
      });
      listener?.();
      await give(response, answer);
    });
  });
  const listen = async (port: number) => {
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
    isDown = false;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const shut = async () => {
    isDown = true;
    const closed = new Promise(resolve => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    forged,
    answer(given) {
      answering = given;
    },
    onArrival(listen) {
      listener = listen;
    },
    goDown: shut,
    comeBack: () => listen(port),
    close: shut,
  };
}

async function give(response: ServerResponse, { status, headers, afterMs, drips }: Answer): Promise<void> {
  if (afterMs !== undefined) await pause(afterMs);
  if (status === null) {
    response.socket?.destroy();
    return;
  }
  response.writeHead(status, headers);
  if (!drips) {
    response.end();
    return;
  }
  while (!response.closed) {
    response.write('.');
    await pause(DRIP_MS);
  }
}

/** First tries are taken, answered 503, or cut off, as chance has it; later ones are taken. */
export function hesitant(chance: Chance): Answering {
  return ({ isNew }) => {
    const fate = isNew ? chance.next() : 1;
    const late = chance.happens(0.05) ? { afterMs: chance.below(40) } : {};
    if (fate < 0.004) return { name: 'answered 503', taken: false, status: 503, ...late };
    // Taken, and nobody hears of it.
    if (fate < 0.008) return { name: 'cut off', taken: true, status: null, ...late };
    return { ...TAKEN, ...late };
  };
}
