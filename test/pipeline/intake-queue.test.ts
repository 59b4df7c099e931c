import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/gateway-error.ts';
import { createIntakeQueue } from '../../src/pipeline/intake-queue.ts';
import type { KeepResult, NewInbound } from '../../src/storage/store.ts';

const row = (id: string) => ({ id }) as NewInbound;
const kept = (batch: readonly NewInbound[]): readonly KeepResult[] =>
  batch.map(({ id }) => ({ outcome: 'kept', id, variantOf: null }));

describe('the intake queue', () => {
  it('writes what waits together in one batch and answers each with its own result', async () => {
    const batches: string[][] = [];
    const queue = createIntakeQueue({
      keepInbound: async batch => {
        batches.push(batch.map(each => each.id));
        return kept(batch);
      },
    });

    const results = await Promise.all(['a', 'b', 'c'].map(id => queue.keep(row(id))));

    expect(batches).toEqual([['a', 'b', 'c']]);
    expect(results).toEqual(kept(['a', 'b', 'c'].map(row)));
  });

  it('answers nobody before the batch is committed, and lets the next one gather meanwhile', async () => {
    const batches: string[][] = [];
    let commit = () => {};
    const queue = createIntakeQueue({
      keepInbound: batch => {
        batches.push(batch.map(each => each.id));
        return new Promise(resolve => {
          commit = () => resolve(kept(batch));
        });
      },
    });
    let answered = false;
    const first = queue.keep(row('a')).then(() => {
      answered = true;
    });
    await turns(3);
    const later = [queue.keep(row('b')), queue.keep(row('c'))];
    await turns(3);

    expect([answered, batches]).toEqual([false, [['a']]]);
    commit();
    await first;
    await turns(3);
    expect(batches).toEqual([['a'], ['b', 'c']]);
    commit();
    await Promise.all(later);
  });

  it('answers a store that cannot commit as unavailable, and goes on afterwards', async () => {
    let broken = true;
    const queue = createIntakeQueue({
      keepInbound: async batch => {
        if (broken) throw new Error('disk full');
        return kept(batch);
      },
    });

    const failed = await queue.keep(row('a'));
    broken = false;

    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'STORE_UNAVAILABLE' } });
    expect((failed as { error: unknown }).error).toBeInstanceOf(GatewayError);
    expect(await queue.keep(row('b'))).toMatchObject({ outcome: 'kept' });
  });

  it('is idle once everything was answered', async () => {
    const queue = createIntakeQueue({ keepInbound: async batch => kept(batch) });
    const answer = queue.keep(row('a'));

    await queue.idle();

    expect(await answer).toMatchObject({ outcome: 'kept' });
  });
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(resolve => setImmediate(resolve));
}
