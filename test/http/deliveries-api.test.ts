import { describe, expect, it } from 'vitest';
import { droppedOff, openHttp, requested } from './open-http.ts';

async function openFilled() {
  const http = await openHttp();
  await http.tell(requested('R-1'));
  http.clock.nowMs += 60_000;
  await http.tell(droppedOff('R-1'));
  await http.tell(requested('R-2'), 'beta');
  return http;
}

describe('GET /v1/deliveries', () => {
  it('lists one for every event and destination, the last created first', async () => {
    const { get } = await openFilled();

    const { data } = (await get('/v1/deliveries?account=acme')).body;

    expect(
      data.map((row: { destination: string; sequence: number }) => `${row.sequence} ${row.destination}`).toSorted(),
    ).toEqual(['1 audit', '1 refunds', '2 audit', '2 refunds']);
    expect(data.map((row: { sequence: number }) => row.sequence)).toEqual([2, 2, 1, 1]);
    expect(data[0]).toMatchObject({
      id: expect.stringMatching(/^dlv_/),
      type: 'shipment.dropped_off',
      webhookId: data[0].eventId,
      state: 'pending',
      tries: 0,
      createdAt: '2026-11-20T12:01:00.000Z',
      lastAttempt: null,
    });
  });

  it('can be narrowed down', async () => {
    const { get } = await openFilled();
    const [{ id }] = (await get('/v1/returns?account=beta')).body.data;

    const ofReturn = (await get(`/v1/deliveries?returnId=${id}`)).body.data;
    const ofDestination = (await get('/v1/deliveries?account=acme&destination=audit&state=pending')).body.data;
    const delivered = (await get('/v1/deliveries?state=delivered')).body.data;

    expect([ofReturn.length, ofDestination.length, delivered.length]).toEqual([1, 2, 0]);
  });

  it('is paged', async () => {
    const { get } = await openFilled();

    const first = (await get('/v1/deliveries?limit=3')).body;
    const second = (await get(`/v1/deliveries?limit=3&cursor=${first.nextCursor}`)).body;

    expect(second).toMatchObject({ nextCursor: null });
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(5);
  });
});

describe('GET /v1/deliveries/{id}', () => {
  it('shows the message and every attempt', async () => {
    const { get } = await openFilled();
    const [{ id }] = (await get('/v1/deliveries?account=beta')).body.data;

    const { body } = await get(`/v1/deliveries/${id}`);

    expect(body).toMatchObject({
      id,
      attempts: [],
      body: { type: 'return.requested', data: { schema: 1, account: 'beta', sequence: 1 } },
    });
  });
});

describe('POST /v1/deliveries/{id}/redeliver', () => {
  it('makes the same message due again and wakes the worker', async () => {
    const { get, post, calls } = await openFilled();
    const [delivery] = (await get('/v1/deliveries?account=beta')).body.data;
    calls.splice(0);

    const answer = await post(`/v1/deliveries/${delivery.id}/redeliver`);

    expect(answer).toMatchObject({ status: 202, body: { id: delivery.id, webhookId: delivery.webhookId } });
    expect(calls).toEqual(['due']);
  });

  it('says what it waits for', async () => {
    const { get, post } = await openFilled();
    const [delivery] = (await get('/v1/deliveries?account=beta')).body.data;
    const again = async () => (await post(`/v1/deliveries/${delivery.id}/redeliver`)).body.waitsFor;

    const first = await again();
    await post('/v1/destinations/beta/refunds/pause');
    const paused = await again();
    await post('/v1/destinations/beta/refunds/resume');

    expect([first, paused, await again()]).toEqual([null, 'destination_paused', null]);
  });

  it('happens once under one Idempotency-Key', async () => {
    const { get, post, calls } = await openFilled();
    const [delivery] = (await get('/v1/deliveries?account=beta')).body.data;
    const headers = { 'idempotency-key': 'again' };
    calls.splice(0);

    const first = await post(`/v1/deliveries/${delivery.id}/redeliver`, undefined, { headers });
    const second = await post(`/v1/deliveries/${delivery.id}/redeliver`, undefined, { headers });

    expect(second).toMatchObject({ status: 202, body: first.body });
    expect(calls).toEqual(['due']);
  });
});

