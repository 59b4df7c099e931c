import { describe, expect, it } from 'vitest';
import { NOON, openHttp, requested } from './open-http.ts';

async function openFilled() {
  const http = await openHttp();
  await http.tell(requested('R-1'));
  const of = { account: 'acme', connection: 'portal', count: 1 } as const;
  const detail = { sample: { type: 'string', form: 'AAA-999' } };
  await http.store.noteFindings([
    { ...of, id: 'fnd_1', kind: 'new_field', subject: 'return.requested /data/box', seenAtMs: NOON, detail },
    { ...of, id: 'fnd_2', kind: 'new_type', subject: 'return.lost', seenAtMs: NOON + 1000, detail: {} },
  ]);
  return http;
}

describe('GET /v1/findings', () => {
  it('lists the last seen first, with what is known of each', async () => {
    const { get } = await openFilled();

    const { data } = (await get('/v1/findings')).body;

    expect(data.map(({ id }: { id: string }) => id)).toEqual(['fnd_2', 'fnd_1']);
    expect(data[1]).toEqual({
      id: 'fnd_1',
      account: 'acme',
      connection: 'portal',
      kind: 'new_field',
      subject: 'return.requested /data/box',
      state: 'open',
      firstSeenAt: '2026-11-20T12:00:00.000Z',
      lastSeenAt: '2026-11-20T12:00:00.000Z',
      count: 1,
      detail: { sample: { type: 'string', form: 'AAA-999' } },
      closedAt: null,
    });
  });

  it.each([
    ['kind=new_type', ['fnd_2']],
    ['account=acme&connection=portal&seenAfter=2026-11-20T12:00:00Z', ['fnd_2']],
    ['state=closed', []],
    ['connection=basic', []],
  ])('narrowed down by %s', async (query, expected) => {
    const { get } = await openFilled();

    const { data } = (await get(`/v1/findings?${query}`)).body;

    expect(data.map(({ id }: { id: string }) => id)).toEqual(expected);
  });

  it('goes on page by page', async () => {
    const { get } = await openFilled();
    const first = (await get('/v1/findings?limit=1')).body;

    const second = (await get(`/v1/findings?limit=1&cursor=${first.nextCursor}`)).body;

    expect([first.data[0].id, second.data[0].id, second.nextCursor]).toEqual(['fnd_2', 'fnd_1', null]);
  });

  it('takes no kind that there is not', async () => {
    const { get } = await openFilled();

    expect(await get('/v1/findings?kind=strange')).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
  });
});

describe('POST /v1/findings/{id}/close', () => {
  it('closes it, once', async () => {
    const { post, get, clock } = await openFilled();
    clock.nowMs = NOON + 5000;

    const closed = await post('/v1/findings/fnd_1/close');
    clock.nowMs += 5000;
    const again = await post('/v1/findings/fnd_1/close');

    expect(closed).toMatchObject({ status: 200, body: { state: 'closed', closedAt: '2026-11-20T12:00:05.000Z' } });
    expect(again.body).toEqual(closed.body);
    expect((await get('/v1/findings?state=open')).body.data).toMatchObject([{ id: 'fnd_2' }]);
  });

  it('says so where there is none', async () => {
    const { post } = await openFilled();

    expect(await post('/v1/findings/fnd_9/close')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });
});
