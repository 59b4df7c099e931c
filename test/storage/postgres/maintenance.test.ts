import { describe, expect, it } from 'vitest';
import { createPurge } from '../../../src/storage/postgres/maintenance.ts';
import { DAY, T0 } from '../../conformance/store-kit/rows.ts';
import { freshDatabase } from './fresh-database.ts';
import { holding } from './holding.ts';

/** That many dedupe keys, of which every second has expired, over some hundred pages. */
async function ledger(keys: number) {
  const fresh = await freshDatabase();
  await fresh.query(`INSERT INTO dedupe SELECT 'acme', sha256(i::text::bytea), sha256(i::text::bytea), 'inb_' || i,
    CASE WHEN i % 2 = 0 THEN ${T0} ELSE ${T0 + 1} END FROM generate_series(1, ${keys}) i`);
  const left = async () => (await fresh.query<{ n: number }>('SELECT count(*)::integer AS n FROM dedupe'))[0]!.n;
  return { ...fresh, left };
}

describe('the purge of expired keys', () => {
  it('walks the whole ledger and the whole list of answers', async () => {
    const { database, query, left } = await ledger(20_000);
    await query(
      `INSERT INTO idempotency_key SELECT 't', 'r', 'k' || i, 'd', 200, '', 0, ${T0} FROM generate_series(1, 1200) i`,
    );
    await query(`INSERT INTO idempotency_key VALUES ('t', 'r', 'young', 'd', 200, '', 0, ${T0 + 1})`);

    const purged = await createPurge(database).purgeExpired(T0);

    expect(purged).toBe(11_200);
    expect(await left()).toBe(10_000);
    expect(await query('SELECT key FROM idempotency_key')).toEqual([{ key: 'young' }]);
  });

  it('goes by the clock of the database', async () => {
    const { database, left } = await ledger(10);

    expect(await createPurge(database).purgeExpired(T0 + DAY)).toBe(5);
    expect(await left()).toBe(5);
  });

  it('waits for nobody: a key that is being renewed stays', async () => {
    const { database, another, left } = await ledger(10);
    const commit = await holding(
      another().database,
      `UPDATE dedupe SET expires_at_ms = ${T0 + DAY} WHERE inbound_id IN ('inb_2', 'inb_4')`,
    );

    const purged = await createPurge(database).purgeExpired(T0);
    await commit();

    expect(purged).toBe(3);
    expect(await left()).toBe(7);
    expect(await createPurge(database).purgeExpired(T0)).toBe(0);
  });
});
