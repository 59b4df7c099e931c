import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage, runWith } from './open-cli.ts';

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

interface Entry {
  readonly kind: string;
  readonly type?: string;
  readonly types?: readonly string[];
  readonly state?: string;
  readonly reason?: string;
  readonly returnId?: string;
}

/** Listens while something happens, until that has shown. */
async function listening(
  argv: readonly string[],
  happens: () => Promise<unknown>,
  enough: (entries: readonly Entry[]) => boolean,
): Promise<readonly Entry[]> {
  const stop = new AbortController();
  const entries: Entry[] = [];
  let isReady = () => {};
  const ready = new Promise<void>(resolve => {
    isReady = resolve;
  });
  const listened = runWith(['listen', '--json', '--every', '0.02', '--for', '15', ...argv], {
    // Asks for its signal once it has seen what is there already.
    interrupted: () => {
      isReady();
      return stop.signal;
    },
    env: stage.env,
    out: text => {
      entries.push(JSON.parse(text) as Entry);
      if (enough(entries)) stop.abort();
    },
  });
  await ready;
  await happens();
  expect((await listened).code).toBe(0);
  return entries;
}

const STORY = ['trigger', 'happy-returns', 'duplicate-and-forgery'];

describe('listen', () => {
  it('tells notices, facts, deliveries and refusals as they come, and nothing of before', async () => {
    await stage.run(['trigger', 'standard', 'out-of-order']);

    const entries = await listening(
      [],
      () => stage.run(STORY),
      all => all.filter(({ kind }) => kind === 'deliveries').length >= 9 && all.some(({ kind }) => kind === 'refusals'),
    );

    const counts = Object.fromEntries(
      [...Map.groupBy(entries, ({ kind }) => kind)].map(([kind, some]) => [kind, some.length]),
    );
    expect(counts).toEqual({ notices: 2, facts: 6, deliveries: 9, refusals: 1 });
    expect(entries.some(({ types }) => types?.includes('refund.issued'))).toBe(false);
    expect(entries.filter(({ kind }) => kind === 'facts').map(({ type }) => type)).toEqual([
      'return.requested',
      'return.authorized',
      'label.issued',
      'shipment.dropped_off',
      'shipment.dropped_off',
      'settlement.approved',
    ]);
  });

  it('tells a delivery when it is tried and again when it is taken', async () => {
    stage.shop.down(true);

    const entries = await listening(
      ['--only', 'deliveries', '--type', 'return.requested'],
      () => stage.run(['trigger', 'happy-returns', 'started-return-bar']),
      all => {
        stage.shop.down(false);
        return all.length >= 2;
      },
    );

    expect(entries.map(({ state }) => state)).toEqual(['pending', 'delivered']);
  });

  it('begins with the last ones where it is asked to', async () => {
    await stage.run(STORY);

    const { out } = await stage.run(['listen', '--once', '--json', '--only', 'facts', '--last', '2']);

    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as Entry).type),
    ).toEqual(['shipment.dropped_off', 'settlement.approved']);
  });

  it.each([
    [['--type', 'shipment.*'], ['facts shipment.dropped_off']],
    [
      ['--type', 'return_status_updated', '--only', 'notices'],
      ['notices return_dropoff_method_created,return_status_updated', 'notices return_status_updated'],
    ],
    [['--state', 'unreadable'], []],
    [['--only', 'refusals'], ['refusals mismatch']],
    [['--account', 'sample-standard'], []],
  ])('filters by %j', async (argv, expected) => {
    await stage.run(STORY);

    const { out } = await stage.run(['listen', '--once', '--json', ...argv]);

    const entries = out
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Entry);
    const shown = entries
      .filter(({ kind }) => kind !== 'deliveries')
      .map(({ kind, type, types, reason }) => `${kind} ${type ?? types?.join() ?? reason}`);
    expect([...new Set(shown)]).toEqual(expected);
  });

  it('follows one return, named as people name it', async () => {
    await stage.run(['trigger', 'standard', 'out-of-order', '--exact']);
    await stage.run([...STORY, '--exact']);

    const { out } = await stage.run(['listen', '--once', '--json', '--return', 'RMA-7001', '--only', 'facts']);

    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as Entry).type),
    ).toEqual(['refund.issued', 'item.received', 'item.received', 'return.authorized', 'return.requested']);
  });

  it('shows what the token may see', async () => {
    await stage.run(STORY);
    const { out: token } = await stage.run(['tokens', 'create', '--name', 'x', '--role', 'viewer', '--all-accounts']);
    const env = { ...stage.env, RETOUR_TOKEN: token.trim() };

    const all = await stage.run(['listen', '--once'], { env });
    const asked = await stage.run(['listen', '--once', '--only', 'refusals'], { env });

    expect(all).toMatchObject({ code: 0, err: 'Refused webhooks are not shown: they need the role security_admin.\n' });
    expect(all.out).toContain('settlement.approved');
    expect(asked).toMatchObject({ code: 1, err: expect.stringContaining('lacks the role security_admin') as string });
  });

  it('waits for a gateway that is away', async () => {
    const stop = new AbortController();
    let said = '';

    const { code } = await runWith(['listen', '--every', '0.02', '--for', '15'], {
      env: stage.env,
      interrupted: () => {
        void stage.stop();
        return stop.signal;
      },
      err: text => {
        said += text;
        if (said.includes('Still trying')) stop.abort();
      },
    });

    expect(code).toBe(0);
    expect(said).toMatch(/No gateway at .+ Still trying …\n$/);
  });

  it('refuses a kind that is none', async () => {
    expect(await stage.run(['listen', '--only', 'news'])).toEqual({
      code: 1,
      out: '',
      err: '--only takes notices, facts, deliveries, refusals; news is none of them.\n',
    });
  });
});
