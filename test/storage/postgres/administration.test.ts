import { describe, expect, it } from 'vitest';
import { createAdministration } from '../../../src/storage/postgres/administration.ts';
import { ROLES, type TokenRow } from '../../../src/storage/store.ts';
import { DAY, MINUTE, T0 } from '../../conformance/store-kit/rows.ts';
import { freshDatabase } from './fresh-database.ts';

const KEY = { tokenId: 'tok_1', route: 'POST /v1/tokens', key: 'k1', bodyDigest: 'd1' };

it('the first administrator is made by one of many processes that start at once', async () => {
  const { database, another } = await freshDatabase();
  const processes = [database, another().database, another().database].map(createAdministration);
  const token = {
    name: 'first start',
    roles: ROLES,
    accounts: 'all',
    createdAtMs: T0,
    createdBy: '',
    revokedAtMs: null,
  };

  const made = await Promise.all(
    Array.from({ length: 9 }, (_, index) =>
      processes[index % 3]!.addFirstAdministrator({ ...token, id: `tok_${index}` } as TokenRow, `${index}`.repeat(64)),
    ),
  );

  const listed = (await processes[0]!.listTokens()).map(({ id }) => id);
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(listed).toEqual([`tok_${made.indexOf(true)}`]);
});

describe('an idempotency key', () => {
  it('is given to one of many who ask at once, in whatever process', async () => {
    const { database, another } = await freshDatabase();
    const processes = [createAdministration(database), createAdministration(another().database)];

    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => processes[index % 2]!.beginIdempotent(KEY, T0)),
    );

    const outcomes = results.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(['new', ...Array(11).fill('running')].sort());
  });

  it('whose request died with its process is free after ten minutes, for any request', async () => {
    const { database, setClock } = await freshDatabase();
    const { beginIdempotent } = createAdministration(database);
    await beginIdempotent(KEY, T0);

    await setClock(T0 + 10 * MINUTE - 1);
    const before = await beginIdempotent(KEY, T0 + DAY);
    await setClock(T0 + 10 * MINUTE);
    const after = await beginIdempotent({ ...KEY, bodyDigest: 'd2' }, T0);

    expect([before, after]).toEqual([{ outcome: 'running' }, { outcome: 'new' }]);
  });

  it('that was answered is not free after ten minutes', async () => {
    const { database, setClock } = await freshDatabase();
    const { beginIdempotent, finishIdempotent } = createAdministration(database);
    await beginIdempotent(KEY, T0);
    await finishIdempotent(KEY, { status: 201, body: '{}' });

    await setClock(T0 + DAY - 1);

    expect(await beginIdempotent(KEY, T0)).toEqual({ outcome: 'replay', status: 201, body: '{}' });
  });
});
