import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { Notice } from './notices.ts';
import { noticeOf } from './notices.ts';

export interface Distribution {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds, one decimal. */
export function distribution(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

const PATH = '/webhooks/bench/portal';

/** As fast as `connections` senders can go, each waiting for its answer: throughput, and latency under saturation. */
export async function closedLoop(url: string, notices: readonly Notice[], connections = 64) {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const latencies: number[] = [];
  let next = 0;
  let refused = 0;
  const startedAt = performance.now();
  const sender = async () => {
    while (next < notices.length) {
      const notice = notices[next++]!;
      const sentAt = performance.now();
      const { statusCode, body } = await pool.request({
        path: PATH,
        method: 'POST',
        headers: notice.headers,
        body: notice.body,
      });
      await body.dump();
      latencies.push(performance.now() - sentAt);
      if (statusCode !== 202) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return { perSecond: Math.round(notices.length / seconds), latency: distribution(latencies), refused };
}

/**
 * `rate` webhooks a second whatever the answers take. Latency counts from the instant a webhook was meant to be sent,
 * so that a stalled gateway cannot hide the webhooks it made wait. Answers the intended start of each, by name.
 */
export async function openLoop(
  url: string,
  notices: readonly Notice[],
  rate: number,
  nameOf: (notice: Notice) => string,
) {
  const pool = new Pool(url, { connections: 128, pipelining: 1 });
  const intended = new Map<string, number>();
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  let refused = 0;
  let broken: unknown = null;
  const startedAt = performance.now();
  for (const [index, notice] of notices.entries()) {
    if (broken !== null) break;
    const dueAt = startedAt + (index / rate) * 1000;
    const wait = dueAt - performance.now();
    if (wait > 1) await new Promise(resolve => setTimeout(resolve, wait));
    intended.set(nameOf(notice), dueAt);
    pending.push(
      pool
        .request({ path: PATH, method: 'POST', headers: notice.headers, body: notice.body })
        .then(async ({ statusCode, body }) => {
          await body.dump();
          latencies.push(performance.now() - dueAt);
          if (statusCode !== 202) refused += 1;
        })
        .catch(error => {
          broken ??= error;
        }),
    );
  }
  await Promise.all(pending);
  const endedAt = performance.now();
  await pool.close();
  if (broken !== null) throw broken;
  return { intended, acknowledged: distribution(latencies), refused, endedAt, seconds: (endedAt - startedAt) / 1000 };
}

export interface Destination {
  readonly url: string;
  /** When each notice arrived first, by name. */
  readonly arrivals: Map<string, number>;
  repeats: number;
  /** Until `count` notices have arrived, or nothing has for `patienceMs`. */
  arrived(count: number, patienceMs?: number): Promise<void>;
  answer: (response: ServerResponse, path: string) => void;
  close(): Promise<void>;
}

/** A merchant's system that answers at once and notes what came when. */
export async function startDestination(): Promise<Destination> {
  const arrivals = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const name =
        `${request.url === '/' ? '' : request.url} ${noticeOf(Buffer.concat(chunks).toString('utf8'))}`.trim();
      if (arrivals.has(name)) destination.repeats += 1;
      else arrivals.set(name, performance.now());
      destination.answer(response, request.url ?? '/');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const destination: Destination = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    repeats: 0,
    async arrived(count, patienceMs = 30_000) {
      let last = arrivals.size;
      let quietSince = performance.now();
      while (arrivals.size < count && performance.now() - quietSince < patienceMs) {
        await new Promise(resolve => setTimeout(resolve, 20));
        if (arrivals.size === last) continue;
        last = arrivals.size;
        quietSince = performance.now();
      }
    },
    answer: response => response.writeHead(204).end(),
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return destination;
}
