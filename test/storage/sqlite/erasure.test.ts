import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/storage/open-store.ts';
import { Database } from '../../../src/storage/sqlite/sql.ts';
import type { Store } from '../../../src/storage/store.ts';
import {
  ACCOUNT,
  claim,
  DAY,
  derivation,
  group,
  inboundRow,
  kept,
  outcome,
  stored,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

const CANARY = 'canary.in.the.coal@example.com';
const at = '2026-11-20T11:00:00.000Z';

async function openFile() {
  const path = join(temporaryFolder(), 'retour.db');
  // No checkpoint comes by itself: what is in the log then was left there by the operation itself.
  const store = await openStore(`sqlite:${path}`, { checkpointEveryMs: 3_600_000 });
  onTestFinished(() => store.close());
  return { store, path };
}

/** Whether the words stand anywhere in the store's files, as they lie on the disk. */
function onDisk(path: string, words = CANARY): boolean {
  const files = [path, `${path}-wal`, `${path}-journal`].filter(file => existsSync(file));
  return files.some(file => readFileSync(file).toString('latin1').toLowerCase().includes(words));
}

/** A return whose shopper and bytes hold an e-mail address; `filler` makes the body long. */
async function told(store: Store, number: number, email: string, filler = 0): Promise<void> {
  const row = inboundRow(`inb_${number}`, { text: JSON.stringify({ email, number, filler: 'x'.repeat(filler) }) });
  await kept(store, row);
  await store.claimInbound(claim());
  const shopper = { email: { value: email, at, inboundId: row.id } };
  const aliases = [{ kind: 'return', value: `r${number}`, identifies: true }];
  const written = write(`ret_${number}`, { shopper, aliases, derivations: [derivation(row)] });
  await store.record([group([written], [outcome(row.id)])], T0);
}

describe('an erased e-mail address', () => {
  it.each([
    ['a short body', 0],
    ['a body of many pages', 200_000],
  ])('stands nowhere in the files any more, with %s', async (_, filler) => {
    const { store, path } = await openFile();
    for (let number = 0; number < 30; number += 1) {
      await told(store, number, number % 7 === 0 ? CANARY : `ann${number}@example.com`, filler);
    }
    // Said once more with more words: the old row of the table is replaced by a longer one.
    const before = await stored(store, 'r7');
    const longer = { ...before.shopper, address: { value: 'x'.repeat(2000), at, inboundId: 'inb_7' } };
    await store.record([group([write('ret_7', { shopper: longer }, before)])], T0);
    expect(onDisk(path)).toBe(true);

    const erasure = await store.eraseShopper(
      'all',
      ACCOUNT,
      { email: CANARY },
      {
        dryRun: false,
        nowMs: T0 + DAY,
      },
    );

    expect(erasure).toMatchObject({ rows: { erased: 5 }, filesCleared: true });
    expect(onDisk(path)).toBe(false);
    expect(onDisk(path, 'ann1@example.com')).toBe(true);
  });

  it('that the shopper had before is gone as well', async () => {
    const { store, path } = await openFile();
    await told(store, 1, CANARY);
    const before = await stored(store, 'r1');
    const renamed = { email: { value: 'jo@example.com', at, inboundId: 'inb_1' } };
    await store.record([group([write('ret_1', { shopper: renamed }, before)])], T0);

    await store.eraseShopper('all', ACCOUNT, { email: 'jo@example.com' }, { dryRun: false, nowMs: T0 + DAY });

    expect(onDisk(path)).toBe(false);
  });

  it('may stay in the log while somebody reads from it, and that is said; retention clears it', async () => {
    const { store, path } = await openFile();
    await told(store, 1, CANARY);
    const backup = new Database(path, { readonly: true });
    onTestFinished(() => void backup.close());
    backup.exec('BEGIN');
    backup.prepare('SELECT count(*) FROM inbound').get();

    const erasure = await store.eraseShopper(
      'all',
      ACCOUNT,
      { email: CANARY },
      {
        dryRun: false,
        nowMs: T0 + DAY,
      },
    );
    const meanwhile = onDisk(path);
    backup.exec('COMMIT');
    await store.purgeAged({ bodiesMs: 0, unreadBodiesMs: 0, attemptsMs: 0, shoppersMs: 0 }, T0 + DAY);

    expect(erasure).toMatchObject({ rows: { erased: 1 }, filesCleared: false });
    expect(meanwhile).toBe(true);
    expect(onDisk(path)).toBe(false);
  });
});

describe('what is removed by age', () => {
  it('stands nowhere in the files any more, and its room is used again', async () => {
    const { store, path } = await openFile();
    const cutoffs = { bodiesMs: T0 + 1, unreadBodiesMs: T0 + 1, attemptsMs: T0 + 1, shoppersMs: T0 + 1 };
    for (let number = 0; number < 20; number += 1) await told(store, number, CANARY, 20_000);

    await store.purgeAged(cutoffs, T0 + DAY);
    const after = await store.retentionReport(cutoffs);
    for (let number = 20; number < 38; number += 1) await told(store, number, 'ann@example.com', 20_000);
    const reused = await store.retentionReport(cutoffs);

    expect(onDisk(path)).toBe(false);
    expect(after.freeBytes).toBeGreaterThan(400_000);
    expect(reused.storeBytes).toBe(after.storeBytes);
    expect(reused.freeBytes).toBeLessThan(after.freeBytes - 300_000);
  });
});
