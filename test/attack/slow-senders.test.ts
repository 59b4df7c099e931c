import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { until } from '../crash/read-api.ts';
import { openHttp, requested as requestedNow, signed } from '../http/open-http.ts';
import {
  afterTest,
  prepareAttacked,
  requested,
  residentBytes,
  sendWebhook,
  startAttacked,
} from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Slow {
  readonly heard: () => string;
  readonly closed: Promise<void>;
}

/** Says `first` at once and then one byte after the other, for as long as it is let; or nothing at all. */
function dripping(port: number, first: string, everyMs: number): Slow {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', chunk => {
    heard += chunk;
  });
  socket.on('error', () => undefined);
  if (first !== '') socket.write(first);
  const timer = setInterval(() => first !== '' && socket.write('x'), everyMs);
  const closed = new Promise<void>(resolve => {
    socket.on('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
  return { heard: () => heard, closed };
}

const POST = 'POST /webhooks/acme/hints HTTP/1.1\r\nHost: x\r\n';

describe('senders that are slow', () => {
  it('are told so with 408, and the others notice nothing', async () => {
    const { listen, store, clock } = await openHttp();
    const { url } = await listen({ requestTimeoutMs: 800 });
    const port = Number(new URL(url).port);
    const beginnings = [`${POST}X-Slow: `, `${POST}Content-Length: 100000\r\n\r\n`, 'POST /webhooks/', ''];
    const slow = Array.from({ length: 300 }, (_, nth) => dripping(port, beginnings[nth % beginnings.length]!, 50));

    const waits: number[] = [];
    for (let nth = 0; nth < 30; nth += 1) {
      const startedAt = performance.now();
      const webhook = await signed(requestedNow(`R-${nth}`), clock.nowMs);
      const answer = await fetch(`${url}/webhooks/acme/portal`, { method: 'POST', ...webhook });
      waits.push(performance.now() - startedAt);
      expect(answer.status).toBe(202);
    }
    await Promise.all(slow.map(each => each.closed));

    expect(slow.map(each => /^HTTP\/1\.1 (\d+)/.exec(each.heard())?.[1])).toEqual(slow.map(() => '408'));
    expect(waits.toSorted((a, b) => a - b)[15]).toBeLessThan(250);
    expect(await store.listInbound('all', {}, { limit: 200, after: null })).toHaveLength(30);
  });
});

/** As many as this machine lets one process open, and ten thousand at most. */
function idleConnections(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return Math.min(10_000, limit === 'unlimited' ? 10_000 : Number(limit) - 500);
}

describe('connections on which nothing comes', () => {
  it('are held by the thousand in little memory while webhooks are taken', async () => {
    const gateway = await startAttacked(prepareAttacked());
    await sendWebhook(gateway.url, requested('R-0'), 'warm-up');
    const before = residentBytes(gateway.pid);
    const count = idleConnections();
    // Nothing at all; half a request; a whole one, after which the connection is kept.
    const openings = ['', `${POST}X-Slow: `, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'];
    const sockets: Socket[] = [];
    afterTest(() => {
      for (const socket of sockets) socket.destroy();
    });
    while (sockets.length < count) {
      const more = Array.from({ length: Math.min(500, count - sockets.length) }, (_, nth) => {
        const socket = connect(gateway.port, '127.0.0.1');
        socket.on('error', () => undefined).on('data', () => undefined);
        socket.write(openings[(sockets.length + nth) % openings.length]!);
        return socket;
      });
      await Promise.all(more.map(socket => new Promise(resolve => socket.once('connect', resolve))));
      sockets.push(...more);
    }

    const waits: number[] = [];
    for (let nth = 1; nth <= 50; nth += 1) {
      const startedAt = performance.now();
      await sendWebhook(gateway.url, requested(`R-${nth}`), `nth-${nth}`);
      waits.push(performance.now() - startedAt);
    }
    const open = sockets.filter(socket => !socket.destroyed).length;
    const grown = residentBytes(gateway.pid) - before;

    expect(count).toBeGreaterThanOrEqual(500);
    expect(open).toBeGreaterThan(count * 0.9);
    expect(waits.toSorted((a, b) => a - b)[25]).toBeLessThan(500);
    expect(grown / count).toBeLessThan(30_000); // bytes for one connection
    // Whoever has not said a whole head in ten seconds is dropped; a connection that was used is kept for more than a minute.
    const ofKind = (kind: number) =>
      sockets.filter((socket, nth) => nth % openings.length === kind && !socket.destroyed);
    await until(
      () => ofKind(0).length + ofKind(1).length,
      left => left === 0,
      'those without a whole request to be dropped',
    );
    expect(ofKind(2).length).toBeGreaterThan(count / 4);
    await sendWebhook(gateway.url, requested('R-51'), 'nth-51');
  });
});
