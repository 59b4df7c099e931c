import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage } from './open-cli.ts';

/** What the document does not show of the lists of what is configured, and of what was recorded. */

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

describe('accounts, connections and adapters', () => {
  it('show what a token reaches, and no more', async () => {
    const { out } = await stage.run([
      'tokens',
      'create',
      '--name',
      'reader',
      '--role',
      'viewer',
      '--account',
      'sample-standard',
    ]);
    const env = { ...stage.env, RETOUR_TOKEN: out.trim() };

    const accounts = await stage.run(['accounts', 'list'], { env });
    const connections = await stage.run(['connections', 'list'], { env });

    expect(accounts.out).toContain('\nsample-standard  Sample Fashion ');
    expect(connections.out).toMatch(
      /\nsample-standard\/standard +standard 1 +202 +http:\S+\/webhooks\/sample-standard\/standard\n$/,
    );
    expect(accounts.out + connections.out).not.toContain('sample-happy-returns');
  });

  it('are the API’s own answers with --json, and hold no secret', async () => {
    const { out } = await stage.run(['connections', 'list', '--account', 'sample-standard', '--json']);

    expect(JSON.parse(out)).toMatchObject({
      data: [{ account: 'sample-standard', name: 'standard', secrets: { webhook: 1 } }],
      nextCursor: null,
    });
    expect(out).not.toContain('whsec_');
  });

  it('show one adapter whole, however narrow the terminal is', async () => {
    const { out, code } = await stage.run(['adapters', 'show', 'standard'], { columns: 40 });

    expect(code).toBe(0);
    expect(out).toMatch(
      /\n {2}proof +Standard Webhooks 1\.0, in the header webhook-signature \(settings\.verification sets another\)\n/,
    );
    expect(out).toContain(
      "\n  1. Let the sender post one event per request to `{publicUrl}/webhooks/{account}/{connection}`, in the form that the adapter's README shows.\n",
    );
    expect(out).toMatch(/\n {2}return\.requested +description, return\.requested\n/);
    expect(out).toMatch(/\nWhat stays out\n {2}- No tenant: .*\n/);
  });

  it('show one adapter as the API tells it with --json', async () => {
    const { out } = await stage.run(['adapters', 'show', 'standard', '--json']);

    expect(JSON.parse(out)).toMatchObject({ id: 'standard', types: { 'refund.issued': ['refund.issued'] } });
  });

  it('name the adapters there are where one is not', async () => {
    const { err, code } = await stage.run(['adapters', 'show', 'standart']);

    expect({ err, code }).toEqual({
      err: 'The gateway has no adapter "standart". It has: happy-returns, standard.\n',
      code: 1,
    });
  });
});

describe('a file that is named by a relative path', () => {
  it('stands in the folder where the command was typed, not where npm runs it', async () => {
    const typed = join(stage.folder, 'typed');
    await mkdir(typed);
    await writeFile(join(typed, 'captured.txt'), 'this is no request');
    const env = { ...stage.env, INIT_CWD: typed };

    const backup = await stage.run(['backup', 'monday.db'], { env });
    const restore = await stage.run(['restore', 'tuesday.db'], { env });
    const verify = await stage.run(['verify', 'captured.txt'], { env });

    expect(backup.out).toMatch(new RegExp(`^${typed}/monday\\.db: `));
    expect(restore.err).toMatch(new RegExp(`^(There is no file ${typed}/tuesday\\.db\\.|A gateway has the store)`));
    expect(verify.err).toMatch(/^This is no HTTP request: "this is no request"/);
  });
});

describe('events list', () => {
  it('goes on from a position, and is empty after the last', async () => {
    await stage.run(['trigger', 'standard', 'out-of-order', '--exact']);

    const first = await stage.run(['events', 'list', '--limit', '3']);
    const rest = await stage.run(['events', 'list', '--after', '3']);
    const none = await stage.run(['events', 'list', '--after', '5']);

    expect(first.err).toBe('There are more: go on with --after 3.\n');
    expect(first.out.trimEnd().split('\n')).toHaveLength(4);
    expect(rest.out).toMatch(/return\.authorized .+\n.+return\.requested /);
    expect(rest.out.trimEnd().split('\n')).toHaveLength(3);
    expect(none).toEqual({ code: 0, out: 'No event fits.\n', err: '' });
  });

  it('takes a position and nothing else', async () => {
    expect(await stage.run(['events', 'list', '--after', 'yesterday'])).toEqual({
      code: 1,
      out: '',
      err: '--after must be a whole number from 0 to 999999999.\n',
    });
  });
});
