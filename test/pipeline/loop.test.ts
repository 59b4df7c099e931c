import { describe, expect, it } from 'vitest';
import { startLoop } from '../../src/pipeline/loop.ts';

const NEVER = 3_600_000;

function quiet(lines: object[] = []) {
  const log = (line: object) => void lines.push(line);
  return { debug: log, info: log, warn: log, error: log } as never;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(resolve => setImmediate(resolve));
}

describe('a loop', () => {
  it('runs at once, again when woken, and at once again while there is more', async () => {
    let runs = 0;
    const loop = startLoop('test', quiet(), async () => (++runs < 3 ? 0 : NEVER));
    await turns(10);
    expect(runs).toBe(3);

    loop.wake();
    await turns(5);

    expect(runs).toBe(4);
    await loop.stop();
  });

  it('never runs twice at the same time, and does not lose a wake-up that comes meanwhile', async () => {
    let runs = 0;
    let active = 0;
    let most = 0;
    let finish = () => {};
    const loop = startLoop('test', quiet(), async () => {
      runs += 1;
      most = Math.max(most, ++active);
      await new Promise<void>(resolve => {
        finish = resolve;
      });
      active -= 1;
      return NEVER;
    });
    loop.wake();
    loop.wake();
    expect(runs).toBe(1);

    finish();
    await turns(5);
    expect(runs).toBe(2);
    finish();
    await loop.stop();

    expect(most).toBe(1);
  });

  it('logs an exception and goes on', async () => {
    const lines: object[] = [];
    let runs = 0;
    const loop = startLoop('test', quiet(lines), async () => {
      runs += 1;
      if (runs === 1) throw new Error('canary of a body');
      return NEVER;
    });
    await turns(5);

    loop.wake();
    await turns(5);

    expect(runs).toBe(2);
    expect(lines).toMatchObject([{ event: 'loop.failed', loop: 'test', error: 'Error' }]);
    expect(JSON.stringify(lines)).not.toContain('canary');
    await loop.stop();
  });

  it('stops after the run that is under way', async () => {
    let finished = false;
    const loop = startLoop('test', quiet(), async () => {
      await turns(3);
      finished = true;
      return 0;
    });

    await loop.stop();

    expect(finished).toBe(true);
  });
});
