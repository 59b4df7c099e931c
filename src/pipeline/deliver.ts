import type { DestinationConfig, LoadedConfig } from '../config/config.ts';
import type { NewId } from '../model/ids.ts';
import type { Attempt, ClaimedDelivery, LineClaim, Settlement, Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';
import { nextTryAt } from './retry-schedule.ts';
import type { Exchange, Sender } from './send-delivery.ts';
import { signDelivery } from './sign-delivery.ts';

/** A claim lasts longer than the longest exchange, with room to settle. */
const LEASE_MS = 60_000;
/** No exchange starts with less of its lease left: another worker might already hold the line when it ends. */
const LEASE_NEEDED_MS = 20_000;
/** How often to look for work that nobody announced: another process's, or a lease that ran out. */
const SWEEP_MS = 1000;
/** Between two tries of an open breaker's line; the breaker itself lets one line through at a time. */
const TRIAL_WAIT_MS = 30_000;

export interface DeliverDeps {
  readonly store: Store;
  readonly config: () => LoadedConfig;
  readonly sender: Sender;
  readonly owner: string;
  readonly newId: NewId;
  readonly now: () => number;
  readonly chance: () => number;
  readonly log: Log;
  readonly onAttempt: (attempt: Attempt, claimed: ClaimedDelivery) => void;
}

export interface Deliver {
  /** One round: claims what is due and fits, starts it, and answers in how many milliseconds to look again. */
  run(): Promise<number>;
  /** Waits until every exchange under way has been settled. */
  drain(): Promise<void>;
}

/**
 * Claim a line → sign → send → settle. A line (destination, return) is held by one worker at a time and carries one
 * message at a time, so a receiver sees a return in order; lines of other returns and destinations go on beside it.
 */
export function createDeliver(deps: DeliverDeps, wake: () => void): Deliver {
  const { store, log } = deps;
  const inFlight = new Map<string, number>();
  const allowance = new Map<string, { tokens: number; atMs: number }>();
  const exchanges = new Set<Promise<void>>();
  let settled: Settlement[] = [];
  let settling: Promise<void> | null = null;

  async function run(): Promise<number> {
    const nowMs = deps.now();
    const { due, nextDueAtMs } = await store.dueDestinations(nowMs);
    const destinations: LineClaim['destinations'][number][] = [];
    let waitMs = SWEEP_MS; // a destination that is full wakes the loop when one of its exchanges ends
    for (const { account, name } of due) {
      const destination = find(account, name);
      if (destination === undefined) continue;
      const limit = room(destination, nowMs);
      if (limit > 0) destinations.push({ account, name, limit, ordering: destination.ordering });
      else if (destination.ratePerSecond !== null)
        waitMs = Math.min(waitMs, Math.ceil(1000 / destination.ratePerSecond));
    }
    if (destinations.length > 0) {
      const claimed = await store.claimLines({ owner: deps.owner, nowMs, leaseMs: LEASE_MS, destinations });
      for (const delivery of claimed) start(delivery);
    }
    const untilDueMs = (nextDueAtMs ?? Number.POSITIVE_INFINITY) - deps.now();
    return untilDueMs > 0 ? Math.min(waitMs, Math.max(5, untilDueMs)) : waitMs;
  }

  function find(account: string, name: string): DestinationConfig | undefined {
    return deps.config().accounts.get(account)?.destinations.get(name);
  }

  /** How many more exchanges this destination may have now: its concurrency, and its rate as a bucket that fills by the second. */
  function room(destination: DestinationConfig, nowMs: number): number {
    const key = `${destination.account}/${destination.name}`;
    const free = destination.concurrency - (inFlight.get(key) ?? 0);
    const rate = destination.ratePerSecond;
    if (rate === null) return free;
    const capacity = Math.max(1, rate);
    const bucket = allowance.get(key) ?? { tokens: capacity, atMs: nowMs };
    const tokens = Math.min(capacity, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * rate);
    allowance.set(key, { tokens, atMs: nowMs });
    return Math.min(free, Math.floor(tokens));
  }

  function start(claimed: ClaimedDelivery): void {
    const key = `${claimed.account}/${claimed.destination}`;
    inFlight.set(key, (inFlight.get(key) ?? 0) + 1);
    const bucket = allowance.get(key);
    if (bucket !== undefined) bucket.tokens -= 1;
    const exchange = attempt(claimed)
      .catch(error => log.error({ event: 'delivery.not_settled', deliveryId: claimed.id, ...describeError(error) })) // its lease brings it back
      .finally(() => {
        inFlight.set(key, (inFlight.get(key) ?? 1) - 1);
        exchanges.delete(exchange);
        wake();
      });
    exchanges.add(exchange);
  }

  async function attempt(claimed: ClaimedDelivery): Promise<void> {
    const startedAtMs = deps.now();
    const destination = find(claimed.account, claimed.destination);
    if (destination === undefined || claimed.leaseUntilMs - startedAtMs < LEASE_NEEDED_MS) {
      return store.handBackLines(deps.owner, [claimed.id], startedAtMs);
    }
    const { webhookId, body } = claimed;
    const shopper = destination.personalData
      ? { shopper: await store.loadShopper(claimed.account, claimed.returnId) }
      : {};
    const outgoing = signDelivery(destination, { webhookId, body, ...shopper }, startedAtMs);
    const exchange = await deps.sender.send(outgoing, destination.timeoutMs, startedAtMs);
    const endedAtMs = deps.now();
    await settle(settlementOf(claimed, exchange, startedAtMs, endedAtMs));
  }

  function settlementOf(
    claimed: ClaimedDelivery,
    exchange: Exchange,
    startedAtMs: number,
    endedAtMs: number,
  ): Settlement {
    const { outcome, status, detail, responseHead } = exchange;
    const durationMs = endedAtMs - startedAtMs;
    const tried: Attempt = {
      id: deps.newId('att'),
      startedAtMs,
      durationMs,
      outcome,
      status,
      detail,
      responseHead,
      requestedBy: claimed.requestedBy,
    };
    const next = nextOf(claimed, exchange, endedAtMs);
    const { id, account, destination, returnId, webhookId, tries, trial } = claimed;
    log.info({
      event: 'delivery.attempted',
      deliveryId: id,
      account,
      destination,
      returnId,
      webhookId,
      tries,
      trial,
      outcome,
      status,
      durationMs,
      next: next.state,
    });
    deps.onAttempt(tried, claimed);
    const verdict = outcome === 'delivered' ? 'success' : status === 410 ? 'gone' : 'failure';
    return { deliveryId: id, owner: deps.owner, leaseUntilMs: claimed.leaseUntilMs, attempt: tried, next, verdict };
  }

  function nextOf(
    claimed: ClaimedDelivery,
    { outcome, retryAfterMs, status }: Exchange,
    nowMs: number,
  ): Settlement['next'] {
    if (outcome === 'delivered') return { state: 'delivered' };
    if (claimed.trial) return { state: 'pending', dueAtMs: nowMs + TRIAL_WAIT_MS };
    if (status === 410) return { state: 'pending', dueAtMs: nowMs }; // the destination is disabled; the message waits for its return
    const dueAtMs = nextTryAt(claimed.tries, nowMs, retryAfterMs, deps.chance());
    return dueAtMs === null ? { state: 'exhausted' } : { state: 'pending', dueAtMs };
  }

  /** Exchanges that end together are settled in one transaction. */
  async function settle(settlement: Settlement): Promise<void> {
    settled.push(settlement);
    settling ??= (async () => {
      await new Promise(resolve => setImmediate(resolve));
      const batch = settled;
      settled = [];
      settling = null;
      const kept = await store.settleDeliveries(batch, deps.now());
      for (const [index, held] of kept.entries()) {
        if (!held) log.warn({ event: 'delivery.lease_lost', deliveryId: batch[index]!.deliveryId });
      }
    })();
    return settling;
  }

  return {
    run,
    async drain() {
      while (exchanges.size > 0) await Promise.allSettled([...exchanges]);
    },
  };
}
