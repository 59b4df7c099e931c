import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../src/demo/gateway-client.ts';
import { fixturesOf } from '../../src/demo/stories.ts';
import { type CliStage, openCliStage } from './open-cli.ts';

/** What the document does not show of the commands about a running gateway. */

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

async function rows<Row>(...argv: readonly string[]): Promise<readonly Row[]> {
  const { out } = await stage.run([...argv, '--json']);
  return (JSON.parse(out) as { readonly data: readonly Row[] }).data;
}

async function tokenOf(...roles: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const given = roles.flatMap(role => ['--role', role]);
  const { out } = await stage.run(['tokens', 'create', '--name', roles.join(), ...given, '--all-accounts']);
  return { ...stage.env, RETOUR_TOKEN: out.trim() };
}

describe('inbound show --raw', () => {
  it('writes the bytes as they came', async () => {
    await stage.run(['trigger', 'happy-returns', 'not-json']);
    const [{ id }] = (await rows<{ id: string }>('inbound', 'list')) as [{ id: string }];

    const { code, out } = await stage.run(['inbound', 'show', id, '--raw']);

    expect(code).toBe(0);
    expect(out).toBe(readFileSync(new URL('webhooks/not-json/body', fixturesOf('happy-returns')), 'latin1'));
  });

  it('needs a token that may see personal data', async () => {
    await stage.run(['trigger', 'happy-returns', 'started-return-bar']);
    const [{ id }] = (await rows<{ id: string }>('inbound', 'list')) as [{ id: string }];
    const env = await tokenOf('viewer');

    const raw = await stage.run(['inbound', 'show', id, '--raw'], { env });
    const shown = await stage.run(['inbound', 'show', id], { env });

    expect(raw).toEqual({
      code: 1,
      out: '',
      err: 'Your token may not see bodies, because they hold personal data: use one with the role on_call.\n',
    });
    expect(shown.out).toContain('Body\n  not shown below the role on_call');
    expect(shown.out).not.toContain('jo@example.com');
  });
});

describe('returns timeline', () => {
  it('names no source and no trust of a merge, which nobody told', async () => {
    await stage.run(['trigger', 'happy-returns', 'merge']);
    const [survivor] = await rows<{ id: string }>('returns', 'list');

    const { out } = await stage.run(['returns', 'timeline', survivor!.id]);

    expect(out).toMatch(/ return\.merged +from ret_\w+$/m);
    expect(out).not.toContain('undefined');
  });
});

describe('lists', () => {
  it('go on over pages, and say where there is more', async () => {
    await stage.run(['trigger', 'standard', 'out-of-order', '--times', '2']);

    const some = await stage.run(['inbound', 'list', '--limit', '7']);
    const all = await stage.run(['inbound', 'list', '--limit', '10']);

    expect(some.out.trimEnd().split('\n')).toHaveLength(8);
    expect(some.err).toBe('There are more: raise --limit, or filter.\n');
    expect(all.err).toBe('');
  });

  it('say so where nothing fits', async () => {
    const lists = ['returns', 'inbound', 'rejections', 'findings', 'deliveries', 'tokens'];

    const said = await Promise.all(lists.map(async group => (await stage.run([group, 'list'])).out));

    expect(said).toEqual([
      'No return fits.\n',
      'Nothing that was kept fits.\n',
      'No webhook was refused.\n',
      'No finding fits.\n',
      'No delivery fits.\n',
      "No token but the administrator's own.\n",
    ]);
  });

  it.each(['returns', 'inbound', 'rejections', 'findings', 'deliveries', 'events', 'connections', 'destinations'])(
    'of %s say so where the account is not there',
    async group => {
      expect(await stage.run([group, 'list', '--account', 'nope'])).toEqual({
        code: 0,
        out: 'No account "nope": it is not configured, or this token does not reach it. Look with "retour accounts list".\n',
        err: '',
      });
    },
  );

  it('say no more than they know where the token may not see accounts', async () => {
    const env = await tokenOf('security_admin');

    expect((await stage.run(['rejections', 'list', '--account', 'nope'], { env })).out).toBe(
      'No webhook was refused.\n',
    );
  });

  it('filter returns by what people know of them', async () => {
    await stage.run(['trigger', 'standard', 'out-of-order', '--exact']);
    await stage.run(['trigger', 'happy-returns', 'duplicate-and-forgery', '--exact']);

    const found = await Promise.all(
      [
        ['--order', 'MK-100234'],
        ['--status', 'received'],
        ['--email', 'JO@example.com'],
        ['--since', '1h', '--account', 'sample-standard'],
        ['--provider', 'nobody'],
      ].map(async filter =>
        (await rows<{ rmaNumber: string }>('returns', 'list', ...filter)).map(row => row.rmaNumber),
      ),
    );

    expect(found).toEqual([['RMA-40071'], ['RMA-7001'], ['RMA-40071'], ['RMA-7001'], []]);
  });
});

