import { describe, expect, it } from 'vitest';
import type { ApiClient, Query } from '../../src/cli/api-client.ts';
import { RETURN_ID, resolveId, resolveReturn } from '../../src/cli/resolve-id.ts';

const FIRST = 'ret_01jd3q7m5ze2x8k4t9w6b0v1ra';
const SECOND = 'ret_01jd3q7m5ze2x8k4t9c3d4v1ra';
const ROWS = [
  { id: FIRST, status: 'received', account: 'acme', rmaNumber: 'RMA-1', order: null, providerReturnId: 'p-1' },
  {
    id: SECOND,
    status: 'expired',
    account: 'acme',
    rmaNumber: 'RMA-2',
    order: { number: 'MK-2' },
    providerReturnId: null,
  },
];

/** Answers lists from `ROWS`, and remembers what it was asked. */
function fakeApi(): { readonly api: ApiClient; readonly asked: Query[] } {
  const asked: Query[] = [];
  const api = {
    url: 'http://127.0.0.1:8080',
    async list(_path: string, query: Query) {
      asked.push(query);
      const data = ROWS.filter(
        row =>
          (query.rma === undefined || row.rmaNumber === query.rma) &&
          (query.order === undefined || row.order?.number === query.order) &&
          query.tracking === undefined,
      );
      return { data, nextCursor: null };
    },
  } as unknown as ApiClient;
  return { api, asked };
}

describe('an id', () => {
  it('that is whole is taken without asking', async () => {
    const { api, asked } = fakeApi();

    expect(await resolveId(api, RETURN_ID, FIRST)).toBe(FIRST);
    expect(asked).toEqual([]);
  });

  it.each(['w6b0v1ra', 'W6B0V1RA', 'b0v1ra', '01jd3q7m5ze2x8k4t9w', 'ret_01jd3q7m5ze2x8k4t9w'])(
    'is known by %s',
    async part => {
      expect(await resolveId(fakeApi().api, RETURN_ID, part)).toBe(FIRST);
    },
  );

  it('that could be several is answered with the candidates', async () => {
    await expect(resolveId(fakeApi().api, RETURN_ID, 'v1ra')).rejects.toThrow(
      ['"v1ra" could be any of 2:', `  ${FIRST}  received, acme, RMA-1`, `  ${SECOND}  expired, acme, RMA-2`].join(
        '\n',
      ),
    );
  });

  it('of another kind is told to be one', async () => {
    await expect(resolveId(fakeApi().api, RETURN_ID, 'inb_01jd3q7m5z')).rejects.toThrow(
      'inb_01jd3q7m5z is no return: their ids begin with ret_ (see "retour returns list").',
    );
  });

  it('that nothing has is told with where to look', async () => {
    await expect(resolveId(fakeApi().api, RETURN_ID, 'zzz')).rejects.toThrow(
      'No return fits "zzz": no id among the newest 1,000 begins or ends so. Give the whole id, or look with "retour returns list".',
    );
  });
});

describe('a return', () => {
  it.each([
    ['RMA-1', FIRST],
    ['MK-2', SECOND],
  ])('is also known by %s', async (printed, id) => {
    expect(await resolveReturn(fakeApi().api, printed)).toBe(id);
  });
});
