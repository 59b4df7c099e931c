import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkSignature } from './check-signature.ts';
import { listen } from './ports.ts';

/** A merchant's own system: it takes Retour's messages, trusts none of them unchecked, and keeps them in memory. */

export interface ShopMessage {
  /** The path it was posted to: which of the shop's systems took it. */
  readonly path: string;
  readonly webhookId: string;
  readonly type: string;
  readonly returnId: string;
  readonly sequence: number;
  readonly status: string;
  /** A later try of a message that is already here. */
  readonly again: boolean;
}

export interface SampleShop {
  readonly url: string;
  readonly port: number;
  /** Genuine messages in the order they arrived. */
  readonly messages: readonly ShopMessage[];
  /** What came and was not right: a bad signature, a message that goes back in the order of its return. */
  readonly complaints: readonly string[];
  /** Requests answered 503 because the shop was down. */
  readonly turnedAway: () => number;
  /** From now on every request is answered 503, or again taken. */
  down(isDown: boolean): void;
  /** Which secrets may have signed what comes in at a path. */
  trust(path: string, secrets: readonly string[]): void;
  close(): Promise<void>;
}

/** Listens on loopback, at `port` or, where that is taken, at any that is free. */
export async function openSampleShop(port: number, now: () => number): Promise<SampleShop> {
  const messages: ShopMessage[] = [];
  const complaints: string[] = [];
  const secretsOf = new Map<string, readonly string[]>();
  /** The highest sequence per path and return: what a receiver keeps so as to know what is newer. */
  const highest = new Map<string, number>();
  let isDown = false;
  let turnedAway = 0;

  function take(path: string, headers: IncomingHttpHeaders, body: Buffer): number {
    if (isDown) {
      turnedAway += 1;
      return 503;
    }
    const faults = (secretsOf.get(path) ?? []).map(secret => checkSignature(secret, headers, body, now()));
    if (!faults.includes(null)) {
      complaints.push(`${path}: ${faults[0] ?? 'nobody is expected to post here'}`);
      return 401;
    }
    const { type, data } = JSON.parse(body.toString('utf8')) as {
      readonly type: string;
      readonly data: { readonly sequence?: number; readonly return?: { readonly id: string; readonly status: string } };
    };
    // `destination.test` and the like are about no return.
    if (data.return === undefined || data.sequence === undefined) return 204;
    const webhookId = String(headers['webhook-id']);
    const { id: returnId, status } = data.return;
    const again = messages.some(message => message.path === path && message.webhookId === webhookId);
    const line = `${path} ${returnId}`;
    const before = highest.get(line) ?? 0;
    if (!again && data.sequence <= before) {
      complaints.push(`${path}: ${type} of ${returnId} has sequence ${data.sequence} and came after ${before}`);
    }
    highest.set(line, Math.max(before, data.sequence));
    messages.push({ path, webhookId, type, returnId, sequence: data.sequence, status, again });
    return 204;
  }

  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '/';
      if (request.method === 'POST') response.writeHead(take(path, request.headers, Buffer.concat(chunks))).end();
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`${JSON.stringify({ messages, complaints }, null, 2)}\n`);
    });
  });
  await listen(server, port);
  const address = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    messages,
    complaints,
    turnedAway: () => turnedAway,
    down(value) {
      isDown = value;
    },
    trust(path, secrets) {
      secretsOf.set(path, [...(secretsOf.get(path) ?? []), ...secrets]);
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
