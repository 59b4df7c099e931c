import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { openHttp, PUBLIC_URL } from './open-http.ts';

describe('health', () => {
  it('is told to anybody', async () => {
    const { get } = await openHttp();

    expect(await get('/healthz', null)).toMatchObject({ status: 200, body: { alive: true } });
    expect(await get('/readyz', null)).toMatchObject({
      status: 200,
      body: { ready: true, reason: null, roles: ['receive', 'process', 'deliver'] },
    });
  });

  it('is not ready while the gateway says so', async () => {
    const { get } = await openHttp({ storeless: true, deps: { notReady: () => 'The gateway is stopping.' } });

    expect(await get('/readyz', null)).toMatchObject({
      status: 503,
      body: { ready: false, reason: 'The gateway is stopping.' },
    });
    expect(await get('/healthz', null)).toMatchObject({ status: 200 });
  });

  it('is not ready while the store does not answer', async () => {
    const { get, lines } = await openHttp({ storeless: true });

    expect(await get('/readyz', null)).toMatchObject({
      status: 503,
      body: { ready: false, reason: 'the store does not answer' },
    });
    expect(lines).toMatchObject([{ event: 'http.not_ready' }]);
  });

  it('is measured for any token', async () => {
    const { get, addToken } = await openHttp();
    await addToken('scraper', ['config_admin'], ['acme']);

    const answer = await get('/metrics', 'scraper');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.text).toContain('retour_backlog_inbound 0');
    expect(await get('/metrics', null)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });
});

describe('the front door', () => {
  it('says what this is, to people and to programs', async () => {
    const { call, get } = await openHttp({ storeless: true });

    const page = await call('GET', '/', { token: null, headers: { accept: 'text/html' } });

    expect(page.text).toContain('<a href="/docs">');
    expect((await get('/', null)).body).toMatchObject({
      name: 'retour',
      docs: `${PUBLIC_URL}/docs`,
      openapi: `${PUBLIC_URL}/openapi.json`,
    });
  });

  it.each(['/', '/docs', '/openapi.json', '/problems', '/problems/BUG', '/healthz', '/readyz', '/metrics'])(
    '%s is only read',
    async path => {
      const { call } = await openHttp({ storeless: true });

      const answer = await call('POST', path, { token: null });

      expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    },
  );
});

describe('a problem', () => {
  it('is told in one form, with an id that is in the log too', async () => {
    const { call, lines } = await openHttp({ storeless: true });

    const answer = await call('GET', '/v1/nothing', { headers: { 'x-request-id': 'from-the-proxy-1' } });

    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-request-id')).toBe('from-the-proxy-1');
    expect(answer.body).toEqual({
      type: `${PUBLIC_URL}/problems/NOT_FOUND`,
      title: 'Not there',
      status: 404,
      detail: 'Nothing is served at this path.',
      code: 'NOT_FOUND',
      requestId: 'from-the-proxy-1',
    });
    expect(lines).toMatchObject([{ event: 'api.request', requestId: 'from-the-proxy-1', status: 404 }]);
  });

  it('gets a new id where the caller sends none, or nonsense', async () => {
    const { call } = await openHttp({ storeless: true });

    const none = await call('GET', '/nothing', { token: null });
    const nonsense = await call('GET', '/nothing', { token: null, headers: { 'x-request-id': '<b>"; x' } });

    for (const { body } of [none, nonsense]) expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(none.body.requestId).not.toBe(nonsense.body.requestId);
  });

  it('that nobody foresaw tells nothing of itself but to the log', async () => {
    const replay = async () => {
      throw new Error('password=hunter2 at jo@example.com');
    };
    const { post, lines } = await openHttp({ storeless: true, deps: { replay } });

    const answer = await post('/v1/inbound/inb_1/replay');

    expect(answer).toMatchObject({ status: 500, body: { code: 'BUG', requestId: expect.any(String) } });
    expect(answer.text + JSON.stringify(lines)).not.toMatch(/hunter2|jo@example/);
    expect(lines).toMatchObject([
      {
        event: 'http.bug',
        requestId: answer.body.requestId,
        route: 'POST /v1/inbound/{id}/replay',
        error: 'Error',
        at: expect.any(Array),
      },
      { event: 'api.request', status: 500 },
    ]);
  });

  it('of a code that is no answer is a bug', async () => {
    const replay = async () => {
      throw new GatewayError('SECRET_MISSING', 'internal words');
    };
    const { post } = await openHttp({ storeless: true, deps: { replay } });

    const answer = await post('/v1/inbound/inb_1/replay');

    expect(answer).toMatchObject({ status: 500, body: { code: 'BUG' } });
    expect(answer.text).not.toContain('internal words');
  });

  it('that passes says when to come back', async () => {
    const replay = async () => {
      throw new GatewayError('STORE_UNAVAILABLE', 'The store does not answer.');
    };
    const { post } = await openHttp({ storeless: true, deps: { replay } });

    const answer = await post('/v1/inbound/inb_1/replay');

    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'STORE_UNAVAILABLE', detail: 'The store does not answer.' },
    });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('of a method names those there are', async () => {
    const { call } = await openHttp({ storeless: true });

    const answer = await call('PUT', '/v1/tokens');

    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

describe('every answer of the API', () => {
  it('is not stored, sniffed or shared with other sites', async () => {
    const { call } = await openHttp({ storeless: true });

    const { headers } = await call('GET', '/v1/accounts', { headers: { origin: 'https://elsewhere.example' } });

    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect([...headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([]);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the server', () => {
  it('tells the port it was given, and refuses one that is taken', async () => {
    const { app, listen } = await openHttp({ storeless: true });
    const { startServer } = await import('../../src/http/server.ts');
    const { url } = await listen();

    const port = Number(new URL(url).port);

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(startServer(app, { host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('finishes what is under way before it closes, and ends idle connections', async () => {
    let release = () => {};
    const receive = () =>
      new Promise<never>(resolve => {
        release = () => resolve({ outcome: 'kept', id: 'inb_1', status: 202 } as never);
      });
    const { listen } = await openHttp({ storeless: true, deps: { receive } });
    const server = await listen();
    const port = Number(new URL(server.url).port);
    const idle = connect(port, '127.0.0.1');
    const idleClosed = new Promise(resolve => idle.on('close', resolve));
    await new Promise(resolve => idle.on('connect', resolve));
    const busy = connect(port, '127.0.0.1');
    let heard = '';
    busy.on('data', chunk => {
      heard += chunk;
    });
    const busyClosed = new Promise(resolve => busy.on('close', resolve));
    busy.write('POST /webhooks/acme/portal HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
    await expect.poll(() => release.toString()).toContain('inb_1');

    const closed = server.close();
    release();
    await closed;
    await Promise.all([busyClosed, idleClosed]);

    expect(heard).toMatch(/^HTTP\/1\.1 202 [\s\S]*"inb_1"/);
  });

  it('cuts off what does not finish in time', async () => {
    const { listen } = await openHttp({ storeless: true, deps: { receive: () => new Promise<never>(() => {}) } });
    const server = await listen({ closeTimeoutMs: 100 });
    const stuck = connect(Number(new URL(server.url).port), '127.0.0.1');
    const cut = new Promise(resolve => stuck.on('close', resolve));
    stuck.on('error', () => {});
    stuck.write('POST /webhooks/acme/portal HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
    await new Promise(resolve => stuck.on('connect', resolve));

    await server.close();

    await expect(cut).resolves.toBe(false);
  });
});