describe('returns show', () => {
  it('leads from a return that was merged to the one that goes on', async () => {
    await stage.run(['trigger', 'happy-returns', 'merge', '--exact']);
    const [survivor] = await rows<{ id: string; mergedFrom: readonly string[] }>('returns', 'list');
    const [younger] = survivor!.mergedFrom;

    const { code, out } = await stage.run(['returns', 'show', younger!]);

    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`^${younger} proved to be the same return as ${survivor!.id}\\.\\nReturn ${survivor!.id} `),
    );
  });

  it('masks the shopper for who may not know', async () => {
    await stage.run(['trigger', 'happy-returns', 'started-return-bar']);
    const env = await tokenOf('viewer');

    const { out } = await stage.run(['returns', 'show', 'RMA-40071'], { env });

    expect(out).toMatch(/^ {2}shopper +j•+@e•+\.com$/m);
  });
});

describe('deliveries redeliver', () => {
  it('says when it was not taken, and is then a finding', async () => {
    await stage.run(['trigger', 'happy-returns', 'webhooks/expired']);
    const [{ id }] = (await rows<{ id: string }>('deliveries', 'list', '--destination', 'refunds')) as [{ id: string }];
    stage.shop.down(true);

    const waited = await stage.run(['deliveries', 'redeliver', id]);
    const unwaited = await stage.run(['deliveries', 'redeliver', id, '--no-wait']);

    expect(waited.code).toBe(2);
    expect(waited.out).toMatch(/^sample-happy-returns\/refunds did not take return\.expired: 503 in \d+ ms/);
    expect(unwaited).toEqual({
      code: 0,
      out: `${id} is sent again: return.expired to sample-happy-returns/refunds.\n`,
      err: '',
    });
  });
});

describe('a delivery that is held', () => {
  it('is said to be so at once, with what sends it', async () => {
    await stage.run(['destinations', 'pause', 'refunds', '--reason', 'being moved']);
    await stage.run(['trigger', 'happy-returns', 'webhooks/expired']);
    const [{ id }] = (await rows<{ id: string }>('deliveries', 'list', '--destination', 'refunds')) as [{ id: string }];

    const again = await stage.run(['deliveries', 'redeliver', id]);
    const list = await stage.run(['deliveries', 'list', '--destination', 'refunds']);
    const show = await stage.run(['deliveries', 'show', id]);

    expect(again).toEqual({
      code: 2,
      out: 'sample-happy-returns/refunds is paused (being moved), so the message is held. To send all that is held: retour destinations resume sample-happy-returns/refunds\n',
      err: '',
    });
    expect(list.out).toMatch(/ held .+ (just now|\d s ago)\n$/);
    expect(show.out).toContain('\n  tries        0 of 12\n');
    expect(list.out + show.out).not.toContain('next try');
  });

  it('is due once its time has passed, however long it then waits', async () => {
    stage.shop.down(true);
    await stage.run(['trigger', 'happy-returns', 'webhooks/expired']);
    const list = ['deliveries', 'list', '--destination', 'refunds'];
    await until(
      () => rows<{ tries: number }>(...list),
      ([one]) => one?.tries === 1,
      'the first try',
    );

    const before = await stage.run(list);
    const after = await stage.run(list, { now: () => Date.now() + 3_600_000 });

    expect(before.out).toMatch(/ {2}next try in \d+ \w+\n$/);
    expect(after.out).toMatch(/ {2}due\n$/);
  });
});

