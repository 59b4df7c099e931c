import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdtemp, open as openFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp, inspectStore, isLocked, restore } from '../../../src/storage/sqlite/backup.ts';
import { openSqliteStore } from '../../../src/storage/sqlite/store.ts';
import { targetTrouble } from '../../../src/storage/sqlite/target-trouble.ts';
import type { NewInbound, Store } from '../../../src/storage/store.ts';

let folder = '';
let path = '';
let store: Store | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retour-backup-'));
  path = join(folder, 'retour.db');
});
afterEach(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

function open(): Store {
  store = openSqliteStore(path);
  return store;
}

async function close(): Promise<void> {
  await store?.close();
  store = null;
}

function inbound(number: number): NewInbound {
  return {
    id: `inb_${String(number).padStart(26, '0')}`,
    account: 'acme',
    connection: 'parcel-port',
    adapterId: 'parcel-port',
    source: 'webhook',
    receivedAtMs: 1000 + number,
    method: 'POST',
    path: '/webhooks/acme/parcel-port',
    query: '',
    headers: {},
    body: Buffer.from(`body ${number} `.repeat(100)),
    bodyDigest: '00'.repeat(32),
    trust: 'signed',
    secretIndex: 0,
    configRevision: null,
    dedupe: null,
  };
}

async function keep(from: number, to: number): Promise<void> {
  const batch = Array.from({ length: to - from }, (_, index) => inbound(from + index));
  await store!.keepInbound(batch);
}

function countIn(file: string): number {
  const copy = new Database(file, { readonly: true });
  try {
    return (copy.prepare('SELECT count(*) AS rows FROM inbound').get() as { rows: number }).rows;
  } finally {
    copy.close();
  }
}

describe('a backup', () => {
  it('is one checked file that its owner alone may read, beside an open store', async () => {
    open();
    await keep(0, 50);
    const file = join(folder, 'copy.db');

    const facts = await backUp(path, file);

    expect(facts).toMatchObject({ inbound: 50, returns: 0, newestReceivedAtMs: 1049 });
    expect(facts.version).toBe(facts.knownVersion);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter(name => name.startsWith('copy.db'))).toEqual(['copy.db']);
  });

  it('is the store of one instant while it is written to', async () => {
    open();
    await keep(0, 200);
    const file = join(folder, 'copy.db');
    let written = 200;
    let isDone = false;
    const writing = (async () => {
      while (!isDone) {
        await keep(written, written + 10);
        written += 10;
        await new Promise(resolve => setImmediate(resolve));
      }
    })();

    const { inbound: copied } = await backUp(path, file).finally(() => {
      isDone = true;
    });
    await writing;

    // Batches are whole in it, or not in it at all.
    expect(copied % 10).toBe(0);
    expect(copied).toBeGreaterThanOrEqual(200);
    expect(countIn(file)).toBe(copied);
    await store!.keepInbound([inbound(999_999)]);
    expect((await store!.listInbound('all', {}, { limit: 1, after: null }))[0]?.id).toBe(inbound(999_999).id);
  });

  it('gives way before the log is so long that requests are refused', async () => {
    open();
    await keep(0, 50);
    const file = join(folder, 'copy.db');

    await expect(backUp(path, file, 1)).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringContaining('Copy at a quieter time, or take a snapshot of the disk.') as string,
    });

    expect(readdirSync(folder).filter(name => name.startsWith('copy.db'))).toEqual([]);
  });

  it('overwrites nothing', async () => {
    open();
    const file = join(folder, 'copy.db');
    await writeFile(file, 'precious');

    await expect(backUp(path, file)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `${file} is there already, and a backup overwrites nothing: name another file.`,
    });
    expect(statSync(file).size).toBe(8);
  });

  it('of a store that is not there, or is none, makes no file', async () => {
    const other = join(folder, 'other.db');
    new Database(other).exec('CREATE TABLE x (y)').close();
    const file = join(folder, 'copy.db');

    await expect(backUp(path, file)).rejects.toMatchObject({ message: `There is no store ${path}.` });
    await expect(backUp(other, file)).rejects.toMatchObject({
      message: `The file ${other} is no store of this gateway.`,
    });
    expect(readdirSync(folder)).toEqual(['other.db']);
  });

  it('of a damaged store is not kept', async () => {
    open();
    await keep(0, 500);
    await close();
    const middle = Math.floor(statSync(path).size / 2 / 4096) * 4096;
    const handle = await openFile(path, 'r+');
    await handle.write(Buffer.alloc(4096, 0xff), 0, 4096, middle);
    await handle.close();
    const file = join(folder, 'copy.db');

    await expect(backUp(path, file)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(
        /retour\.db( is damaged \(.+\); its copy was not kept\.|: The file is not a readable store\.)$/s,
      ) as string,
    });

    expect(readdirSync(folder).filter(name => name.startsWith('copy.db'))).toEqual([]);
  });

  it('names the folder that is not there, or is none, and leaves the store out of it', async () => {
    open();
    const nowhere = join(folder, 'nowhere');

    await expect(backUp(path, join(nowhere, 'copy.db'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `The folder ${nowhere} is not there: make it first, or name another file.`,
    });
    await expect(backUp(path, join(path, 'copy.db'))).rejects.toMatchObject({
      message: `${path} is no folder: name a file in one.`,
    });
  });

  it.each([
    [
      'ENOSPC',
      'There is no room for the copy in /mnt/backups: make room, or name a file elsewhere. What was written of it is gone again.',
    ],
    [
      'SQLITE_FULL',
      'There is no room for the copy in /mnt/backups: make room, or name a file elsewhere. What was written of it is gone again.',
    ],
    ['EACCES', '/mnt/backups is not writable for this user: make it so, or name a file elsewhere.'],
    ['EROFS', '/mnt/backups can only be read: name a file elsewhere.'],
  ])('says what to do about %s where it shall stand', (code, message) => {
    const cause = Object.assign(new Error('not quoted'), { code });

    expect(targetTrouble(cause, '/mnt/backups/copy.db', 'opening')?.message).toBe(message);
  });

  it('blames the place of the copy for nothing that may be the trouble of the store', () => {
    const cause = Object.assign(new Error('not quoted'), { code: 'EACCES' });

    expect(targetTrouble(cause, '/mnt/backups/copy.db', 'writing')).toBeNull();
  });
});

