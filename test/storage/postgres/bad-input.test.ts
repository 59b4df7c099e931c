import { appendFileSync, chownSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkServer } from '../../../src/storage/postgres/connect.ts';
import { type Database, openDatabase } from '../../../src/storage/postgres/database.ts';
import { migrate } from '../../../src/storage/postgres/migrate.ts';
import { createPartitions } from '../../../src/storage/postgres/partitions.ts';
import { sql } from '../../../src/storage/postgres/sql.ts';
import { given, statement } from '../../../src/storage/postgres/statement.ts';
import { selfSigned } from '../../postgres/certificate.ts';
import { dropDatabase, emptyDatabase, inDatabase } from '../../postgres/databases.ts';
import { startPooler } from '../../postgres/pooler.ts';
import { type PostgresServer, startPostgres } from '../../postgres/server.ts';
import { listening, openWay } from '../../postgres/way.ts';
import { temporaryFolder } from '../place.ts';

/** A server of this file's own: its configuration changes, and it is stopped. */
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({
    durable: false,
    settings: ['max_connections=20', 'superuser_reserved_connections=1'],
  });
}, 60_000);
afterAll(() => server.remove());

const one = statement<{ n: number }>(sql`SELECT ${given('n')}::integer AS n`);
const slow = statement(sql`SELECT pg_sleep(60)`);

function open(url: string, connections = 2, silenceTimeoutMs?: number): Database {
  const database = openDatabase(
    url,
    createPartitions(() => database),
    { connections, silenceTimeoutMs },
  );
  onTestFinished(() => database.close());
  return database;
}

