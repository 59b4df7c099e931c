import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { happyReturns } from '../../adapters/happy-returns/index.ts';
import { Secret } from '../../src/adapter/secret.ts';
import { ADMIN_TOKEN } from '../crash/gateway-process.ts';
import { type Json, readAll, until } from '../crash/read-api.ts';
import { openRawServer, prepareAttacked, requested, signedWebhook, startAttacked } from './attacked-gateway.ts';
import { BODY, FORBIDDEN, PERSON, PERSONAL, SECRETS } from './canaries.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Whatever was heard of the gateway, by where. */
interface Heard {
  readonly places: () => readonly string[];
  add(where: string, text: string): void;
  /** Where any of the words stands, in any of the forms that JSON and URLs give it. */
  holding(words: readonly string[]): readonly string[];
}

function openEars(): Heard {
  const texts = new Map<string, string>();
  return {
    places: () => [...texts.keys()],
    add: (where, text) => void texts.set(where, `${texts.get(where) ?? ''}\n${text}`.toLowerCase()),
    holding: words =>
      [...texts].flatMap(([where, text]) =>
        words
          .filter(word =>
            [word, JSON.stringify(word).slice(1, -1), encodeURIComponent(word)].some(form =>
              text.includes(form.toLowerCase()),
            ),
          )
          .map(word => `${where}: ${word}`),
      ),
  };
}

async function openFullOfCanaries() {
  const messages: string[] = [];
  const quiet = await openRawServer((socket, request) => {
    messages.push(request);
    socket.write('HTTP/1.1 204 No Content\r\n\r\n');
  });
  // A framework in debug mode: it answers an error with everything it was sent.
  const echo = await openRawServer((socket, request) => {
    const text = `Internal error while handling:\n${request}`;
    socket.write(`HTTP/1.1 500 Oops\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  });
  const verification = (settings: object) => ({ settings: { verification: settings } });
  const portal = (settings: object, secret: string) => ({
    adapter: 'standard',
    ...settings,
    secrets: { webhook: [{ env: secret }] },
  });
  const query = `?key=${SECRETS.destinationQuery}`;
  const folder = prepareAttacked({
    connections: {
      portal: { adapter: 'standard', secrets: { webhook: [{ env: 'CANARY_PORTAL' }] } },
      tokened: portal(verification({ scheme: 'url_token' }), 'CANARY_URL_TOKEN'),
      bearer: portal(verification({ scheme: 'bearer', header: 'X-Own-Token', prefix: '' }), 'CANARY_BEARER'),
      basic: portal(verification({ scheme: 'basic' }), 'CANARY_BASIC'),
      network: {
        adapter: 'happy-returns',
        settings: { retailerId: 'acme-market' },
        secrets: { webhook: [{ env: 'CANARY_NETWORK' }], api: { env: 'CANARY_API' } },
      },
    },
    destinations: {
      plain: { url: `http://127.0.0.1:${quiet.port}/plain${query}`, secrets: [{ env: 'CANARY_DESTINATION' }] },
      personal: {
        url: `http://127.0.0.1:${echo.port}/personal${query}`,
        personalData: true,
        secrets: [{ env: 'CANARY_DESTINATION' }],
      },
      unreachable: { url: `http://127.0.0.1:9/gone${query}`, secrets: [{ env: 'CANARY_DESTINATION' }] },
    },
    secrets: {
      CANARY_PORTAL: SECRETS.portal,
      CANARY_URL_TOKEN: SECRETS.urlToken,
      CANARY_BEARER: SECRETS.bearer,
      CANARY_BASIC: SECRETS.basic,
      CANARY_API: SECRETS.api,
      CANARY_NETWORK: SECRETS.network,
      CANARY_DESTINATION: SECRETS.destination,
    },
  });
  const gateway = await startAttacked(folder);
  return { folder, gateway, messages };
}

