import { describe, expect, it } from 'vitest';
import { droppedOff, JO, openHttp, requested } from './open-http.ts';

/** A return of Jo's told in two requests, one of somebody else's, and a request that nobody can read. */
async function openFilled() {
  const http = await openHttp();
  const first = await http.tell(requested('R-1', { shopper: JO }));
  const second = await http.tell(droppedOff('R-1'));
  await http.tell(requested('R-2', { shopper: { email: 'ann@example.com' } }));
  const unread = await http.tell({ type: 'return.requested', timestamp: 'no time', data: { mail: 'jo@example.com' } });
  const [jo] = (await http.get('/v1/returns?email=jo@example.com')).body.data;
  const erase = (body: object, given: { dryRun?: boolean; token?: string; headers?: Record<string, string> } = {}) => {
    const { dryRun = false, ...rest } = given;
    return http.post(`/v1/erasures${dryRun ? '?dryRun=true' : ''}`, body, rest);
  };
  return { ...http, first, second, unread, returnId: jo.id as string, erase };
}

const BY_EMAIL = { account: 'acme', email: 'Jo@Example.com' };

describe('POST /v1/erasures', () => {
  it('erases a shopper everywhere, and says what goes and what remains', async () => {
    const { get, post, erase, first, second, unread, returnId } = await openFilled();

    const { status, body } = await erase(BY_EMAIL);

    expect(status).toBe(200);
    expect(body).toEqual({
      account: 'acme',
      dryRun: false,
      returns: [{ id: returnId, mergedFrom: [], hadShopper: true }],
      inbound: {
        erased: 2,
        goneBefore: 0,
        shared: 0,
        naming: { erased: 1, ids: [unread] },
        unattributed: [],
      },
      answers: 0,
      sentWithout: [],
      remains: [
        { what: 'facts', count: 1, why: expect.stringContaining('stay') },
        { what: 'copies', count: null, why: expect.stringContaining('restoring') },
      ],
    });
    expect((await get('/v1/returns?email=jo@example.com')).body.data).toEqual([]);
    expect((await get(`/v1/returns/${returnId}`)).body).toMatchObject({ status: 'in_transit', shopper: null });
    for (const id of [first, second, unread]) {
      expect((await get(`/v1/inbound/${id}`)).body).toMatchObject({
        body: null,
        bytesErasedAt: '2026-11-20T12:00:00.000Z',
      });
      expect((await post(`/v1/inbound/${id}/replay`)).body).toMatchObject({ outcome: 'bytes_gone' });
    }
    expect(
      (await get('/v1/inbound')).body.data.map((row: { bytesErasedAt: string | null }) => row.bytesErasedAt),
    ).toEqual(['2026-11-20T12:00:00.000Z', null, '2026-11-20T12:00:00.000Z', '2026-11-20T12:00:00.000Z']);
    expect((await get('/v1/returns?email=ann@example.com')).body.data).toHaveLength(1);
  });

  it('erases nothing in a dry run', async () => {
    const { get, erase, first } = await openFilled();

    const preview = await erase(BY_EMAIL, { dryRun: true });

    expect(preview.body).toMatchObject({ dryRun: true, inbound: { erased: 2, naming: { erased: 1 } } });
    expect((await get('/v1/returns?email=jo@example.com')).body.data).toHaveLength(1);
    expect((await get(`/v1/inbound/${first}`)).body.body).not.toBeNull();
    expect((await erase(BY_EMAIL)).body).toEqual({ ...preview.body, dryRun: false });
  });

  it('erases one return', async () => {
    const { get, erase, returnId, unread } = await openFilled();

    const { body } = await erase({ account: 'acme', returnId });

    expect(body).toMatchObject({
      returns: [{ id: returnId }],
      inbound: { erased: 2, naming: { erased: 0, ids: [] }, unattributed: [{ state: 'unreadable', requests: 1 }] },
    });
    expect(body.remains.map(({ what }: { what: string }) => what)).toEqual(['facts', 'unread', 'copies']);
    expect((await get(`/v1/inbound/${unread}`)).body.body).not.toBeNull();
  });

  it('finds nothing more the second time', async () => {
    const { erase } = await openFilled();
    await erase(BY_EMAIL);

    expect((await erase(BY_EMAIL)).body).toMatchObject({ returns: [], inbound: { erased: 0, naming: { erased: 0 } } });
  });

  it('takes what the provider tells from then on', async () => {
    const { get, tell, erase } = await openFilled();
    await erase(BY_EMAIL);

    await tell(requested('R-1', { shopper: JO }, '2026-11-20T11:00:00.000Z'));

    expect((await get('/v1/returns?email=jo@example.com')).body.data).toHaveLength(1);
  });

  it('is done once per Idempotency-Key, whose answer holds no address', async () => {
    const { erase, store, returnId } = await openFilled();
    const headers = { 'idempotency-key': 'case-4711' };

    const first = await erase(BY_EMAIL, { headers });
    const again = await erase(BY_EMAIL, { headers });
    const other = await erase({ account: 'acme', returnId }, { headers });

    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
    expect(first.text).not.toMatch(/jo@/i);
    expect(await store.listReturns('all', { email: 'jo@example.com' }, { limit: 1, after: null })).toEqual([]);
  });

  it('leaves one line in the log, without personal data', async () => {
    const { erase, lines, addToken, returnId } = await openFilled();
    await addToken('privacy', ['security_admin'], ['acme']);
    lines.splice(0);

    await erase(BY_EMAIL, { token: 'privacy' });

    expect(lines.filter(({ event }) => event === 'shopper.erased')).toEqual([
      {
        event: 'shopper.erased',
        account: 'acme',
        by: 'email',
        dryRun: false,
        requestedBy: expect.stringMatching(/^privacy \(tok_/),
        returns: [returnId],
        rows: 2,
        naming: 1,
        answers: 0,
        filesCleared: true,
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/jo@|example/i);
  });

  it.each([
    [{ account: 'acme' }, ['/body/email']],
    [{ ...BY_EMAIL, returnId: 'ret_1' }, ['/body/email']],
    [{ account: 'acme', email: 'jo' }, ['/body/email']],
    [{ account: 'acme', email: 'jo doe@example.com' }, ['/body/email']],
    [{ email: 'jo@example.com' }, ['/body/account']],
    [{ ...BY_EMAIL, phone: '1' }, ['/body/phone']],
  ])('with %j says what is wrong', async (body, pointers) => {
    const { post } = await openHttp({ storeless: true });

    const answer = await post('/v1/erasures', body);

    expect(answer).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers);
  });

  it('answers an account or return that is not there, or not within reach, alike', async () => {
    const { erase, addToken, returnId, get } = await openFilled();
    await addToken('of-beta', ['security_admin'], ['beta']);

    const answers = await Promise.all([
      erase({ account: 'amce', email: 'jo@example.com' }),
      erase({ account: 'acme', returnId: 'ret_none' }),
      erase(BY_EMAIL, { token: 'of-beta' }),
      erase({ account: 'acme', returnId }, { token: 'of-beta' }),
    ]);

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(4).fill([404, 'NOT_FOUND']));
    expect((await get('/v1/returns?email=jo@example.com')).body.data).toHaveLength(1);
  });
});
