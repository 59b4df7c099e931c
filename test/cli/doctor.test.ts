import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { appendFile, cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Check } from '../../src/cli/doctor-check.ts';
import { type CliStage, openCliStage } from './open-cli.ts';

let stage: CliStage;
let taken: Server | null = null;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  if (taken !== null) await new Promise(resolve => taken!.close(resolve));
  taken = null;
  await stage.close();
});

async function doctor(
  env: Readonly<Record<string, string>> = {},
  now: () => number = () => Date.now(),
): Promise<{ readonly code: number; readonly checks: readonly Check[] }> {
  const { code, out } = await stage.run(['doctor', '--json'], { env: { ...stage.env, ...env }, now });
  return { code, checks: (JSON.parse(out) as { checks: readonly Check[] }).checks };
}

/** What is not as it should be: `name: message`. */
async function found(
  env: Readonly<Record<string, string>> = {},
  now: () => number = () => Date.now(),
): Promise<readonly string[]> {
  const { code, checks } = await doctor(env, now);
  const notOk = checks.filter(({ state }) => state !== 'ok');
  expect(code).toBe(notOk.length === 0 ? 0 : 2);
  expect(notOk.every(({ remedy }) => remedy !== null)).toBe(true);
  return notOk.map(({ state, name, message }) => `${state} ${name}: ${message}`);
}

/** The stage's gateway stopped, its port free again and unheeded. */
async function stopped(): Promise<Readonly<Record<string, string>>> {
  await stage.stop();
  const { RETOUR_TOKEN: _, ...env } = stage.env;
  return { ...env, RETOUR_TOKEN: '', RETOUR_PORT: '0' };
}

