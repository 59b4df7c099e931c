import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Check } from '../../src/cli/doctor-check.ts';
import { checksOf } from '../../src/cli/doctor-postgres.ts';
import { migrateStore } from '../../src/storage/migrate-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { PostgresFacts } from '../../src/storage/postgres/inspect.ts';
import { postgresMigrations } from '../../src/storage/postgres/migrate.ts';
import { dropDatabase, emptyDatabase, inDatabase } from '../postgres/databases.ts';
import { type Pooler, startPooler } from '../postgres/pooler.ts';
import { temporaryFolder } from '../storage/place.ts';
import { type Ran, runWith } from './open-cli.ts';

/** The commands that open the store themselves, on PostgreSQL. */

let url = '';
beforeEach(async () => {
  url = await emptyDatabase();
});
afterEach(() => dropDatabase(url));

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runWith(argv, { env: { RETOUR_DATABASE_URL: url, ...env } });
}

const place = () => url.replace(/^.*@/, '');

const migrations = postgresMigrations();
const newest = migrations.length;

describe('migrate', () => {
  it('--check finds what is pending, and nothing afterwards', async () => {
    const before = await run(['migrate', '--check', '--json']);
    const done = await run(['migrate']);
    const after = await run(['migrate', '--check']);

    expect(before.code).toBe(2);
    expect(JSON.parse(before.out)).toMatchObject({
      store: place(),
      version: 0,
      pending: migrations.map(({ number, name }) => ({ number, name })),
    });
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${place()} has version ${newest} now (it was empty)`),
    });
    expect(after).toMatchObject({ code: 0, out: `${place()} has version ${newest}, the newest.\n` });
  });

  it('says in one sentence what is wrong with the database', async () => {
    const wrong = new URL(url);
    wrong.password = 'not-it';

    expect(await run(['migrate'], { RETOUR_DATABASE_URL: wrong.href })).toEqual({
      code: 1,
      out: '',
      err: `PostgreSQL at ${place()} refuses the password, or was given none: check RETOUR_DATABASE_URL.\n`,
    });
  });
});

describe('move', () => {
  async function oldStore(): Promise<string> {
    const path = join(temporaryFolder(), 'retour.db');
    const store = await openStore(`sqlite:${path}`);
    await store.setTimer({ id: 'tmr_1', account: null, kind: 'purge', subject: '', dueAtMs: 0 }, 'keep', 0);
    await store.close();
    return path;
  }

  it('goes where --to says, and lists every table for machines', async () => {
    const path = await oldStore();

    const { code, out } = await run(['move', '--from', `sqlite:${path}`, '--to', url, '--json'], {
      RETOUR_DATABASE_URL: '',
    });

    expect(code).toBe(0);
    const { tables, ...moved } = JSON.parse(out) as { tables: { table: string; rows: number }[] };
    expect(moved).toMatchObject({ from: path, to: place(), rows: 1, returns: 0 });
    expect(tables.filter(({ rows }) => rows > 0)).toMatchObject([{ table: 'timer', rows: 1 }]);
  });

  it.each([
    [[], '--from names the store that is moved: --from sqlite:path/to/retour.db.'],
    [['--from', 'postgres://a/b'], '--from names the store that is moved: --from sqlite:path/to/retour.db.'],
    [
      ['--from', 'sqlite:a.db', '--to', 'sqlite:b.db'],
      '--to, or RETOUR_DATABASE_URL, names the database to move into: postgres://….',
    ],
    [['--from', 'sqlite:none.db'], /^There is no store .+none\.db\.$/],
  ])('says what is missing: %j', async (argv, message) => {
    const { code, err } = await run(['move', ...argv]);

    expect([code, err.trimEnd()]).toEqual([1, typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  it('names --to where that is wrong, and shows no password', async () => {
    const path = await oldStore();
    const wrong = new URL(url);
    wrong.password = 'not-it';

    const { code, err } = await run(['move', '--from', `sqlite:${path}`, '--to', wrong.href]);

    expect([code, err]).toEqual([1, `PostgreSQL at ${place()} refuses the password, or was given none: check --to.\n`]);
  });

  it('wants the gateway stopped', async () => {
    const path = await oldStore();
    const store = await openStore(`sqlite:${path}`);

    const { code, err } = await run(['move', '--from', `sqlite:${path}`]);

    await store.close();
    expect([code, err]).toEqual([1, `A gateway has the store ${path} open: stop it first, then move.\n`]);
  });

  it('that is interrupted says that nothing was kept', async () => {
    const path = await oldStore();

    const { code, err } = await runWith(['move', '--from', `sqlite:${path}`], {
      env: { RETOUR_DATABASE_URL: url },
      interrupted: () => AbortSignal.abort(),
    });

    expect([code, err]).toEqual([1, 'Interrupted: nothing was kept. Both stores are as they were; start it again.\n']);
  });
});

it.each([
  ['backup', 'pg_dump, or continuous archiving'],
  ['restore', 'pg_restore into an empty database'],
])('%s leads to the tools of PostgreSQL', async (command, instead) => {
  expect(await run([command, 'file'])).toEqual({
    code: 1,
    out: '',
    err: `RETOUR_DATABASE_URL names a PostgreSQL database, which has tools of its own for this: ${instead}.\n`,
  });
});

describe('doctor', () => {
  let pooler: Pooler | null = null;
  afterEach(async () => {
    await pooler?.close();
    pooler = null;
  });

  const OF_THE_DATABASE = ['store', 'commits', 'TLS', 'connections', 'notify', 'clocks'];

  /** What it says of the database. */
  async function said(env: Readonly<Record<string, string>> = {}, now = () => Date.now()): Promise<readonly string[]> {
    const { out } = await runWith(['doctor', '--json'], {
      env: { RETOUR_DATABASE_URL: url, RETOUR_PORT: '0', ...env },
      now,
    });
    const { checks } = JSON.parse(out) as { checks: readonly Check[] };
    const told = checks.filter(({ name }) => OF_THE_DATABASE.includes(name) || name === 'clock');
    return told.map(
      ({ name, state, message, remedy }) => `${state} ${name}: ${message}${remedy === null ? '' : ` → ${remedy}`}`,
    );
  }

  it('looks at everything, before the first start and after it', async () => {
    const before = await said();
    await migrateStore(url);
    const after = await said();

    expect(before).toEqual([
      expect.stringMatching(/^ok store: PostgreSQL [\d.]+ at .+, empty: the first start makes its tables$/),
      'warn commits: a webhook that was answered may be lost where the server fails: fsync = off, full_page_writes = off → switch them on',
      'ok TLS: none, and the database is on this machine',
      expect.stringMatching(/^ok connections: \d+ of \d+ connections are in use, and a process takes up to 12$/),
      'ok notify: processes hear of work of others at once',
      expect.stringMatching(/^ok clocks: the database's clock is 0\.\d s (behind|ahead of) this machine's$/),
      expect.stringMatching(/^ok clock: /),
    ]);
    expect(after[0]).toMatch(/^ok store: PostgreSQL [\d.]+ at .+, store version \d+$/);
  });

  it('changes nothing', async () => {
    await said();

    const { rows } = await inDatabase(url, client =>
      client.query("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
    );
    expect(rows).toEqual([]);
  });

  it('says what is wrong, with the remedy apart', async () => {
    expect(await said({ RETOUR_DATABASE_URL: `${url}_none` })).toEqual([
      `fail store: There is no such database at ${place()}_none → create it, or check RETOUR_DATABASE_URL`,
      expect.stringMatching(/^ok clock: /),
    ]);
  });

  it('says that a newer program wrote it', async () => {
    await migrateStore(url);
    await inDatabase(url, client => client.query("INSERT INTO migration VALUES (99, 'later', 'x')"));

    expect((await said())[0]).toBe(
      `fail store: The store ${place()} has version 99; this program knows versions up to ${newest} → start the version of the program that wrote it, or restore a backup of this version`,
    );
  });

  it('finds clocks that are apart', async () => {
    const checks = await said({}, () => Date.now() - 60_000);

    expect(checks[5]).toMatch(
      /^warn clocks: the database's clock is (59|60)\.\d s ahead of this machine's → let both be set/,
    );
  });

  it('finds a pooler that swallows notifications', async () => {
    pooler = await startPooler(url, { connections: 3 });

    expect((await said({ RETOUR_DATABASE_URL: pooler.url }))[4]).toBe(
      'warn notify: NOTIFY does not come through (a pooler that shares connections?): work is found by looking → point RETOUR_DATABASE_URL at the server itself, or at a pooler in session mode',
    );
  });

  it('finds a clock that is behind what the store has', async () => {
    const store = await openStore(url);
    const receivedAtMs = Date.now() + 3_600_000;
    const row = {
      id: 'inb_1',
      account: 'acme',
      connection: 'c',
      adapterId: 'a',
      source: 'webhook',
      receivedAtMs,
    } as const;
    const request = {
      method: 'POST',
      path: '/',
      query: '',
      headers: {},
      body: Buffer.from('x'),
      bodyDigest: '00'.repeat(32),
    };
    await store.keepInbound([
      { ...row, ...request, trust: 'signed', secretIndex: 0, configRevision: null, dedupe: null },
    ]);
    await store.close();

    expect((await said()).at(-1)).toMatch(/^fail clock: it says .+, and the store has a request received at /);
  });

  it.each([
    [
      'unencrypted over the network',
      { tls: false, isLocal: false },
      'TLS',
      /^personal data goes to the database unencrypted$/,
    ],
    [
      'too few connections for a process',
      { connections: { most: 20, used: 9, gateways: 0 } },
      'connections',
      /^9 of 20 .+ up to 12$/,
    ],
    ['none left beside a gateway', { connections: { most: 20, used: 20, gateways: 1 } }, 'connections', /^20 of 20 /],
  ])('finds what no test server is: %s', (_, changes, name, message) => {
    const warned = checksOf({ ...WELL, ...changes }).filter(({ state }) => state !== 'ok');

    expect(warned).toMatchObject([{ state: 'warn', name, message: expect.stringMatching(message) as string }]);
  });

  it('finds nothing where a gateway has its connections', () => {
    const checks = checksOf({ ...WELL, connections: { most: 20, used: 15, gateways: 1 } });

    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  });
});

const WELL: PostgresFacts = {
  place: 'db.example.com:5432/retour',
  version: '17.2',
  versionNumber: 170002,
  encoding: 'UTF8',
  tls: true,
  replica: false,
  readOnly: false,
  schema: 'public',
  mayCreate: true,
  ownsTables: true,
  user: 'retour',
  connections: { most: 97, used: 5, gateways: 0 },
  notDurable: [],
  isLocal: false,
  storeVersion: 1,
  knownVersion: 1,
  notifies: true,
  clockAheadMs: 3,
  newestReceivedAtMs: null,
};
