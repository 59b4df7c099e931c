import type { NewId } from '../model/ids.ts';
import type { Store, Timer } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';

const LEASE_MS = 60_000;
const BATCH = 100;
/** How often to look for timers that fell due. */
const SWEEP_MS = 1000;
/** A handler that threw is tried again after this. */
const AFTER_ERROR_MS = 60_000;

/** What a kind of timer does when it falls due; it answers when it is due again, or `null` when it is done. */
export type TimerHandlers = Readonly<Record<string, (timer: Timer, nowMs: number) => Promise<number | null>>>;

export interface TimerDeps {
  readonly store: Store;
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
  readonly timers: TimerHandlers;
}

/**
 * Claims due timers and runs them side by side, because some wait for a provider; a kind this version does not know is
 * left alone for an hour.
 */
export async function runTimers(deps: TimerDeps): Promise<number> {
  const { store, owner, log } = deps;
  const due = await store.claimTimers({ owner, nowMs: deps.now(), leaseMs: LEASE_MS, limit: BATCH });
  await Promise.all(due.map(run));
  return due.length === BATCH ? 0 : SWEEP_MS;

  async function run(timer: Timer): Promise<void> {
    const handler = deps.timers[timer.kind];
    let next: number | null;
    try {
      next = handler === undefined ? deps.now() + 60 * AFTER_ERROR_MS : await handler(timer, deps.now());
    } catch (error) {
      log.error({ event: 'timer.failed', kind: timer.kind, subject: timer.subject, ...describeError(error) });
      next = deps.now() + AFTER_ERROR_MS;
    }
    await store.settleTimer(owner, timer.id, next, deps.now());
  }
}

export const HOUR_MS = 60 * 60 * 1000;
export const SILENCE_EVERY_MS = 5 * 60 * 1000;

/** The gateway's own housekeeping: expired dedupe and idempotency keys go once an hour. */
export function housekeeping(store: Pick<Store, 'purgeExpired'>): TimerHandlers {
  return {
    purge_expired: async (_timer, nowMs) => {
      await store.purgeExpired(nowMs);
      return nowMs + HOUR_MS;
    },
  };
}

/** Sets the timers that must always run; one that is there keeps its time. */
export async function ensureTimers(store: Pick<Store, 'setTimer'>, newId: NewId, nowMs: number): Promise<void> {
  for (const [kind, subject, afterMs] of [
    ['purge_expired', 'keys', HOUR_MS],
    ['retention', 'age', HOUR_MS],
    ['silence', 'connections', SILENCE_EVERY_MS],
  ] as const) {
    const timer = { id: newId('tmr'), account: null, kind, subject, dueAtMs: nowMs + afterMs };
    await store.setTimer(timer, 'keep', nowMs);
  }
}