describe('destinations', () => {
  it('are listed with settings, state and backlog, and without what may be secret', async () => {
    const { get } = await openFilled();

    const { body, text } = await get('/v1/destinations');

    expect(
      body.data.map(
        (row: { account: string; name: string; pending: number }) => `${row.account}/${row.name} ${row.pending}`,
      ),
    ).toEqual(['acme/audit 2', 'acme/refunds 2', 'beta/refunds 1']);
    expect(body.data[1]).toEqual({
      account: 'acme',
      name: 'refunds',
      configured: true,
      url: 'https://hooks.market.example/acme/refunds',
      events: ['*'],
      personalData: false,
      ordering: 'per_return',
      concurrency: 8,
      ratePerSecond: null,
      timeoutMs: 15_000,
      state: 'active',
      reason: null,
      breaker: 'closed',
      failuresInRow: 0,
      trialAt: null,
      lastSuccessAt: null,
      lastFailureAt: null,
      pending: 2,
    });
    expect(text).not.toMatch(/not-for-everybody|whsec_/);
  });

  it('are paged', async () => {
    const { get } = await openFilled();

    const first = (await get('/v1/destinations?limit=2')).body;
    const second = (await get(`/v1/destinations?limit=2&cursor=${first.nextCursor}`)).body;

    expect(second).toMatchObject({ data: [{ account: 'beta', name: 'refunds' }], nextCursor: null });
  });

  it('can be paused with a reason, and resumed', async () => {
    const { get, post, calls } = await openFilled();
    calls.splice(0);

    const paused = await post('/v1/destinations/acme/refunds/pause', { reason: 'being moved' });
    const held = (await get('/v1/deliveries?account=acme&destination=refunds')).body.data;
    const resumed = await post('/v1/destinations/acme/refunds/resume');

    expect(paused).toMatchObject({ status: 200, body: { state: 'paused', reason: 'being moved' } });
    expect(held.map((row: { state: string }) => row.state)).toEqual(['held', 'held']);
    expect(resumed).toMatchObject({ status: 200, body: { state: 'active', reason: null } });
    expect(calls).toEqual(['due']);
  });

  it('paused without a reason name who did it', async () => {
    const { post, addToken } = await openFilled();
    await addToken('night shift', ['on_call']);

    expect(
      (await post('/v1/destinations/acme/refunds/pause', undefined, { token: 'the-administrator' })).body.reason,
    ).toBe('paused by administrator (admin)');
  });

  it('that left the account file are not resumed', async () => {
    const { store, clock, get, post } = await openHttp();
    await store.syncDestinations([{ account: 'acme', name: 'former' }], clock.nowMs);

    const listed = (await get('/v1/destinations?account=acme')).body.data.find(
      (row: { name: string }) => row.name === 'former',
    );
    const answer = await post('/v1/destinations/acme/former/resume');

    expect(listed).toMatchObject({ configured: false, url: null, events: [] });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('are tested with a message of their own', async () => {
    const { post, calls } = await openHttp();

    const answer = await post('/v1/destinations/acme/refunds/test');

    expect(answer).toMatchObject({
      status: 200,
      body: {
        webhookId: 'att_test',
        attempt: { outcome: 'delivered', status: 204, durationMs: 7, requestedBy: 'administrator (admin)' },
      },
    });
    expect(calls).toEqual(['test:refunds']);
  });

  it.each(['pause', 'resume', 'test'])('that are not there cannot be changed: %s', async what => {
    const { post } = await openHttp();

    expect(await post(`/v1/destinations/acme/nobody/${what}`)).toMatchObject({ status: 404 });
  });

  it.each([{ reason: '' }, { reason: 1 }, { because: 'x' }, [], 'text'])(
    'are not paused with the body %j',
    async body => {
      const { post } = await openHttp({ storeless: true });

      expect(await post('/v1/destinations/acme/refunds/pause', JSON.stringify(body))).toMatchObject({ status: 422 });
    },
  );
});
