import { type GatewayConfig, UNREAD_KEPT_LONGER } from '../config/gateway-config.ts';
import type { RetentionCutoffs, Store } from '../storage/store.ts';
import type { Log } from '../telemetry/log.ts';
import { HOUR_MS, type TimerHandlers } from './timers.ts';

const DAY_MS = 24 * HOUR_MS;

/** What is older than these instants goes. */
export function retentionCutoffs(
  { bodiesDays, attemptsDays, shopperDays }: GatewayConfig['retention'],
  nowMs: number,
): RetentionCutoffs {
  return {
    bodiesMs: nowMs - bodiesDays * DAY_MS,
    unreadBodiesMs: nowMs - bodiesDays * UNREAD_KEPT_LONGER * DAY_MS,
    attemptsMs: nowMs - attemptsDays * DAY_MS,
    shoppersMs: nowMs - shopperDays * DAY_MS,
  };
}

export interface RetentionDeps {
  readonly store: Pick<Store, 'purgeAged'>;
  readonly config: () => { readonly gateway: Pick<GatewayConfig, 'retention'> };
  readonly log: Log;
}

/** Removal by age, once an hour: a slice at each turn of the timer until the run has ended, then one log line. */
export function retention({ store, config, log }: RetentionDeps): TimerHandlers {
  return {
    retention: async (_timer, nowMs) => {
      const run = await store.purgeAged(retentionCutoffs(config().gateway.retention, nowMs), nowMs);
      if (run.endedAtMs === null) return nowMs;
      log.info({ event: 'retention.ended', durationMs: run.endedAtMs - run.startedAtMs, ...run.removed });
      // The store's instants may be on another clock than `nowMs`.
      return nowMs + Math.max(0, HOUR_MS - (run.endedAtMs - run.startedAtMs));
    },
  };
}
