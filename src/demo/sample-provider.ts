import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InboundRequest } from '../adapter/webhook.ts';
import { listen } from './ports.ts';

/** The APIs of the providers whose webhooks only point to something: they answer what the stories say, and know nothing else. */
export interface SampleProvider {
  readonly url: string;
  /** From now on, at `{url}/{adapter}` and the path of the call. */
  answer(adapter: string, call: InboundRequest): void;
  close(): Promise<void>;
}

/** Listens on loopback, at any port that is free: only the sample accounts need to know it. */
export async function openSampleProvider(): Promise<SampleProvider> {
  const answers = new Map<string, InboundRequest>();
  const server = createServer((request, response) => {
    request.resume();
    const answer = answers.get(`${request.method} ${request.url}`);
    if (answer === undefined) return void response.writeHead(404).end();
    const headers = Object.entries(answer.headers).flatMap(([name, values]) => values.flatMap(value => [name, value]));
    response.writeHead(200, headers).end(answer.body);
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    answer(adapter, call) {
      const { method, path, query } = call;
      answers.set(`${method} /${adapter}${path}${query.size === 0 ? '' : `?${query}`}`, call);
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
