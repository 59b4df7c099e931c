import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AttemptOutcome, Backlog, InboundState } from '../storage/store.ts';

/** Prometheus metrics. No account, destination or return in a label: their number has no bound. */
export interface Metrics {
  received(outcome: string): void;
  interpreted(state: InboundState): void;
  recorded(events: number): void;
  attempted(outcome: AttemptOutcome, durationMs: number): void;
  /** The text exposition, with the backlog as it is now. */
  expose(backlog: Backlog, nowMs: number): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'retour_' });
  const registers = [registry];
  const webhooks = new Counter({
    name: 'retour_webhooks_total',
    help: 'Webhooks by outcome at the door',
    labelNames: ['outcome'],
    registers,
  });
  const inbound = new Counter({
    name: 'retour_inbound_total',
    help: 'Interpreted inbound rows by state',
    labelNames: ['state'],
    registers,
  });
  const events = new Counter({
    name: 'retour_events_total',
    help: 'Recorded facts, revisions and withdrawals',
    registers,
  });
  const attempts = new Counter({
    name: 'retour_attempts_total',
    help: 'Delivery attempts by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'retour_attempt_duration_seconds',
    help: 'Duration of one exchange with a destination',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers,
  });
  const received = new Gauge({ name: 'retour_backlog_inbound', help: 'Kept rows not yet interpreted', registers });
  const receivedAge = new Gauge({
    name: 'retour_backlog_inbound_age_seconds',
    help: 'Age of the oldest of them',
    registers,
  });
  const lines = new Gauge({
    name: 'retour_backlog_lines',
    help: 'Lines (destination, return) with something to send',
    registers,
  });
  const linesAge = new Gauge({
    name: 'retour_backlog_lines_age_seconds',
    help: 'How long the oldest of them has been due',
    registers,
  });

  return {
    received: outcome => webhooks.inc({ outcome }),
    interpreted: state => inbound.inc({ state }),
    recorded: count => events.inc(count),
    attempted: (outcome, durationMs) => {
      attempts.inc({ outcome });
      seconds.observe(durationMs / 1000);
    },
    async expose(backlog, nowMs) {
      const age = (sinceMs: number | null) => (sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs) / 1000);
      received.set(backlog.received);
      receivedAge.set(age(backlog.oldestReceivedAtMs));
      lines.set(backlog.lines);
      linesAge.set(age(backlog.oldestDueAtMs));
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
