import { describeError } from '../telemetry/log.ts';
import { createDeliver, type DeliverDeps } from './deliver.ts';
import { type Interpretation, interpret } from './interpret.ts';
import { type Loop, startLoop } from './loop.ts';
import { type RecordDeps, type Recorded, record } from './record.ts';
import { runTimers, type TimerHandlers } from './timers.ts';

/** Inbound rows interpreted and recorded in one round: small enough that a transaction stays short. */
const BATCH = 32;
/** A row whose worker died is claimed again after this. */
const LEASE_MS = 60_000;
const SWEEP_MS = 1000;

export interface WorkerDeps extends RecordDeps, DeliverDeps {
  readonly timers: TimerHandlers;
  /** What a batch came to, once it was recorded. */
  readonly onInterpreted: (interpretations: readonly Interpretation[]) => void;
  /** Which of its loops this process runs; timers go with `process`. */
  readonly roles: ReadonlySet<'process' | 'deliver' | 'receive'>;
}

const NOT_HERE: Loop = { wake() {}, async stop() {} };

/** The three loops behind intake: interpret and record, deliver, timers. */
export interface Worker {
  /** Bytes were kept. */
  received(): void;
  /** Something may be due for a destination. */
  due(): void;
  /** Takes no new work, finishes what is under way, hands back the rest. */
  stop(): Promise<void>;
}

export function startWorker(deps: WorkerDeps): Worker {
  const { store, owner, log } = deps;

  async function process(): Promise<number> {
    const works = await store.claimInbound({ owner, nowMs: deps.now(), leaseMs: LEASE_MS, limit: BATCH });
    if (works.length === 0) return SWEEP_MS;
    let interpretations: readonly Interpretation[];
    let recorded: Recorded;
    try {
      const { accounts } = deps.config();
      interpretations = works.map(work =>
        interpret(work, accounts.get(work.account)?.connections.get(work.connection)),
      );
      recorded = await record(deps, interpretations, owner);
    } catch (error) {
      await store
        .handBackInbound(
          owner,
          works.map(work => work.id),
        )
        .catch(cause => log.warn({ event: 'inbound.not_handed_back', ...describeError(cause) }));
      throw error;
    }
    deps.onInterpreted(interpretations);
    if (recorded.heldUp !== null) throw recorded.heldUp;
    return works.length === BATCH ? 0 : SWEEP_MS;
  }

  const start = (role: 'process' | 'deliver', name: string, run: () => Promise<number>): Loop =>
    deps.roles.has(role) ? startLoop(name, log, run) : NOT_HERE;
  const processing = start('process', 'process', process);
  const delivery = createDeliver(deps, () => delivering.wake());
  const delivering: Loop = start('deliver', 'deliver', delivery.run);
  const timing = start('process', 'timers', () => runTimers(deps));

  return {
    received: processing.wake,
    due: delivering.wake,
    async stop() {
      await Promise.all([processing.stop(), timing.stop(), delivering.stop()]);
      await delivery.drain();
    },
  };
}
