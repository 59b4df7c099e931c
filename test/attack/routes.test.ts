import { describe, expect, it, vi } from 'vitest';
import { ROLES, type Role } from '../../src/storage/store.ts';
import { ACCOUNT, ADMIN_TOKEN } from '../crash/gateway-process.ts';
import { type Json, readAll, readApi, until } from '../crash/read-api.ts';
import {
  openRawServer,
  prepareAttacked,
  requested,
  sendWebhook,
  signedWebhook,
  startAttacked,
} from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Every route below /v1 as the OpenAPI document has it, so that one that is added is attacked without a word here. */
interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** One of these is enough, by the words of the document. */
  readonly roles: readonly Role[];
  readonly body: unknown;
}

/** What a role brings along, by the first page of the reference. */
const HOLDERS: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer', 'support', 'on_call'],
  support: ['support', 'on_call'],
  on_call: ['on_call'],
  config_admin: ['config_admin'],
  security_admin: ['security_admin'],
};

function routesOf(document: Json): readonly Route[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).flatMap(([method, operation]) => {
      if (!path.startsWith('/v1/')) return [];
      const named = /(?:^|\s)Roles?: ([a-z_]+(?: or [a-z_]+)*)\./.exec(operation.description)?.[1];
      const roles = (named?.split(' or ') ?? []) as Role[];
      const body = operation.requestBody?.content['application/json'].example;
      return [{ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, roles, body }];
    }),
  );
}

/** Routes that speak of no account: settings, counts and code that are the same for everybody. */
const WHOLE_GATEWAY: readonly string[] = ['GET /v1/adapters', 'GET /v1/retention'];

/** What a token of another account is answered where the path has no id: an own list, or that the account is not there. */
const WITHOUT_ID: Readonly<Record<string, number>> = {
  'GET /v1/accounts': 200,
  'GET /v1/adapters': 200,
  'GET /v1/connections': 200,
  'GET /v1/deliveries': 200,
  'GET /v1/destinations': 200,
  'GET /v1/events': 200,
  'GET /v1/findings': 200,
  'GET /v1/inbound': 200,
  'GET /v1/rejections': 200,
  'GET /v1/retention': 200,
  'GET /v1/returns': 200,
  'GET /v1/tokens': 200,
  'POST /v1/erasures': 404,
  'POST /v1/tokens': 422,
  'POST /v1/verifications': 404,
};

const SECRET_OF_BETA = 'beta-only-order-4711';