describe('a restore', () => {
  async function backup(): Promise<string> {
    open();
    await keep(0, 20);
    const file = join(folder, 'copy.db');
    await backUp(path, file);
    return file;
  }

  it('brings back what was, and keeps what it replaces with its log', async () => {
    const file = await backup();
    await keep(20, 30);
    await close();

    const { facts, kept } = await restore(file, path, 'before');

    expect(facts.inbound).toBe(20);
    expect(kept).toBe(`${path}.before`);
    expect([countIn(path), countIn(kept!)]).toEqual([20, 30]);
    expect(existsSync(file)).toBe(true);
    open();
    expect(await store!.listInbound('all', {}, { limit: 100, after: null })).toHaveLength(20);
  });

  it('makes a store where there is none', async () => {
    const file = await backup();
    await close();
    const elsewhere = join(folder, 'new', 'retour.db');

    const { kept } = await restore(file, elsewhere, 'before');

    expect(kept).toBeNull();
    expect(countIn(elsewhere)).toBe(20);
  });

  it('is refused while a gateway has the store open', async () => {
    const file = await backup();

    await expect(restore(file, path, 'before')).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    expect(existsSync(`${path}.before`)).toBe(false);
    await keep(20, 21);
    expect(await store!.listInbound('all', {}, { limit: 100, after: null })).toHaveLength(21);
  });

  it('of a later version, of another build, or of something damaged leaves the store as it is', async () => {
    const file = await backup();
    await close();
    const later = join(folder, 'later.db');
    await cp(file, later);
    new Database(later).exec("INSERT INTO migration VALUES (9999, 'later', 'x')").close();
    const foreign = join(folder, 'foreign.db');
    await cp(file, foreign);
    new Database(foreign).exec("UPDATE migration SET digest = 'x'").close();
    const half = join(folder, 'half.db');
    await cp(file, half);
    await truncate(half, 20_480);

    await expect(restore(later, path, 'before')).rejects.toMatchObject({
      code: 'STORE_TOO_NEW',
      message: expect.stringContaining(`The store ${later} has version 9999`) as string,
    });
    await expect(restore(foreign, path, 'before')).rejects.toMatchObject({
      message: expect.stringContaining('another build') as string,
    });
    await expect(restore(half, path, 'before')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(restore(join(folder, 'none.db'), path, 'before')).rejects.toMatchObject({
      message: `There is no file ${join(folder, 'none.db')}.`,
    });
    expect(countIn(path)).toBe(20);
    expect(readdirSync(folder).filter(name => /before|restoring/.test(name))).toEqual([]);
  });

  it('does not take the place of something kept before', async () => {
    const file = await backup();
    await close();
    await restore(file, path, 'before');

    await expect(restore(file, path, 'before')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(countIn(path)).toBe(20);
  });
});

describe('the look at a store', () => {
  it('leaves no file behind in the folder of a store that nobody has open', async () => {
    open();
    await keep(0, 5);
    await close();
    const before = readdirSync(folder).toSorted();

    inspectStore(path, 'full');

    expect(readdirSync(folder).toSorted()).toEqual(before);
  });

  it('tells whether somebody has it open, and makes no file', async () => {
    expect(isLocked(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
    open();
    expect(isLocked(path)).toBe(true);
    await close();
    expect(isLocked(path)).toBe(false);
  });

  it.each(['none', 'quick', 'full'] as const)('knows its version and newest request (check: %s)', async check => {
    open();
    await keep(0, 5);

    const { facts, damage } = inspectStore(path, check);

    expect(damage).toBeNull();
    expect(facts).toMatchObject({ newestReceivedAtMs: 1004, version: facts.knownVersion });
  });
});