describe('doctor', () => {
  it('finds nothing beside a gateway that is well', async () => {
    const { code, checks } = await doctor();

    expect(code).toBe(0);
    expect(checks.map(({ name }) => name)).toEqual([
      'node',
      'settings',
      'configuration',
      'secrets',
      'store',
      'lock',
      'file modes',
      'disk',
      'clock',
      'gateway',
      'token',
    ]);
    expect(checks.find(({ name }) => name === 'lock')?.message).toBe('a gateway has the store open');
  });

  it('changes nothing', async () => {
    const env = await stopped();
    const before = readdirSync(stage.folder).toSorted();

    await doctor({ ...env, RETOUR_DATABASE_URL: `sqlite:${join(stage.folder, 'not/there/yet.db')}` });
    await doctor(env);

    expect(readdirSync(stage.folder).toSorted()).toEqual(before);
  });

  it('says what is wrong with the settings of the process', async () => {
    expect(await found({ RETOUR_PORT: '99999', RETOUR_TOKEN: '' })).toEqual([
      'fail settings: RETOUR_PORT is not a port; write a whole number from 0 to 65535',
    ]);
  });

  it('says which secret is missing, and where it is asked for', async () => {
    const { checks } = await doctor({ SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET: '' });

    expect(checks.filter(({ state }) => state === 'fail')).toEqual([
      {
        name: 'secrets',
        state: 'fail',
        message: expect.stringMatching(
          /^accounts\/sample-happy-returns\.yaml:\d+:\d+ connections\.happy-returns\.secrets\.webhook\[0\]\.env — the environment variable SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET is empty$/,
        ) as string,
        remedy: 'set SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET before the gateway starts',
      },
    ]);
  });

  it('says what is wrong with the configuration', async () => {
    await appendFile(join(stage.folder, 'config/retour.yaml'), '\nintake: { maxBodyBytes: none }\n');

    expect(await found()).toEqual([
      expect.stringMatching(/^fail configuration: retour\.yaml:\d+:\d+ intake\.maxBodyBytes — /),
    ]);
  });

  it('warns of a secret file that others may read', async () => {
    const file = join(stage.folder, 'secret');
    await writeFile(file, 'made-up-secret', { mode: 0o644 });
    const account = join(stage.folder, 'config/accounts/sample-happy-returns.yaml');
    await writeFile(
      account,
      (await readFile(account, 'utf8')).replace('{ env: SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET }', `{ file: ${file} }`),
    );
    chmodSync(file, 0o644);

    expect(await found()).toEqual([`warn secrets: ${file} may be read by others`]);
  });

  it('warns of a store that others may read', async () => {
    chmodSync(stage.databaseFile, 0o644);

    expect(await found()).toEqual([`warn file modes: others may read ${stage.databaseFile}, which hold personal data`]);
  });

  it('says that a store is made at the first start', async () => {
    const env = await stopped();

    const { code, checks } = await doctor({ ...env, RETOUR_DATABASE_URL: `sqlite:${join(stage.folder, 'new.db')}` });

    expect(code).toBe(0);
    expect(checks.find(({ name }) => name === 'store')?.message).toBe(
      `${join(stage.folder, 'new.db')} is made at the first start`,
    );
  });

  it('tells a store from something else, a newer one, and a damaged one', async () => {
    const env = await stopped();
    const other = join(stage.folder, 'other.db');
    new Database(other).exec('CREATE TABLE x (y)').close();
    const text = join(stage.folder, 'text.db');
    writeFileSync(
      text,
      'this is no database, whatever its name says, and it is long enough to be looked at. '.repeat(20),
    );
    const newer = join(stage.folder, 'newer.db');
    await cp(stage.databaseFile, newer);
    new Database(newer).exec("INSERT INTO migration VALUES (9999, 'later', 'x')").close();
    const damaged = join(stage.folder, 'damaged.db');
    await cp(stage.databaseFile, damaged);
    await truncate(damaged, 40_960);
    const stores = [other, text, newer, damaged];
    for (const store of stores) chmodSync(store, 0o600);

    const said = await Promise.all(stores.map(store => found({ ...env, RETOUR_DATABASE_URL: `sqlite:${store}` })));

    expect(said).toEqual([
      [`fail store: The file ${other} is no store of this gateway.`],
      [`fail store: ${text}: The file is not a readable store.`],
      [
        expect.stringMatching(
          /^fail store: The store .+newer\.db has version 9999; this program knows versions up to \d+$/,
        ),
      ],
      [expect.stringMatching(/^fail store: .+damaged\.db(: The file is not a readable store\.| is damaged: .+)$/)],
    ]);
  });

  it('finds a port that something else has', async () => {
    const env = await stopped();
    taken = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => taken!.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };

    expect(await found({ ...env, RETOUR_PORT: String(port) })).toEqual([
      `fail port: 127.0.0.1:${port} is taken by something else`,
    ]);
  });

  it('finds a store that is open while no gateway answers', async () => {
    const free = await stopped();
    await stage.reopen(yaml => yaml);

    expect(await found({ ...free, RETOUR_PORT: '1' })).toEqual([
      expect.stringMatching(
        /^(fail port: 127\.0\.0\.1:1 cannot be listened on|warn gateway: something has the store open)/,
      ),
    ]);
  });

  it('finds a clock that is wrong', async () => {
    await stage.run(['trigger', 'happy-returns', 'started-return-bar']);

    expect(await found({}, () => Date.parse('2025-06-01T00:00:00Z'))).toEqual([
      'fail clock: it says 2025-06-01T00:00:00.000Z, which is long past',
    ]);
    expect(await found({}, () => Date.now() - 3_600_000)).toEqual([
      expect.stringMatching(/^fail clock: it says .+, and the store has a request received at /),
    ]);
  });

  it('finds a token that the gateway does not know', async () => {
    expect(await found({ RETOUR_TOKEN: 'rtk_unknown' })).toEqual([
      expect.stringMatching(/^warn token: .+ does not know this RETOUR_TOKEN, or it was revoked\./),
    ]);
  });

  it('finds a folder in which no store can be made', async () => {
    const env = await stopped();
    const folder = join(stage.folder, 'closed');
    mkdirSync(folder, { mode: 0o500 });
    const isRoot = process.getuid?.() === 0;

    const said = await found({ ...env, RETOUR_DATABASE_URL: `sqlite:${join(folder, 'retour.db')}` });

    // The superuser may write anywhere.
    expect(said).toEqual(
      isRoot ? [] : [`fail store: ${join(folder, 'retour.db')} cannot be made: ${folder} is not writable`],
    );
    await rm(folder, { recursive: true });
    expect(existsSync(folder)).toBe(false);
  });
});
