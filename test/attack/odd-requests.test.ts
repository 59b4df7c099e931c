import { request as send } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN } from '../crash/gateway-process.ts';
import { type Json, readAll, readApi } from '../crash/read-api.ts';
import { type Attacked, prepareAttacked, requested, sendWebhook, startAttacked } from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Heard {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** Sends the path as it is written; `fetch` would tidy it up first. */
function ask(
  { port }: Attacked,
  method: string,
  path: string,
  given: { readonly headers?: Record<string, string>; readonly body?: string | Buffer } = {},
): Promise<Heard> {
  const startedAt = performance.now();
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...given.headers };
  return new Promise((resolve, reject) => {
    const request = send({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', piece => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text, ms: performance.now() - startedAt }));
    });
    request.on('error', reject).end(given.body);
  });
}

const start = () => startAttacked(prepareAttacked());

/** None of them is the connection `acme/portal`, however a path may be tidied up, and none leads out of `/webhooks/`. */
const PATHS: Readonly<Record<string, number>> = {
  '/webhooks/../v1/tokens': 400,
  '/webhooks/acme/../../v1/tokens': 400,
  '/webhooks/./acme/portal': 400,
  '/webhooks/%2e%2e/v1/tokens': 400,
  '/webhooks/.%2E/metrics': 400,
  '/webhooks/acme/portal/..': 400,
  '/webhooks/..?x': 400,
  '/webhooks\\..\\v1\\tokens': 400,
  '/webhooks/acme\\portal': 400,
  '/v1\\tokens': 400,
  '/webhooks/acme%2fportal': 503,
  '/webhooks/acme%252fportal': 503,
  '/webhooks/..%2fv1%2ftokens': 503,
  '/webhooks/acme/portal%2f': 503,
  '/webhooks/acme/portal%00': 503,
  '/webhooks/%61cme/portal': 503,
  '/webhooks/ACME/portal': 503,
  '/webhooks/acme/portal/': 503,
  '/webhooks//acme/portal': 503,
  '/webhooks/acme//portal': 503,
  '/webhooks/acme/portal;jsessionid=1': 503,
  '/webhooks/__proto__/constructor': 503,
  '/webhooks/constructor/portal': 503,
  '/webhooks/acme/__proto__': 503,
  '/webhooks/acme/toString': 503,
  [`/webhooks/acme/${'x'.repeat(15_000)}`]: 503,
  '//webhooks/acme/portal': 404,
  '/WEBHOOKS/acme/portal': 404,
};

describe('a path that is odd', () => {
  it('is no connection, and nothing of it is kept', async () => {
    const gateway = await start();

    for (const [path, expected] of Object.entries(PATHS)) {
      const { status } = await ask(gateway, 'POST', path, { body: '{"name":"x","roles":["viewer"],"accounts":"all"}' });
      expect([path, status]).toEqual([path, expected]);
    }
    for (const list of ['/v1/inbound', '/v1/rejections', '/v1/tokens']) {
      expect([list, await readAll(gateway.url, list)]).toEqual([list, []]);
    }
  });

  it('or long is refused by its length, and so are headers by the thousand', async () => {
    const gateway = await start();
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, nth) => [`x-${nth}`, '1']));

    expect((await ask(gateway, 'GET', `/v1/returns?order=${'x'.repeat(17_000)}`)).status).toBe(431);
    expect((await ask(gateway, 'GET', '/v1/returns', { headers: many })).status).toBe(431);
    expect((await ask(gateway, 'GET', `/v1/returns?${'a&'.repeat(7000)}`)).status).toBe(422);
  });
});

describe('a filter', () => {
  it('made to be slow takes no time, on any list', async () => {
    const gateway = await start();
    await sendWebhook(gateway.url, requested('R-1'), 'one');
    const document = await readApi(gateway.url, '/openapi.json');
    // What makes patterns for addresses, times, words and numbers go back and forth.
    const evil = ['a@', 'a.', '0', ' ', '%20', '1:', '-', 'a@a.', 'Z', '%C3%A9', '%00', '9'].map(piece =>
      piece.repeat(Math.floor(14_000 / piece.length)),
    );

    let tried = 0;
    for (const [path, { get }] of Object.entries<Json>(document.paths)) {
      if (!path.startsWith('/v1/') || get === undefined || path.includes('{')) continue;
      for (const { name } of (get.parameters ?? []).filter((parameter: Json) => parameter.in === 'query')) {
        for (const value of evil) {
          const { status, ms } = await ask(gateway, 'GET', `${path}?${name}=${value.replaceAll(' ', '+')}!`);
          tried += 1;
          expect([path, name, status, status < 500]).toEqual([path, name, status, true]);
          expect(ms, `${path} ${name} ${value.slice(0, 6)}`).toBeLessThan(1000);
        }
      }
    }
    expect(tried).toBeGreaterThan(200);
  });
});