/** Tells the person through every adapter, and sends every secret in every place where one may stand, right and wrong. */
async function tellEverything(url: string, heard: Heard): Promise<void> {
  const post = async (path: string, headers: Record<string, string>, body: string, status: number) => {
    const carried = { cookie: `session=${SECRETS.cookie}`, 'x-person': PERSON.email, ...headers };
    const response = await fetch(`${url}/webhooks/acme/${path}`, { method: 'POST', headers: carried, body });
    heard.add(`the answer to ${path}`, `${JSON.stringify([...response.headers])}${await response.text()}`);
    expect([path, response.status]).toEqual([path, status]);
  };
  const details = { order: { number: 'MK-1', id: null, placedAt: null }, shopper: PERSON };
  const portal = async (event: object | string, id: string) => {
    const { headers, body } = await signedWebhook(event, id, SECRETS.portal);
    await post('portal', { authorization: `Bearer ${SECRETS.authorization}`, ...headers }, body, 202);
  };
  await portal(requested('R-portal', details), 'm-1');
  await portal(`{"type":"return.requested","data":"${BODY}`, 'm-2');
  await portal(
    { type: 'return.requested', timestamp: 'tomorrow', data: { providerReturnId: 'R', change: { x: BODY } } },
    'm-3',
  );
  await portal({ type: 'nobody.knows', data: { [BODY]: PERSON.email } }, 'm-4');
  await portal({ ...requested('R-bad', { items: BODY, [BODY]: BODY }) }, 'm-5');
  const forged = await signedWebhook(
    requested('R-forged', details),
    'm-6',
    `whsec_${Buffer.alloc(32).toString('base64')}`,
  );
  await post('portal', { ...forged.headers, authorization: `Bearer ${SECRETS.authorization}` }, forged.body, 401);

  const told = (id: string) => JSON.stringify(requested(id, details));
  await post(`tokened?token=${SECRETS.urlToken}&mail=${encodeURIComponent(PERSON.email)}`, {}, told('R-tokened'), 202);
  await post(`tokened?token=${SECRETS.urlToken}x`, {}, told('R-tokened'), 401);
  await post('bearer', { 'x-own-token': SECRETS.bearer }, told('R-bearer'), 202);
  await post('bearer', { 'x-own-token': `${SECRETS.bearer}x` }, told('R-bearer'), 401);
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  await post('basic', basic(SECRETS.basic), told('R-basic'), 202);
  await post('basic', basic(`${SECRETS.basic}x`), told('R-basic'), 401);
  const unit = { happyReturnsReturnID: 'hr-1', orderNumber: 'MK-3', orderLineItemID: '1', email: PERSON.email };
  const started = { event: 'return_status_updated', typeID: 'started', retailerID: 'acme-market', items: [unit] };
  for (const [body, secret, status] of [
    [started, SECRETS.network, 200],
    [{ ...started, retailerID: BODY }, SECRETS.network, 200],
    [started, `${SECRETS.network}x`, 401],
  ] as const) {
    const request = {
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
    };
    const settings = happyReturns.settings.parse({ retailerId: 'acme-market' });
    const connection = { settings, secrets: { webhook: [new Secret(secret)] } };
    const { headers } = await happyReturns.webhook!.sign(request, connection, new Date());
    const flat = Object.entries(headers).map(([name, [value]]) => [name, value!]);
    await post('network', Object.fromEntries(flat), JSON.stringify(body), status);
  }
  await post(`nobody?token=${SECRETS.urlToken}`, basic(SECRETS.basic), told('R-nobody'), 503);
}

/** Whether it answers a page; what else may be asked without an id is one thing. */
function isList(operation: Json): boolean {
  return (operation.parameters ?? []).some((parameter: Json) => parameter.name === 'limit');
}