/** Two accounts that have one of everything; `ids` are those of beta. */
async function openTwoAccounts() {
  const sink = await openRawServer(socket => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  const destination = { url: `http://127.0.0.1:${sink.port}/`, secrets: [{ env: 'ATTACK_DESTINATION' }] };
  const connections = { portal: { adapter: 'standard', secrets: { webhook: [{ env: 'ATTACK_PORTAL' }] } } };
  const gateway = await startAttacked(
    prepareAttacked({
      destinations: { refunds: destination },
      otherAccounts: { beta: { ...ACCOUNT, connections, destinations: { refunds: destination } } },
    }),
  );
  const { url } = gateway;
  await sendWebhook(url, requested('R-acme'), 'acme-1');
  const order = { number: SECRET_OF_BETA, id: null, placedAt: null };
  const webhook = await signedWebhook(requested('R-beta', { order }), 'beta-1');
  await fetch(`${url}/webhooks/beta/portal`, { method: 'POST', ...webhook });
  await fetch(`${url}/webhooks/beta/portal`, { method: 'POST', body: 'unsigned' });
  await until(
    () => readAll(url, '/v1/deliveries', { state: 'delivered' }),
    rows => rows.length === 2,
    'both to be delivered',
  );
  // A word that is new is a finding, once what was seen is written.
  const news = await signedWebhook({ ...requested('R-new'), type: 'return.sung_of' }, 'beta-2');
  await fetch(`${url}/webhooks/beta/portal`, { method: 'POST', ...news });
  await until(
    () => readAll(url, '/v1/findings', { account: 'beta' }),
    rows => rows.length > 0,
    'a finding',
  );
  const makeToken = async (
    roles: readonly Role[],
    accounts: readonly string[],
  ): Promise<{ id: string; token: string }> => {
    const response = await fetch(`${url}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `${roles.join(' ')} of ${accounts.join(' ')}`, roles, accounts }),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string; token: string };
  };
  const first = async (path: string) => (await readAll(url, path, { account: 'beta' }))[0].id as string;
  const ids: Readonly<Record<string, () => Promise<string>>> = {
    '/v1/returns/{id}': () => first('/v1/returns'),
    '/v1/inbound/{id}': () => first('/v1/inbound'),
    '/v1/deliveries/{id}': () => first('/v1/deliveries'),
    '/v1/findings/{id}': () => first('/v1/findings'),
    '/v1/tokens/{id}': async () => (await makeToken(['viewer'], ['beta'])).id,
  };
  /** The path with what belongs to beta in it. A path whose ids nobody knows here is a route that nobody tried. */
  const fill = async (path: string): Promise<string> => {
    const of = Object.keys(ids).find(prefix => path.startsWith(prefix));
    const filled = path.replace('{account}', 'beta').replace('{name}', 'refunds');
    const whole = of === undefined ? filled : filled.replace('{id}', await ids[of]!());
    if (/[{}]/.test(whole)) throw new Error(`Tell this test where an id for ${path} comes from.`);
    return whole;
  };
  const call = async ({ method, path, body }: Route, token: string | null) => {
    const text = JSON.stringify(body)?.replaceAll('acme-outdoor', 'beta').replaceAll('happy-returns', 'portal');
    const response = await fetch(`${url}${await fill(path)}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(text === undefined ? {} : { body: text }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const routes = routesOf(await readApi(url, '/openapi.json'));
  return { url, gateway, routes, call, makeToken };
}

describe('every route of the API', () => {
  it('answers nobody without a token, with one that was revoked, or with one that is nearly right', async () => {
    const { url, routes, call, makeToken } = await openTwoAccounts();
    const { id, token } = await makeToken(ROLES, ['beta']);
    await fetch(`${url}/v1/tokens/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    const wrong = [null, token, `${ADMIN_TOKEN}x`, ADMIN_TOKEN.slice(0, -1), ADMIN_TOKEN.toUpperCase(), 'undefined'];

    expect(routes.length).toBeGreaterThan(20);
    for (const route of routes) {
      for (const given of wrong) {
        const { status, headers, text } = await call(route, given);
        expect([route.name, status]).toEqual([route.name, 401]);
        expect(headers.get('www-authenticate'), route.name).toBe('Bearer realm="retour"');
        expect(text, route.name).not.toContain(SECRET_OF_BETA);
      }
    }
  });

  it('lets in the roles that its description names, and no other', async () => {
    const { routes, call, makeToken } = await openTwoAccounts();
    const tokens = new Map<Role, string>();
    for (const role of ROLES) tokens.set(role, (await makeToken([role], ['beta'])).token);

    for (const route of routes) {
      expect(route.roles, `${route.name} says who may call it`).not.toEqual([]);
      const holders = new Set(route.roles.flatMap(role => HOLDERS[role]));
      for (const [role, token] of tokens) {
        const { status, text } = await call(route, token);
        const what = `${route.name} as ${role}: ${text}`;
        if (!holders.has(role)) expect([what, status]).toEqual([what, 403]);
        else expect([what, [401, 403, 404].includes(status) || status >= 500]).toEqual([what, false]);
      }
    }
  });

  it('has nothing of another account, whatever role asks for it', async () => {
    const { url, routes, call, makeToken } = await openTwoAccounts();
    const { token } = await makeToken(ROLES, ['acme']);
    const before = await readAll(url, '/v1/destinations', { account: 'beta' });

    for (const route of routes) {
      const { status, text } = await call(route, token);
      expect(text, route.name).not.toContain(SECRET_OF_BETA);
      expect(text, route.name).not.toMatch(/R-beta|"account":"beta"|of beta"/);
      if (route.path.includes('{')) expect([route.name, status]).toEqual([route.name, 404]);
      else expect([route.name, status]).toEqual([route.name, WITHOUT_ID[route.name] ?? 'nobody said here']);
    }
    // Nor has it done anything there.
    expect(await readAll(url, '/v1/destinations', { account: 'beta' })).toEqual(before);
    expect(
      (await readAll(url, '/v1/tokens')).some(
        row => row.createdBy.includes('of acme') && row.accounts.includes('beta'),
      ),
    ).toBe(false);
  });

  it('lists its own rows only, asked for the other account or not', async () => {
    const { url, routes, makeToken } = await openTwoAccounts();
    const { token } = await makeToken(ROLES, ['acme']);
    const lists = routes.filter(route => route.method === 'GET' && !route.path.includes('{'));
    const asked = async (path: string): Promise<readonly [number, Json]> => {
      const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      return [response.status, await response.json()];
    };

    expect(lists.filter(({ name }) => !WHOLE_GATEWAY.includes(name)).length).toBeGreaterThanOrEqual(8);
    for (const { path, name } of lists) {
      const [status, ofOther] = await asked(`${path}?account=beta`);
      if (WHOLE_GATEWAY.includes(name)) {
        expect([name, status]).toEqual([name, 422]); // there is nothing of one account in it to ask for
        continue;
      }
      const [, own] = await asked(path);
      for (const row of own.data) if (row.account !== undefined) expect([name, row.account]).toEqual([name, 'acme']);
      expect([name, status === 422 ? [] : ofOther.data]).toEqual([name, []]);
    }
  });
});

describe('what is served without a token', () => {
  it('is what is meant to be, and nothing else of all that the document names', async () => {
    const { url, gateway } = await openTwoAccounts();
    const document = await readApi(url, '/openapi.json');
    const paths = Object.keys(document.paths).filter(path => !path.startsWith('/v1/'));

    const answered = new Map<string, number>();
    for (const path of paths) {
      const method = document.paths[path].get === undefined ? 'POST' : 'GET';
      const place = path.replace('{code}', 'NOT_FOUND').replace('{account}', 'beta').replace('{connection}', 'portal');
      const response = await fetch(`${url}${place}`, { method });
      expect(await response.text(), path).not.toMatch(/beta-only|R-beta|"account":"beta"/);
      answered.set(`${method} ${path}`, response.status);
    }

    expect(Object.fromEntries(answered)).toEqual({
      'POST /webhooks/{account}/{connection}': 401,
      'GET /metrics': 401,
      'GET /': 200,
      'GET /docs': 200,
      'GET /openapi.json': 200,
      'GET /healthz': 200,
      'GET /readyz': 200,
      'GET /problems': 200,
      'GET /problems/{code}': 200,
    });
    expect((await gateway.end('SIGTERM')).code).toBe(0);
  });
});
