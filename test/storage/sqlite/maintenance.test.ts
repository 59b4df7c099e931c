import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/storage/open-store.ts';
import { openKeeper, openReader, openWriter } from '../../../src/storage/sqlite/connect.ts';
import { checkpoint } from '../../../src/storage/sqlite/maintenance.ts';
import {
  ACCOUNT,
  claim,
  event,
  inboundRow,
  kept,
  lineClaim,
  recorded,
  T0,
  write,
} from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

const MEGABYTE = 1024 * 1024;

/** A file with `megabytes` in its log, and nothing checkpointed. */
function withLog(megabytes: number) {
  const path = join(temporaryFolder(), 'retour.db');
  const writer = openWriter(path);
  const keeper = openKeeper(path);
  keeper.pragma('busy_timeout = 5000'); // a wait would be noticed
  onTestFinished(() => {
    keeper.close();
    writer.close();
  });
  writer.exec('CREATE TABLE big (a BLOB) STRICT');
  const insert = writer.prepare('INSERT INTO big VALUES (?)');
  for (let index = 0; index < megabytes; index += 1) insert.run(Buffer.alloc(MEGABYTE));
  return { path, writer, keeper, walBytes: () => statSync(`${path}-wal`).size };
}

describe('a checkpoint', () => {
  it('leaves a short log alone', () => {
    const { path, keeper, walBytes } = withLog(1);
    const before = statSync(path).size;

    checkpoint(keeper, `${path}-wal`);

    expect(statSync(path).size).toBe(before);
    expect(walBytes()).toBeGreaterThan(MEGABYTE);
  });

  it('moves a longer log into the file, so that the writer begins it anew', () => {
    const { path, keeper, writer, walBytes } = withLog(6);

    checkpoint(keeper, `${path}-wal`);
    const after = walBytes();
    writer.prepare('INSERT INTO big VALUES (?)').run(Buffer.alloc(MEGABYTE));

    expect(statSync(path).size).toBeGreaterThan(6 * MEGABYTE);
    expect(walBytes()).toBe(after);
  });

  it('has a long log begun anew, over the same blocks', () => {
    const { path, keeper, writer, walBytes } = withLog(66);
    const long = walBytes();

    checkpoint(keeper, `${path}-wal`);
    for (let index = 0; index < 20; index += 1)
      writer.prepare('INSERT INTO big VALUES (?)').run(Buffer.alloc(MEGABYTE));
    const [{ log }] = keeper.pragma('wal_checkpoint(PASSIVE)') as [{ readonly log: number }];

    expect(walBytes()).toBe(long);
    expect(log * 4096).toBeGreaterThan(20 * MEGABYTE);
    expect(log * 4096).toBeLessThan(22 * MEGABYTE);
  });

  it('cuts off a log that has become too long', () => {
    const { path, keeper, walBytes } = withLog(130);

    checkpoint(keeper, `${path}-wal`);

    expect(walBytes()).toBe(0);
  });

  it.each([
    ['before the last write', 66],
    ['after the last write', 132],
  ])('waits for no reader that began %s, so that the writer never waits for it', (_, megabytes) => {
    const { path, keeper, writer, walBytes } = withLog(megabytes);
    const reader = openReader(path);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM big').get();
    const insert = writer.prepare('INSERT INTO big VALUES (?)');
    for (let index = megabytes; index < 132; index += 1) insert.run(Buffer.alloc(MEGABYTE));
    const startedAtMs = performance.now();

    checkpoint(keeper, `${path}-wal`);
    const tookMs = performance.now() - startedAtMs;
    const whileReading = walBytes();
    reader.close();
    checkpoint(keeper, `${path}-wal`);

    expect(tookMs).toBeLessThan(4000); // a wait lasts 5,000
    expect(whileReading).toBeGreaterThan(128 * MEGABYTE);
    expect(walBytes()).toBe(0);
    expect(keeper.pragma('busy_timeout', { simple: true })).toBe(5000);
  });
});

describe('a store whose checkpoints have fallen behind', () => {
  it('refuses intake, says when to come back, and begins nothing new', async () => {
    const store = await openStore(`sqlite:${join(temporaryFolder(), 'retour.db')}`, {
      walLimitBytes: 1_000_000,
      checkpointEveryMs: 60_000,
    });
    onTestFinished(() => store.close());
    await store.syncDestinations([{ account: ACCOUNT, name: 'refunds' }], T0);
    await recorded(store, write('ret_1', { events: [event('a', 1, ['refunds'])] }));
    await kept(store, inboundRow('inb_1', { body: Buffer.alloc(1_000_000) }));

    const results = await store.keepInbound([inboundRow('inb_2'), inboundRow('inb_3')]);

    expect(results).toMatchObject([
      { outcome: 'failed', error: { code: 'OVERLOADED', retryable: true, retryAfterMs: 5000 } },
      { outcome: 'failed', error: { code: 'OVERLOADED' } },
    ]);
    expect([await store.claimInbound(claim()), await store.claimLines(lineClaim())]).toEqual([[], []]);
  });
});
