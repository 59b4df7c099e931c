import { GatewayError } from '../gateway-error.ts';
import type { KeepResult, NewInbound, Store } from '../storage/store.ts';

/** Rows written in one transaction; more wait for the next. */
const MAX_BATCH = 256;

/**
 * Group commit: requests that wait together are written in one synced transaction and then all answered. While one
 * batch is being written the next gathers, so the batch grows with the load and a lone request waits for nobody.
 */
export function createIntakeQueue(store: Pick<Store, 'keepInbound'>): {
  keep(row: NewInbound): Promise<KeepResult>;
  idle(): Promise<void>;
} {
  let waiting: { readonly row: NewInbound; readonly answer: (result: KeepResult) => void }[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Requests that the same turn of the event loop has read join this batch.
      await new Promise(resolve => setImmediate(resolve));
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      let results: readonly KeepResult[];
      try {
        results = await store.keepInbound(batch.map(entry => entry.row));
      } catch (cause) {
        const error =
          cause instanceof GatewayError
            ? cause
            : new GatewayError('STORE_UNAVAILABLE', 'The store could not keep the request.', { cause });
        results = batch.map(() => ({ outcome: 'failed', error }));
      }
      for (const [index, entry] of batch.entries()) entry.answer(results[index]!);
    }
    running = null;
  }

  return {
    keep(row) {
      return new Promise(answer => {
        waiting.push({ row, answer });
        running ??= run();
      });
    },
    async idle() {
      await running;
    },
  };
}
