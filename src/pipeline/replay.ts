import type { LoadedConfig } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { FoldedReturn } from '../model/return.ts';
import type { DeliveryRow, InboundRow, InboundState, InboundWork, NoticeOutcome, Scope } from '../storage/store.ts';
import type { Change, FactChange } from './fact-changes.ts';
import { type Interpretation, interpret } from './interpret.ts';
import { wants, webhookId } from './outgoing-event.ts';
import type { Plan, PlannedReturn } from './plan-record.ts';
import { plan, type RecordDeps, record } from './record.ts';

export interface ReplayDeps extends RecordDeps {
  readonly config: () => LoadedConfig;
}

export interface ReplayAnswer {
  readonly inboundId: string;
  readonly dryRun: boolean;
  readonly adapter: { readonly id: string; readonly version: number | null; readonly previousVersion: number | null };
  readonly outcome: 'identical' | 'changed' | 'fixed' | 'still_failing' | 'bytes_gone';
  readonly notices: readonly {
    readonly type: string | null;
    readonly before: NoticeOutcome['state'] | null;
    readonly after: NoticeOutcome['state'] | null;
    readonly problem: NoticeOutcome['problem'];
  }[];
  readonly events: readonly {
    readonly eventId: string;
    readonly type: string;
    readonly effect: FactChange['effect'];
  }[];
  /** Rows read by an older version that still tell what this one told before and no longer does: replay them, too. */
  readonly alsoToldBy: readonly string[];
  /** `returnId` is `null` for a return that only a real run would make. */
  readonly returns: readonly { readonly returnId: string | null; readonly differences: readonly Difference[] }[];
  readonly deliveries: readonly {
    readonly destination: string;
    readonly eventId: string;
    /** `queued_already`: its message was made before and has not been taken yet; the replay adds none. */
    readonly effect: 'would_send' | 'queued_already' | 'already_delivered' | 'filtered' | 'destination_disabled';
  }[];
}

