import { request as send } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { NOON, openHttp, PUBLIC_URL, requested, signed } from './open-http.ts';

const MEBIBYTE = 1_048_576;

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  /** Sends the body in pieces, without Content-Length. */
  readonly chunked?: boolean;
}

/** One exchange over the port, as a provider would have it. */
function exchange(
  url: string,
  { path = '/webhooks/acme/portal', method = 'POST', headers = {}, body = '', chunked = false }: Sent,
) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }>(
    (resolve, reject) => {
      const bytes = Buffer.from(body);
      const outgoing = send(
        {
          host: '127.0.0.1',
          port: new URL(url).port,
          path,
          method,
          headers: { ...(chunked ? {} : { 'content-length': String(bytes.length) }), ...headers },
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', chunk => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: JSON.parse(Buffer.concat(chunks).toString() || 'null'),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      if (!chunked) return void outgoing.end(bytes);
      for (let at = 0; at < bytes.length; at += 65_536) outgoing.write(bytes.subarray(at, at + 65_536));
      outgoing.end();
    },
  );
}

const all = { limit: 50, after: null };

describe('a webhook', () => {
  it('is kept byte for byte before it is answered, and known again', async () => {
    const { listen, store } = await openHttp();
    const { url } = await listen();
    const request = await signed(
      requested('R-1', { order: { number: 'Ünicode', id: null, placedAt: null } }),
      NOON,
      'msg_1',
    );

    const first = await exchange(url, request);
    const again = await exchange(url, request);

    expect(first).toMatchObject({ status: 202, body: { id: expect.stringMatching(/^inb_/), duplicate: false } });
    expect(again).toMatchObject({ status: 202, body: { id: first.body.id, duplicate: true } });
    const row = await store.getInbound('all', first.body.id as string);
    expect(Buffer.from(row!.body!).toString('utf8')).toBe(request.body);
  });

  it('of a connection that acknowledges with 200 is answered 200', async () => {
    const { webhook } = await openHttp();
    const authorization = `Basic ${Buffer.from('jo:correct horse').toString('base64')}`;

    expect(await webhook('/webhooks/acme/basic', { headers: { authorization }, body: '{}' })).toMatchObject({
      status: 200,
    });
  });

  it('arrives with path, query and repeated headers as sent', async () => {
    const { listen, store } = await openHttp();
    const { url } = await listen();
    const { headers, body } = await signed(requested('R-1'), NOON);

    const answer = await exchange(url, {
      path: '/webhooks/acme/portal?b=%20x&b=2&a',
      headers: { ...headers, 'X-Twice': ['one, two', 'three'] },
      body,
    });

    const row = await store.getInbound('all', answer.body.id as string);
    expect(row!.path).toBe('/webhooks/acme/portal');
    expect(row!.headers['x-twice']).toEqual(['one, two', 'three']);
    expect(new URLSearchParams(row!.query).getAll('b')).toEqual([' x', '2']);
  });

  it.each([
    ['without a signature', (headers: Record<string, string>) => ({ ...headers, 'webhook-signature': [] })],
    [
      'with a truncated signature',
      (headers: Record<string, string>) => ({
        ...headers,
        'webhook-signature': headers['webhook-signature']!.slice(0, 20),
      }),
    ],
    [
      'with a signature sent twice',
      (headers: Record<string, string>) => ({
        ...headers,
        'webhook-signature': [headers['webhook-signature']!, headers['webhook-signature']!],
      }),
    ],
    [
      'with a signature that is not ASCII',
      (headers: Record<string, string>) => ({ ...headers, 'webhook-signature': 'v1,\u00fc\u00e9\u00ff' }),
    ],
    [
      'with an id sent twice',
      (headers: Record<string, string>) => ({ ...headers, 'webhook-id': [headers['webhook-id']!, 'msg_2'] }),
    ],
  ])('%s is refused, and nothing is kept of it', async (_, spoil) => {
    const { listen, store } = await openHttp();
    const { url } = await listen();
    const { headers, body } = await signed(requested('R-1'), NOON);

    const answer = await exchange(url, { headers: spoil(headers), body });

    expect(answer).toMatchObject({
      status: 401,
      body: { code: 'SIGNATURE_REJECTED', rejectionId: expect.stringMatching(/^rej_/) },
    });
    expect(await store.listInbound('all', {}, all)).toEqual([]);
    expect(await store.listRejections('all', {}, all)).toHaveLength(1);
  });

  it.each([
    ['changed by one byte', (body: string) => body.replace('R-1', 'R-2')],
    ['written anew with equal meaning', (body: string) => JSON.stringify(JSON.parse(body), null, 1)],
    ['left out', () => ''],
  ])('whose body was %s is refused', async (_, change) => {
    const { webhook } = await openHttp();
    const { headers, body } = await signed(requested('R-1'), NOON);

    expect(await webhook('/webhooks/acme/portal', { headers, body: change(body) })).toMatchObject({ status: 401 });
  });

  it('that is refused gets the same body whatever the reason, but for the rejectionId', async () => {
    const { webhook } = await openHttp();
    const { headers, body } = await signed(requested('R-1'), NOON);

    const wrong = await webhook('/webhooks/acme/portal', { headers, body: `${body} ` });
    const missing = await webhook('/webhooks/beta/portal', { headers: {}, body });

    expect({ ...wrong.body, rejectionId: '' }).toEqual({ ...missing.body, rejectionId: '' });
    expect(wrong.body).toEqual({
      type: `${PUBLIC_URL}/problems/SIGNATURE_REJECTED`,
      title: 'The sender is not proven',
      status: 401,
      detail: 'The sender is not proven. The rejectionId tells the operator of the gateway why.',
      code: 'SIGNATURE_REJECTED',
      rejectionId: wrong.body.rejectionId,
    });
    expect(wrong.body.rejectionId).not.toBe(missing.body.rejectionId);
    expect(wrong.headers.get('content-type')).toBe('application/problem+json');
  });

  it('refused for its Basic credentials is told which scheme to use', async () => {
    const { webhook } = await openHttp();

    const basic = await webhook('/webhooks/acme/basic', { headers: {}, body: '{}' });
    const other = await webhook('/webhooks/acme/portal', { headers: {}, body: '{}' });

    expect(basic.headers.get('www-authenticate')).toBe('Basic realm="retour", charset="UTF-8"');
    expect(other.headers.get('www-authenticate')).toBeNull();
  });

  it.each([
    ['empty', ''],
    ['not JSON', 'not JSON'],
    ['half a list', '[1,2'],
    ['only a text', '"text"'],
    ['nested 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['out to change a prototype', '{"__proto__":{"type":"x"}}'],
    ['holding a number of 22 digits', '{"n":1234567890123456789012}'],
  ])('that is proven is kept where its body is %s', async (_, body) => {
    const { webhook, store } = await openHttp();
    const request = await signed(body, NOON);

    const answer = await webhook('/webhooks/acme/portal', request);

    expect(answer.status).toBe(202);
    expect(Buffer.from((await store.getInbound('all', answer.body.id))!.body!).toString('utf8')).toBe(body);
  });

  it('over its budget of unproven ones is asked to come back', async () => {
    const { webhook } = await openHttp({ intake: { hintsPerMinute: 1 } });

    const first = await webhook('/webhooks/acme/hints', { headers: {}, body: '{}' });
    const second = await webhook('/webhooks/acme/hints', { headers: {}, body: '{}' });

    expect(first.status).toBe(202);
    expect(second).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
    expect(second.headers.get('retry-after')).toBe('60');
  });

  it('that proves nothing counts once for each 16 KiB of it, so that no stranger fills the disk', async () => {
    const { webhook } = await openHttp({ intake: { hintsPerMinute: 4 } });
    const send = async (bytes: number) =>
      (await webhook('/webhooks/acme/hints', { headers: {}, body: 'x'.repeat(bytes) })).status;

    // 1, 2 and 64 of the 4; the last one that begins within the budget may go over it.
    expect([await send(16_384), await send(16_385), await send(1_048_576), await send(1)]).toEqual([
      202, 202, 202, 503,
    ]);
  });

  it('that cannot be kept is not acknowledged', async () => {
    const error = new GatewayError('STORE_UNAVAILABLE', 'The disk is full.', { retryAfterMs: 12_400 });
    const { webhook } = await openHttp({
      storeless: true,
      deps: { receive: async () => ({ outcome: 'unavailable', error }) },
    });

    const answer = await webhook('/webhooks/acme/portal', { headers: {}, body: '{}' });

    expect(answer).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
    expect(answer.headers.get('retry-after')).toBe('13');
  });

  it('sent while the gateway is not ready is asked to come back, unread', async () => {
    const { webhook, calls } = await openHttp({ storeless: true, deps: { notReady: () => 'stopping' } });

    expect(await webhook('/webhooks/acme/portal', { headers: {}, body: '{}' })).toMatchObject({
      status: 503,
      body: { code: 'OVERLOADED' },
    });
    expect(calls).toEqual([]);
  });
});

describe('the address of a webhook', () => {
  it.each([
    '/webhooks/acme/nobody',
    '/webhooks/nobody/portal',
    '/webhooks/acme/silent',
    '/webhooks/acme/portal/',
    '/webhooks/acme',
    '/webhooks/ACME/portal',
    '/webhooks/acme%2fportal/x',
    '/webhooks/..%2f..%2fetc/passwd',
    '/webhooks/acme/%70ortal',
    '/webhooks/__proto__/constructor',
  ])('%s leads nowhere yet', async path => {
    const { listen, calls } = await openHttp({ storeless: true });
    const { url } = await listen();

    const answer = await exchange(url, { path, ...(await signed(requested('R-1'), NOON)) });

    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60' },
      body: { code: 'CONNECTION_UNKNOWN', requestId: expect.any(String) },
    });
    expect(calls).toEqual([]);
  });

  it('is answered before the body is read where it leads nowhere', async () => {
    const { listen } = await openHttp({ storeless: true });
    const { url } = await listen();

    const answer = await exchange(url, { path: '/webhooks/acme/nobody', body: 'x'.repeat(MEBIBYTE + 1) });

    expect(answer).toMatchObject({ status: 503, body: { code: 'CONNECTION_UNKNOWN' } });
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('takes no %s', async method => {
    const { call } = await openHttp({ storeless: true });

    const answer = await call(method, '/webhooks/acme/portal');

    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('allow')).toBe('POST');
  });
});

describe('the size of a webhook', () => {
  const tooLarge = 'x'.repeat(MEBIBYTE + 1);

  it.each([
    ['announced by Content-Length', { body: tooLarge }],
    ['in chunks, unannounced', { body: tooLarge, chunked: true }],
  ])('one byte over 1 MiB is refused when %s', async (_, sent) => {
    const { listen, calls } = await openHttp();
    const { url } = await listen();

    const answer = await exchange(url, sent);

    expect(answer).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    expect(calls).toEqual([]);
  });

  it('is refused by its announcement alone, before a byte of it has come', async () => {
    const { listen } = await openHttp({ storeless: true });
    const { url } = await listen();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const heard = new Promise<string>(resolve => socket.on('data', chunk => resolve(String(chunk))));

    socket.write(`POST /webhooks/acme/portal HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEBIBYTE + 1}\r\n\r\n`);

    expect(await heard).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it.each([true, false])('of exactly 1 MiB is taken (chunked: %s)', async chunked => {
    const { listen, calls } = await openHttp();
    const { url } = await listen();

    const answer = await exchange(url, { ...(await signed('x'.repeat(MEBIBYTE), NOON)), chunked });

    expect(answer.status).toBe(202);
    expect(calls).toEqual(['received:kept']);
  });

  it('is bounded over all requests together', async () => {
    const waiting: (() => void)[] = [];
    const receive = () =>
      new Promise<never>(resolve =>
        waiting.push(() => resolve({ outcome: 'kept', id: 'inb_1', status: 202 } as never)),
      );
    const { app } = await openHttp({ storeless: true, intake: { maxQueuedBytes: MEBIBYTE }, deps: { receive } });
    const post = async (bytes: number) =>
      (await app.request('/webhooks/acme/portal', { method: 'POST', body: 'x'.repeat(bytes) })).status;

    const first = post(700_000);
    await expect.poll(() => waiting.length).toBe(1);
    const second = await post(700_000);
    waiting[0]!();
    const afterwards = post(700_000);
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]!();

    expect([await first, second, await afterwards]).toEqual([202, 503, 202]);
  });
});

describe('a compressed webhook', () => {
  it('is refused where the provider is not known to compress', async () => {
    const { listen, calls } = await openHttp();
    const { url } = await listen();

    const answer = await exchange(url, { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{}') });

    expect(answer).toMatchObject({
      status: 415,
      headers: { 'accept-encoding': 'identity' },
      body: { code: 'ENCODING_REFUSED' },
    });
    expect(calls).toEqual([]);
  });

  it.each(['identity', 'Identity, identity', ''])('by no encoding at all (%j) is a plain one', async encoding => {
    const { webhook } = await openHttp();
    const { headers, body } = await signed(requested('R-1'), NOON);

    expect(
      await webhook('/webhooks/acme/portal', { headers: { ...headers, 'content-encoding': encoding }, body }),
    ).toMatchObject({ status: 202 });
  });

  it('is decompressed where the provider does compress, and its proof covers what is inside', async () => {
    const { listen, store } = await openHttp();
    const { url } = await listen();
    const { headers, body } = await signed(requested('R-1'), NOON);

    const answer = await exchange(url, {
      path: '/webhooks/acme/zipped',
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: gzipSync(body),
    });

    expect(answer.status).toBe(202);
    expect(Buffer.from((await store.getInbound('all', answer.body.id as string))!.body!).toString('utf8')).toBe(body);
  });

  it('that swells over the limit is refused before it does', async () => {
    const { listen, calls } = await openHttp();
    const { url } = await listen();
    const bomb = gzipSync(Buffer.alloc(200 * MEBIBYTE));

    const answer = await exchange(url, {
      path: '/webhooks/acme/zipped',
      headers: { 'content-encoding': 'gzip' },
      body: bomb,
    });

    expect(bomb.length).toBeLessThan(MEBIBYTE);
    expect(answer).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    expect(calls).toEqual([]);
  });

  it.each([
    ['gzip', 'not gzip at all'],
    ['br', '{}'],
    ['gzip, gzip', '{}'],
  ])('as %s that is not what it says, or twice so, is refused', async (encoding, body) => {
    const { webhook } = await openHttp();

    const answer = await webhook('/webhooks/acme/zipped', { headers: { 'content-encoding': encoding }, body });

    expect(answer).toMatchObject({ status: 415, body: { code: 'ENCODING_REFUSED' } });
    expect(answer.headers.get('accept-encoding')).toBe('identity, gzip');
  });
});

describe('a sender that breaks off', () => {
  const half = `POST /webhooks/acme/hints HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":`;

  it('leaves nothing behind', async () => {
    const { listen, store, calls } = await openHttp();
    const server = await listen();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await new Promise(resolve => socket.write(half, resolve));

    socket.destroy();
    await server.close();

    expect(calls).toEqual([]);
    expect(await store.listInbound('all', {}, all)).toEqual([]);
  });

  it('or is too slow is told so, and nothing is kept', async () => {
    const { listen, calls } = await openHttp();
    const { url } = await listen({ requestTimeoutMs: 200 });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', chunk => {
      heard += chunk;
    });
    socket.write(half);

    await new Promise(resolve => socket.on('close', resolve));

    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(calls).toEqual([]);
  });
});

describe('senders that let their bodies hang', () => {
  it.each(['portal', 'basic'])('at one connection shut out nobody at %s', async other => {
    const { listen } = await openHttp({ intake: { maxQueuedBytes: 8 * MEBIBYTE } });
    const { url } = await listen();
    const nearly = Buffer.alloc(MEBIBYTE - 1, 'x');
    const head = `POST /webhooks/acme/portal HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEBIBYTE}\r\n\r\n`;
    const heard: Promise<string>[] = [];
    const sockets = Array.from({ length: 12 }, () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      heard.push(new Promise(resolve => socket.once('data', chunk => resolve(String(chunk)))));
      return socket;
    });
    await Promise.all(
      sockets.map(socket => new Promise(resolve => socket.write(Buffer.concat([Buffer.from(head), nearly]), resolve))),
    );
    await Promise.any(heard);

    const sent = await signed(JSON.stringify(requested('R-1')).padEnd(MEBIBYTE - 1), NOON);
    const basic = { authorization: `Basic ${Buffer.from('jo:correct horse').toString('base64')}` };
    const answer = await exchange(url, {
      path: `/webhooks/acme/${other}`,
      headers: other === 'basic' ? basic : sent.headers,
      body: sent.body,
    });

    for (const socket of sockets) socket.destroy();
    expect(answer.status).toBe(other === 'basic' ? 200 : 202);
    expect(await Promise.any(heard)).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('5,000 equal webhooks at once', () => {
  it('are one row and one effect: one event, and one delivery for each destination', async () => {
    const { app, store, process } = await openHttp();
    const { headers, body } = await signed(requested('R-1'), NOON);

    const answers = await Promise.all(
      Array.from({ length: 5_000 }, async () =>
        (await app.request('/webhooks/acme/portal', { method: 'POST', headers, body })).json(),
      ),
    );

    expect(new Set(answers.map(answer => (answer as { id: string }).id)).size).toBe(1);
    expect(answers.filter(answer => !(answer as { duplicate: boolean }).duplicate)).toHaveLength(1);
    expect(await store.listInbound('all', {}, all)).toHaveLength(1);

    await process();
    await process();

    const events = await store.listEvents('all', null, 0, 50);
    const deliveries = await store.listDeliveries('all', {}, all);
    expect(events.map(({ type, sequence, revision }) => [type, sequence, revision])).toEqual([
      ['return.requested', 1, 1],
    ]);
    expect(await store.listReturns('all', {}, all)).toMatchObject([{ sequence: 1 }]);
    expect(deliveries.map(({ destination, sequence }) => `${destination} ${sequence}`).toSorted()).toEqual([
      'audit 1',
      'refunds 1',
    ]);
  });
});
