import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Secret } from '../../src/adapter/secret.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import {
  ACCOUNT,
  accountProblems,
  ENV,
  loadAcme,
  makeFolder,
  parcelPort,
  problemsOf,
  SIGNING_SECRET,
} from './folder.ts';

const AT = 'accounts/acme.yaml:11';
const KEY = 'connections.port.secrets.webhook[0]';

function referring(reference: string): string {
  return ACCOUNT.replace('{ env: PORT_SECRET }', reference);
}

/** The text of the connection's first webhook secret. */
function webhookSecret(secrets: unknown): string {
  return (secrets as { webhook: readonly Secret[] }).webhook[0]!.reveal();
}

describe('a secret reference', () => {
  it('takes a variable as it is', async () => {
    const { acme } = await loadAcme(ACCOUNT);

    expect(webhookSecret(acme.connections.get('port')!.secrets)).toBe('a-webhook-secret-for-tests');
  });

  it('takes a file relative to the configuration folder, without the line end at its end', async () => {
    const directory = await makeFolder({
      'retour.yaml': '',
      'accounts/acme.yaml': referring('{ file: secrets/port }'),
      'secrets/port': 'from-a-file\n',
    });

    const config = await loadConfig({ directory, adapters: [parcelPort], env: ENV });

    expect(webhookSecret(config.accounts.get('acme')!.connections.get('port')!.secrets)).toBe('from-a-file');
  });

  it('names the variable that is not set', async () => {
    expect(await accountProblems(referring('{ env: ACME_HR_WEBHOOK }'))).toEqual([
      `${AT}:24 ${KEY}.env — the environment variable ACME_HR_WEBHOOK is not set; set ACME_HR_WEBHOOK before the gateway starts`,
    ]);
  });

  it('names the variable that is set and nearly the same', async () => {
    expect(await accountProblems(referring('{ env: PORT_SECRT }'))).toEqual([
      `${AT}:24 ${KEY}.env — the environment variable PORT_SECRT is not set; set it, or did you mean PORT_SECRET?`,
    ]);
  });

  it.each(['', '  '])('refuses a variable that holds %j', async value => {
    expect(await accountProblems(ACCOUNT, { env: { ...ENV, PORT_SECRET: value } })).toEqual([
      `${AT}:24 ${KEY}.env — the environment variable PORT_SECRET is empty; set PORT_SECRET before the gateway starts`,
    ]);
  });

  it('refuses a file that does not exist', async () => {
    expect(await accountProblems(referring('{ file: nowhere }'))).toEqual([
      `${AT}:25 ${KEY}.file — the secret file does not exist; put the secret there, or correct the path (a relative one starts at the configuration folder)`,
    ]);
  });

  it('refuses a file that is empty', async () => {
    const files = { 'accounts/acme.yaml': referring('{ file: empty }'), empty: '\n' };

    expect(await problemsOf(files)).toEqual([`${AT}:25 ${KEY}.file — the secret file is empty; put the secret there`]);
  });

  it('refuses a file of more than 64 KiB', async () => {
    const files = { 'accounts/acme.yaml': referring('{ file: large }'), large: 'x'.repeat(65_537) };

    expect(await problemsOf(files)).toEqual([
      `${AT}:25 ${KEY}.file — the secret file is larger than 64 KiB; name the file that holds the secret and nothing else`,
    ]);
  });

  it('refuses a folder', async () => {
    expect((await accountProblems(referring('{ file: accounts }')))[0]).toContain(
      'the secret file cannot be read (EISDIR)',
    );
  });

  it('refuses both a variable and a file', async () => {
    expect(await accountProblems(referring('{ env: PORT_SECRET, file: x }'))).toEqual([
      `${AT}:17 ${KEY} — names both an environment variable and a file; keep one of env and file`,
    ]);
  });

  it('refuses further keys', async () => {
    expect(await accountProblems(referring('{ env: PORT_SECRET, default: x }'))).toEqual([
      `${AT}:17 ${KEY} — has more keys than env or file; write { env: NAME } or { file: path } and nothing else`,
    ]);
  });

  it.each(['hunter2', '5', 'null'])('refuses %s in its place', async text => {
    expect(await accountProblems(referring(text))).toEqual([
      `${AT}:17 ${KEY} — is not a secret reference; write { env: NAME } or { file: path }; a secret itself never stands in this file`,
    ]);
  });
});

describe('the error about secrets', () => {
  async function failure(text: string) {
    const directory = await makeFolder({ 'retour.yaml': '', 'accounts/acme.yaml': text });
    return loadConfig({ directory, adapters: [parcelPort], env: ENV }).then(
      () => null,
      (error: unknown) => error,
    );
  }

  it('is SECRET_MISSING where nothing else is wrong', async () => {
    expect(await failure(referring('{ env: GONE }'))).toMatchObject({
      code: 'SECRET_MISSING',
      errors: [{ pointer: `${AT}:24 ${KEY}.env` }],
    });
  });

  it('is CONFIG_INVALID where something else is wrong too', async () => {
    expect(await failure(referring('{ env: GONE }').replace('USD', 'usd'))).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('a secret', () => {
  const texts = Object.values(ENV);

  it('prints as [secret] wherever the configuration is printed', async () => {
    const text = `${referring('{ env: PORT_SECRET }').replace('destinations:', '      api: { env: PORT_API }\ndestinations:')}`;
    const { config, acme } = await loadAcme(text);
    const connection = acme.connections.get('port')!;
    const printed = [
      inspect(config, { depth: 20, showHidden: true }),
      JSON.stringify(config),
      JSON.stringify([connection.secrets, acme.destinations.get('refunds')!.secrets]),
      `${String((connection.secrets as { api: Secret }).api)}`,
    ];

    for (const secret of texts) for (const output of printed) expect(output).not.toContain(secret);
    expect(printed[2]).toBe('[{"webhook":["[secret]"],"api":"[secret]"},["[secret]"]]');
  });

  it('is in no file content, which keeps the reference', async () => {
    const { config } = await loadAcme(ACCOUNT);

    expect(config.files.find(file => file.kind === 'account')!.content).toMatchObject({
      connections: { port: { secrets: { webhook: [{ env: 'PORT_SECRET' }] } } },
    });
  });

  it.each([
    ['written in the place of a reference', 'hunter2-hunter2'],
    ['written as the name of a variable', '{ env: hunter2-hunter2 }'],
    ['written as the name of a file', '{ file: hunter2-hunter2 }'],
    ['written beside broken YAML', '"hunter2-hunter2'],
    ['written as an alias', '*hunter2-hunter2'],
  ])('is not quoted where it is %s', async (_, reference) => {
    const problems = await accountProblems(referring(reference));

    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it('is not quoted where it does not fit', async () => {
    const env = { ...ENV, OUT_SECRET: 'hunter2-hunter2' };

    const problems = await accountProblems(ACCOUNT, { env });

    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hunter2');
  });

  it('made of the right bytes signs', async () => {
    const { acme } = await loadAcme(ACCOUNT);

    expect(acme.destinations.get('refunds')!.secrets[0]!.reveal()).toBe(SIGNING_SECRET);
  });
});
