import type { AccountConfig } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { NewId } from '../model/ids.ts';
import type { InboundState, RecordGroup, Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';
import { correlate, lookupsFor } from './correlate.ts';
import { fetchTimer } from './fetch-object.ts';
import type { Interpretation } from './interpret.ts';
import { type Plan, planRecord } from './plan-record.ts';

/** How often a batch that met another writer is read and planned anew before its rows are handed back. */
const MAX_CONFLICTS = 5;

export interface RecordDeps {
  readonly store: Store;
  readonly accounts: () => ReadonlyMap<string, AccountConfig>;
  readonly newId: NewId;
  readonly now: () => number;
  readonly log: Log;
  /** Called after a commit that may have made deliveries. */
  readonly onRecorded: (
    outcomes: readonly { readonly account: string; readonly state: InboundState; readonly events: number }[],
  ) => void;
}

/** Reads what the interpretations concern and plans the write; carries nothing out. */
export async function plan(
  deps: RecordDeps,
  interpretations: readonly Interpretation[],
  owner: string | null,
): Promise<Plan> {
  const stored = await deps.store.loadReturns(lookupsFor(interpretations));
  const nowMs = deps.now();
  const correlation = correlate(interpretations, stored, { newId: deps.newId, nowMs });
  return planRecord(correlation, { accounts: deps.accounts(), newId: deps.newId, nowMs, owner });
}

/** What became of a batch. */
export interface Recorded {
  /** Those that were carried out, wholly or in part. */
  readonly plans: readonly Plan[];
  /**
   * Why the store could not take some of the rows now, while it took others. They keep their claim: handed back, they
   * would be the first of the next batch, and hold up the same others again.
   */
  readonly heldUp: GatewayError | null;
}

/**
 * Correlates, folds and writes: facts, returns and deliveries of a group in one transaction. Another writer's change is
 * met by planning anew. A row that cannot be recorded becomes `failed` alone. Throws where the store takes nothing now.
 */
export async function record(
  deps: RecordDeps,
  interpretations: readonly Interpretation[],
  owner: string | null,
): Promise<Recorded> {
  await askForFetches(deps, interpretations);
  const carriedOut: Plan[] = [];
  let heldUp: GatewayError | null = null;
  let pending = interpretations;
  for (let attempt = 0; pending.length > 0 && attempt < MAX_CONFLICTS; attempt += 1) {
    let planned: Plan;
    try {
      planned = await plan(deps, pending, owner);
    } catch (error) {
      if (error instanceof GatewayError && error.code !== 'BUG') throw error;
      if (pending.length === 1) heldUp ??= await recordFailure(deps, pending[0]!, owner, error);
      else
        for (const interpretation of pending) {
          const alone = await record(deps, [interpretation], owner);
          carriedOut.push(...alone.plans);
          heldUp ??= alone.heldUp;
        }
      return { plans: carriedOut, heldUp };
    }
    const results = await deps.store.record(planned.groups, deps.now());
    const again = new Set<string>();
    const recorded: RecordGroup[] = [];
    const failed: { readonly group: RecordGroup; readonly error: GatewayError }[] = [];
    for (const [index, group] of planned.groups.entries()) {
      const result = results[index]!;
      if (result.outcome === 'recorded') recorded.push(group);
      else if (result.outcome === 'conflict') for (const row of group.inbound) again.add(row.id);
      else failed.push({ group, error: result.error });
    }
    report(deps, recorded);
    if (recorded.length > 0) carriedOut.push(planned);
    for (const { group, error } of failed) {
      if (error.code !== 'BUG') heldUp ??= error;
      else
        for (const row of group.inbound)
          heldUp ??= await recordFailure(deps, pending.find(({ work }) => work.id === row.id)!, owner, error);
    }
    pending = pending.filter(({ work }) => again.has(work.id));
  }
  if (pending.length > 0 && owner === null)
    throw new GatewayError('STORE_CONFLICT', 'The return kept changing underneath; try again.');
  if (pending.length > 0)
    await deps.store.handBackInbound(
      owner!,
      pending.map(({ work }) => work.id),
    );
  return { plans: carriedOut, heldUp };
}

/** Before the rows are written: a crash in between asks once more, and nothing that was pointed to is forgotten. */
async function askForFetches(deps: RecordDeps, interpretations: readonly Interpretation[]): Promise<void> {
  const nowMs = deps.now();
  for (const { work, notices } of interpretations) {
    for (const ref of notices.flatMap(({ fetches }) => fetches)) {
      const timer = fetchTimer(deps.newId, { account: work.account, connection: work.connection, ref, nowMs });
      await deps.store.setTimer(timer, 'replace', nowMs);
    }
  }
}

function report(deps: RecordDeps, groups: readonly RecordGroup[]): void {
  for (const group of groups) {
    for (const { id, account, state, fingerprint } of group.inbound) {
      const returns = group.returns.map(written => written.id);
      const events = group.returns.reduce((count, written) => count + written.events.length, 0);
      deps.log.info({ event: 'return.recorded', inboundId: id, account, state, fingerprint, returns, events });
    }
  }
  const outcomes = groups.flatMap(group => {
    const events = group.returns.reduce((count, written) => count + written.events.length, 0);
    return group.inbound.map(({ account, state }, index) => ({ account, state, events: index === 0 ? events : 0 }));
  });
  if (outcomes.length > 0) deps.onRecorded(outcomes);
}

/** Loud, and alone: the row keeps its bytes and a cause, and a replay tries it again. Answers why not even this could be written. */
async function recordFailure(
  deps: RecordDeps,
  interpretation: Interpretation,
  owner: string | null,
  error: unknown,
): Promise<GatewayError | null> {
  const { work, provider, adapterVersion } = interpretation;
  const problem = {
    code: 'BUG',
    path: null,
    message: 'Recording failed; the bytes are kept, and a replay tries again.',
  };
  const notices = interpretation.notices.map(({ type, key }) => ({
    type,
    key,
    state: 'failed' as const,
    eventIds: [],
    problem,
  }));
  const fingerprint = `record · ${provider}@${adapterVersion} · BUG`;
  const outcome = {
    id: work.id,
    account: work.account,
    owner,
    state: 'failed' as const,
    notices,
    fingerprint,
    adapterVersion,
    attachesBy: [],
  };
  deps.log.error({
    event: 'return.record_failed',
    inboundId: work.id,
    account: work.account,
    fingerprint,
    ...describeError(error),
  });
  const [result] = await deps.store.record([{ inbound: [outcome], returns: [] }], deps.now());
  if (result?.outcome === 'failed') return result.error;
  deps.onRecorded([{ account: work.account, state: 'failed', events: 0 }]);
  return null;
}
