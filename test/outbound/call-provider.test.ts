import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProviderRequest } from '../../src/adapter/provider-call.ts';
import { createProviderCaller } from '../../src/outbound/call-provider.ts';

const LOOPBACK = ['127.0.0.0/8'];
const REQUEST: ProviderRequest = { method: 'GET', path: '/rma/1?full=1', headers: { 'x-api-key': 'key' } };

async function provider(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function caller(...args: Parameters<typeof createProviderCaller>) {
  const made = createProviderCaller(...args);
  onTestFinished(() => made.close());
  return made;
}

describe('a call to a provider', () => {
  it('sends what the adapter says and brings back the bytes, whatever the status', async () => {
    const heard: unknown[] = [];
    const base = await provider((request, response) => {
      heard.push(request.method, request.url, request.headers['x-api-key']);
      response.writeHead(503, { 'retry-after': '7', 'X-Trace': 't' }).end('{"a":1.0}');
    });

    const result = await caller(LOOPBACK).call(`${base}/api`, REQUEST);

    expect(heard).toEqual(['GET', '/api/rma/1?full=1', 'key']);
    if (result.outcome !== 'answered') throw new Error(result.outcome);
    expect(result.answer.status).toBe(503);
    expect(result.answer.headers).toMatchObject({ 'retry-after': '7', 'x-trace': 't' });
    expect(new TextDecoder().decode(result.answer.body)).toBe('{"a":1.0}');
  });

  it('carries a body where there is one', async () => {
    const base = await provider((request, response) => void request.pipe(response));

    const result = await caller(LOOPBACK).call(base, { ...REQUEST, method: 'POST', body: '{"né":1}' });

    expect(result).toMatchObject({ outcome: 'answered', answer: { status: 200 } });
    expect(result.outcome === 'answered' && new TextDecoder().decode(result.answer.body)).toBe('{"né":1}');
  });

  it('never follows a redirect, which would carry the credential elsewhere', async () => {
    let calls = 0;
    const base = await provider((_, response) => {
      calls += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });

    expect(await caller(LOOPBACK).call(base, REQUEST)).toMatchObject({ outcome: 'answered', answer: { status: 302 } });
    expect(calls).toBe(1);
  });

  it('refuses an address that is not public, by number and by name', async () => {
    let calls = 0;
    const base = await provider((_, response) => {
      calls += 1;
      response.end();
    });
    const resolve = ((_host: string, _options: unknown, done: (error: null, found: unknown) => void) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])) as never;

    expect(await caller([]).call(base, REQUEST)).toMatchObject({ outcome: 'blocked' });
    expect(await caller([], { resolve }).call('https://api.provider.example', REQUEST)).toMatchObject({
      outcome: 'blocked',
    });
    expect(calls).toBe(0);
  });

  it('waits no longer than its deadline, however slowly an answer drips', async () => {
    const base = await provider((_, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(drip));
    });

    expect(await caller(LOOPBACK, { deadlineMs: 200 }).call(base, REQUEST)).toEqual({
      outcome: 'timeout',
      detail: 'No complete answer within the deadline.',
    });
  });

  it('reads no answer that is larger than may be kept', async () => {
    const base = await provider((_, response) => void response.end(Buffer.alloc(5 * 1024 * 1024)));

    expect(await caller(LOOPBACK).call(base, REQUEST)).toMatchObject({ outcome: 'too_large' });
  });

  it('says that nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));

    expect(await caller(LOOPBACK).call(`http://127.0.0.1:${port}`, REQUEST)).toEqual({
      outcome: 'unreachable',
      detail: 'The connection failed (ECONNREFUSED).',
    });
  });
});
