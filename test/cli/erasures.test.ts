import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage, type Ran } from './open-cli.ts';

/** What the document does not show of `erasures create`. */

const ACCOUNT = ['--account', 'sample-happy-returns'];
const JO = [...ACCOUNT, '--email', 'jo@example.com'];

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

function erase(...argv: readonly string[]): Promise<Ran> {
  return stage.run(['erasures', 'create', ...argv]);
}

async function tokenOf(role: string): Promise<Readonly<Record<string, string>>> {
  const { out } = await stage.run(['tokens', 'create', '--name', role, '--role', role, '--all-accounts']);
  return { ...stage.env, RETOUR_TOKEN: out.trim() };
}

async function idsOf(email: string): Promise<readonly string[]> {
  const { out } = await stage.run(['returns', 'list', '--email', email, '--json']);
  return (JSON.parse(out) as { data: { id: string }[] }).data.map(({ id }) => id);
}

describe('erasures create', () => {
  beforeEach(async () => {
    await stage.run(['trigger', 'happy-returns', 'webhooks/started-return-bar', '--exact']);
  });

  it('without --yes changes nothing and says how to go on', async () => {
    const { code, out, err } = await erase(...JO);

    expect(code).toBe(2);
    expect(out).toMatch(/^Account sample-happy-returns: a preview, nothing was erased\.\n/);
    expect(err).toBe(
      'Nothing was erased, and what is erased cannot be had back. To erase it, say the same with --yes.\n',
    );
    expect(await idsOf('jo@example.com')).toHaveLength(1);
  });

  it('with --dry-run changes nothing and does not ask', async () => {
    const { code, out, err } = await erase(...JO, '--dry-run');

    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(out).toContain('\nWould go\n  COUNT  WHAT');
    expect(await idsOf('jo@example.com')).toHaveLength(1);
  });

  it('with --yes erases, and then there is nothing left to erase', async () => {
    const done = await erase(...JO, '--yes');
    const again = await erase(...JO);

    expect(done.code).toBe(0);
    expect(done.out).toMatch(/^Account sample-happy-returns: erased for good\.\n/);
    expect(done.out).toContain(
      '\n      1  shoppers of returns\n      1  bytes of requests that told of these returns\n',
    );
    expect(await idsOf('jo@example.com')).toEqual([]);
    expect((await stage.run(['returns', 'show', 'RMA-40071'])).out).not.toContain('jo@example.com');
    expect({ code: again.code, err: again.err }).toEqual({ code: 0, err: '' });
    expect(again.out).toMatch(/^Account sample-happy-returns: nothing to erase\.\n/);
  });

  it('takes a return as people know it, and tells what is gone already', async () => {
    const [id] = await idsOf('jo@example.com');

    const done = await erase(...ACCOUNT, '--return', 'RMA-40071', '--yes');
    const again = await erase(...ACCOUNT, '--return', id!.slice(-6), '--dry-run');

    expect(done.out).toContain(`\n  ${id}  erased\n`);
    expect(again.code).toBe(0);
    expect(again.out).toContain(`\n  ${id}  none kept\n`);
  });

  it('needs no other role for a whole id', async () => {
    const [id] = await idsOf('jo@example.com');
    const env = await tokenOf('security_admin');

    const whole = await stage.run(['erasures', 'create', ...ACCOUNT, '--return', id!, '--json'], { env });
    const part = await stage.run(['erasures', 'create', ...ACCOUNT, '--return', 'RMA-40071'], { env });

    expect(whole.code).toBe(2);
    expect(JSON.parse(whole.out)).toMatchObject({ dryRun: true, returns: [{ id, hadShopper: true }] });
    expect(part).toEqual({
      code: 1,
      out: '',
      err: 'The token lacks the role viewer. Use a token that may, or let somebody make one with "retour tokens create".\n',
    });
  });

  it('needs the role security_admin', async () => {
    const env = await tokenOf('on_call');

    expect(await stage.run(['erasures', 'create', ...JO, '--yes'], { env })).toEqual({
      code: 1,
      out: '',
      err: 'The token lacks the role security_admin. Use a token that may, or let somebody make one with "retour tokens create".\n',
    });
  });

  it('asks which return is meant', async () => {
    await stage.run(['trigger', 'standard', 'out-of-order', '--exact']);

    const { code, out, err } = await erase(...ACCOUNT, '--return', 'ret_', '--yes');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /^"ret_" could be any of 2:\n {2}ret_\w{26} {2}received, sample-standard, RMA-7001\n {2}ret_\w{26} {2}\w+, sample-happy-returns, RMA-40071\n$/,
    );
  });

  it('erases nothing of another account', async () => {
    const { code, out, err } = await erase('--account', 'sample-standard', '--return', 'RMA-40071', '--yes');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('There is no return with this id in this account, within your accounts.\n');
    expect(await idsOf('jo@example.com')).toHaveLength(1);
  });
});

describe('erasures create refuses', () => {
  const WHOSE = 'Say whose data: --account <id>, and either --email <address> or --return <return>.\n';

  it.each([
    [[], WHOSE],
    [ACCOUNT, WHOSE],
    [['--email', 'jo@example.com'], WHOSE],
    [[...JO, '--return', 'RMA-40071'], WHOSE],
    [[...JO, '--yes', '--dry-run'], 'Say --dry-run or --yes, not both.\n'],
    [[...JO, '--yse'], "unknown option '--yse'\n(Did you mean --yes?)\n(see: retour erasures create --help)\n"],
    [
      [...ACCOUNT, '--email', 'jo'],
      'The request is not valid; nothing was done.\n  email: must be an e-mail address\n',
    ],
    [
      ['--account', 'nobody', '--email', 'jo@example.com', '--yes'],
      'Nothing is kept of such an account within your accounts.\n',
    ],
  ])('%j', async (argv, said) => {
    expect(await erase(...argv)).toEqual({ code: 1, out: '', err: said });
  });
});
