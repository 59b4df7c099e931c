import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/config-problem.ts';
import { loadConfig, readConfig } from '../../src/config/load-config.ts';
import { ACCOUNT, accountProblems, ENV, loadAcme, makeFolder, parcelPort, problemsOf, read } from './folder.ts';

describe('retour.yaml', () => {
  it('may be empty and then takes every default', async () => {
    const { config } = await loadAcme(ACCOUNT, '');

    expect(config.gateway).toEqual({
      publicUrl: 'http://127.0.0.1:8080',
      config: { apply: 'on_start' },
      intake: { maxBodyBytes: 1_048_576, maxQueuedBytes: 67_108_864, hintsPerMinute: 600 },
      delivery: { timeoutMs: 15_000, allowNetworks: [] },
      retention: { bodiesDays: 90, attemptsDays: 30, dedupeDays: 400, shopperDays: 400 },
    });
  });

  it.each([
    [
      'config: { apply: reviewed }',
      '1:18 config.apply — reviewed does nothing yet: changed files always act at start; write on_start',
    ],
    [
      'config: { apply: on_strat }',
      '1:18 config.apply — is none of the words that are understood here; did you mean on_start?',
    ],
    [
      'retention: { dedupeDay: 4 }',
      '1:14 retention.dedupeDay — is not a key that stands here; did you mean dedupeDays?',
    ],
    ['intakes: {}', '1:1 intakes — is not a key that stands here; did you mean intake?'],
    [
      'publicUrl: returns.example.com',
      '1:12 publicUrl — no base URL; write it as https://returns.example.com, without a slash at the end',
    ],
    [
      'publicUrl: https://x.example/',
      '1:12 publicUrl — no base URL; write it as https://returns.example.com, without a slash at the end',
    ],
    [
      'delivery:\n  allowNetworks:\n    - 10.0.0.1',
      '3:7 delivery.allowNetworks[0] — no address range; write it as 127.0.0.0/8 or ::1/128',
    ],
    [
      'delivery: { allowNetworks: [10.0.0.0/33] }',
      '1:29 delivery.allowNetworks[0] — no address range; write it as 127.0.0.0/8 or ::1/128',
    ],
  ])('refuses %s', async (text, expected) => {
    expect(await problemsOf({ 'retour.yaml': text })).toEqual([`retour.yaml:${expected}`]);
  });

  it.each([
    ['delivery: { timeoutMs: 999 }', '1:24 delivery.timeoutMs — must be at least 1000'],
    ['delivery: { timeoutMs: 15001 }', '1:24 delivery.timeoutMs — must be at most 15000'],
    ['intake: { maxBodyBytes: "1 MiB" }', '1:25 intake.maxBodyBytes — must be a number, not text'],
    ['intake: { hintsPerMinute: 0 }', '1:27 intake.hintsPerMinute — must be at least 1'],
    ['delivery: []', '1:11 delivery — must be a map of keys, not a list'],
  ])('refuses %s', async (text, expected) => {
    expect((await problemsOf({ 'retour.yaml': text })).map(line => line.split(';')[0])).toEqual([
      `retour.yaml:${expected}`,
    ]);
  });

  it('hides no problem of an account when it is wrong itself, and raises none about its networks', async () => {
    const account = ACCOUNT.replace('https://refunds.market.example', 'http://127.0.0.1').replace('USD', 'usd');

    const problems = await problemsOf({
      'retour.yaml': 'delivery: { allowNetwork: [] }',
      'accounts/acme.yaml': account,
    });

    expect(problems.map(line => line.split(' — ')[0])).toEqual([
      'retour.yaml:1:13 delivery.allowNetwork',
      'accounts/acme.yaml:4:11 currency',
    ]);
  });
});

