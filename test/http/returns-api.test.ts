import { describe, expect, it } from 'vitest';
import { droppedOff, JO, openHttp, requested } from './open-http.ts';

const order = (number: string) => ({ number, id: null, placedAt: null });

/** Three returns of acme and one of beta, a minute apart. */
async function openFilled() {
  const http = await openHttp();
  const tell = async (id: string, details: object, of = 'acme') => {
    http.clock.nowMs += 60_000;
    await http.tell(requested(id, details), of);
  };
  await tell('R-1', { order: order('MK-1'), shopper: JO, rmaNumber: 'RMA-1' });
  await tell('R-2', { order: order('MK-2') });
  await tell('R-3', { order: order('MK-3') });
  await tell('R-4', { order: order('MK-1') }, 'beta');
  http.clock.nowMs += 60_000;
  await http.tell(droppedOff('R-1'));
  return http;
}

const names = (answer: { body: { data: { providerReturnId: string }[] } }) =>
  answer.body.data.map(({ providerReturnId }) => providerReturnId);

describe('GET /v1/returns', () => {
  it('lists the last updated first', async () => {
    const { get } = await openFilled();

    expect(names(await get('/v1/returns'))).toEqual(['R-1', 'R-4', 'R-3', 'R-2']);
  });

  it('shows a return in canonical words, with nothing of the store in it', async () => {
    const { get } = await openFilled();

    const [first] = (await get('/v1/returns?order=MK-1&account=acme')).body.data;

    expect(first).toMatchObject({
      id: expect.stringMatching(/^ret_/),
      account: 'acme',
      connection: 'portal',
      provider: 'standard',
      status: 'in_transit',
      rmaNumber: 'RMA-1',
      order: order('MK-1'),
      shopper: JO,
      related: [],
      mergedFrom: [],
      createdAt: '2026-11-20T12:01:00.000Z',
      updatedAt: '2026-11-20T12:05:00.000Z',
    });
    expect(first).not.toHaveProperty('version');
    expect(first).not.toHaveProperty('state');
  });

  it.each([
    ['account=beta', ['R-4']],
    ['status=in_transit', ['R-1']],
    ['status=expired', []],
    ['provider=standard&connection=portal&account=acme', ['R-1', 'R-3', 'R-2']],
    ['provider=happy-returns', []],
    ['order=MK-1', ['R-1', 'R-4']],
    ['rma=RMA-1', ['R-1']],
    ['tracking=1z-999', ['R-1']],
    ['email=JO%40Example.com', ['R-1']],
    ['updatedAfter=2026-11-20T12:03:00Z', ['R-1', 'R-4']],
    ['updatedAfter=2026-11-20T13:02:59.999%2B01:00', ['R-1', 'R-4', 'R-3']],
  ])('with %s lists %j', async (query, expected) => {
    const { get } = await openFilled();

    expect(names(await get(`/v1/returns?${query}`))).toEqual(expected);
  });

  it('goes through all of them page by page', async () => {
    const { get } = await openFilled();

    const first = await get('/v1/returns?limit=2');
    const second = await get(`/v1/returns?limit=1&cursor=${first.body.nextCursor}`);
    const third = await get(`/v1/returns?limit=200&cursor=${second.body.nextCursor}`);

    expect([names(first), names(second), names(third)]).toEqual([['R-1', 'R-4'], ['R-3'], ['R-2']]);
    expect(third.body.nextCursor).toBeNull();
  });

  it('refuses a cursor under other filters or of another token', async () => {
    const { get, addToken } = await openFilled();
    await addToken('of-acme', ['viewer'], ['acme']);
    const { nextCursor } = (await get('/v1/returns?limit=1')).body;

    const filtered = await get(`/v1/returns?account=acme&cursor=${nextCursor}`);
    const others = await get(`/v1/returns?cursor=${nextCursor}`, 'of-acme');
    const elsewhere = await get(`/v1/inbound?cursor=${nextCursor}`);

    for (const answer of [filtered, others, elsewhere]) {
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/query/cursor' }] },
      });
    }
  });

  it.each([
    ['limit=0', '/query/limit'],
    ['limit=201', '/query/limit'],
    ['limit=1e1', '/query/limit'],
    ['limit=', '/query/limit'],
    ['limit=10&limit=20', '/query/limit'],
    ['status=lost', '/query/status'],
    ['account=ACME', '/query/account'],
    ['updatedAfter=yesterday', '/query/updatedAfter'],
    ['updatedAfter=2026-11-20T12:00:00', '/query/updatedAfter'],
    ['cursor=abc', '/query/cursor'],
    ['colour=blue', '/query/colour'],
    ['a~b/c=1', '/query/a~0b~1c'],
  ])('with %s says what is wrong at %s', async (query, pointer) => {
    const { get } = await openHttp({ storeless: true });

    const answer = await get(`/v1/returns?${query}`);

    expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', requestId: expect.any(String) } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it.each([
    ['limit=10&limit=20', 'must be given once, as text'],
    ['limit=0', 'must be a whole number from 1 to 200'],
    ['provider=', 'must have at least 1 character'],
    ['updatedAfter=yesterday', 'must be a time with its zone such as 2026-11-20T10:00:00Z'],
    ['status=lost', expect.stringMatching(/^must be one of .*in_transit/)],
  ])('with %s says so in words: %s', async (query, message) => {
    const { get } = await openHttp({ storeless: true });

    expect((await get(`/v1/returns?${query}`)).body.errors).toMatchObject([{ message }]);
  });

  it('names the parameters there are where one is unknown', async () => {
    const { get } = await openHttp({ storeless: true });

    expect((await get('/v1/accounts?colour=blue')).body.errors).toEqual([
      { pointer: '/query/colour', message: 'is not known here; known: limit, cursor' },
    ]);
  });
});

