import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/storage/open-store.ts';
import { Database } from '../../src/storage/sqlite/sql.ts';
import { dropDatabase, emptyDatabase } from '../postgres/databases.ts';
import { temporaryFolder } from './place.ts';

describe('openStore', () => {
  it('makes the folder of the file', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'retour.db');

    const store = await openStore(`sqlite:${path}`);
    await store.close();

    expect(existsSync(path)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it.each(['postgres:', 'postgresql:'])('opens a database by %s, for several at once', async scheme => {
    const url = await emptyDatabase();
    onTestFinished(() => dropDatabase(url));
    const opened = await Promise.all([1, 2, 3].map(() => openStore(url.replace(/^postgres:/, scheme))));
    onTestFinished(async () => {
      for (const store of opened) await store.close();
    });

    await opened[0]!.setTimer({ id: 'tmr_1', account: null, kind: 'purge', subject: '', dueAtMs: 0 }, 'keep', 0);

    const claim = { owner: 'a', nowMs: Date.now(), leaseMs: 60_000, limit: 5 };
    expect(await opened[2]!.claimTimers(claim)).toMatchObject([{ id: 'tmr_1' }]);
  });

  it.each(['retour.db', 'sqlite:', 'mysql://localhost/x', ''])('refuses %j, which names no store', async url => {
    await expect(openStore(url)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('sqlite:path'),
    });
  });

  it('refuses a store that this process has open', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'retour.db')}`;
    const store = await openStore(url);

    const second = openStore(url);

    await expect(second).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining('only one may'),
    });
    await store.close();
    await (await openStore(url)).close();
  });

  it.each([
    ['the file', 'link.db', 'a/retour.db'],
    ['its folder', 'link', 'a'],
  ])('refuses a store that is open under another name of %s', async (_, name, target) => {
    const folder = temporaryFolder();
    const store = await openStore(`sqlite:${join(folder, 'a', 'retour.db')}`);
    onTestFinished(() => store.close());
    symlinkSync(join(folder, target), join(folder, name));

    const second = openStore(`sqlite:${join(folder, name === 'link' ? 'link/retour.db' : name)}`);

    await expect(second).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  it('opens what a link leads to, there or not', async () => {
    const folder = temporaryFolder();
    symlinkSync('retour.db', join(folder, 'link.db'));

    const store = await openStore(`sqlite:${join(folder, 'link.db')}`);
    onTestFinished(() => store.close());

    expect(existsSync(join(folder, 'retour.db'))).toBe(true);
    await expect(openStore(`sqlite:${join(folder, 'retour.db')}`)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  it('refuses a store that another process has open, until that ends', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    const other = spawn(process.execPath, [join(import.meta.dirname, 'sqlite', 'hold-store.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    other.kill('SIGKILL');
    await once(other, 'exit');

    await (await openStore(`sqlite:${path}`)).close();
  });

  it('refuses a store that a newer version wrote, and names both', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    await (await openStore(`sqlite:${path}`)).close();
    const client = new Database(path);
    client.exec("INSERT INTO migration (number, name, digest) VALUES (99, 'later', 'x')");
    client.close();

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'STORE_TOO_NEW',
      message: expect.stringMatching(/version 99.*up to \d+\b/),
    });
  });

  it('refuses a store that another build made', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    await (await openStore(`sqlite:${path}`)).close();
    const client = new Database(path);
    client.exec("UPDATE migration SET digest = 'other'");
    client.close();

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('another build'),
    });
  });

  it('refuses a file that is no database, and leaves it as it is', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    writeFileSync(path, 'hello, this is a text of some length that is not a database at all'.repeat(20));

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
  });

  it('refuses the database of another application', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    const client = new Database(path);
    client.exec('CREATE TABLE theirs (a)');
    client.close();

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('another application'),
    });
  });

  it('says so where the folder cannot be made or written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');

    await expect(openStore(`sqlite:${join(folder, 'file', 'retour.db')}`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('folder'),
    });
  });

  it('says so where the file is a folder', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    mkdirSync(path);

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
  });

  it('frees the lock when opening fails', async () => {
    const path = join(temporaryFolder(), 'retour.db');
    writeFileSync(path, 'no database'.repeat(100));
    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

    await expect(openStore(`sqlite:${path}`)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
