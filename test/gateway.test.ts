import { fdatasync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { Secret } from '../src/adapter/secret.ts';
import { openGateway } from '../src/gateway.ts';
import { createLog } from '../src/telemetry/log.ts';
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
