import { describe, expect, it } from 'vitest';
import { openHttp } from './open-http.ts';

const INPUT = { name: 'refund service', roles: ['viewer'], accounts: ['acme'] };

describe('POST /v1/tokens', () => {
  it('makes a token that works, and shows it this once', async () => {
    const { post, get } = await openHttp();

    const made = await post('/v1/tokens', INPUT);
    const used = await get('/v1/accounts', made.body.token);
    const listed = await get('/v1/tokens');

    expect(made).toMatchObject({
      status: 201,
      body: {
        ...INPUT,
        id: expect.stringMatching(/^tok_/),
        token: expect.stringMatching(/^rtk_/),
        createdBy: 'administrator (admin)',
        revokedAt: null,
      },
    });
    expect(used.body.data.map((account: { id: string }) => account.id)).toEqual(['acme']);
    expect(listed.body.data).toMatchObject([{ ...INPUT, id: made.body.id }]);
    expect(listed.text).not.toContain(made.body.token);
  });

  it('neither logs the token nor stores it in clear', async () => {
    const { post, lines, store } = await openHttp();

    const { token } = (await post('/v1/tokens', INPUT)).body;

    expect(JSON.stringify(lines)).not.toContain(token);
    expect(JSON.stringify(await store.listTokens())).not.toContain(token);
  });

  it('repeated with the same Idempotency-Key makes no second one and shows no secret', async () => {
    const { post, get } = await openHttp();
    const headers = { 'idempotency-key': 'k-1' };

    const first = await post('/v1/tokens', INPUT, { headers });
    const second = await post('/v1/tokens', INPUT, { headers });

    expect(second).toMatchObject({ status: 201, body: { ...first.body, token: null } });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await get('/v1/tokens')).body.data).toHaveLength(1);
  });

  it('refuses a key for another body, and takes it again a day later', async () => {
    const { post, clock } = await openHttp();
    const headers = { 'idempotency-key': 'k-1' };
    await post('/v1/tokens', INPUT, { headers });

    const other = await post('/v1/tokens', { ...INPUT, name: 'other' }, { headers });
    clock.nowMs += 24 * 60 * 60 * 1000 + 1;
    const later = await post('/v1/tokens', { ...INPUT, name: 'other' }, { headers });

    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
    expect(later).toMatchObject({ status: 201, body: { name: 'other', token: expect.any(String) } });
  });

  it('keeps the keys of one token apart from those of another', async () => {
    const { post, addToken } = await openHttp();
    await addToken('second', ['security_admin', 'viewer']);
    const headers = { 'idempotency-key': 'k-1' };

    const one = await post('/v1/tokens', INPUT, { headers });
    const other = await post('/v1/tokens', INPUT, { headers, token: 'second' });

    expect(other.status).toBe(201);
    expect(other.body.id).not.toBe(one.body.id);
  });

  it('answers 409 while a request with the key is still running', async () => {
    let release = () => {};
    const running = new Promise<void>(resolve => {
      release = resolve;
    });
    const replay = async () => {
      await running;
      return null;
    };
    const { post } = await openHttp({ deps: { replay } });
    const headers = { 'idempotency-key': 'k-1' };

    const first = post('/v1/inbound/inb_1/replay', undefined, { headers });
    const second = await post('/v1/inbound/inb_1/replay', undefined, { headers });
    release();
    const failed = await first;
    const third = await post('/v1/inbound/inb_1/replay', undefined, { headers });

    expect(second).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(second.headers.get('retry-after')).toBe('1');
    // What failed did not happen: its key is free again.
    expect([failed.status, third.status]).toEqual([404, 404]);
    expect(third.headers.get('idempotency-replayed')).toBeNull();
  });

  it.each(['', 'with space', 'x'.repeat(201)])('refuses the key %j', async key => {
    const { post } = await openHttp({ storeless: true });

    expect(await post('/v1/tokens', INPUT, { headers: { 'idempotency-key': key } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/header/idempotency-key' }] },
    });
  });

  it.each([
    [{}, ['/body/name', '/body/roles', '/body/accounts']],
    [{ ...INPUT, name: ' ' }, ['/body/name']],
    [{ ...INPUT, roles: [] }, ['/body/roles']],
    [{ ...INPUT, roles: ['viewer', 'viewer'] }, ['/body/roles']],
    [{ ...INPUT, roles: ['root'] }, ['/body/roles/0']],
    [{ ...INPUT, accounts: [] }, ['/body/accounts']],
    [{ ...INPUT, accounts: 'acme' }, ['/body/accounts']],
    [{ ...INPUT, accounts: ['acme', 'nobody'] }, ['/body/accounts/1']],
    [{ ...INPUT, secret: 'mine' }, ['/body/secret']],
  ])('with %j says what is wrong', async (body, pointers) => {
    const { post } = await openHttp({ storeless: true });

    const answer = await post('/v1/tokens', body);

    expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers);
  });

  it.each([
    [{}, 'name', 'is missing'],
    [{ name: 7 }, 'name', 'must be text, not a whole number'],
    [{ name: '' }, 'name', 'must have at least 1 character'],
    [{ roles: [] }, 'roles', 'must have at least 1 entry'],
    [{ roles: 'viewer' }, 'roles', 'must be a list, not text'],
    [{ roles: ['root'] }, 'roles/0', 'must be one of viewer, support, on_call, config_admin, security_admin'],
    [{ roles: ['viewer', 'viewer'] }, 'roles', 'names a role twice'],
    [{}, 'accounts', 'is missing'],
    [{ accounts: 'acme' }, 'accounts', 'must be all or a list'],
    [{ accounts: [] }, 'accounts', 'must have at least 1 entry'],
    [{ accounts: ['ACME'] }, 'accounts/0', 'lower-case letters, digits and hyphens, 63 at most'],
  ])('with %j says of %s: %s', async (body, place, message) => {
    const { post } = await openHttp({ storeless: true });

    expect((await post('/v1/tokens', body)).body.errors).toContainEqual({ pointer: `/body/${place}`, message });
  });

  it.each([
    ['not JSON', { 'content-type': 'application/json' }, '/body'],
    ['', { 'content-type': 'application/json' }, '/body'],
    [
      '{"__proto__":{"roles":["viewer"]},"name":"x","roles":["viewer"],"accounts":"all"}',
      { 'content-type': 'application/json' },
      '/body/__proto__',
    ],
    [JSON.stringify(INPUT), { 'content-type': 'text/plain' }, '/header/content-type'],
  ])('takes no body %.60s', async (body, headers, pointer) => {
    const { post } = await openHttp({ storeless: true });

    expect(await post('/v1/tokens', body, { headers })).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('takes no body that is larger than any could be', async () => {
    const { post } = await openHttp({ storeless: true });

    expect(await post('/v1/tokens', `{"name":"${'x'.repeat(1_500_000)}"}`)).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });
});