describe('destinations', () => {
  it('are named by a beginning, and a name that several have is answered with all of them', async () => {
    const paused = await stage.run(['destinations', 'pause', 'sample-h/ref', '--reason', 'being moved']);
    const several = await stage.run(['destinations', 'pause', 'sample-standard/']);
    const none = await stage.run(['destinations', 'resume', 'nobody']);

    expect(paused.out).toBe('sample-happy-returns/refunds is paused: being moved. Nothing waits.\n');
    expect(several).toEqual({
      code: 1,
      out: '',
      err: '"sample-standard/" could be any of 2:\n  sample-standard/everything  active\n  sample-standard/warehouse  active\n',
    });
    expect(none.err).toBe('No destination fits "nobody". Look with "retour destinations list".\n');
  });

  it('say what waits while they are paused', async () => {
    await stage.run(['destinations', 'pause', 'refunds']);
    await stage.run(['trigger', 'happy-returns', 'webhooks/expired']);

    const list = await stage.run(['destinations', 'list', '--account', 'sample-happy-returns']);
    const resumed = await stage.run(['destinations', 'resume', 'refunds']);

    expect(list.out).toMatch(/^sample-happy-returns\/refunds +paused +closed +1 /m);
    expect(resumed.out).toMatch(/^sample-happy-returns\/refunds is active\. (1 message waits|Nothing waits)\.\n$/);
  });

  it('that do not take a test message are a finding', async () => {
    stage.shop.down(true);

    const { code, out } = await stage.run(['destinations', 'test', 'refunds']);

    expect(code).toBe(2);
    expect(out).toMatch(/^sample-happy-returns\/refunds did not take it: 503 in \d+ ms/);
  });
});

describe('tokens', () => {
  it('act as they were made, until they are revoked', async () => {
    const env = await tokenOf('viewer');
    const before = await stage.run(['returns', 'list'], { env });
    const [{ id }] = (await rows<{ id: string }>('tokens', 'list')) as [{ id: string }];

    await stage.run(['tokens', 'revoke', id.slice(-6)]);
    const after = await stage.run(['returns', 'list'], { env });

    expect([before.code, after.code]).toEqual([0, 1]);
    expect((await stage.run(['tokens', 'list'])).out).toMatch(/REVOKED/);
  });

  it('go alone to standard output', async () => {
    const { out, err } = await stage.run([
      'tokens',
      'create',
      '--name',
      'x',
      '--role',
      'viewer,support',
      '--account',
      'sample-standard',
    ]);

    expect(out).toMatch(/^rtk_[\w-]{43}\n$/);
    expect(err).toMatch(/^tok_\w{26}, x: viewer, support on sample-standard\.\nThe token, shown this once:\n$/);
  });

  it.each([
    [['create', '--role', 'viewer', '--all-accounts'], 'Say who or what uses it: --name "refund service".\n'],
    [
      ['create', '--name', 'x', '--all-accounts'],
      'Say what it may do: --role viewer (see "retour tokens create --help").\n',
    ],
    [
      ['create', '--name', 'x', '--role', 'viewer'],
      'Say which accounts it reaches: --account <id> (once for each), or --all-accounts.\n',
    ],
    [
      ['create', '--name', 'x', '--role', 'viewer', '--account', 'a', '--all-accounts'],
      '--all-accounts and --account were both given: leave one of them out.\n',
    ],
    [
      ['create', '--name', 'x', '--role', 'viewer', '--account', 'nobody'],
      'The request is not valid; nothing was done.\n  accounts/0: is not one of your accounts\n',
    ],
    [['revoke', 'rtk_secret'], 'This is a token, not its id: see "retour tokens list" for the id (tok_…).\n'],
  ])('refuses %j', async (argv, said) => {
    expect(await stage.run(['tokens', ...argv])).toEqual({ code: 1, out: '', err: said });
  });
});