/** Everything that somebody may ask whose role is not `on_call`, and the mistakes one can make in asking. */
async function askEverything(url: string, heard: Heard): Promise<void> {
  const ask = async (what: string, path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${url}${path}`, init);
    const text = await response.text();
    heard.add(what, `${JSON.stringify([...response.headers])}${text}`);
    return text;
  };
  const made = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'below on_call',
      roles: ['support', 'config_admin', 'security_admin'],
      accounts: 'all',
    }),
  });
  const { token } = (await made.json()) as { readonly token: string };
  const as = { headers: { authorization: `Bearer ${token}` } };
  const document = JSON.parse(await ask('the OpenAPI document', '/openapi.json'));
  for (const path of [
    '/',
    '/docs',
    '/problems',
    '/problems/SIGNATURE_REJECTED',
    '/healthz',
    '/readyz',
    '/metrics',
    '/nothing',
  ]) {
    await ask(path, path, as);
  }
  for (const [path, methods] of Object.entries<Json>(document.paths)) {
    if (!path.startsWith('/v1/') || methods.get === undefined || path.includes('{')) continue;
    if (!isList(methods.get)) {
      await ask(path, path, as);
      continue;
    }
    const rows = await readAll(url, path, {});
    await ask(path, `${path}?limit=200`, as);
    await ask(path, `${path}?limit=1`, as);
    for (const { id } of rows) if (document.paths[`${path}/{id}`]?.get) await ask(`${path}/{id}`, `${path}/${id}`, as);
    if (path === '/v1/returns') for (const { id } of rows) await ask('a history', `${path}/${id}/events`, as);
  }
  const email = encodeURIComponent(PERSON.email);
  await ask('a search', `/v1/returns?email=${email}&limit=1`, as);
  // Whoever asks knows what they asked; it is the log that must not.
  for (const [path, init] of [
    [`/v1/returns?mail=${email}`, as],
    [`/v1/returns?cursor=${email}`, as],
    [`/v1/returns/${email}`, as],
    [`/v1/returns?email=${email}`, { headers: { authorization: `Bearer ${SECRETS.wrongToken}` } }],
    [
      `/v1/tokens`,
      {
        method: 'POST',
        body: JSON.stringify({ name: PERSON.name, [BODY]: PERSON.email }),
        headers: { ...as.headers, 'content-type': 'application/json', 'idempotency-key': BODY },
      },
    ],
    [
      `/v1/tokens`,
      {
        method: 'POST',
        body: `{"${BODY}\n    at ${BODY}`,
        headers: { ...as.headers, 'content-type': 'application/json' },
      },
    ],
    [`/${email}`, {}],
  ] as [string, RequestInit][]) {
    await (await fetch(`${url}${path}`, init)).text();
  }
}

describe('a gateway that is full of canaries', () => {
  it('lets none of them out', async () => {
    const { folder, gateway, messages } = await openFullOfCanaries();
    const heard = openEars();

    await tellEverything(gateway.url, heard);
    await until(
      async () =>
        (await readAll(gateway.url, '/v1/deliveries')).filter(row => row.lastAttempt === null && row.sequence === 1),
      left => left.length === 0,
      'the first message of every return to be tried',
    );
    await askEverything(gateway.url, heard);
    const { code } = await gateway.end('SIGTERM');
    heard.add('the log', readFileSync(folder.logFile, 'utf8'));
    heard.add('standard error', gateway.stderr());
    for (const message of messages) heard.add('a message without personal data', message.replace(/^POST \S+/, ''));

    expect(code).toBe(0);
    expect(messages.length).toBeGreaterThanOrEqual(5);
    expect(heard.places()).toEqual(
      expect.arrayContaining(['/v1/inbound/{id}', '/v1/rejections', '/v1/deliveries/{id}', '/v1/events', 'the log']),
    );
    expect(heard.holding(FORBIDDEN)).toEqual([]);
    // The headers and the query of a kept request are shown as they came, but for credentials.
    const kept = heard.holding(PERSONAL).filter(each => !each.startsWith('/v1/inbound/{id}: canary.person'));
    expect(kept).toEqual([]);
    const files = ['', '-wal', '.lock'].map(end => `${folder.database}${end}`).filter(existsSync);
    const bytes = Buffer.concat(files.map(file => readFileSync(file))).toString('latin1');
    // A revision holds the account's file as it is written, and with it the whole URL of a destination.
    const stored = FORBIDDEN.filter(secret => bytes.includes(secret));
    expect(stored).toEqual([SECRETS.destinationQuery]);
    expect(bytes).toContain(PERSON.email); // it is there, in its two places
  });
});
