import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/storage/open-store.ts';
import { Database } from '../../src/storage/sqlite/sql.ts';
import { type GatewayFolder, prepareGatewayFolder, type SpawnOptions, spawnGateway } from './gateway-process.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder with no account: what is wrong here is the store. */
function folderWith(database?: string): GatewayFolder {
  const place = mkdtempSync(join(tmpdir(), 'retour-refused-'));
  cleanups.push(() => rmSync(place, { recursive: true }));
  mkdirSync(join(place, 'data'));
  return prepareGatewayFolder(place, { accounts: {}, ...(database === undefined ? {} : { database }) });
}

async function refusal(
  folder: GatewayFolder,
  options: SpawnOptions = {},
): Promise<{ readonly code: number | null; readonly said: string }> {
  const gateway = spawnGateway(folder, options);
  cleanups.push(() => gateway.end('SIGKILL'));
  gateway.listening.then(
    () => gateway.end('SIGKILL'), // it should not have
    () => undefined,
  );
  const { code } = await gateway.ended;
  expect(readFileSync(folder.logFile, 'utf8')).toBe('');
  return { code, said: gateway.stderr() };
}

async function makeStore({ database }: GatewayFolder): Promise<void> {
  await (await openStore(`sqlite:${database}`)).close();
}

/** For root no mode is an obstacle, so the gateway runs as somebody else then. */
const NOBODY = 65_534;
const asSomebody: SpawnOptions = process.getuid?.() === 0 ? { uid: NOBODY } : {};

/** What stands below `place`, readable by everybody and writable by nobody. */
function lock(place: string): void {
  for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
    const path = join(place, name);
    chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
  }
  chmodSync(place, 0o555);
}

/** Each is told in one sentence, ends with 1, and touches nothing. */
describe('a gateway is refused', () => {
  it('a store that a newer version wrote', async () => {
    const folder = folderWith();
    await makeStore(folder);
    const client = new Database(folder.database);
    const { newest } = client.prepare('SELECT max(number) AS newest FROM migration').get() as { newest: number };
    client.prepare("INSERT INTO migration (number, name, digest) VALUES (999, 'later', 'x')").run();
    client.close();

    expect(await refusal(folder)).toEqual({
      code: 1,
      said: `The store ${folder.database} has version 999; this program knows versions up to ${newest}: start the version of the program that wrote it, or restore a backup of this version.\n`,
    });
  });

  it('a store that another process has open, until that is killed', async () => {
    const folder = folderWith();
    const first = spawnGateway({ ...folder, logFile: `${folder.logFile}.first` });
    cleanups.push(() => first.end('SIGKILL'));
    await first.listening;

    const second = await refusal(folder);
    await first.end('SIGKILL');
    const third = spawnGateway(folder);
    cleanups.push(() => third.end('SIGKILL'));

    expect(second).toEqual({
      code: 1,
      said: `Another process has the store ${folder.database} open; only one may.\n`,
    });
    await expect(third.listening).resolves.toMatch(/^http:/);
  });

  it('a folder that may not be written', async () => {
    const folder = folderWith();
    const place = dirname(folder.database);
    chmodSync(dirname(place), 0o755); // the test's own folder, which a temporary one hides from others
    lock(place);

    expect(await refusal(folder, asSomebody)).toEqual({
      code: 1,
      said: `The store ${folder.database} cannot be opened: its folder cannot be written.\n`,
    });
    expect(readdirSync(place)).toEqual([]);
  });

  it('a store that may be read and not written', async () => {
    const folder = folderWith();
    await makeStore(folder);
    const place = dirname(folder.database);
    chmodSync(dirname(place), 0o755);
    lock(place);
    const before = readFileSync(folder.database);

    expect(await refusal(folder, asSomebody)).toEqual({
      code: 1,
      said: `The store ${folder.database} cannot be opened. The store’s file cannot be written.\n`,
    });
    expect(readFileSync(folder.database)).toEqual(before);
  });

  it('a file where its folder should be', async () => {
    const folder = folderWith();
    const file = join(dirname(folder.database), 'notes.txt');
    writeFileSync(file, 'not a folder');
    const database = join(file, 'retour.db');

    expect(await refusal(folderWith(database))).toEqual({
      code: 1,
      said: `The store ${database} cannot be opened: its folder cannot be written.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('not a folder');
  });

  it('a file system on which not even root can make a file', async () => {
    const database = '/sys/retour.db';

    expect(await refusal(folderWith(database))).toEqual({
      code: 1,
      said: `The store ${database} cannot be opened: its folder cannot be written.\n`,
    });
  });

  it('a file that is no database, which stays as it is', async () => {
    const folder = folderWith();
    const text = 'Dear diary, today I was not a database.\n'.repeat(200);
    writeFileSync(folder.database, text);

    expect(await refusal(folder)).toEqual({
      code: 1,
      said: `The store ${folder.database} cannot be opened. The file is not a readable store.\n`,
    });
    expect(readFileSync(folder.database, 'utf8')).toBe(text);
  });

  it('the database of another application, which stays as it is', async () => {
    const folder = folderWith();
    const client = new Database(folder.database);
    client.exec('CREATE TABLE recipe (name TEXT)');
    client.close();
    copyFileSync(folder.database, `${folder.database}.before`);

    expect(await refusal(folder)).toEqual({
      code: 1,
      said: `The file ${folder.database} is a database of another application.\n`,
    });
    expect(readFileSync(folder.database)).toEqual(readFileSync(`${folder.database}.before`));
  });

  it('a store whose first page was overwritten', async () => {
    const folder = folderWith();
    await makeStore(folder);
    const file = openSync(folder.database, 'r+');
    writeSync(file, Buffer.alloc(3000, 0xa5), 0, 3000, 100); // behind the header, so that it still looks like one

    expect(await refusal(folder)).toEqual({
      code: 1,
      said: `The store ${folder.database} cannot be opened. The file is not a readable store.\n`,
    });
  });

  it('a lock that is none', async () => {
    const folder = folderWith();
    writeFileSync(`${folder.database}.lock`, 'somebody else keeps notes here\n'.repeat(50));

    expect(await refusal(folder)).toEqual({
      code: 1,
      said: `The store ${folder.database} cannot be opened: ${folder.database}.lock is not its lock; delete that file if nobody needs it.\n`,
    });
  });
});
