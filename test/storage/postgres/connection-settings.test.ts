import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { connectionConfig } from '../../../src/storage/postgres/connection-config.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { inboundRow, T0 } from '../../conformance/store-kit/rows.ts';
import { databaseOf, dropDatabase, inDatabase } from '../../postgres/databases.ts';

let url: string;
beforeAll(async () => {
  url = await databaseOf(crypto.randomUUID(), T0);
});
afterAll(() => dropDatabase(url));

const NAMES = ['statement_timeout', 'lock_timeout', 'synchronous_commit', 'search_path', 'application_name'];

async function settingsOf(parameters: string): Promise<Record<string, string>> {
  const client = new pg.Client(connectionConfig(`${url}${parameters}`));
  await client.connect();
  try {
    const shown = NAMES.map(name => `current_setting('${name}') AS ${name}`);
    return (await client.query(`SELECT ${shown.join(', ')}`)).rows[0];
  } finally {
    await client.end();
  }
}

it.each([
  ['', {}],
  ['?options=-c%20search_path%3Dpg_catalog', { search_path: 'pg_catalog' }],
  ['?application_name=mine&options=-c%20statement_timeout%3D5s', { statement_timeout: '5s' }],
  ['?options=-c%20synchronous_commit%3Dremote_apply', { synchronous_commit: 'remote_apply' }],
])('a URL with %s keeps every setting that it does not name', async (parameters, changed) => {
  expect(await settingsOf(parameters)).toMatchObject({
    statement_timeout: '30s',
    lock_timeout: '10s',
    synchronous_commit: 'on',
    application_name: 'retour',
    ...changed,
  });
});

it('a role that does not wait for the disk is no reason not to', async () => {
  await inDatabase(url, client => client.query('ALTER ROLE CURRENT_USER SET synchronous_commit = off'));
  onTestFinished(async () => {
    await inDatabase(url, client => client.query('ALTER ROLE CURRENT_USER RESET synchronous_commit'));
  });

  expect(await settingsOf('')).toMatchObject({ synchronous_commit: 'on' });
});

it('a webhook whose row somebody has locked is refused with that reason, and its neighbours are kept', async () => {
  const store = await openPostgresStore(url);
  onTestFinished(() => store.close());
  await store.keepInbound([inboundRow('inb_1')]);
  const holder = new pg.Client(connectionConfig(url));
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('BEGIN; SELECT * FROM dedupe FOR UPDATE');

  const again = { ...inboundRow('inb_9', { text: '{"row":"inb_1"}' }), dedupe: inboundRow('inb_1').dedupe };
  const results = await store.keepInbound([inboundRow('inb_2'), again, inboundRow('inb_3')]);

  expect(results).toMatchObject([
    { outcome: 'kept', id: 'inb_2' },
    { outcome: 'failed', error: { code: 'STORE_UNAVAILABLE', message: expect.stringMatching(/lock .+ not given/) } },
    { outcome: 'kept', id: 'inb_3' },
  ]);
});
