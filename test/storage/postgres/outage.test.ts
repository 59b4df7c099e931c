import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage } from '../../cli/open-cli.ts';
import { type PostgresServer, startPostgres } from '../../postgres/server.ts';

/** A whole gateway whose PostgreSQL goes away and comes back. */

let server: PostgresServer;
let stage: CliStage;
beforeEach(async () => {
  server = await startPostgres({ durable: true });
  stage = await openCliStage({ databaseUrl: server.url() });
}, 60_000);
afterEach(async () => {
  await stage.close();
  await server.remove();
}, 60_000);

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** A genuine webhook about a return of its own. */
async function send(returnNumber: number): Promise<Answer> {
  const connection = stage.gateway.config.accounts.get('sample-standard')!.connections.get('standard')!;
  const event = {
    type: 'return.requested',
    timestamp: '2026-11-20T10:00:00.000Z',
    data: { providerReturnId: `R-${returnNumber}`, change: {} },
  };
  const path = '/webhooks/sample-standard/standard';
  const request = {
    method: 'POST',
    path,
    query: new URLSearchParams(),
    headers: { 'content-type': ['application/json'], 'webhook-id': [`msg_${returnNumber}`] },
    body: new TextEncoder().encode(JSON.stringify(event)),
  };
  const { headers, body } = await connection.adapter.webhook!.sign(request, connection, new Date());
  const response = await fetch(`${stage.gateway.url}${path}`, {
    method: 'POST',
    headers: Object.entries(headers).flatMap(([name, values]) =>
      values.map(value => [name, value] as [string, string]),
    ),
    body: body as Uint8Array<ArrayBuffer>,
  });
  await response.body?.cancel();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

/** Until it holds; an error says what was there last. */
async function until(what: () => Promise<unknown>, expected: unknown): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const found = await what().catch(String);
    try {
      return expect(found).toEqual(expected);
    } catch (error) {
      if (tries === 300) throw error;
      await pause(50);
    }
  }
}

const states = async () =>
  (await stage.gateway.store.listInbound('all', {}, { limit: 50, after: null })).map(({ state }) => state);
const ready = async () => (await fetch(`${stage.gateway.url}/readyz`)).status;

describe('a gateway whose PostgreSQL', () => {
  it.each([
    ['is stopped', () => server.stop()],
    ['is killed', () => server.kill()],
  ])('%s answers 503 with Retry-After, and goes on once it is back', { timeout: 60_000 }, async (_, end) => {
    const before = await send(1);
    await until(states, ['recorded']); // else the claim on it would end with its lease
    await end();

    const during = [await send(2), await send(2)];
    const readyDuring = await ready();
    await server.start();

    await until(async () => (await send(2)).status, before.status);
    await until(states, ['recorded', 'recorded']);
    expect(before.status).toBeGreaterThanOrEqual(200);
    expect(before.status).toBeLessThan(300);
    expect(during).toEqual([
      { status: 503, retryAfter: expect.stringMatching(/^\d+$/) },
      { status: 503, retryAfter: expect.stringMatching(/^\d+$/) },
    ]);
    expect(readyDuring).toBe(503);
  });
});
