import { describe, expect, it } from 'vitest';
import { openHttp, requested, signed } from './open-http.ts';

async function openFilled() {
  const http = await openHttp();
  const good = await http.tell(requested('R-1'));
  http.clock.nowMs += 60_000;
  const bad = await http.tell({ type: 'return.requested', timestamp: 'no time', data: {} });
  return { ...http, good, bad };
}

describe('GET /v1/inbound', () => {
  it('lists the last received first, without what they hold', async () => {
    const { get, good, bad } = await openFilled();

    const { data } = (await get('/v1/inbound')).body;

    expect(data.map((row: { id: string; state: string }) => [row.id, row.state])).toEqual([
      [bad, 'unreadable'],
      [good, 'recorded'],
    ]);
    expect(data[1]).toMatchObject({
      adapter: 'standard',
      source: 'webhook',
      adapterVersion: expect.any(Number),
      receivedAt: '2026-11-20T12:00:00.000Z',
      method: 'POST',
      path: '/webhooks/acme/portal',
    });
    for (const row of data) {
      for (const hidden of ['body', 'headers', 'notices', 'dedupe', 'lease']) expect(row).not.toHaveProperty(hidden);
    }
  });

  it('can be narrowed down to one cause', async () => {
    const { get, bad } = await openFilled();
    const { fingerprint } = (await get('/v1/inbound?state=unreadable')).body.data[0];

    const { data } = (
      await get(
        `/v1/inbound?account=acme&connection=portal&fingerprint=${encodeURIComponent(fingerprint)}&receivedAfter=2026-11-20T12:00:00Z`,
      )
    ).body;

    expect(data.map((row: { id: string }) => row.id)).toEqual([bad]);
  });
});

describe('GET /v1/inbound/{id}', () => {
  it('shows the bytes to whoever is on call', async () => {
    const { get, good } = await openFilled();

    const { body } = await get(`/v1/inbound/${good}`);

    expect(Buffer.from(body.body, 'base64').toString('utf8')).toBe(JSON.stringify(requested('R-1')));
    expect(body).toMatchObject({
      headers: { 'content-type': ['application/json'], 'webhook-id': [expect.any(String)] },
      verification: { trust: 'signed', secretIndex: 0 },
      configRevision: 'rev_of_acme',
      notices: [
        { type: 'return.requested', state: 'recorded', eventIds: [expect.stringMatching(/^evt_/)], problem: null },
      ],
      returnIds: [expect.stringMatching(/^ret_/)],
    });
  });

  it('shows a viewer everything but the bytes', async () => {
    const { get, good, addToken } = await openFilled();
    await addToken('viewer', ['viewer']);

    const { body } = await get(`/v1/inbound/${good}`, 'viewer');

    expect(body.body).toBeNull();
    expect(body).toMatchObject({
      bodyBytes: JSON.stringify(requested('R-1')).length,
      notices: [{ state: 'recorded' }],
    });
  });

  it('keeps the credentials of the sender to itself', async () => {
    const { get, webhook } = await openHttp();
    const authorization = `Basic ${Buffer.from('jo:correct horse').toString('base64')}`;
    const { id } = (
      await webhook('/webhooks/acme/basic', { headers: { authorization, cookie: 'a=secret' }, body: '{}' })
    ).body;

    const { body, text } = await get(`/v1/inbound/${id}`);

    expect(body.headers).toMatchObject({ authorization: ['[redacted]'], cookie: ['[redacted]'] });
    expect(text).not.toContain(authorization.slice(6));
  });
});

describe('POST /v1/inbound/{id}/replay', () => {
  it('previews without writing', async () => {
    const { post, store, good } = await openFilled();
    const before = await store.listReturns('all', {}, { limit: 10, after: null });

    const { status, body } = await post(`/v1/inbound/${good}/replay?dryRun=true`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      inboundId: good,
      dryRun: true,
      adapter: { id: 'standard' },
      outcome: 'identical',
      events: [{ type: 'return.requested', effect: 'unchanged' }],
    });
    expect(await store.listReturns('all', {}, { limit: 10, after: null })).toEqual(before);
  });

  it('runs, and says that it still fails', async () => {
    const { post, bad } = await openFilled();

    expect((await post(`/v1/inbound/${bad}/replay`)).body).toMatchObject({ dryRun: false, outcome: 'still_failing' });
  });

  it('gives the first answer again for the same Idempotency-Key, and never for a preview', async () => {
    const runs: boolean[] = [];
    const answer = {
      inboundId: 'inb_1',
      adapter: { id: 'x', version: 1, previousVersion: 1 },
      outcome: 'identical',
      notices: [],
      events: [],
      alsoToldBy: [],
      returns: [],
      deliveries: [],
    } as const;
    const replay = async (_: unknown, __: string, { dryRun }: { dryRun: boolean }) => {
      runs.push(dryRun);
      return { ...answer, dryRun };
    };
    const { post } = await openHttp({ deps: { replay } });
    const headers = { 'idempotency-key': 'once' };

    await post('/v1/inbound/inb_1/replay', undefined, { headers });
    const again = await post('/v1/inbound/inb_1/replay', undefined, { headers });
    const other = await post('/v1/inbound/inb_2/replay', undefined, { headers });
    await post('/v1/inbound/inb_1/replay?dryRun=true', undefined, { headers });

    expect(runs).toEqual([false, true]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual({ ...answer, dryRun: false });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
  });

  it.each(['?dryRun=yes', '?dryrun=true'])('refuses %s rather than running', async query => {
    const { post } = await openHttp({ storeless: true });

    expect(await post(`/v1/inbound/inb_1/replay${query}`)).toMatchObject({ status: 422 });
  });
});

