import { connect, type Socket } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import {
  afterTest,
  prepareAttacked,
  requested,
  residentBytes,
  sendWebhook,
  speakRaw,
  startAttacked,
} from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Asks and never reads: what the machine's own buffers do not hold of the answer stays with the gateway. */
function asking(port: number, requests: string): Socket {
  const socket = connect(port, '127.0.0.1');
  afterTest(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.pause().write(requests);
  return socket;
}

const ASK = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describe('answers that nobody reads', () => {
  it.each(['/docs', '/openapi.json'])(
    'cost little memory and no time of others, asked for by the thousand (%s)',
    async path => {
      const gateway = await startAttacked(prepareAttacked());
      await sendWebhook(gateway.url, requested('R-0'), 'warm-up');
      await (await fetch(`${gateway.url}${path}`)).text();
      const before = residentBytes(gateway.pid);

      // 60,000 requests for 200 KB each, in 3 MB; none of them needs a token.
      const greedy = Array.from({ length: 300 }, () => asking(gateway.port, ASK(path).repeat(200)));
      const patient = Array.from({ length: 300 }, () => asking(gateway.port, ASK(path)));
      await Promise.all([...greedy, ...patient].map(socket => new Promise(resolve => socket.once('connect', resolve))));
      const waits: number[] = [];
      for (let nth = 1; nth <= 20; nth += 1) {
        const startedAt = performance.now();
        await sendWebhook(gateway.url, requested(`R-${nth}`), `nth-${nth}`);
        waits.push(performance.now() - startedAt);
      }

      expect(waits.toSorted((a, b) => a - b)[10]).toBeLessThan(1000);
      // Each answered on its own, they take gigabytes and the process with them.
      expect(residentBytes(gateway.pid) - before).toBeLessThan(300 * 1024 * 1024);
    },
  );

  it('end with their connection once nothing of them moves', async () => {
    let dropped: Promise<unknown> | null = null;
    const app = new Hono<{ Bindings: HttpBindings }>().get('/', c => {
      dropped = new Promise(resolve => c.env.incoming.socket.once('close', resolve));
      // More than the buffers of both sides hold, so that the server is left with the rest.
      return new Response(new Uint8Array(32 * 1024 * 1024));
    });
    const server = await startServer(app as unknown as Hono, { host: '127.0.0.1', port: 0, stillTimeoutMs: 300 });
    afterTest(() => server.close());
    const socket = asking(Number(new URL(server.url).port), ASK('/'));
    await new Promise(resolve => socket.once('data', resolve).resume());
    socket.pause();

    expect(dropped).not.toBeNull();
    await dropped; // or never, and the test with it
  });
});

describe('requests that do not wait for their answers', () => {
  it('are answered in their order where there are few', async () => {
    const gateway = await startAttacked(prepareAttacked());

    const heard = await speakRaw(gateway.port, `${ASK('/healthz').repeat(5)}${ASK('/nothing')}`, 1000);

    expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '200',
      '200',
      '200',
      '200',
      '404',
    ]);
  });

  it('cost the connection where there are many', async () => {
    const gateway = await startAttacked(prepareAttacked());

    const heard = await speakRaw(gateway.port, ASK('/v1/returns').repeat(100), 1000);

    expect((heard.match(/HTTP\/1\.1 \d/g) ?? []).length).toBeLessThanOrEqual(10);
    await sendWebhook(gateway.url, requested('R-1'), 'afterwards');
  });
});