describe('the configuration folder', () => {
  it.each([{}, { 'accounts/.gitkeep': '' }])('is served without an account', async files => {
    const result = await read(files);

    expect(result.outcome === 'loaded' && result.config.accounts.size).toBe(0);
  });

  it('gives every file with its digest and content', async () => {
    const { config } = await loadAcme(
      'name: A\nowner: B # who\ntimezone: UTC\ncurrency: JPY\n',
      'publicUrl: https://r.example\n',
    );

    expect(config.files).toEqual([
      {
        path: 'retour.yaml',
        digest: createHash('sha256').update('publicUrl: https://r.example\n').digest('hex'),
        kind: 'gateway',
        account: null,
        content: { publicUrl: 'https://r.example' },
      },
      {
        path: 'accounts/acme.yaml',
        digest: createHash('sha256').update('name: A\nowner: B # who\ntimezone: UTC\ncurrency: JPY\n').digest('hex'),
        kind: 'account',
        account: 'acme',
        content: { name: 'A', owner: 'B', timezone: 'UTC', currency: 'JPY' },
      },
    ]);
  });

  it('must exist', async () => {
    const directory = join(await makeFolder({}), 'elsewhere');

    const result = await readConfig({ directory, adapters: [], env: {} });

    expect(result.outcome === 'refused' && result.problems.map(formatProblem)).toEqual([
      '.:1:1 — the configuration folder does not exist; set RETOUR_CONFIG to the folder that holds retour.yaml',
    ]);
  });

  it('must hold retour.yaml', async () => {
    const directory = await makeFolder({ 'accounts/acme.yaml': ACCOUNT });

    const result = await readConfig({ directory, adapters: [parcelPort], env: ENV });

    expect(result.outcome === 'refused' && result.problems.map(formatProblem)).toEqual([
      'retour.yaml:1:1 — is missing; add it (an empty file takes every default), or set RETOUR_CONFIG to the right folder',
    ]);
  });

  it.each([
    ['accounts/acme.yml', 'is not read; account files are named {account}.yaml; rename it or take it out'],
    ['accounts/README.md', 'is not read; account files are named {account}.yaml; rename it or take it out'],
    ['accounts/acme.yaml~', 'is not read; account files are named {account}.yaml; rename it or take it out'],
    ['accounts/.acme.yaml', 'has a name that is no account id; use lower-case letters, digits and hyphens, 63 at most'],
    ['accounts/Acme.yaml', 'has a name that is no account id; use lower-case letters, digits and hyphens, 63 at most'],
    ['retour.yml', 'is not read; only retour.yaml and accounts/*.yaml are; rename it or take it out'],
    ['acme.yaml', 'is not read; only retour.yaml and accounts/*.yaml are; rename it or take it out'],
  ])('may not hold %s', async (file, expected) => {
    expect(await problemsOf({ [file]: '' })).toEqual([`${file}:1:1 — ${expected}`]);
  });

  it('may not hold policies, which do nothing yet', async () => {
    expect(await problemsOf({ 'policies/base.yaml': '' })).toEqual([
      'policies:1:1 — does nothing yet: policies are not applied; take the folder out',
    ]);
  });

  it('may not hold a misspelt accounts folder', async () => {
    expect(await problemsOf({ 'account/acme.yaml': ACCOUNT })).toEqual([
      'account:1:1 — is not read; did you mean accounts?',
    ]);
  });

  it('may hold other folders and texts', async () => {
    expect(
      await problemsOf({ 'schema/account.schema.json': '{}', 'reference.md': '', 'sample/retour.yaml': '' }),
    ).toEqual([]);
  });

  it('may not hold one account in two files', async () => {
    const problems = await problemsOf({ 'accounts/acme.yaml': ACCOUNT, 'accounts/acme.yml': ACCOUNT });

    expect(problems).toEqual([
      'accounts/acme.yml:1:1 — is not read; account files are named {account}.yaml; rename it or take it out',
    ]);
  });

  it('may not hold a folder in the place of an account file', async () => {
    expect(await problemsOf({ 'accounts/acme.yaml/x': '' })).toEqual([
      'accounts/acme.yaml:1:1 — cannot be read (EISDIR); make it a file that the gateway may read',
    ]);
  });
});

describe('a file that cannot be trusted', () => {
  it('is refused over 1 MiB', async () => {
    expect(await accountProblems(`${ACCOUNT}#${'x'.repeat(1_048_576)}`)).toEqual([
      'accounts/acme.yaml:1:1 — is larger than 1 MiB; make it smaller',
    ]);
  });

  it('is refused where it is not UTF-8', async () => {
    expect(await problemsOf({ 'accounts/acme.yaml': new Uint8Array([0x6e, 0xff, 0xfe]) })).toEqual([
      'accounts/acme.yaml:1:1 — is not UTF-8 text; save it as UTF-8',
    ]);
  });
});

describe('loadConfig', () => {
  it('throws one error that lists every problem', async () => {
    const directory = await makeFolder({
      'retour.yaml': 'logging: 5\n',
      'accounts/acme.yaml': ACCOUNT.replace('USD', 'usd'),
      'accounts/zeta.yaml': ACCOUNT.replace('timezone', 'timezon'),
    });

    const error: unknown = await loadConfig({ directory, adapters: [parcelPort], env: ENV }).catch(
      (caught: unknown) => caught,
    );

    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: `The configuration in ${directory} has 3 problems:
retour.yaml:1:1 logging — is not a key that stands here; keys: publicUrl, config, intake, delivery, retention
accounts/acme.yaml:4:11 currency — is not an ISO 4217 code; write three capitals such as USD
accounts/zeta.yaml:3:1 timezon — is not a key that stands here; did you mean timezone?`,
      errors: [
        {
          pointer: 'retour.yaml:1:1 logging',
          message: 'is not a key that stands here; keys: publicUrl, config, intake, delivery, retention',
        },
        {
          pointer: 'accounts/acme.yaml:4:11 currency',
          message: 'is not an ISO 4217 code; write three capitals such as USD',
        },
        { pointer: 'accounts/zeta.yaml:3:1 timezon', message: 'is not a key that stands here; did you mean timezone?' },
      ],
    });
  });

  it('reads through the given reader', async () => {
    const directory = await makeFolder({ 'retour.yaml': '' });
    const text = new TextEncoder().encode('publicUrl: https://given.example');

    const config = await loadConfig({ directory, adapters: [], env: {}, readFile: () => Promise.resolve(text) });

    expect(config.gateway.publicUrl).toBe('https://given.example');
  });
});
