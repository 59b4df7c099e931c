import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { pause } from './read-api.ts';
import type { Chance } from './seeded-chance.ts';

/** The systems behind the gateway: they check every signature with the published library and write down what came. */

export interface Arrival {
  readonly destination: string;
  readonly webhookId: string;
  readonly type: string;
  readonly returnId: string;
  readonly sequence: number;
  /** Of the message without the shopper, which is added at sending and may be better known the second time. */
  readonly digest: string;
  /** Whether it was answered with a 2xx, as far as this side knows. */
  readonly taken: boolean;
}

export interface LedgerDestination {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** What came and may never come: a message that nobody signed, or that cannot be read. */
  readonly forged: readonly string[];
  /** From now on first tries are taken, answered 503, or cut off, as chance has it; or all are taken. */
  trouble(isOn: boolean): void;
  /** Told of every arrival before it is answered. */
  onArrival(listen: (() => void) | null): void;
  close(): Promise<void>;
}

export async function openLedgerDestination(secret: string, chance: Chance): Promise<LedgerDestination> {
  const webhook = new Webhook(secret);
  const arrivals: Arrival[] = [];
  const forged: string[] = [];
  const known = new Set<string>();
  let troubled = false;
  let listener: (() => void) | null = null;

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
      const fate = !troubled || !isNew ? 1 : chance.next();
      const taken = fate >= 0.004;
      const { sequence } = message.data;
      const returnId = message.data.return.id;
      delete message.data.return.shopper;
      const digest = createHash('sha256').update(JSON.stringify(message)).digest('hex');
      arrivals.push({ destination, webhookId, type: message.type, returnId, sequence, digest, taken });
      listener?.();
      if (troubled && chance.happens(0.05)) await pause(chance.below(40));
      if (fate < 0.004) response.writeHead(503).end();
      else if (fate < 0.008)
        request.socket.destroy(); // taken, and nobody hears of it
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    forged,
    trouble(isOn) {
      troubled = isOn;
    },
    onArrival(listen) {
      listener = listen;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