describe('GET /v1/rejections', () => {
  it('says why a webhook was refused, without a secret and without its body', async () => {
    const { get, webhook, clock } = await openHttp();
    const { headers, body } = await signed(requested('R-1'), clock.nowMs);
    const { rejectionId } = (await webhook('/webhooks/acme/portal', { headers, body: body.replace('R-1', 'R-2') }))
      .body;

    const { data } = (await get('/v1/rejections?account=acme')).body;

    expect(data).toEqual([
      {
        id: rejectionId,
        account: 'acme',
        connection: 'portal',
        receivedAt: '2026-11-20T12:00:00.000Z',
        reason: 'mismatch',
        method: 'POST',
        path: '/webhooks/acme/portal',
        header: 'webhook-signature',
        received: expect.stringMatching(/^[0-9a-f]{4,8}$/),
        expected: [expect.stringMatching(/^[0-9a-f]{4,8}$/)],
        skewSeconds: 0,
        hint: null,
        bodyBytes: body.length,
      },
    ]);
  });
});

describe('a signature of another form', () => {
  const HINT =
    'The value must be v1, and 44 characters of Base64 (or v1a, and 88 of them); at most 16 of these, parted by a space.';

  it('is explained by the record of its refusal and by the check of the captured request', async () => {
    const { get, post, webhook, clock } = await openHttp();
    const { headers, body } = await signed(requested('R-1'), clock.nowMs);
    const bare = { ...headers, 'webhook-signature': 'c2lnbmF0dXJl' };

    await webhook('/webhooks/acme/portal', { headers: bare, body });
    const recorded = (await get('/v1/rejections')).body.data[0];
    const checked = await post('/v1/verifications', {
      account: 'acme',
      connection: 'portal',
      headers: bare,
      bodyBase64: Buffer.from(body).toString('base64'),
    });

    const expected = [expect.stringMatching(/^[0-9a-f]{8}$/)];
    expect(recorded).toMatchObject({ reason: 'malformed', hint: HINT, expected });
    expect(checked.body).toMatchObject({ reason: 'malformed', hint: HINT, expected });
  });
});

describe('POST /v1/verifications', () => {
  const captured = async (atMs: number) => {
    const { headers, body } = await signed(requested('R-1'), atMs);
    return {
      account: 'acme',
      connection: 'portal',
      method: 'POST',
      path: '/webhooks/acme/portal?x=1',
      headers,
      bodyBase64: Buffer.from(body).toString('base64'),
    };
  };

  it('proves a captured request as the connection would, and keeps nothing', async () => {
    const { post, store, clock } = await openHttp();

    const answer = await post('/v1/verifications', await captured(clock.nowMs));

    expect(answer).toMatchObject({ status: 200, body: { outcome: 'accepted', trust: 'signed', secretIndex: 0 } });
    expect(await store.listInbound('all', {}, { limit: 1, after: null })).toEqual([]);
  });

  it('tells why it would be refused', async () => {
    const { post, clock } = await openHttp({ storeless: true });
    const request = await captured(clock.nowMs);

    const changed = await post('/v1/verifications', { ...request, bodyBase64: Buffer.from('{}').toString('base64') });
    const twice = await post('/v1/verifications', {
      ...request,
      headers: { ...request.headers, 'Webhook-Signature': ['v1,a', 'v1,b'] },
    });
    const bare = await post('/v1/verifications', { ...request, headers: {} });

    expect(changed.body).toMatchObject({
      outcome: 'rejected',
      reason: 'mismatch',
      header: 'webhook-signature',
      received: expect.any(String),
      expected: [expect.any(String)],
    });
    expect(twice.body).toMatchObject({ outcome: 'rejected', reason: 'repeated' });
    expect(bare.body).toMatchObject({ outcome: 'rejected', reason: 'missing', received: null });
    expect(changed.body).toMatchObject({ scheme: 'standard_webhooks', wouldFit: null });
  });

  it('judges the time by the instant it is given', async () => {
    const { post, clock } = await openHttp({ storeless: true });
    const request = await captured(clock.nowMs - 86_400_000);

    const now = await post('/v1/verifications', request);
    const then = await post('/v1/verifications', { ...request, at: '2026-11-19T12:00:30Z' });

    expect(now.body).toMatchObject({ outcome: 'rejected', reason: 'outside-tolerance', skewSeconds: -86_400 });
    expect(then.body).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    [{ bodyBase64: 'not base64!' }, '/body/bodyBase64'],
    [{ connection: undefined }, '/body/connection'],
    [{ connection: 'silent' }, '/body/connection'],
    [{ path: 'webhooks' }, '/body/path'],
    [{ at: 'noon' }, '/body/at'],
    [{ secret: 'x' }, '/body/secret'],
  ])('with %j says what is wrong', async (change, pointer) => {
    const { post } = await openHttp({ storeless: true });

    const answer = await post('/v1/verifications', {
      account: 'acme',
      connection: 'portal',
      headers: {},
      bodyBase64: '',
      ...change,
    });

    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('knows only connections that are there', async () => {
    const { post } = await openHttp({ storeless: true });

    expect(
      await post('/v1/verifications', { account: 'acme', connection: 'nobody', headers: {}, bodyBase64: '' }),
    ).toMatchObject({ status: 404 });
  });
});