/** What a start says of this URL; `null`: it would go on. */
async function said(url: string): Promise<string | null> {
  try {
    const database = open(url);
    await database.operation(async () => {
      await checkServer(database);
      await migrate(database);
    })();
    return null;
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code}: ${message}`;
  }
}

/** A database on the server that all tests share. */
async function ownDatabase(): Promise<string> {
  const url = await emptyDatabase();
  onTestFinished(() => dropDatabase(url));
  return url;
}

function placeOf(url: string): string {
  return url.replace(/^.*@/, '');
}

/** The URL with another user, password or database. */
function changed(url: string, changes: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'hostname' | 'port'>>) {
  return Object.assign(new URL(url), changes).href;
}

describe('a URL that cannot be meant', () => {
  it.each([
    ['several hosts', 'postgres://u:p@one.example.com,two.example.com/retour', /names several hosts: name the one/],
    ['several hosts with ports', 'postgres://u:p@one:5432,two:5433/retour', /names several hosts: name the one/],
    [
      'an sslmode that is none',
      'postgres://u:p@db.example.com/retour?sslmode=bogus',
      /has an sslmode that is none: one of disable/,
    ],
  ])('is told so: %s', async (_, given, message) => {
    expect(await said(given)).toMatch(message);
  });

  it('is not one whose password has a comma', async () => {
    expect(await said('postgres://u:a,b@127.0.0.1:1/retour')).toMatch(/Nothing listens at 127\.0\.0\.1:1\/retour/);
  });
});

describe('a URL that leads nowhere', () => {
  it.each([
    ['a password with a slash', 'postgres://gateway:12/34@db.example.com/retour'],
    ['a password with a question mark', 'postgres://gateway:12?34@db.example.com/retour'],
    ['a password with a hash', 'postgres://gateway:12#34@db.example.com/retour'],
    ['a password with a percent sign', 'postgres://gateway:12%34%@db.example.com/retour'],
    ['a port that is none', 'postgres://gateway:1234@db.example.com:port/retour'],
  ])('is told how to be written, and nothing of it is shown: %s', async (_, url) => {
    const message = await said(url);

    expect(message).toMatch(/^CONFIG_INVALID: RETOUR_DATABASE_URL is not a URL: write postgres:\/\/user:password@host/);
    expect(message).not.toMatch(/12|34|gateway|example/);
  });

  it.each([
    [
      'a host nobody knows',
      { hostname: 'no-such-host.invalid' },
      /^STORE_UNAVAILABLE: The host of .+ is not known: check RETOUR_DATABASE_URL\.$/,
    ],
    [
      'a port where nothing listens',
      { port: '1' },
      /^STORE_UNAVAILABLE: Nothing listens at 127\.0\.0\.1:1\/postgres: start PostgreSQL there, or check/,
    ],
    [
      'a wrong password',
      { password: 'nope' },
      /^STORE_UNAVAILABLE: PostgreSQL at .+ refuses the password, or was given none: check/,
    ],
    [
      'no password',
      { password: '' },
      /^STORE_UNAVAILABLE: PostgreSQL at .+ refuses the password, or was given none: check/,
    ],
    [
      'a database that is not there',
      { pathname: '/nowhere' },
      /^STORE_UNAVAILABLE: There is no such database at .+\/nowhere: create it, or check/,
    ],
  ])('names what is wrong: %s', async (_, changes, message) => {
    const text = await said(changed(server.url(), changes));

    expect(text).toMatch(message);
    expect(text).not.toMatch(/retour-test|nope/);
  });

  it('names a folder of sockets without a server', async () => {
    expect(await said('postgres:///retour?host=/nowhere')).toBe(
      'STORE_UNAVAILABLE: /nowhere:5432/retour cannot be reached: check RETOUR_DATABASE_URL, and the network between.',
    );
  });

  it('gives up where something listens and says nothing', async () => {
    const url = await listening(() => undefined);

    expect(await said(url)).toBe(
      `STORE_UNAVAILABLE: No connection to ${placeOf(url)} came about in time: the database is slow or out of reach, or all of them are in use.`,
    );
  });

  it.each([
    ['speaks HTTP', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: Socket) => void socket.destroy()],
  ])('says so where something %s', async (_, answer) => {
    const url = await listening(answer);

    expect(await said(url)).toBe(
      `STORE_UNAVAILABLE: The connection to ${placeOf(url)} was lost or could not be made: see whether PostgreSQL runs and listens there.`,
    );
  });
});

describe('TLS', () => {
  const folder = { path: '' };

  /** The server with a certificate that vouches for itself; without TLS nobody comes in. */
  async function encrypted(): Promise<string> {
    const { certificate, key } = selfSigned();
    folder.path = temporaryFolder();
    writeFileSync(join(folder.path, 'authority.pem'), certificate);
    const { uid, gid } = statSync(server.folder);
    for (const [name, content] of [
      ['server.crt', certificate],
      ['server.key', key],
    ] as const) {
      writeFileSync(join(server.folder, name), content, { mode: 0o600 });
      chownSync(join(server.folder, name), uid, gid);
    }
    const [access, settings] = ['pg_hba.conf', 'postgresql.conf'].map(name => join(server.folder, name)) as [
      string,
      string,
    ];
    const before = [readFileSync(access, 'utf8'), readFileSync(settings, 'utf8')] as const;
    await server.stop();
    writeFileSync(access, before[0].replaceAll(/^host /gm, 'hostssl '));
    appendFileSync(settings, '\nssl = on\n');
    await server.start();
    onTestFinished(async () => {
      await server.stop();
      writeFileSync(access, before[0]);
      writeFileSync(settings, before[1]);
      await server.start();
    });
    return server.url();
  }

  it('is asked for, refused and trusted in words', async () => {
    const url = await encrypted();
    const trusting = `sslmode=verify-full&sslrootcert=${join(folder.path, 'authority.pem')}`;

    const byName = changed(url, { hostname: 'localhost' });
    const answers = {
      without: await said(url),
      untrusted: await said(`${byName}?sslmode=verify-full`),
      trusted: await said(`${byName}?${trusting}`),
      otherName: await said(`${url}?${trusting}`),
      noFile: await said(`${url}?sslmode=verify-full&sslrootcert=/nowhere.pem`),
    };
    const { tls } = await checkServer(open(`${byName}?${trusting}`));

    const [place, named] = [placeOf(url), placeOf(byName)];
    expect(answers).toEqual({
      without: `STORE_UNAVAILABLE: PostgreSQL at ${place} wants TLS: add ?sslmode=verify-full to RETOUR_DATABASE_URL.`,
      untrusted: `STORE_UNAVAILABLE: The certificate of ${named} is not trusted: name its authority with sslmode=verify-full&sslrootcert=FILE in RETOUR_DATABASE_URL.`,
      trusted: null,
      otherName: `STORE_UNAVAILABLE: The certificate of ${place} is for another name: write the host into RETOUR_DATABASE_URL as its certificate has it.`,
      noFile: `STORE_UNAVAILABLE: A certificate or key that RETOUR_DATABASE_URL names for ${place} cannot be read: check its sslrootcert, sslcert and sslkey.`,
    });
    expect(tls).toBe(true);
  });

  it('is told from a server that speaks none', async () => {
    const url = server.url();

    expect(await said(`${url}?sslmode=verify-full`)).toBe(
      `STORE_UNAVAILABLE: PostgreSQL at ${placeOf(url)} speaks no TLS: take sslmode out of RETOUR_DATABASE_URL, or switch its ssl on.`,
    );
  });
});

describe('a server that cannot be used', () => {
  it('is a replica', async () => {
    await server.stop();
    writeFileSync(join(server.folder, 'standby.signal'), '');
    await server.start();
    onTestFinished(async () => {
      await server.stop();
      rmSync(join(server.folder, 'standby.signal'));
      await server.start();
    });

    expect(await said(server.url())).toBe(
      `STORE_UNAVAILABLE: ${placeOf(server.url())} is a read-only replica: point RETOUR_DATABASE_URL at the primary.`,
    );
    // As one that became a replica while the gateway ran.
    const database = open(server.url());
    await expect(database.operation(() => database.script('CREATE TABLE x (y integer)'))()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('can only be read'),
    });
  });

  it('lets the user only read', async () => {
    const url = await ownDatabase();
    await inDatabase(url, client =>
      client.query(`ALTER DATABASE ${placeOf(url).replace(/^.*\//, '')} SET default_transaction_read_only = on`),
    );

    expect(await said(url)).toMatch(/ lets this user only read: set default_transaction_read_only = off/);
  });

  it('keeps text in another encoding', async () => {
    const url = await ownDatabase();
    const name = `${placeOf(url).replace(/^.*\//, '')}_latin`;
    await inDatabase(url, client =>
      client.query(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`),
    );
    const latin = `${url}_latin`;
    onTestFinished(() => dropDatabase(latin));

    expect(await said(latin)).toBe(
      `STORE_UNAVAILABLE: The database ${placeOf(latin)} keeps text as LATIN1: create it with ENCODING 'UTF8' TEMPLATE template0.`,
    );
  });

  /** A user without rights, with a password that must never show. */
  async function plainUser(url: string): Promise<string> {
    const username = `u_${placeOf(url).replace(/^.*\//, '')}`;
    await inDatabase(url, client => client.query(`CREATE ROLE ${username} LOGIN PASSWORD 'plain-secret'`));
    onTestFinished(() =>
      inDatabase(url, async client => {
        await client.query(`DROP OWNED BY ${username} CASCADE; DROP ROLE ${username}`);
      }),
    );
    return changed(url, { username, password: 'plain-secret' });
  }

  it('lets the user make no tables', async () => {
    const url = await ownDatabase();
    const plain = await plainUser(url);

    const before = await said(plain);
    const { username } = new URL(plain);
    await inDatabase(url, client => client.query(`GRANT CREATE ON SCHEMA public TO ${username}`));
    const after = await said(plain);

    expect(before).toBe(
      `STORE_UNAVAILABLE: ${username} may not create tables in the schema public at ${placeOf(url)}, and each day needs new ones: GRANT CREATE ON SCHEMA public TO ${username}.`,
    );
    expect(after).toBeNull();
  });

  it('has the tables of another user', async () => {
    const url = await ownDatabase();
    await said(url);
    const plain = await plainUser(url);
    const { username } = new URL(plain);
    await inDatabase(url, client =>
      client.query(
        `GRANT CREATE ON SCHEMA public TO ${username}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${username}`,
      ),
    );

    expect(await said(plain)).toMatch(/ belong to another user than u_\w+, and each day needs new partitions: /);
  });

  it('has no schema on its search_path', async () => {
    const url = await ownDatabase();
    await inDatabase(url, client => client.query('DROP SCHEMA public'));

    expect(await said(url)).toMatch(/ names no schema that is there: create one, or set the path\.$/);
  });

  it('has tables of another application', async () => {
    const url = await ownDatabase();
    await inDatabase(url, client => client.query('CREATE TABLE event (theirs integer)'));

    expect(await said(url)).toBe(
      `STORE_UNAVAILABLE: The database ${placeOf(url)} has tables of another application: give Retour one of its own.`,
    );
  });

  it('was written by a newer version, or by another build', async () => {
    const url = await ownDatabase();
    await said(url);
    await inDatabase(url, client => client.query("INSERT INTO migration VALUES (99, 'later', 'x')"));
    const newer = await said(url);
    await inDatabase(url, client =>
      client.query("DELETE FROM migration WHERE number = 99; UPDATE migration SET digest = 'x'"),
    );

    expect(newer).toMatch(
      /^STORE_TOO_NEW: The store .+ has version 99; this program knows versions up to \d+: start the version .+\.$/,
    );
    expect(await said(url)).toMatch(/^STORE_UNAVAILABLE: The store .+ was made by another build: version 1 differs\.$/);
  });
});

describe('a server in trouble', () => {
  it('has no connection left', async () => {
    const users = Array.from({ length: 25 }, () => open(server.url(), 1));
    const answers = await Promise.allSettled(users.map(user => user.operation(() => user.get(one, { n: 1 }))()));
    const refused = answers.flatMap(answer => (answer.status === 'rejected' ? [String(answer.reason.message)] : []));

    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(new Set(refused)).toEqual(
      new Set([
        `PostgreSQL at ${placeOf(server.url())} has no connection left: raise max_connections (or the limit of its pooler, database or user), or run fewer processes.`,
      ]),
    );
  });

  it('has its own connections all in use', async () => {
    const database = open(server.url(), 1);
    const held = Promise.withResolvers<void>();
    const holding = database.transaction(() => held.promise);

    const answer = database.operation(() => database.get(one, { n: 1 }))();

    await expect(answer).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/^No connection to .+ came about in time: .+ all of them are in use\.$/),
    });
    held.resolve();
    await holding;
    expect(await database.get(one, { n: 2 })).toEqual({ n: 2 });
  });

  it('stops a statement that takes too long', async () => {
    const database = open(server.url());

    const answer = database.operation(() =>
      database.transaction(async tx => {
        await tx.script('SET LOCAL statement_timeout = 50');
        await tx.all(slow);
      }),
    )();

    await expect(answer).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `A statement at ${placeOf(server.url())} took longer than its time limit and was stopped.`,
    });
  });

  it('gives no lock in time', async () => {
    const database = open(server.url());
    await database.script('CREATE TABLE locked (y integer)');
    const held = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = database.transaction(async tx => {
      await tx.script('LOCK TABLE locked');
      locked.resolve();
      await held.promise;
    });
    await locked.promise;

    const answer = database.operation(() =>
      database.transaction(async tx => {
        await tx.script('SET LOCAL lock_timeout = 50');
        await tx.script('LOCK TABLE locked');
      }),
    )();

    await expect(answer).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `A lock at ${placeOf(server.url())} was not given in time.`,
    });
    held.resolve();
    await holding;
  });

  it('cuts connections, within a transaction as well, and is used again', async () => {
    const database = open(server.url(), 2);
    const cut = () =>
      inDatabase(server.url(), client =>
        client.query(
          'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = $1',
          ['retour'],
        ),
      );
    await database.get(one, { n: 1 });

    await cut();
    const idle = await vi.waitFor(() => database.get(one, { n: 2 }));
    const within = database.operation(() =>
      database.transaction(async tx => {
        await tx.get(one, { n: 3 });
        await cut();
        await new Promise(resolve => setImmediate(resolve));
        return tx.get(one, { n: 4 });
      }),
    )();

    expect(idle).toEqual({ n: 2 });
    await expect(within).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await database.get(one, { n: 5 })).toEqual({ n: 5 });
  });

  it('says nothing any more, and is used again once it does', async () => {
    const way = await openWay(server.port);
    const database = open(changed(server.url(), { port: String(way.port) }), 1, 1500);
    await database.get(one, { n: 1 });
    way.freeze();
    const startedAt = performance.now();

    const answer = database.operation(() => database.transaction(tx => tx.get(one, { n: 2 })))();

    await expect(answer).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: `127.0.0.1:${way.port}/postgres has stopped answering.`,
    });
    expect(performance.now() - startedAt).toBeLessThan(2900); // not once more for a ROLLBACK that nobody answers
    way.thaw();
    expect(await database.get(one, { n: 4 })).toEqual({ n: 4 });
  });

  it('stops, and is used again once it is back', async () => {
    const database = open(server.url());
    await database.get(one, { n: 1 });
    await server.stop();

    const stopped = database.operation(() => database.get(one, { n: 2 }))();
    await expect(stopped).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/^Nothing listens at /),
    });
    await server.start();

    expect(await database.get(one, { n: 3 })).toEqual({ n: 3 });
  });

  it.each([
    ['starting', '57P03', 'the database system is starting up', /is starting or stopping\.$/],
    [
      'full',
      '53100',
      'could not extend file: No space left on device',
      /^STORE_UNAVAILABLE: The disk of PostgreSQL at .+ is full: nothing more can be kept\.$/,
    ],
    ['out of memory', '53200', 'out of memory', / is out of memory\.$/],
    ['damaged', 'XX001', 'invalid page in block 0', / has trouble of its own \(XX001\): its log says more\.$/],
    [
      'closed to this address',
      '28000',
      'no pg_hba.conf entry for host "192.0.2.1", SSL encryption',
      / refuses this user or address: its pg_hba\.conf must allow both\.$/,
    ],
    [
      'a pooler with too many clients',
      '08P01',
      'no more connections allowed (max_client_conn)',
      / has no connection left: /,
    ],
  ])('says what PostgreSQL says: %s', async (_, code, text, message) => {
    const url = await listening(socket => {
      socket.once('data', () => socket.end(refusal(code, text)));
    });

    expect(await said(url)).toMatch(message);
  });
});

