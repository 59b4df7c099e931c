import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { pageInMemory, readCursor, readPage, writeCursor } from '../../src/http/cursor.ts';

const OF = { route: 'returns', filters: { status: 'received' }, scope: ['acme', 'beta'] } as const;
const refused = expect.objectContaining({
  code: 'VALIDATION_FAILED',
  errors: [expect.objectContaining({ pointer: '/query/cursor' })],
});

function failure(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('a cursor', () => {
  it('gives its position back under the filters and scope it was made with', () => {
    const cursor = writeCursor([1_000, 'ret_1'], OF);

    expect(readCursor(cursor, { ...OF, scope: ['beta', 'acme'] }, ['number', 'string'])).toEqual([1_000, 'ret_1']);
  });

  it.each([
    ['another filter', { ...OF, filters: { status: 'expired' } }],
    ['one filter less', { ...OF, filters: {} }],
    ['a wider scope', { ...OF, scope: 'all' as const }],
    ['another list', { ...OF, route: 'inbound' }],
  ])('is refused under %s', (_, other) => {
    const cursor = writeCursor([1_000, 'ret_1'], OF);

    expect(failure(() => readCursor(cursor, other, ['number', 'string']))).toEqual(refused);
  });

  it.each([
    '',
    'x',
    '%%%',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('[1,2,3]').toString('base64url'),
    Buffer.from('["a"]').toString('base64url'),
  ])('that nobody made is refused: %j', cursor => {
    expect(failure(() => readCursor(cursor, OF, ['number', 'string']))).toEqual(refused);
  });

  it('with a position of another kind is refused', () => {
    const cursor = writeCursor(['ret_1', 1_000], OF);

    expect(failure(() => readCursor(cursor, OF, ['number', 'string']))).toBeInstanceOf(GatewayError);
  });
});

describe('a page', () => {
  const rows = [5, 4, 3].map(atMs => ({ atMs, id: `ret_${atMs}` }));

  it('has a next one where the store has a row more', async () => {
    const page = await readPage(
      { limit: 2 },
      OF,
      async ({ limit }) => rows.slice(0, limit),
      row => row,
    );

    expect(page.rows.map(row => row.id)).toEqual(['ret_5', 'ret_4']);
    expect(readCursor(page.nextCursor!, OF, ['number', 'string'])).toEqual([4, 'ret_4']);
  });

  it('is the last where the store has no row more', async () => {
    const page = await readPage(
      { limit: 3 },
      OF,
      async ({ limit }) => rows.slice(0, limit),
      row => row,
    );

    expect(page).toEqual({ rows, nextCursor: null });
  });

  it('of a list in memory goes on after its last key', () => {
    const keys = ['c', 'a', 'b'];
    const first = pageInMemory({ limit: 2 }, OF, keys, key => key);
    const second = pageInMemory({ limit: 2, cursor: first.nextCursor! }, OF, keys, key => key);

    expect(first.rows).toEqual(['a', 'b']);
    expect(second).toEqual({ rows: ['c'], nextCursor: null });
  });
});
