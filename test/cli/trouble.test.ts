import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage, runWith } from './open-cli.ts';

let stage: CliStage | null = null;
let close = async () => {};
afterEach(async () => {
  await stage?.close();
  stage = null;
  await close();
  close = async () => {};
});

async function open(): Promise<CliStage> {
  stage = await openCliStage();
  return stage;
}

/** Something that listens and is no gateway. */
async function somethingElse(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  close = () => new Promise(resolve => void server.close(() => resolve()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function said(env: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await runWith(argv.length === 0 ? ['returns', 'list'] : argv, { env });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  return err;
}

describe('what goes wrong is one sentence with its remedy:', () => {
  it('no gateway', async () => {
    const url = await somethingElse((_request, response) => response.end());
    await close();

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' })).toBe(
      `No gateway at ${url}: nothing listens there. Start the gateway with "npm start", or set RETOUR_URL to where it runs.\n`,
    );
  });

  it('no such host', async () => {
    expect(await said({ RETOUR_URL: 'http://gateway.invalid', RETOUR_TOKEN: 'rtk_x' })).toMatch(
      /^No gateway at http:\/\/gateway\.invalid: (there is no such host|its name could not be looked up)\..*\n$/,
    );
  });

  it('no token', async () => {
    expect(await said({ RETOUR_URL: 'http://127.0.0.1:8080' })).toBe(
      'RETOUR_TOKEN is not set: http://127.0.0.1:8080 answers nobody without a token. Set it to the administrator\'s token (the first start printed it once) or to one made with "retour tokens create".\n',
    );
  });

  it('a URL that is none', async () => {
    expect(await said({ RETOUR_URL: '127.0.0.1:8080', RETOUR_TOKEN: 'rtk_x' })).toBe(
      'RETOUR_URL is not a base URL; write it as http://127.0.0.1:8080.\n',
    );
  });

  it('a token with a line end in it', async () => {
    expect(await said({ RETOUR_TOKEN: 'rtk_a\nrtk_b' })).toBe(
      'RETOUR_TOKEN cannot stand in a header; copy the token again.\n',
    );
  });

  it('somebody who is no gateway', async () => {
    const url = await somethingElse((_request, response) => response.end('<html>'));

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' })).toBe(
      `What listens at ${url} answers with status 200 and no JSON: that is no gateway. Set RETOUR_URL to the gateway's own address.\n`,
    );
  });

  it('somebody whose JSON is no list', async () => {
    const url = await somethingElse((_request, response) => response.end('{"status":"ok"}'));

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' })).toBe(
      `What listens at ${url} answers with JSON that is no list: that is no gateway. Set RETOUR_URL to the gateway's own address.\n`,
    );
  });

  it('somebody who sends the token elsewhere', async () => {
    const url = await somethingElse((_request, response) =>
      response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
    );

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' })).toContain(
      'sends everybody on to https://elsewhere.example/: that is no gateway.',
    );
  });

  it('a gateway that is busy', async () => {
    const url = await somethingElse((_request, response) =>
      response
        .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '5' })
        .end('{"code":"OVERLOADED","detail":"Too much waits to be written."}'),
    );

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' })).toBe(
      'Too much waits to be written. Try again in 5 s.\n',
    );
  });

  it('a gateway with a bug', async () => {
    const url = await somethingElse((_request, response) =>
      response.writeHead(500).end('{"code":"BUG","detail":"x","requestId":"req-1234"}'),
    );

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' })).toBe(
      'The gateway failed in a way it should not. Its log says more about request req-1234.\n',
    );
  });

  it('a token that is not known', async () => {
    const { env } = await open();

    expect(await said({ ...env, RETOUR_TOKEN: 'rtk_unknown' })).toBe(
      `${env.RETOUR_URL} does not know this RETOUR_TOKEN, or it was revoked. Set the administrator's token, or one made with "retour tokens create".\n`,
    );
  });

  it('a token that may not', async () => {
    const { env, run } = await open();
    const { out } = await run(['tokens', 'create', '--name', 'reader', '--role', 'viewer', '--all-accounts']);

    expect(await said({ ...env, RETOUR_TOKEN: out.trim() }, 'tokens', 'list')).toBe(
      'The token lacks the role security_admin. Use a token that may, or let somebody make one with "retour tokens create".\n',
    );
  });

  it('what is not there', async () => {
    const { env } = await open();

    expect(await said(env, 'inbound', 'show', 'inb_01jd3q7m5ze2x8k4t9w6b0v1rb')).toBe(
      'There is no kept request with this id in your accounts.\n',
    );
  });

  it('a filter that is wrong, by the name of its option', async () => {
    const { env } = await open();

    expect(await said(env, 'inbound', 'list', '--state', 'lost', '--account', 'ACME')).toMatch(
      /^The request is not valid; nothing was done\.\n {2}--account: .+\n {2}--state: .*unreadable.*\n$/,
    );
  });

  it.each([
    [['events', 'list'], 'viewer'],
    [['accounts', 'list'], 'viewer'],
    [['connections', 'list'], 'viewer'],
    [['adapters', 'list'], 'viewer'],
    [['retention', 'show'], 'viewer or config_admin'],
  ])('a token that may not %j', async (argv, role) => {
    const { env, run } = await open();
    const { out } = await run(['tokens', 'create', '--name', 'keys', '--role', 'security_admin', '--all-accounts']);

    expect(await said({ ...env, RETOUR_TOKEN: out.trim() }, ...argv)).toBe(
      `The token lacks the role ${role}. Use a token that may, or let somebody make one with "retour tokens create".\n`,
    );
  });

  it.each([
    [['events', 'list']],
    [['accounts', 'list']],
    [['connections', 'list']],
    [['adapters', 'list']],
    [['retention', 'show']],
    [['erasures', 'create', '--account', 'acme', '--email', 'jo@example.com', '--yes']],
  ])('no gateway for %j', async argv => {
    const url = await somethingElse((_request, response) => response.end());
    await close();

    expect(await said({ RETOUR_URL: url, RETOUR_TOKEN: 'rtk_x' }, ...argv)).toBe(
      `No gateway at ${url}: nothing listens there. Start the gateway with "npm start", or set RETOUR_URL to where it runs.\n`,
    );
  });

  it.each([[['events', 'list', '--account', 'ACME']], [['connections', 'list', '--account', 'ACME']]])(
    'an account that cannot be one in %j',
    async argv => {
      const { env } = await open();

      expect(await said(env, ...argv)).toMatch(/^The request is not valid; nothing was done\.\n {2}--account: .+\n$/);
    },
  );

  it.each([
    [['accounts', 'list', '--account', 'acme'], "unknown option '--account'\n(see: retour accounts list --help)\n"],
    [['adapters', 'lst'], "unknown command 'lst'\n(Did you mean list?)\n"],
    [
      ['retention', 'show', 'all'],
      "too many arguments for 'show'. Expected 0 arguments but got 1: all.\n(see: retour retention show --help)\n",
    ],
    [['events', 'list', '--limit', '0'], '--limit must be a whole number from 1 to 10000.\n'],
  ])('what was typed wrong in %j', async (argv, sentence) => {
    expect(await said({ RETOUR_TOKEN: 'rtk_x' }, ...argv)).toBe(sentence);
  });
});
