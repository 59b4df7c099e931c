import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/storage/store.ts';
import { droppedOff, openHttp, requested } from './open-http.ts';

/** Every call of the API with the roles of which one is enough. `$ret`, `$inb`, `$dlv`, `$fnd`, `$tok` stand for ids of the account beta. */
const ENDPOINTS: readonly (readonly [method: string, path: string, roles: readonly Role[], body?: unknown])[] = [
  ['GET', '/v1/returns', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/returns/$ret', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/returns/$ret/events', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/events', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/inbound', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/inbound/$inb', ['viewer', 'support', 'on_call']],
  ['POST', '/v1/inbound/$inb/replay?dryRun=true', ['on_call']],
  ['GET', '/v1/rejections', ['security_admin']],
  [
    'POST',
    '/v1/verifications',
    ['security_admin', 'on_call'],
    { account: 'beta', connection: 'portal', headers: {}, bodyBase64: '' },
  ],
  ['GET', '/v1/findings', ['viewer', 'support', 'on_call']],
  ['POST', '/v1/findings/$fnd/close', ['on_call']],
  ['GET', '/v1/deliveries', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/deliveries/$dlv', ['viewer', 'support', 'on_call']],
  ['POST', '/v1/deliveries/$dlv/redeliver', ['on_call']],
  ['GET', '/v1/destinations', ['viewer', 'support', 'on_call']],
  ['POST', '/v1/destinations/beta/refunds/pause', ['on_call']],
  ['POST', '/v1/destinations/beta/refunds/resume', ['on_call']],
  ['POST', '/v1/destinations/beta/refunds/test', ['on_call']],
  ['GET', '/v1/accounts', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/connections', ['viewer', 'support', 'on_call']],
  ['GET', '/v1/adapters', ['viewer', 'support', 'on_call']],
  ['POST', '/v1/erasures?dryRun=true', ['security_admin'], { account: 'beta', email: 'nobody@example.com' }],
  ['GET', '/v1/retention', ['viewer', 'support', 'on_call', 'config_admin']],
  ['GET', '/v1/tokens', ['security_admin']],
  ['POST', '/v1/tokens', ['security_admin'], { name: 'made', roles: ['security_admin'], accounts: ['beta'] }],
  ['DELETE', '/v1/tokens/$tok', ['security_admin']],
];
const ROLES: readonly Role[] = ['viewer', 'support', 'on_call', 'config_admin', 'security_admin'];

/** A gateway where the account beta has one of everything. */
async function openFilled() {
  const http = await openHttp();
  const inb = await http.tell(requested('R-1'), 'beta');
  await http.tell(droppedOff('R-1'), 'beta');
  const ret = (await http.get('/v1/returns')).body.data[0].id;
  const dlv = (await http.get('/v1/deliveries')).body.data[0].id;
  const fnd = 'fnd_00000000000000000000000001';
  const finding = { account: 'beta', connection: 'portal', kind: 'new_type', subject: 'return.lost' } as const;
  await http.store.noteFindings([{ ...finding, id: fnd, seenAtMs: http.clock.nowMs, count: 1, detail: {} }]);
  await http.addToken('of-beta', ['viewer'], ['beta']);
  const tok = (await http.get('/v1/tokens')).body.data.find((token: { name: string }) => token.name === 'of-beta').id;
  const fill = (path: string) =>
    path.replace('$ret', ret).replace('$inb', inb).replace('$dlv', dlv).replace('$fnd', fnd).replace('$tok', tok);
  return { ...http, fill };
}

describe('the API', () => {
  it('is what the reference says it is', async () => {
    const { get } = await openHttp({ storeless: true });

    const document = (await get('/openapi.json', null)).body;

    const listed = ENDPOINTS.map(
      ([method, path]) =>
        `${method} ${path.replace(/\?.*/, '').replace(/\$\w+/, '{id}').replace('beta/refunds', '{account}/{name}')}`,
    );
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      path.startsWith('/v1/') ? Object.keys(methods as object).map(method => `${method.toUpperCase()} ${path}`) : [],
    );
    expect(listed.toSorted()).toEqual(described.toSorted());
  });

  it('answers nobody without a token, not even what exists', async () => {
    const { call } = await openHttp({ storeless: true });

    for (const [method, path, , body] of ENDPOINTS) {
      const answer = await call(method, path, { token: null, body });

      expect(answer, `${method} ${path}`).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="retour"');
    }
    expect((await call('GET', '/v1/nothing', { token: null })).status).toBe(401);
  });

  it.each([
    'Bearer unknown',
    'Basic dGhlLWFkbWluaXN0cmF0b3I6',
    'Bearer',
    'Bearer the-administrator x',
    `Bearer ${'x'.repeat(600)}`,
    'the-administrator',
  ])('takes no "%.40s" for a token', async authorization => {
    const { call } = await openHttp();

    expect(await call('GET', '/v1/returns', { token: null, headers: { authorization } })).toMatchObject({
      status: 401,
    });
  });

  it('refuses a token from the moment it is revoked', async () => {
    const { get, call, addToken } = await openHttp();
    await addToken('short-lived', ['viewer']);
    const before = await get('/v1/returns', 'short-lived');
    const { id } = (await get('/v1/tokens')).body.data[0];

    const revoked = await call('DELETE', `/v1/tokens/${id}`);

    expect(before.status).toBe(200);
    expect(revoked).toMatchObject({ status: 200, body: { id, revokedAt: expect.stringMatching(/^2026-11-20T12:00/) } });
    expect(await get('/v1/returns', 'short-lived')).toMatchObject({ status: 401 });
  });

  it('lets a role do what it may, and nothing else', async () => {
    const { call, addToken, fill } = await openFilled();
    for (const role of ROLES) await addToken(`only-${role}`, [role], ['beta']);

    for (const [method, path, allowed, body] of ENDPOINTS) {
      for (const role of ROLES) {
        const answer = await call(method, fill(path), { token: `only-${role}`, body });

        const status = allowed.includes(role) ? expect.toSatisfy((code: number) => code >= 200 && code < 300) : 403;
        expect(answer, `${method} ${path} as ${role}`).toMatchObject({ status });
      }
    }
  });

  it('answers what belongs to another account as if it were not there', async () => {
    const { call, addToken, fill, calls, store } = await openFilled();
    await addToken('of-acme', ROLES, ['acme']);
    calls.splice(0);

    for (const [method, path, , body] of ENDPOINTS.filter(([, path]) => /\$|beta|verifications|erasures/.test(path))) {
      const answer = await call(method, fill(path), { token: 'of-acme', body });

      expect(answer, `${method} ${path}`).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect(calls).toEqual([]);
    expect((await store.listDestinationStates('all')).every(({ state }) => state === 'active')).toBe(true);
  });

  it.each([
    '/v1/returns',
    '/v1/events',
    '/v1/inbound',
    '/v1/rejections',
    '/v1/findings',
    '/v1/deliveries',
    '/v1/destinations',
    '/v1/accounts',
    '/v1/connections',
  ])('lists nothing of another account at %s, asked for or not', async path => {
    const { get, webhook, addToken } = await openFilled();
    await webhook('/webhooks/beta/portal', { headers: {}, body: '' });
    await addToken('of-acme', ROLES, ['acme']);

    const everything = await get(path, 'the-administrator');
    const own = await get(path, 'of-acme');
    const asked = path === '/v1/accounts' ? own : await get(`${path}?account=beta`, 'of-acme');

    expect(everything.text).toContain('"beta"');
    expect(own.status).toBe(200);
    expect(own.text).not.toContain('beta');
    expect(path === '/v1/accounts' ? [] : asked.body.data).toEqual([]);
  });

  it('writes one line per request, without the address and the token', async () => {
    const { get, lines, addToken } = await openHttp();
    await addToken('quiet', ['support']);

    await get('/v1/returns?email=jo%40example.com', 'quiet');
    await get('/v1/nothing', null);

    const requests = lines.filter(line => line.event === 'api.request');
    expect(requests).toMatchObject([
      {
        method: 'GET',
        route: 'GET /v1/returns',
        status: 200,
        principal: 'quiet',
        tokenId: expect.stringMatching(/^tok_/),
        durationMs: 0,
      },
      { method: 'GET', route: null, status: 401, principal: null, tokenId: null },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/example|email/);
  });
});