describe('personal data of a return', () => {
  it.each([
    ['viewer', { email: 'j•••@e•••.com', name: 'J•••', phone: '•••', address: '•••' }],
    ['support', { email: 'j•••@e•••.com', name: 'J•••', phone: '•••', address: '•••' }],
    ['on_call', JO],
  ] as const)('is shown to %s as far as the role goes', async (role, shopper) => {
    const { get, addToken } = await openFilled();
    await addToken('somebody', [role]);
    const [first] = (await get('/v1/returns?rma=RMA-1', 'somebody')).body.data;

    const one = await get(`/v1/returns/${first.id}`, 'somebody');

    expect(first.shopper).toEqual(shopper);
    expect(one.body.shopper).toEqual(shopper);
  });

  it('cannot be searched without the role support', async () => {
    const { get, addToken } = await openFilled();
    await addToken('viewer', ['viewer']);
    await addToken('support', ['support']);

    expect(await get('/v1/returns?email=jo@example.com', 'viewer')).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
    expect(names(await get('/v1/returns?email=jo@example.com', 'support'))).toEqual(['R-1']);
  });

  it('stands in no event', async () => {
    const { get } = await openFilled();
    const [first] = (await get('/v1/returns?rma=RMA-1')).body.data;

    for (const path of ['/v1/events', `/v1/returns/${first.id}/events`, '/v1/deliveries']) {
      expect((await get(path)).text).not.toMatch(/jo@example|Jo Doe|555 0100|Main St/);
    }
  });
});

describe('GET /v1/returns/{id}', () => {
  it.each(['ret_00000000000000000000000000', 'nothing', '%00', "'; DROP TABLE return; --"])(
    'answers 404 for %s',
    async id => {
      const { get } = await openHttp();

      expect(await get(`/v1/returns/${encodeURIComponent(id)}`)).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND' },
      });
    },
  );
});

describe('the events', () => {
  it('of one return come by sequence, with where they came from', async () => {
    const { get } = await openFilled();
    const [{ id }] = (await get('/v1/returns?rma=RMA-1')).body.data;

    const { data } = (await get(`/v1/returns/${id}/events`)).body;

    expect(data.map((event: { sequence: number; type: string }) => [event.sequence, event.type])).toEqual([
      [1, 'return.requested'],
      [2, 'shipment.dropped_off'],
    ]);
    expect(data[1]).toMatchObject({
      eventId: expect.stringMatching(/^evt_/),
      returnId: id,
      occurredAt: '2026-11-20T10:00:00.000Z',
      timestamp: '2026-11-20T10:00:00.000Z',
      timeSource: 'provider',
      change: { shipment: { ref: 'parcel', carrier: 'UPS' } },
      provenance: { trust: 'signed', secretIndex: 0, adapter: { id: 'standard' }, configRevision: 'rev_of_acme' },
    });
    expect(data[1]).not.toHaveProperty('return');
  });

  it('of one return go on after a sequence, and page by page', async () => {
    const { get } = await openFilled();
    const [{ id }] = (await get('/v1/returns?rma=RMA-1')).body.data;

    const first = (await get(`/v1/returns/${id}/events?limit=1`)).body;
    const second = (await get(`/v1/returns/${id}/events?limit=1&cursor=${first.nextCursor}`)).body;
    const after = (await get(`/v1/returns/${id}/events?after=1`)).body;

    expect(first.data[0].sequence).toBe(1);
    expect(second).toMatchObject({ data: [{ sequence: 2 }], nextCursor: null });
    expect(after.data).toEqual(second.data);
  });

  it('of everything come in commit order, each with the return as now known', async () => {
    const { get } = await openFilled();

    const { data } = (await get('/v1/events?account=acme')).body;

    expect(
      data.map(
        (event: { return: { providerReturnId: string }; type: string }) =>
          `${event.return.providerReturnId} ${event.type}`,
      ),
    ).toEqual(['R-1 return.requested', 'R-2 return.requested', 'R-3 return.requested', 'R-1 shipment.dropped_off']);
    expect(data[0].return).toMatchObject({ status: 'in_transit', sequence: 2 });
    expect(data[0].return).not.toHaveProperty('shopper');
    expect(data.map((event: { position: number }) => event.position)).toEqual(
      data.map((event: { position: number }) => event.position).toSorted((a: number, b: number) => a - b),
    );
  });

  it('of everything can be followed from the last position', async () => {
    const { get } = await openFilled();
    const all = (await get('/v1/events')).body.data;

    const rest = (await get(`/v1/events?after=${all[2].position}`)).body;
    const paged = (await get('/v1/events?limit=3')).body;
    const next = (await get(`/v1/events?limit=3&cursor=${paged.nextCursor}`)).body;
    const end = (await get(`/v1/events?after=${all.at(-1).position}`)).body;

    expect(rest.data).toEqual(all.slice(3));
    expect(next).toEqual({ data: all.slice(3), nextCursor: null });
    expect(end).toEqual({ data: [], nextCursor: null });
  });
});
