import type { Chance } from '../../src/demo/seeded-chance.ts';

/** Something that goes wrong for a while and is mended again, one after the other within its lane. */
export interface Fault {
  readonly name: string;
  /** Does it and mends it; answers once it is mended. */
  inflict(means: FaultMeans): Promise<void>;
}

export interface FaultMeans {
  /** Decides everything that the fault leaves open. */
  readonly chance: Chance;
  /** How long something may last in this run, in milliseconds; half of it on average. */
  readonly longestMs: number;
  /**
   * From now on, until the answer is called, a message that arrived may come again because of this. A fault that never
   * calls it excuses no repeat.
   */
  harm(): () => void;
  /** How many webhooks were told to come back so far. */
  unavailable(): number;
}

/** Faults that never overlap one another, though those of other lanes do. */
export interface Lane {
  readonly name: 'destinations' | 'gateways' | 'pauses' | 'store';
  /** Longest calm before a fault, in milliseconds. */
  readonly calmMs: number;
  readonly faults: readonly Fault[];
}

export interface Harm {
  readonly fault: string;
  /** On the clock of `performance.now()`. */
  readonly fromMs: number;
  /** Infinity while it lasts. */
  untilMs: number;
}

/** What was done to whom, and when. */
export interface FaultLog {
  readonly counts: Readonly<Record<string, number>>;
  readonly harms: readonly Harm[];
  /** Whether a fault of the lane, its mending included, touched this stretch of time. */
  wasTroubled(lane: Lane['name'], fromMs: number, untilMs: number): boolean;
}

export interface Troubles {
  readonly log: FaultLog;
  /** Inflicts the lanes' faults side by side until told to end; answers once everything is mended. */
  run(lanes: readonly Lane[], chance: Chance, ends: Promise<void>): Promise<void>;
}

export function createTroubles(options: {
  readonly longestMs: number;
  readonly unavailable: () => number;
  readonly say: (line: string) => void;
}): Troubles {
  const counts: Record<string, number> = {};
  const harms: Harm[] = [];
  const spans: { readonly lane: Lane['name']; readonly fromMs: number; untilMs: number }[] = [];
  const { longestMs, unavailable, say } = options;

  async function inflict(lane: Lane, fault: Fault, chance: Chance): Promise<void> {
    const fromMs = performance.now();
    const span = { lane: lane.name, fromMs, untilMs: Number.POSITIVE_INFINITY };
    spans.push(span);
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
    const harm = () => {
      const begun: Harm = { fault: fault.name, fromMs: performance.now(), untilMs: Number.POSITIVE_INFINITY };
      harms.push(begun);
      return () => {
        begun.untilMs = performance.now();
      };
    };
    await fault.inflict({ chance, longestMs, harm, unavailable });
    span.untilMs = performance.now();
    say(`${fault.name}, ${((span.untilMs - fromMs) / 1000).toFixed(1)} s`);
  }

  /** Every fault once in some order, then every fault once in another: what is rare by chance alone would stay untried. */
  async function runLane(lane: Lane, chance: Chance, ends: Promise<void>): Promise<void> {
    let ended = false;
    void ends.then(() => {
      ended = true;
    });
    while (lane.faults.length > 0) {
      for (const fault of chance.shuffled(lane.faults)) {
        const calmMs = chance.below(lane.calmMs);
        const own = chance.fork();
        await Promise.race([ends, new Promise(resolve => setTimeout(resolve, calmMs))]);
        if (ended) return;
        await inflict(lane, fault, own);
      }
    }
  }

  return {
    log: {
      counts,
      harms,
      wasTroubled: (lane, fromMs, untilMs) =>
        spans.some(span => span.lane === lane && span.fromMs <= untilMs && span.untilMs >= fromMs),
    },
    async run(lanes, chance, ends) {
      await Promise.all(lanes.map(lane => runLane(lane, chance.fork(), ends)));
    },
  };
}