describe('a pooler', () => {
  it('that refuses start parameters is told how to take them', async () => {
    const pooler = await startPooler(server.url(), { refusesOptions: true });
    onTestFinished(() => pooler.close());

    expect(await said(pooler.url)).toBe(
      `STORE_UNAVAILABLE: The pooler at ${placeOf(pooler.url)} refuses start parameters: set ignore_startup_parameters = options in it.`,
    );
  });

  it('that shares connections forgets what was prepared, and is used without', async () => {
    const pooler = await startPooler(server.url());
    onTestFinished(() => pooler.close());
    const database = open(pooler.url, 4);

    const answers: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const within = database.transaction(async tx => (await tx.get(one, { n }))!.n + (await tx.get(one, { n }))!.n);
      const alone = Array.from({ length: 3 }, async () => (await database.get(one, { n }))!.n);
      answers.push(await within, ...(await Promise.all(alone)));
    }

    expect(answers).toEqual(Array.from({ length: 12 }, (_, n) => [n + n, n, n, n]).flat());
    expect(await said(pooler.url)).toBeNull();
  });
});

it('the user and the database of docs/operations.md are all that is needed', async () => {
  const document = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const script = /```sql\n([\s\S]+?)```/.exec(document)![1]!;
  const shown = /RETOUR_DATABASE_URL='([^']+)'/.exec(document)![1]!;

  for (const statement of script.split(';').slice(0, -1))
    await inDatabase(server.url(), client => client.query(statement));
  const { hostname, port } = new URL(server.url());

  expect(await said(changed(shown, { hostname, port }).replace(/\?.*$/, ''))).toBeNull();
});

/** How a server refuses a connection. */
function refusal(code: string, text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
