import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliStage, openCliStage } from './open-cli.ts';

let stage: CliStage;
beforeEach(async () => {
  stage = await openCliStage();
});
afterEach(async () => {
  await stage.close();
});

interface Told {
  readonly seed: number;
  readonly connections: readonly {
    readonly account: string;
    readonly returns: number;
    readonly sent: number;
    readonly kept: number;
    readonly known: number;
    readonly refused: number;
  }[];
  readonly unexpected: readonly unknown[];
}

async function tell(...argv: readonly string[]): Promise<Told & { readonly code: number }> {
  const { code, out, err } = await stage.run(['trigger', ...argv, '--json']);
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Told) };
}

describe('trigger --returns', () => {
  it('tells every connection distinct returns, and all chaos is answered as it should be', async () => {
    const { code, connections, unexpected } = await tell(
      ...['--returns', '16', '--seed', '7', '--chaos', 'duplicate,reorder,drift,bad-signature'],
    );

    expect({ code, unexpected }).toEqual({ code: 0, unexpected: [] });
    expect(connections).toMatchObject([
      { account: 'sample-happy-returns', returns: 8 },
      { account: 'sample-standard', returns: 8 },
    ]);
    for (const { sent, kept, known, refused } of connections) {
      expect(kept + known + refused).toBe(sent);
      expect(Math.min(kept, known, refused)).toBeGreaterThan(0);
    }
  });

  it('tells the same again from the same seed, and others from another', async () => {
    const first = await tell('standard', 'out-of-order', '--returns', '3', '--seed', '7');
    const again = await tell('standard', 'out-of-order', '--returns', '3', '--seed', '7');
    const others = await tell('standard', 'out-of-order', '--returns', '3', '--seed', '8');

    expect(first.connections).toMatchObject([{ returns: 3, sent: 15, kept: 15, known: 0 }]);
    expect(again.connections).toMatchObject([{ returns: 3, sent: 15, kept: 0, known: 15 }]);
    expect(others.connections).toMatchObject([{ returns: 3, sent: 15, kept: 15, known: 0 }]);
  });

  it('needs no seed, and says which one it took', async () => {
    const { seed } = await tell('standard', '--returns', '1');

    const { out } = await stage.run(['trigger', 'standard', '--returns', '1', '--seed', String(seed)]);

    expect(out).toContain(`--seed ${seed} tells the same again`);
    expect(out).toMatch(/sample-standard\/standard +1 +(\d+) +0 +\1 +0\n/);
  });

  it('finds it wrong when genuine webhooks are refused', async () => {
    const { code, err } = await stage.run(['trigger', 'happy-returns', 'happy-path', '--returns', '1'], {
      env: { ...stage.env, SAMPLE_HAPPY_RETURNS_WEBHOOK_SECRET: 'not-what-the-gateway-knows' },
    });

    expect(code).toBe(2);
    expect(err).toContain('happy-returns/happy-path: started-return-bar (webhook) was answered 401.\n');
  });
});
