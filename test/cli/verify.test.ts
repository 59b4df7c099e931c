import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import { type CliStage, openCliStage, type Ran } from './open-cli.ts';

const BODY = '{"event":"return_status_updated","typeID":"expired"}';

const PATH = '/webhooks/sample-happy-returns/happy-returns';
/** What the stage gives the connection of Happy Returns. */
const SECRET = `whsec_${Buffer.from('SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET').toString('base64')}`;

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

/** Signed as the provider does, written down as it stood on the wire. */
async function captured(account: string, connection: string, body = BODY, at = new Date()): Promise<string> {
  const configured = stage.gateway.config.accounts.get(account)!.connections.get(connection)!;
  const request: InboundRequest = {
    method: 'POST',
    path: `/webhooks/${account}/${connection}`,
    query: new URLSearchParams(),
    headers: { 'content-type': ['application/json'], 'webhook-id': ['msg_1'] },
    body: Buffer.from(body),
  };
  const signed = await configured.adapter.webhook!.sign(request, configured, at);
  const head = Object.entries(signed.headers).map(([name, values]) => `${name}: ${values.join(', ')}`);
  return [`POST ${request.path} HTTP/1.1`, ...head, `content-length: ${body.length}`, '', body].join('\r\n');
}

function happyReturns(): Promise<string> {
  return captured('sample-happy-returns', 'happy-returns');
}

/** From standard input. */
async function verify(dump: string, ...argv: readonly string[]): Promise<Ran> {
  return await stage.run(['verify', ...argv], { stdin: async () => Buffer.from(dump) });
}

describe('verify', () => {
  it('takes what the gateway would take', async () => {
    expect(await verify(await happyReturns())).toEqual({
      code: 0,
      out: 'accepted  sample-happy-returns/happy-returns would take it: signed, secret 1 fits.\n',
      err: '',
    });
  });

  it('takes off the line end that an editor put behind the body, and says so', async () => {
    const { code, out } = await verify(`${await happyReturns()}\n`);

    expect(code).toBe(0);
    expect(out).toContain(
      '→ The body here is 1 byte longer than Content-Length says: only the first 52 were checked.\n',
    );
  });

  it('says which change of the body makes the signature fail', async () => {
    const dump = (await happyReturns())
      .replace(BODY, BODY.replaceAll(/([:,])/g, '$1 '))
      .replace(/content-length.*\r\n/, '');

    const { code, out } = await verify(dump);

    expect(code).toBe(2);
    expect(out).toContain('refused  sample-happy-returns/happy-returns would answer 401 (mismatch).\n');
    expect(out).toContain('→ It would fit as JSON without blanks. Something between');
  });

  it('points at the secret where no change of the body helps', async () => {
    const { code, out } = await verify((await happyReturns()).replace(/(signature: )../, '$100'));

    expect(code).toBe(2);
    expect(out).toContain('→ No likely change of the body makes it fit, so look at the secret first');
  });

  it('sees that the capture is not whole', async () => {
    const { out } = await verify((await happyReturns()).slice(0, -10));

    expect(out).toContain(
      '→ Content-Length says 52 bytes and the body here has 42: the capture is not whole, so no signature can fit.\n',
    );
  });

  it('tells an old capture from a wrong signature', async () => {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    const dump = await captured('sample-standard', 'standard', BODY, anHourAgo);

    const now = await verify(dump);
    const then = await verify(dump, '--at', anHourAgo.toISOString());

    expect(now.code).toBe(2);
    expect(now.out).toContain('(outside-tolerance)');
    expect(now.out).toMatch(
      /→ The sender's clock was 36\d\d s behind when this was checked\. The signature itself is right/,
    );
    expect(then.code).toBe(0);
  });

  it('reads headers and a body from options, for the connection that is named', async () => {
    const file = join(stage.folder, 'body.json');
    await writeFile(file, BODY);
    const signature = /x-hr-signature: (\w+)/.exec(await happyReturns())![1]!;
    const place = ['--account', 'sample-happy-returns', '--connection', 'happy-returns'];

    const right = await stage.run(['verify', ...place, '--header', `X-HR-Signature: ${signature}`, '--body', file]);
    const twice = await stage.run([
      'verify',
      ...place,
      '--header',
      'X-HR-Signature: a',
      '--header',
      'x-hr-signature: b',
    ]);

    expect(right.code).toBe(0);
    expect(twice.code).toBe(2);
    expect(twice.out).toContain('came more than once; none of the values is preferred.');
  });

  it('says which form was expected where another one came', async () => {
    const { code, out } = await verify((await happyReturns()).replace(/(signature: )/, '$1sha256='));

    expect(code).toBe(2);
    expect(out).toMatch(/does not have the form that this connection expects\. .+\.\n/);
  });

  it.each([
    ['sha256', 'base64'],
    ['sha1', 'hex'],
    ['sha512', 'base64'],
  ] as const)('finds that the provider signs with %s in %s', async (algorithm, encoding) => {
    const signature = createHmac(algorithm, SECRET).update(BODY).digest(encoding);
    const dump = (await happyReturns()).replace(/(x-hr-signature: ).*\r/i, `$1${signature}\r`);

    const { code, out } = await verify(dump);

    expect(code).toBe(2);
    expect(out).toContain(
      `→ It would fit as ${algorithm} in ${encoding}, with this very secret: set algorithm: ${algorithm} and encoding: ${encoding} in settings.verification`,
    );
    expect(out).not.toContain(SECRET);
  });

  it('speaks of the token, and of no body, where a token is the proof', async () => {
    await stage.reopen(yaml =>
      yaml.replace('retailerId: acme-market', 'retailerId: acme-market\n      verification: { scheme: bearer }'),
    );
    const { code, out } = await verify(`POST ${PATH} HTTP/1.1\nAuthorization: Bearer wrong\n\n${BODY}`);

    expect(code).toBe(2);
    expect(out).toContain('\nThe header Authorization carries another token than this connection knows.\n');
    expect(out).toContain(
      '→ Look at the secret of the connection (the token): is it the one of this very account and endpoint, whole, and without blanks around it? The body plays no part in this proof.\n',
    );
  });

  it('answers machines with the evidence and the notes', async () => {
    const { code, out } = await verify(
      'x-other-signature: 5b1a\n\n{}',
      '--account',
      'sample-happy-returns',
      '--connection',
      'happy-returns',
      '--json',
    );

    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({
      account: 'sample-happy-returns',
      connection: 'happy-returns',
      outcome: 'rejected',
      reason: 'missing',
      header: 'X-Hr-Signature',
      received: null,
      expected: [],
      skewSeconds: null,
      hint: null,
      scheme: 'hmac',
      wouldFit: null,
      notes: [
        'What came instead: x-other-signature. If the provider signs there, say so in settings.verification.header.',
      ],
    });
  });

  it.each([
    ['', 'Nothing to verify: name a file, or paste the request and end with Ctrl-D.\n'],
    [
      'x-sig: ab\n\n{}',
      'Whose webhook is it? Its path does not say: add --account and --connection (see "retour connections list").\n',
    ],
    ['POST /webhooks/nobody/nowhere HTTP/1.1\nx-sig: ab\n\n{}', 'There is no such connection in your accounts.\n'],
  ])('refuses %j', async (dump, said) => {
    expect(await verify(dump)).toEqual({ code: 1, out: '', err: said });
  });
});
