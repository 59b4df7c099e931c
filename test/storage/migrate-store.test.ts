import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectVersion, migrateStore, type StoreVersion } from '../../src/storage/migrate-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { Database } from '../../src/storage/sqlite/sql.ts';
import { dropDatabase, emptyDatabase, inDatabase } from '../postgres/databases.ts';
import { temporaryFolder } from './place.ts';

/** Each kind of store, empty, and how somebody else writes into it. */
const STORES = {
  async sqlite() {
    const path = join(temporaryFolder(), 'retour.db');
    const execute = async (statement: string) => {
      const client = new Database(path);
      client.exec(statement);
      client.close();
    };
    return { url: `sqlite:${path}`, name: path, execute };
  },
  async postgres() {
    const url = await emptyDatabase();
    onTestFinished(() => dropDatabase(url));
    const execute = (statement: string) => inDatabase(url, client => client.query(statement));
    return { url, name: url.replace(/^.*@/, ''), execute };
  },
} as const;

describe.each(['sqlite', 'postgres'] as const)('migrating %s', kind => {
  it('says what is pending and changes nothing, then does it, then finds it done', async () => {
    const { url, name } = await STORES[kind]();

    const answers = [];
    for (const ask of [inspectVersion, inspectVersion, migrateStore, migrateStore, inspectVersion]) {
      answers.push(await ask(url));
    }

    const { knownVersion } = answers[0]!;
    const all = Array.from({ length: knownVersion }, (_, index) => index + 1);
    const done = { store: name, version: knownVersion, pending: [] };
    expect(answers).toMatchObject([
      { store: name, version: 0, pending: all.map(number => ({ number })) },
      { version: 0, pending: all.map(number => ({ number })) },
      { store: name, version: 0, pending: all.map(number => ({ number })) },
      done,
      done,
    ]);
    await (await openStore(url)).close();
  });

  it.each(['inspect', 'migrate'])('refuses a newer store, and one of another build (%s)', async how => {
    const { url, execute } = await STORES[kind]();
    const ask: (url: string) => Promise<StoreVersion> = how === 'inspect' ? inspectVersion : migrateStore;
    await migrateStore(url);

    await execute("INSERT INTO migration (number, name, digest) VALUES (99, 'later', 'x')");
    await expect(ask(url)).rejects.toMatchObject({
      code: 'STORE_TOO_NEW',
      message: expect.stringMatching(
        /has version 99; this program knows versions up to \d: start the version of the program that wrote it/,
      ),
    });
    await execute("DELETE FROM migration WHERE number = 99; UPDATE migration SET digest = 'x'");
    await expect(ask(url)).rejects.toMatchObject({ message: expect.stringContaining('made by another build') });
  });
});

it('several programs that start at once on PostgreSQL migrate once', async () => {
  const { url } = await STORES.postgres();

  const answers = await Promise.all(Array.from({ length: 6 }, () => migrateStore(url)));

  expect(answers.filter(({ pending }) => pending.length > 0)).toHaveLength(1);
  expect(await inspectVersion(url)).toMatchObject({ pending: [] });
});

it('an SQLite store that a gateway has open is looked at, and not migrated', async () => {
  const { url } = await STORES.sqlite();
  const store = await openStore(url);
  onTestFinished(() => store.close());

  expect(await inspectVersion(url)).toMatchObject({ pending: [] });
  await expect(migrateStore(url)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
});
