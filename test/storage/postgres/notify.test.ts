import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { placeOf } from '../../../src/storage/postgres/connection-config.ts';
import { createNotifier, type Notifier, type Work } from '../../../src/storage/postgres/notify.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { dropDatabase, emptyDatabase } from '../../postgres/databases.ts';

afterEach(() => vi.restoreAllMocks());

/** On a machine that is busy otherwise. */
const WAIT = { timeout: 10_000 };

async function ownDatabase(): Promise<string> {
  const url = await emptyDatabase();
  onTestFinished(() => dropDatabase(url));
  return url;
}

/** A process that hears and tells; `heard` grows. */
function open(url: string): { readonly notifier: Notifier; readonly heard: Work[] } {
  const heard: Work[] = [];
  const notifier = createNotifier({
    url,
    place: placeOf(url),
    onWork: work => heard.push(work),
    onProblem: () => undefined,
  });
  onTestFinished(() => notifier.close());
  return { notifier, heard };
}

/** NOTIFYs that went out, each answered when the test says so. */
function heldNotifies() {
  const query = pg.Client.prototype.query as (...values: unknown[]) => unknown;
  const held: { readonly by: pg.Client; end(error?: Error): void }[] = [];
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...values: unknown[]) {
    const [text] = values;
    if (typeof text !== 'string' || !/^NOTIFY .*'(received|due)'/.test(text)) return query.apply(this, values);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    held.push({ by: this, end: error => (error === undefined ? resolve(query.apply(this, values)) : reject(error)) });
    return promise;
  } as never);
  return held;
}

it('tells one thing at a time, and gathers what there is to tell while the server stalls', async () => {
  const url = await ownDatabase();
  const held = heldNotifies();
  const [{ notifier }, other] = [open(url), open(url)];
  notifier.tell('due');
  await expect.poll(() => held.length, WAIT).toBe(1);

  for (let times = 0; times < 10; times += 1) {
    notifier.tell('received');
    notifier.tell('due');
    await pause(25);
  }
  const during = held.length;
  held[0]!.end();
  await expect.poll(() => held.length, WAIT).toBe(2);
  held[1]!.end();

  await expect.poll(() => other.heard, WAIT).toEqual(['due', 'received', 'due']);
  await pause(100);
  expect([during, held.length]).toEqual([1, 2]);
});

it('connects anew where a server says nothing to what is told, and tells it what there is', async () => {
  const url = await ownDatabase();
  const held = heldNotifies();
  const [{ notifier }, other] = [open(url), open(url)];
  notifier.tell('due');
  await expect.poll(() => held.length, WAIT).toBe(1);

  notifier.tell('received');
  held[0]!.end(new Error('Query read timeout'));
  await expect.poll(() => held.length, WAIT).toBe(2);
  held[1]!.end();

  await expect.poll(() => other.heard, WAIT).toEqual(['received']);
  expect(held[1]!.by).not.toBe(held[0]!.by);
});

it('every connection asks after ten seconds of silence whether the other side is there', async () => {
  const url = await ownDatabase();
  const asked = vi.spyOn(Socket.prototype, 'setKeepAlive');
  const store = await openPostgresStore(url);
  onTestFinished(() => store.close());
  await store.listTokens();

  await expect.poll(() => asked.mock.calls.length, WAIT).toBeGreaterThanOrEqual(3); // to write, to read, to notify
  expect(new Set(asked.mock.calls.map(String))).toEqual(new Set(['true,10000']));
});
