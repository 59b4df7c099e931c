import { describeError, type Log } from '../telemetry/log.ts';

/** A piece of background work that runs when woken, and again after the wait it asks for. */
export interface Loop {
  wake(): void;
  /** Ends after the run that is under way. */
  stop(): Promise<void>;
}

/** After an exception: long enough not to spin, short enough to be ready when the store is. */
const AFTER_ERROR_MS = 1000;

/**
 * `run` answers in how many milliseconds it wants to run again (0: at once, there is more). An exception is logged here
 * and nowhere below, and the loop goes on: what was claimed comes back with its lease.
 */
export function startLoop(name: string, log: Log, run: () => Promise<number>): Loop {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let woken = false;
  let stopped = false;

  async function cycle(): Promise<void> {
    do {
      woken = false;
      let waitMs: number;
      try {
        waitMs = await run();
      } catch (error) {
        log.error({ event: 'loop.failed', loop: name, ...describeError(error) });
        waitMs = AFTER_ERROR_MS;
        woken = false; // a failing store is not asked faster because more work arrived
      }
      if (waitMs === 0) {
        woken = true;
        await new Promise(resolve => setImmediate(resolve)); // requests and answers come between two runs
      } else if (!woken && !stopped) {
        timer = setTimeout(begin, waitMs);
      }
    } while (woken && !stopped);
  }

  function begin(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (stopped || running !== null) return;
    running = cycle().finally(() => {
      running = null;
      if (woken) begin();
    });
  }

  begin();
  return {
    wake() {
      woken = true;
      if (running === null) begin();
    },
    async stop() {
      stopped = true;
      woken = false;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
