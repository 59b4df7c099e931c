import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage } from './open-cli.ts';

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

interface Sent {
  readonly account: string;
  readonly sent: readonly {
    readonly webhook: string;
    readonly status: number;
    readonly duplicate: boolean;
    readonly inboundId: string | null;
    readonly state: string | null;
    readonly problem: string | null;
    readonly returnIds: readonly string[];
  }[];
}

async function send(...argv: readonly string[]): Promise<Sent & { readonly code: number }> {
  const { code, out, err } = await stage.run(['trigger', ...argv, '--json']);
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Sent) };
}

async function refused(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await stage.run(['trigger', ...argv]);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  return err;
}

describe('trigger', () => {
  it('tells a story anew each time', async () => {
    const { code, sent } = await send('standard', 'out-of-order', '--times', '2');

    expect(code).toBe(0);
    expect(sent.every(({ status, state, duplicate }) => status === 202 && state === 'recorded' && !duplicate)).toBe(
      true,
    );
    expect(new Set(sent.map(({ returnIds }) => returnIds[0])).size).toBe(2);
  });

  it('tells a story with the ids of its files, so that the second time nothing is news', async () => {
    await send('standard', 'out-of-order', '--exact');

    const { sent } = await send('standard', 'out-of-order', '--exact');

    expect(sent.every(({ duplicate }) => duplicate)).toBe(true);
  });

  it('sends a webhook as often as asked, the same each time', async () => {
    const { code, account, sent } = await send('happy-returns', 'started-return-bar', '--times', '3');

    expect(code).toBe(0);
    expect(account).toBe('sample-happy-returns');
    expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, true, true]);
    expect(new Set(sent.map(({ inboundId }) => inboundId)).size).toBe(1);
  });

  it('sends the webhook where a story has its name', async () => {
    expect((await send('happy-returns', 'webhooks/expired')).sent.map(({ webhook }) => webhook)).toEqual(['expired']);
  });

  it('changes a value before it signs', async () => {
    const { sent } = await send('happy-returns', 'started-return-bar', '--set', 'retailerID=somebody-else');

    expect(sent).toMatchObject([
      { status: 200, state: 'unreadable', problem: expect.stringContaining('TENANT_MISMATCH') as string },
    ]);
  });

  it('needs no token to send, and then cannot say what became of it', async () => {
    const { RETOUR_TOKEN: _, ...env } = stage.env;

    const { code, out, err } = await stage.run(['trigger', 'happy-returns', 'started-return-bar'], { env });

    expect({ code, err }).toEqual({ code: 0, err: 'With RETOUR_TOKEN set, this also says what became of each.\n' });
    expect(out).toContain('started-return-bar  200 kept');
  });

  it('finds it wrong when a genuine webhook is refused', async () => {
    const { env } = stage;

    const { code, out } = await stage.run(['trigger', 'happy-returns', 'started-return-bar'], {
      env: { ...env, SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET: 'not-what-the-gateway-knows' },
    });

    expect(code).toBe(2);
    expect(out).toContain('401 refused');
  });

  it('says what there is when the name is none', async () => {
    const said = await refused('happy-returns', 'hapy-path');

    expect(said).toMatch(
      /^happy-returns has no story and no fixture named hapy-path; did you mean happy-path\?\n {2}stories: .+\n {2}fixtures: .+\n$/,
    );
  });

  it.each([
    [['happyreturns', 'x'], 'There is no adapter happyreturns; did you mean happy-returns?\n'],
    [
      ['happy-returns', 'expired', '--account', 'nobody'],
      'No such connection of happy-returns; choose one of:\n  --account sample-happy-returns --connection happy-returns\n',
    ],
    [
      ['example', 'happy-path'],
      'No account of the configuration is connected to example. Set RETOUR_CONFIG to the folder the gateway reads, or use --demo.\n',
    ],
    [
      ['happy-returns', 'expired', '--set', 'retailerId=x'],
      '--set retailerId=x names retailerId, which the body does not have; did you mean retailerID?\n',
    ],
    [['happy-returns'], 'Name an adapter and one of its stories or fixtures, or say how many --returns.\n'],
    [['happy-returns', 'expired', '--seed', '7'], '--seed is for --returns.\n'],
    [['--returns', '0'], '--returns must be a whole number from 1 to 1000000.\n'],
    [['--returns', '5', '--exact'], '--exact is for a single story or fixture, not for --returns.\n'],
    [['--returns', '5', '--chaos', 'reorder,drfit'], '--chaos does not know drfit; did you mean drift?\n'],
    [
      ['standard', 'out-of-oder', '--returns', '5'],
      'standard has no story named out-of-oder; did you mean out-of-order?\n',
    ],
    [
      ['--returns', '5', '--account', 'nobody'],
      'The configuration has no such connection: see "retour connections list".\n',
    ],
    [['happy-returns', 'expired', '--times', '0'], '--times must be a whole number from 1 to 1000.\n'],
  ])('refuses %j', async (argv, said) => {
    expect(await refused(...argv)).toBe(said);
  });
});
