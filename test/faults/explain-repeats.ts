import { identityOf } from '../crash/compare-ledgers.ts';
import type { Arrival } from '../crash/ledger-destination.ts';
import type { Harm } from './fault.ts';

/** Why messages came more than once: each time by something that was done, or it is a finding. */
export interface Repeats {
  readonly findings: readonly string[];
  /** By cause. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Somebody asked for a message once more. */
export interface Request {
  /** Of the message, as `identityOf` says it. */
  readonly identity: string;
  /** On the clock of `performance.now()`, as every other time here. */
  readonly atMs: number;
}

/** So long after an answer its outcome is written at the latest, on a machine that is busy and a store that is well. */
const WRITTEN_MS = 2000;

export function explainRepeats(told: {
  readonly arrivals: readonly Arrival[];
  readonly harms: readonly Harm[];
  readonly requests: readonly Request[];
  /** How long a gateway waits for an answer. */
  readonly timeoutMs: number;
  /** How often a gateway says that it gave up waiting; by the message, as `identityOf` says it. */
  readonly timeouts: ReadonlyMap<string, number>;
}): Repeats {
  const counts: Record<string, number> = {};
  const findings: string[] = [];
  const requests = new Map<string, number[]>();
  for (const { identity, atMs } of told.requests) requests.set(identity, [...(requests.get(identity) ?? []), atMs]);

  const timeouts = new Map(told.timeouts);

  const last = new Map<string, Arrival>();
  for (const arrival of told.arrivals.toSorted((a, b) => a.atMs - b.atMs)) {
    const identity = identityOf(arrival);
    const earlier = last.get(identity);
    last.set(identity, arrival);
    if (earlier === undefined) continue;
    const cause = causeOf(earlier, arrival, requests.get(identity) ?? []) ?? timeoutOf(identity);
    if (cause === null) {
      const afterMs = Math.round(arrival.atMs - earlier.atMs);
      findings.push(`${identity} came again after ${afterMs} ms, and nothing was done that explains it`);
    } else counts[cause] = (counts[cause] ?? 0) + 1;
  }
  return { findings, counts };

  /** A message may wait longest on its way here, where no ledger of ours sees it. One that was given up, one repeat. */
  function timeoutOf(identity: string): string | null {
    const left = timeouts.get(identity) ?? 0;
    timeouts.set(identity, left - 1);
    return left > 0 ? 'the gateway gave up waiting' : null;
  }

  /** The nearest cause first: what the destination did, what a person asked for, then what was done to the gateway. */
  function causeOf(earlier: Arrival, later: Arrival, asked: number[]): string | null {
    if (earlier.answer !== 'taken') return `the destination ${earlier.answer}`;
    const overAtMs = earlier.overAtMs ?? later.atMs;
    if (earlier.heard === false && overAtMs - earlier.atMs > 0.75 * told.timeoutMs)
      return 'the destination was too slow';
    const request = asked.findIndex(atMs => atMs <= later.atMs);
    // One request, one repeat.
    if (request >= 0) {
      asked.splice(request, 1);
      return 'somebody asked for it';
    }
    const harm = told.harms.findLast(
      ({ fromMs, untilMs }) => fromMs <= overAtMs + WRITTEN_MS && untilMs >= earlier.atMs - WRITTEN_MS,
    );
    return harm?.fault ?? null;
  }
}
