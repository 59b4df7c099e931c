import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError } from '../../gateway-error.ts';
import { openKeeper, openReader } from './connect.ts';
import { createErasure } from './erasure.ts';
import type { Steps } from './keeper-write.ts';
import { createLists, LISTS } from './lists.ts';
import { checkpoint, createPurge } from './maintenance.ts';
import { KEEPING, type Keeping, type ReaderAnswer, type ReaderData, type ReaderRequest } from './reader.ts';
import { createRetention, createRetentionReport } from './retention.ts';
import { storeError } from './store-error.ts';

// Runs in a thread of its own, so that a read over a million rows, a checkpoint or a purge holds up no request.

const port = parentPort!;
const { path, checkpointEveryMs } = workerData as ReaderData;
const reader = openReader(path);
const keeper = openKeeper(path);
const lists = createLists(reader);
const keeping: Readonly<Record<Keeping, (...values: never[]) => Steps<unknown>>> = {
  purgeExpired: createPurge(keeper),
  purgeAged: createRetention(keeper),
  retentionReport: createRetentionReport(keeper),
  eraseShopper: createErasure(keeper),
};

const checkpoints = setInterval(() => {
  try {
    checkpoint(keeper, `${path}-wal`);
  } catch {
    // Busy: the next round tries again. While it fails the log grows, and at its limit intake refuses and says why.
  }
}, checkpointEveryMs);

port.on('message', async ({ id, name, values }: ReaderRequest) => {
  try {
    if (name === 'close') {
      clearInterval(checkpoints);
      reader.close();
      keeper.close();
      answer({ id, value: null });
      port.close();
    } else if (isKeeping(name)) {
      answer({ id, value: await inSteps(keeping[name](...(values as never[]))) });
    } else if (LISTS.includes(name)) {
      answer({ id, value: lists[name](...(values as [never, never, never, never])) });
    }
  } catch (cause) {
    const error = storeError(cause);
    const known = error instanceof GatewayError;
    const message = error instanceof Error ? error.message : String(error);
    answer({ id, error: { code: known ? error.code : 'BUG', message } });
  }
});

function isKeeping(name: string): name is Keeping {
  return KEEPING.includes(name as Keeping);
}

/** Reads and checkpoints come between two steps. */
async function inSteps(steps: Steps<unknown>): Promise<unknown> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const pauseMs = step.value;
    await new Promise(resolve => (pauseMs === 0 ? setImmediate(resolve) : setTimeout(resolve, pauseMs)));
  }
}

function answer(message: ReaderAnswer): void {
  port.postMessage(message);
}