export interface Difference {
  /** JSON Pointer into the canonical return. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Reads a kept row again with the present adapter. The answer is the plan itself: the one that was carried out, or with
 * `dryRun` the one that would be. `null`: no such row in scope.
 */
export async function replay(
  deps: ReplayDeps,
  scope: Scope,
  inboundId: string,
  options: { readonly dryRun: boolean; readonly requestedBy: string },
): Promise<ReplayAnswer | null> {
  const row = await deps.store.getInbound(scope, inboundId);
  if (row === null) return null;
  const connection = deps.config().accounts.get(row.account)?.connections.get(row.connection);
  const adapter = {
    id: row.adapterId,
    version: connection?.adapter.version ?? null,
    previousVersion: row.interpretedVersion,
  };
  if (row.body === null) {
    return {
      inboundId,
      dryRun: options.dryRun,
      adapter,
      outcome: 'bytes_gone',
      notices: [],
      events: [],
      alsoToldBy: [],
      returns: [],
      deliveries: [],
    };
  }
  if (row.state === 'received' && !options.dryRun) {
    throw new GatewayError('CONFLICT', 'The row has not been interpreted yet; it is about to be.');
  }
  const interpretation = interpret({ ...row, body: row.body } satisfies InboundWork, connection);
  const plans = options.dryRun ? [await plan(deps, [interpretation], null)] : await recordNow(deps, interpretation);
  const answer = await answerOf(deps, scope, row, plans, { dryRun: options.dryRun, adapter });
  const { dryRun } = options;
  deps.log.info({
    event: 'inbound.replayed',
    inboundId,
    dryRun,
    outcome: answer.outcome,
    requestedBy: options.requestedBy,
  });
  return answer;
}

async function recordNow(deps: ReplayDeps, interpretation: Interpretation): Promise<readonly Plan[]> {
  const { plans, heldUp } = await record(deps, [interpretation], null);
  if (heldUp !== null) throw heldUp;
  return plans;
}

async function answerOf(
  deps: ReplayDeps,
  scope: Scope,
  row: InboundRow,
  plans: readonly Plan[],
  rest: Pick<ReplayAnswer, 'dryRun' | 'adapter'>,
): Promise<ReplayAnswer> {
  const planned = plans.flatMap(each => each.returns);
  const outcome = plans
    .flatMap(each => each.groups.flatMap(group => group.inbound))
    .find(inbound => inbound.id === row.id);
  if (outcome === undefined)
    throw new GatewayError('BUG', 'The row could not be recorded; it is failed now, with its cause.');
  const notices: ReplayAnswer['notices'][number][] = outcome.notices.map(after => {
    const before = row.notices.find(notice => notice.key === after.key && notice.type === after.type);
    return { type: after.type, before: before?.state ?? null, after: after.state, problem: after.problem };
  });
  for (const gone of row.notices) {
    if (!outcome.notices.some(after => after.key === gone.key && after.type === gone.type)) {
      notices.push({ type: gone.type, before: gone.state, after: null, problem: null });
    }
  }
  const toldBefore = new Set(row.notices.flatMap(notice => notice.eventIds));
  const changes = planned.flatMap(({ changes: all }) =>
    all.filter(
      ({ effect, inboundIds, eventId }) =>
        effect !== 'unchanged' || inboundIds.includes(row.id) || toldBefore.has(eventId),
    ),
  );
  const returns = planned
    .map(each => ({
      returnId: rest.dryRun && each.open.stored === null ? null : each.open.id,
      differences: differencesOf(each),
    }))
    .filter(each => each.differences.length > 0);
  const kept = alsoToldBy(
    row.id,
    outcome.adapterVersion,
    changes.filter(change => toldBefore.has(change.eventId)),
  );
  const changed = changes.some(change => change.effect !== 'unchanged') || returns.length > 0 || kept.length > 0;
  return {
    inboundId: row.id,
    ...rest,
    outcome: resultOf(row.state, outcome.state, changed),
    notices,
    events: changes.map(({ eventId, type, effect }) => ({ eventId, type, effect })),
    alsoToldBy: kept,
    returns,
    deliveries: await deliveriesOf(deps, scope, row.account, changes),
  };
}

/** Of what a row told before: whoever, read by an older version, still tells what the row itself no longer does. */
function alsoToldBy(inboundId: string, version: number, toldBefore: readonly Change[]): readonly string[] {
  const sources = toldBefore
    .filter(change => !change.inboundIds.includes(inboundId))
    .flatMap(change => change.fact?.tellings ?? [])
    .map(({ source }) => source);
  return [...new Set(sources.filter(each => each.adapterVersion < version).map(each => each.inboundId))];
}

function resultOf(before: InboundState, after: InboundState, changed: boolean): ReplayAnswer['outcome'] {
  const bad = (state: InboundState) => ['failed', 'unreadable', 'unrecognized', 'held'].includes(state);
  if (bad(before) && bad(after) && !changed) return 'still_failing';
  if (bad(before) && !bad(after)) return 'fixed';
  return changed || before !== after ? 'changed' : 'identical';
}

async function deliveriesOf(
  deps: ReplayDeps,
  scope: Scope,
  account: string,
  changes: readonly Change[],
): Promise<ReplayAnswer['deliveries']> {
  const known = await deps.store.deliveriesOf(
    scope,
    changes.map(change => change.eventId),
  );
  const states = await deps.store.listDestinationStates(scope);
  const destinations = [...(deps.config().accounts.get(account)?.destinations.values() ?? [])];
  return changes.flatMap(change =>
    destinations.flatMap((destination): ReplayAnswer['deliveries'][number][] => {
      const state = states.find(each => each.account === account && each.name === destination.name);
      const current = webhookId(change.eventId, change.entry.revision);
      const made = known.find(
        (delivery: DeliveryRow) => delivery.webhookId === current && delivery.destination === destination.name,
      );
      const entry = { destination: destination.name, eventId: change.eventId };
      if (!wants(destination, change.type)) return [{ ...entry, effect: 'filtered' }];
      if (change.effect === 'unchanged') {
        if (made?.state === 'delivered') return [{ ...entry, effect: 'already_delivered' }];
        const waits = made !== undefined && ['pending', 'delivering', 'held'].includes(made.state);
        return waits ? [{ ...entry, effect: 'queued_already' }] : [];
      }
      return [{ ...entry, effect: state?.state === 'disabled' ? 'destination_disabled' : 'would_send' }];
    }),
  );
}

function differencesOf({ open, write }: PlannedReturn): readonly Difference[] {
  const before: Partial<FoldedReturn> = open.stored?.state ?? {};
  return differences(before, write.state, '');
}

/** Leaf by leaf; entries of lists are matched by their `id` where they have one, and then named by it. */
export function differences(before: unknown, after: unknown, path: string): readonly Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const one = partsOf(before);
  const other = partsOf(after);
  if (one === null || other === null) return [{ path, before: before ?? null, after: after ?? null }];
  const keys = [...new Set([...one.keys(), ...other.keys()])];
  return keys.flatMap(key =>
    differences(one.get(key), other.get(key), `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function partsOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (Array.isArray(value)) {
    return new Map(
      value.map((entry, index) => [typeof entry?.id === 'string' ? entry.id : String(index), entry] as const),
    );
  }
  return value !== null && typeof value === 'object' ? new Map(Object.entries(value)) : null;
}
