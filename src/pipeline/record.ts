import type { AccountConfig } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { NewId } from '../model/ids.ts';
import type { InboundState, RecordGroup, Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';
import { correlate, lookupsFor } from './correlate.ts';
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

/**
 * Correlates, folds and writes: facts, returns and deliveries of a group in one transaction. Another writer's change is
 * met by planning anew. A row that cannot be recorded becomes `failed` alone; what the store cannot take now is
 * thrown, and the claimed rows come back with their lease. Answers the plans that were carried out, wholly or in part.
 */
export async function record(
  deps: RecordDeps,
  interpretations: readonly Interpretation[],
  owner: string | null,
): Promise<readonly Plan[]> {
  const carriedOut: Plan[] = [];
  let pending = interpretations;
  for (let attempt = 0; pending.length > 0 && attempt < MAX_CONFLICTS; attempt += 1) {
    let planned: Plan;
    try {
      planned = await plan(deps, pending, owner);
    } catch (error) {
      if (error instanceof GatewayError && error.code !== 'BUG') throw error;
      if (pending.length === 1) await recordFailure(deps, pending[0]!, owner, error);
      else for (const interpretation of pending) carriedOut.push(...(await record(deps, [interpretation], owner)));
      return carriedOut;
    }
    const results = await deps.store.record(planned.groups, deps.now());
    const again = new Set<string>();
    const recorded: RecordGroup[] = [];
    for (const [index, group] of planned.groups.entries()) {
      const result = results[index]!;
      if (result.outcome === 'recorded') recorded.push(group);
      else if (result.outcome === 'conflict') for (const row of group.inbound) again.add(row.id);
      else if (result.error.code !== 'BUG') throw result.error;
      else
        for (const row of group.inbound)
          await recordFailure(deps, pending.find(({ work }) => work.id === row.id)!, owner, result.error);
    }
    report(deps, recorded);
    if (recorded.length > 0) carriedOut.push(planned);
    pending = pending.filter(({ work }) => again.has(work.id));
  }
  if (pending.length > 0 && owner === null)
    throw new GatewayError('STORE_CONFLICT', 'The return kept changing underneath; try again.');
  if (pending.length > 0)
    await deps.store.handBackInbound(
      owner!,
      pending.map(({ work }) => work.id),
    );
  return carriedOut;
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

/** Loud, and alone: the row keeps its bytes and a cause, and a replay tries it again. */
async function recordFailure(
  deps: RecordDeps,
  interpretation: Interpretation,
  owner: string | null,
  error: unknown,
): Promise<void> {
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
  await deps.store.record([{ inbound: [outcome], returns: [] }], deps.now());
  deps.onRecorded([{ account: work.account, state: 'failed', events: 0 }]);
}
