import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayError } from '../../../src/gateway-error.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { createReader, type ReaderOptions } from '../../../src/storage/sqlite/reader.ts';
import { temporaryFolder } from '../place.ts';

async function reader(changes: Partial<ReaderOptions> = {}) {
  const path = join(temporaryFolder(), 'retour.db');
  await (await openStore(`sqlite:${path}`)).close();
  const created = createReader({ path, checkpointEveryMs: 1000, ...changes });
  onTestFinished(() => created.close());
  return created;
}

const dying = new URL('./dying-thread.ts', import.meta.url);

describe('the reading thread', () => {
  it('answers what it is asked', async () => {
    const { call } = await reader();

    expect(await call('backlog', [])).toEqual({ received: 0, oldestReceivedAtMs: null, lines: 0, oldestDueAtMs: null });
  });

  it('answers a mistake with an error and goes on', async () => {
    const { call } = await reader();

    await expect(call('listReturns', ['all', {}, null])).rejects.toMatchObject({ code: 'BUG' });
    expect(await call('listDestinationStates', ['all'])).toEqual([]);
  });

  it('that dies fails what was asked of it, tells of it, and is started again', async () => {
    const problems: GatewayError[] = [];
    const { call } = await reader({ script: dying, onProblem: problem => problems.push(problem) });

    await expect(call('backlog', ['die'])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('started again'),
    });

    expect(await call('backlog', ['live'])).toBe('alive');
    expect(problems.map(problem => (problem.cause as Error).message)).toEqual(['the thread died']);
  });

  it('refuses calls once it is closed', async () => {
    const { call, close } = await reader();
    await call('backlog', []);

    await close();

    await expect(call('backlog', [])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The store is closed.',
    });
  });
});