describe('a body of the API that is odd', () => {
  it('is refused in one short answer, whatever it holds, on every route that takes one', async () => {
    const gateway = await start();
    const document = await readApi(gateway.url, '/openapi.json');
    const bodies: Readonly<Record<string, string | Buffer>> = {
      'arrays in each other': `${'['.repeat(600_000)}${']'.repeat(600_000)}`,
      'objects in each other': `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`,
      'a hundred thousand unknown fields': `{${Array.from({ length: 100_000 }, (_, nth) => `"k${nth}":1`).join(',')}}`,
      'the prototype': '{"__proto__":{"roles":["security_admin"]},"constructor":{"prototype":{}}}',
      'no UTF-8': Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('"}')]),
      'half a character': '{"name":"\\ud800","account":"\\ud800","reason":"\\ud800"}',
      'a long number': `{"account":${'9'.repeat(1_000_000)}}`,
      'no JSON': `{"name":"x"`,
    };
    const routes = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods)
        .filter(([, operation]) => path.startsWith('/v1/') && operation.requestBody !== undefined)
        .map(([method]) => [method.toUpperCase(), path.replace('{account}', 'acme').replace('{name}', 'x')] as const),
    );

    expect(routes.length).toBeGreaterThanOrEqual(4);
    for (const [method, path] of routes) {
      for (const [what, body] of Object.entries(bodies)) {
        const { status, text, ms } = await ask(gateway, method, path, { body });
        expect([path, what, status]).toEqual([path, what, 422]);
        expect(text.length, `${path}: ${what}`).toBeLessThan(20_000);
        expect(ms, `${path}: ${what}`).toBeLessThan(3000);
      }
    }
    expect(await readAll(gateway.url, '/v1/tokens')).toEqual([]);
  });
});

describe('a cursor', () => {
  it('of one token opens nothing to another, and one that was tampered with opens nothing', async () => {
    const gateway = await start();
    for (const nth of [1, 2, 3]) await sendWebhook(gateway.url, requested(`R-${nth}`), `nth-${nth}`);
    const page = await readApi(gateway.url, '/v1/inbound?limit=1');
    const inside = JSON.parse(Buffer.from(page.nextCursor, 'base64url').toString('utf8')) as [string, number, string];
    const [binding, atMs, id] = inside;
    const written = (...parts: readonly unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const token = await ask(gateway, 'POST', '/v1/tokens', {
      body: JSON.stringify({ name: 'other', roles: ['viewer'], accounts: ['acme'] }),
    });
    const tampered = [
      'x',
      '__proto__',
      'e30',
      'W10',
      written(binding),
      written(binding, String(atMs), id),
      written(binding, atMs, { $ne: '' }),
      written(binding, [atMs], id),
      written(binding, null, id),
      written('x'.repeat(16), atMs, id),
      written(binding, atMs, id, 'more'),
      Buffer.from(`["${binding}",1e999,"${id}"`).toString('base64url'),
      'A'.repeat(1000),
    ];

    for (const cursor of tampered) {
      expect([cursor, (await ask(gateway, 'GET', `/v1/inbound?limit=1&cursor=${cursor}`)).status]).toEqual([
        cursor,
        422,
      ]);
    }
    // Within what the caller may see anyway, a cursor may name any place: SQL in it is a text like any other.
    for (const place of ["' OR 1=1 --", '", 1); DROP TABLE inbound; --', '\u0000', '']) {
      const { status, text } = await ask(gateway, 'GET', `/v1/inbound?limit=1&cursor=${written(binding, 1, place)}`);
      expect([place, status, (JSON.parse(text) as Json).data]).toEqual([place, 200, []]);
    }
    expect((await ask(gateway, 'GET', `/v1/returns?limit=1&cursor=${page.nextCursor}`)).status).toBe(422);
    expect(token.status).toBe(201);
    const other = { authorization: `Bearer ${(JSON.parse(token.text) as Json).token}` };
    expect(
      (await ask(gateway, 'GET', `/v1/inbound?limit=1&cursor=${page.nextCursor}`, { headers: other })).status,
    ).toBe(422);
    expect(await readAll(gateway.url, '/v1/inbound')).toHaveLength(3);
  });
});

describe('an Idempotency-Key', () => {
  it('sent fifty times at once makes one thing, and shows its secret once', async () => {
    const gateway = await start();
    const body = JSON.stringify({ name: 'once', roles: ['viewer'], accounts: ['acme'] });
    const headers = { 'idempotency-key': 'the-same' };

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask(gateway, 'POST', '/v1/tokens', { body, headers })),
    );

    expect(await readAll(gateway.url, '/v1/tokens')).toHaveLength(1);
    expect(answers.filter(({ text }) => /"token":"rtk_/.test(text))).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  });

  it('that is no word is refused before anything is done, and so is one of another request', async () => {
    const gateway = await start();
    const make = (name: string, key: string) =>
      ask(gateway, 'POST', '/v1/tokens', {
        body: JSON.stringify({ name, roles: ['viewer'], accounts: ['acme'] }),
        headers: { 'idempotency-key': key },
      });

    for (const key of ['', ' ', 'two words', 'x'.repeat(201), 'é', 'a\tb']) {
      expect([key, (await make('never', key)).status]).toEqual([key, 422]);
    }
    expect((await make('first', '__proto__')).status).toBe(201);
    expect((await make('second', '__proto__')).status).toBe(422);
    expect((await readAll(gateway.url, '/v1/tokens')).map(row => row.name)).toEqual(['first']);
  });
});
