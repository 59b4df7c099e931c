import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { prepareFolder } from '../../src/demo/sample-folder.ts';

const PLACES = {
  gatewayUrl: 'http://127.0.0.1:9090',
  shopUrl: 'http://127.0.0.1:5200',
  providerUrl: 'http://127.0.0.1:5300',
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retour-folder-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the folder of the demo', () => {
  it('holds a configuration that loads, at the ports it was given', async () => {
    const { configDirectory, secrets } = await prepareFolder(folder, PLACES);

    const config = await loadConfig({
      directory: configDirectory,
      adapters: [...adapters, ...exampleAdapters],
      env: secrets,
    });

    const urls = [...config.accounts.values()].flatMap(account =>
      [...account.destinations.values()].map(({ url }) => url),
    );
    const asked = [...config.accounts.values()].flatMap(account =>
      [...account.connections.values()].flatMap(({ adapter, settings }) =>
        adapter.fetching === undefined ? [] : [(settings as { baseUrl: string }).baseUrl],
      ),
    );
    expect(config.gateway.publicUrl).toBe('http://127.0.0.1:9090');
    expect(urls.length).toBeGreaterThan(0);
    expect(urls.filter(url => !url.startsWith('http://127.0.0.1:5200/hooks/'))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(url => !url.startsWith('http://127.0.0.1:5300/'))).toEqual([]);
  });

  it('has a sample account for every adapter', async () => {
    const { configDirectory, secrets } = await prepareFolder(folder, PLACES);
    const all = [...adapters, ...exampleAdapters];

    const { accounts } = await loadConfig({ directory: configDirectory, adapters: all, env: secrets });

    const used = [...accounts.values()].flatMap(account =>
      [...account.connections.values()].map(one => one.adapter.id),
    );
    expect(used.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  });

  it('makes a secret for everything the sample accounts ask for, and keeps it', async () => {
    const first = await prepareFolder(folder, PLACES);
    const second = await prepareFolder(folder, PLACES);

    expect(Object.keys(first.secrets)).toContain('SAMPLE_DESTINATION_SECRET');
    expect(new Set(Object.values(first.secrets)).size).toBe(Object.keys(first.secrets).length);
    expect(second.secrets).toEqual(first.secrets);
  });

  it('adds what is missing and leaves the rest', async () => {
    await writeFile(join(folder, 'secrets.json'), '{"SAMPLE_DESTINATION_SECRET":"whsec_kept"}');

    const { secrets } = await prepareFolder(folder, PLACES);

    expect(secrets.SAMPLE_DESTINATION_SECRET).toBe('whsec_kept');
    expect(secrets.RETOUR_ADMIN_TOKEN).toMatch(/^rtk_[\w-]{43}$/);
  });

  it('lets nobody but its owner read the secrets', async () => {
    await prepareFolder(folder, PLACES);

    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
  });

  it('leaves the sample configuration as it is', async () => {
    const path = new URL('../../config/sample/retour.yaml', import.meta.url);
    const before = await readFile(path, 'utf8');

    await prepareFolder(folder, PLACES);

    expect(await readFile(path, 'utf8')).toBe(before);
  });
});
