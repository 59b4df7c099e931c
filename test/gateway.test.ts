import { fdatasync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../src/adapter/secret.ts';
import { openGateway } from '../src/gateway.ts';
import { openStore } from '../src/storage/open-store.ts';
import { createLog } from '../src/telemetry/log.ts';
import { dropDatabase, emptyDatabase, inDatabase } from './postgres/databases.ts';
import { temporaryFolder } from './storage/place.ts';

it('a gateway whose disk loses what was written says so, answers nothing more, and can be closed', async () => {
  const lines: string[] = [];
  let loses = false;
  const gateway = await openGateway({
    settings: {
      configDirectory: fileURLToPath(new URL('../config', import.meta.url)),
      databaseUrl: `sqlite:${join(temporaryFolder(), 'retour.db')}`,
      host: '127.0.0.1',
      port: 0,
      adminToken: new Secret('an-administrator-of-this-test'),
    },
    adapters: [],
    log: createLog({ write: line => void lines.push(line) }),
    env: {},
    storeOptions: {
      syncFile: (descriptor, done) => (loses ? setImmediate(done, new Error('EIO')) : fdatasync(descriptor, done)),
    },
  });
  onTestFinished(() => gateway.close());
  const createToken = () =>
    fetch(`${gateway.url}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: 'Bearer an-administrator-of-this-test', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'one', roles: ['viewer'], accounts: 'all' }),
    });
  const before = (await createToken()).status;
  loses = true;

  const after = (await createToken()).status;
  const { message } = await gateway.lost;

  expect([before, after]).toEqual([201, 503]);
  expect(message).toBe('The disk lost what was written. Restart after mending it.');
  expect(lines.filter(line => line.includes('"store.lost"'))).toHaveLength(1);
});

it('of gateways that start at once for the first time, one shows an administrator token, which lets in to all', async () => {
  const databaseUrl = await emptyDatabase();
  const start = async () => {
    const gateway = await openGateway({
      settings: {
        configDirectory: fileURLToPath(new URL('../config', import.meta.url)),
        databaseUrl,
        host: '127.0.0.1',
        port: 0,
        adminToken: null,
      },
      adapters: [],
      log: createLog({ write: () => undefined }),
      env: {},
    });
    onTestFinished(() => gateway.close());
    return gateway;
  };
  onTestFinished(() => dropDatabase(databaseUrl));

  const store = await openStore(databaseUrl); // the tables, on which they would wait for each other
  await store.close();

  const gateways = await inDatabase(databaseUrl, async client => {
    await client.query('BEGIN; LOCK TABLE token IN SHARE MODE'); // all have looked before one writes
    const starting = Promise.all(Array.from({ length: 3 }, start));
    const waiting =
      'SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())';
    await expect.poll(async () => (await client.query(waiting)).rowCount, { timeout: 10_000 }).toBe(3);
    await client.query('COMMIT');
    return starting;
  });

  const shown = gateways.flatMap(({ newAdminToken }) => newAdminToken ?? []);
  expect(shown).toHaveLength(1);
  for (const { url } of gateways) {
    const { status } = await fetch(`${url}/v1/tokens`, { headers: { authorization: `Bearer ${shown[0]}` } });
    expect(status).toBe(200);
  }
});