describe('a token', () => {
  it('gives any role, also one that its maker lacks, and only within the accounts of its maker', async () => {
    const { get, post, addToken } = await openHttp();
    await addToken('maker', ['security_admin'], ['acme']);
    const everything = ['viewer', 'support', 'on_call', 'config_admin', 'security_admin'];

    const made = await post('/v1/tokens', { ...INPUT, roles: everything, accounts: ['acme'] }, { token: 'maker' });
    const further = await post('/v1/tokens', { ...INPUT, accounts: 'all' }, { token: made.body.token });

    expect(made).toMatchObject({ status: 201, body: { roles: everything, accounts: ['acme'] } });
    expect((await get('/v1/accounts', made.body.token)).body.data).toMatchObject([{ id: 'acme' }]);
    expect(further).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it('gives no account that its maker lacks, and does not tell which exist', async () => {
    const { post, addToken } = await openHttp();
    await addToken('maker', ['security_admin', 'viewer'], ['acme']);

    const all = await post('/v1/tokens', { ...INPUT, accounts: 'all' }, { token: 'maker' });
    const foreign = await post('/v1/tokens', { ...INPUT, accounts: ['beta'] }, { token: 'maker' });
    const absent = await post('/v1/tokens', { ...INPUT, accounts: ['nobody'] }, { token: 'maker' });

    expect(all).toMatchObject({ status: 403 });
    expect(foreign).toMatchObject({ status: 422 });
    expect(foreign.body.errors).toEqual(absent.body.errors);
  });

  it('that reaches further is neither seen nor revoked', async () => {
    const { get, call, addToken } = await openHttp();
    await addToken('wide', ['viewer'], 'all');
    await addToken('narrow', ['security_admin'], ['acme']);
    const wide = (await get('/v1/tokens')).body.data.find((token: { name: string }) => token.name === 'wide');

    const listed = await get('/v1/tokens', 'narrow');
    const revoked = await call('DELETE', `/v1/tokens/${wide.id}`, { token: 'narrow' });

    expect(listed.body.data.map((token: { name: string }) => token.name)).toEqual(['narrow']);
    expect(revoked).toMatchObject({ status: 404 });
    expect(await get('/v1/returns', 'wide')).toMatchObject({ status: 200 });
  });

  it('stands in the list by age, the newest first, page by page', async () => {
    const { get, addToken } = await openHttp();
    for (const name of ['first', 'second', 'third']) await addToken(name, ['viewer']);

    const page = (await get('/v1/tokens?limit=2')).body;
    const next = (await get(`/v1/tokens?limit=2&cursor=${page.nextCursor}`)).body;

    expect([...page.data, ...next.data].map(({ name }) => name)).toEqual(['third', 'second', 'first']);
    expect(next.nextCursor).toBeNull();
  });
});

describe('what is configured', () => {
  it('shows accounts and connections as in force, and how many secrets there are, never one', async () => {
    const { get } = await openHttp({ storeless: true });

    const accounts = await get('/v1/accounts');
    const connections = await get('/v1/connections?account=acme');

    expect(accounts.body.data[0]).toEqual({
      id: 'acme',
      name: 'ACME',
      owner: 'owner-of-acme@market.example',
      tier: 'standard',
      timezone: 'UTC',
      currency: 'USD',
      connections: ['portal', 'basic', 'hints', 'zipped', 'silent'],
      destinations: ['refunds', 'audit'],
      revision: 'rev_of_acme',
    });
    const portal = connections.body.data.find((row: { name: string }) => row.name === 'portal');
    expect(portal).toMatchObject({
      adapter: { id: 'standard' },
      webhookUrl: 'https://returns.market.example/webhooks/acme/portal',
      acknowledgeWith: 202,
      expect: { requested: 7, in_review: 7, authorized: 14, in_transit: 14, received: 7, inspected: 7 },
      settings: { verification: { scheme: 'standard_webhooks' } },
      secrets: { webhook: 1 },
    });
    expect(connections.body.data.find((row: { name: string }) => row.name === 'silent').webhookUrl).toBeNull();
    expect(connections.text).not.toMatch(/whsec_|correct horse/);
  });

  it('shows the adapters there are', async () => {
    const { get } = await openHttp({ storeless: true });

    expect((await get('/v1/adapters')).body.data).toMatchObject([
      {
        id: 'example',
        label: 'Example Returns',
        evidence: 'documented',
        webhook: { redeliveryHours: 72, contentEncodings: [] },
      },
      { id: 'standard' },
    ]);
  });

  it('says how an adapter is connected, what its words become, and what stays out', async () => {
    const { get } = await openHttp({ storeless: true });

    const [example, standard] = (await get('/v1/adapters')).body.data;

    expect(example).toMatchObject({
      webhook: {
        verification: {
          scheme: 'hmac_timestamp',
          header: 'X-Example-Signature',
          timestampHeader: 'X-Example-Timestamp',
        },
      },
      fetches: true,
      types: { 'return.changed': ['fetch'], 'return.opened': ['return.requested', 'return.authorized'] },
      statuses: { 'notices.scan': { MOVING: ['shipment.in_transit'] } },
    });
    expect(example.connect[0]).toContain('{publicUrl}/webhooks/{account}/{connection}');
    expect(example.gaps).toContain(
      'Nothing is created or changed over its API yet: operations are not part of the contract.',
    );
    expect(standard).toMatchObject({ fetches: false, webhook: { verification: { scheme: 'standard_webhooks' } } });
  });
});
