import type { AccountConfig } from '../config/config.ts';
import { deriveFacts } from '../model/derive-facts.ts';
import type { Telling } from '../model/fact.ts';
import { foldReturn } from '../model/fold-return.ts';
import type { NewId } from '../model/ids.ts';
import type { FoldedReturn, ReturnAuthorization } from '../model/return.ts';
import type {
  Derivation,
  InboundOutcome,
  LedgerFact,
  NewEvent,
  NoticeOutcome,
  RecordGroup,
  ReturnAlias,
  ReturnWrite,
} from '../storage/store.ts';
import { worstState } from '../storage/worst-state.ts';
import { type Correlated, type Correlation, identifies, type OpenReturn, trackingNumbersOf } from './correlate.ts';
import { type Change, compareFacts } from './fact-changes.ts';
import type { Interpretation } from './interpret.ts';
import { createPublish, eventOf, farewellEvent, mergedEvent } from './new-event.ts';
import { factsBefore } from './withdrawn-facts.ts';

export interface PlannedReturn {
  readonly open: OpenReturn;
  readonly write: ReturnWrite;
  readonly changes: readonly Change[];
}

export interface Plan {
  readonly groups: readonly RecordGroup[];
  readonly returns: readonly PlannedReturn[];
}

export interface PlanDeps {
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly newId: NewId;
  readonly nowMs: number;
  /** The claim's owner; `null` for a replay. */
  readonly owner: string | null;
}

/**
 * Correlated notices → everything one atomic write needs: folded state, ledger, events with their sequences, and a
 * delivery per destination. Reads and writes nothing, so a preview is this plan, not carried out.
 */
export function planRecord(correlation: Correlation, deps: PlanDeps): Plan {
  const read = new Map(correlation.rows.map(({ interpretation }) => [interpretation.work.id, interpretation]));
  const returns = correlation.returns.map(open => planReturn(open, read, deps));
  const byOpen = new Map(returns.map(planned => [planned.open, planned]));
  const groups = groupsOf(correlation).map(({ rows, opens }) => ({
    inbound: rows.map(row => outcomeOf(row, byOpen, deps.owner)),
    returns: opens.map(open => byOpen.get(open)!.write),
  }));
  return { groups, returns };
}

function planReturn(open: OpenReturn, read: ReadonlyMap<string, Interpretation>, deps: PlanDeps): PlannedReturn {
  const revision = deps.accounts.get(open.account)?.revision ?? null;
  const derivations = derivationsOf(open, revision);
  const facts = deriveFacts(open.account, tellingsOf(derivations));
  const state = foldReturn(open.account, open.connection, facts);
  const told = facts.filter(fact => fact.event.type !== 'return.snapshot');

  const ledger = new Map<string, LedgerFact>();
  for (const stored of [open.stored, ...open.absorbs])
    for (const fact of stored?.facts ?? []) ledger.set(fact.eventId, fact);
  const changes = compareFacts(told, ledger);
  const aliases = aliasesOf(open, state, derivations);

  let sequence = open.stored?.sequence ?? 0;
  const absorbs = open.absorbs.map(younger => {
    const firstSequence = sequence + 1;
    sequence += younger.sequence;
    return { younger, firstSequence };
  });
  const news = changes.filter(change => change.effect !== 'unchanged');
  const last = sequence + absorbs.length + news.length;
  const changed =
    news.length > 0 ||
    absorbs.length > 0 ||
    open.stored === null ||
    JSON.stringify(state) !== JSON.stringify(open.stored.state);
  const updatedAtMs = changed ? Math.max(deps.nowMs, open.stored?.updatedAtMs ?? 0) : open.stored!.updatedAtMs;
  const view = viewOf(open, state, last, updatedAtMs);
  const publish = createPublish(view, deps);

  const events: NewEvent[] = [];
  for (const { younger } of absorbs)
    events.push(publish(mergedEvent(open.id, younger.id, ++sequence, deps.nowMs), false));
  const withdraws = news.some(({ effect }) => effect === 'withdrawn');
  const gone = withdraws ? factsBefore(open.account, tellingsOf(storedDerivations(open)), read) : null;
  for (const change of news) {
    const event = eventOf(change, ledger, ++sequence, gone?.get(change.eventId) ?? null, revision);
    events.push(publish(event, change.silent));
  }

  return {
    open,
    changes,
    write: {
      id: open.id,
      account: open.account,
      connection: open.connection,
      provider: open.provider,
      expectedVersion: open.stored?.version ?? 0,
      sequence,
      createdAtMs: open.createdAtMs,
      updatedAtMs,
      state,
      shopper: open.shopper,
      aliases,
      derivations: derivations.filter(
        derivation => open.absorbs.length > 0 || open.told.get(derivation.inboundId)?.from,
      ),
      superseded: [...open.superseded],
      facts: news.map(change => change.entry),
      events,
      absorbs: absorbs.map(({ younger, firstSequence }) => ({
        id: younger.id,
        expectedVersion: younger.version,
        firstSequence,
        farewell: createPublish({ ...view, id: younger.id, sequence: younger.sequence + 1 }, deps)(
          farewellEvent(open.id, younger.id, younger.sequence + 1, deps.nowMs),
          false,
        ),
      })),
    },
  };
}

function storedDerivations(open: OpenReturn): readonly Derivation[] {
  return [open.stored, ...open.absorbs].flatMap(source => source?.derivations ?? []);
}

function derivationsOf(open: OpenReturn, revision: string | null): Derivation[] {
  const stored = storedDerivations(open);
  return [...open.told].map(([inboundId, { from, notices }]): Derivation => {
    if (from === null) return { ...stored.find(derivation => derivation.inboundId === inboundId)!, notices };
    const { work, provider, adapterVersion } = from;
    const { connection, receivedAtMs, trust, secretIndex } = work;
    const configRevision = revision ?? work.configRevision;
    return {
      inboundId,
      connection,
      receivedAtMs,
      adapterId: provider,
      adapterVersion,
      trust,
      secretIndex,
      configRevision,
      notices,
    };
  });
}

/** Stored derivations as the model reads them. On the hot path: one source per notice, and no object more than needed. */
export function tellingsOf(derivations: readonly Derivation[]): readonly Telling[] {
  const tellings: Telling[] = [];
  for (const derivation of derivations) {
    const { inboundId, connection, adapterId, adapterVersion, trust, secretIndex, configRevision } = derivation;
    const receivedAt = new Date(derivation.receivedAtMs).toISOString();
    for (const { aliases, via, silent, events } of derivation.notices) {
      const source = { inboundId, connection, trust, secretIndex, adapterId, adapterVersion, configRevision, silent };
      for (const { event, digest, ordinal } of events)
        tellings.push({ event, digest, aliases, via, ordinal, receivedAt, source });
    }
  }
  return tellings;
}

type View = Omit<ReturnAuthorization, 'shopper'>;

function viewOf(open: OpenReturn, state: FoldedReturn, sequence: number, updatedAtMs: number): View {
  return {
    id: open.id,
    account: open.account,
    connection: open.connection,
    provider: open.provider,
    ...state,
    related: [...(open.stored?.related ?? [])],
    mergedFrom: [
      ...(open.stored?.mergedFrom ?? []),
      ...open.absorbs.flatMap(younger => [...younger.mergedFrom, younger.id]),
    ].sort(),
    sequence,
    createdAt: new Date(open.createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
  };
}

/** From the notices that identify, and from the folded state: what only attached must not hold on to what it attached by. */
function aliasesOf(open: OpenReturn, state: FoldedReturn, derivations: readonly Derivation[]): readonly ReturnAlias[] {
  const aliases = new Map<string, ReturnAlias>();
  const add = (kind: string, value: string | null, identifies: boolean) => {
    const key = `${kind}:${value}`;
    // As long as an alias may be: nobody searches by more, and an index takes no more.
    if (value !== null && value !== '' && value.length <= 300 && !aliases.get(key)?.identifies)
      aliases.set(key, { kind, value, identifies });
  };
  for (const { connection, notices } of derivations) {
    for (const notice of notices.filter(identifies)) {
      for (const { kind, value, unique } of notice.aliases) add(kind, value, unique && connection === open.connection);
      for (const number of trackingNumbersOf(notice)) add('tracking', number, false);
    }
  }
  for (const order of state.orders) add('order', order.number, false);
  for (const item of state.items) {
    add('order', item.orderNumber, false);
    if (item.orderLineId !== null) add('order_line', `${item.orderNumber ?? ''}/${item.orderLineId}`, false);
  }
  add('rma', state.rmaNumber, false);
  return [...aliases.values()];
}

function outcomeOf(
  row: Correlated,
  planned: ReadonlyMap<OpenReturn, PlannedReturn>,
  owner: string | null,
): InboundOutcome {
  const { interpretation, targets, attachesBy } = row;
  const { work } = interpretation;
  const notices = interpretation.notices.map((notice, index): NoticeOutcome => {
    const { type, key, problem } = notice;
    if (notice.state !== 'recorded') return { type, key, state: notice.state, eventIds: [], problem };
    if (notice.fetches.length > 0) return { type, key, state: 'recorded', eventIds: [], problem };
    const found = targets[index]!;
    if (found.length === 0) {
      const message = 'No return of the account has this number yet; the notice is recorded once one has.';
      return { type, key, state: 'waiting', eventIds: [], problem: { code: 'NO_RETURN_YET', path: null, message } };
    }
    const changes = found.flatMap(open => planned.get(open)!.changes);
    const ordinals = new Set(notice.events.map(({ ordinal }) => ordinal));
    const own = changes.filter(({ fact }) =>
      fact?.tellings.some(telling => telling.source.inboundId === work.id && ordinals.has(telling.ordinal)),
    );
    return { type, key, state: 'recorded', eventIds: own.map(change => change.eventId), problem: null };
  });
  return {
    id: work.id,
    account: work.account,
    owner,
    state: worstState(notices.map(notice => notice.state)),
    notices,
    fingerprint: interpretation.fingerprint,
    adapterVersion: interpretation.adapterVersion,
    attachesBy,
  };
}

/** Rows and returns that must be written together: connected through any target. */
function groupsOf(correlation: Correlation): readonly { rows: Correlated[]; opens: OpenReturn[] }[] {
  const groups: { rows: Correlated[]; opens: Set<OpenReturn> }[] = [];
  for (const row of correlation.rows) {
    const { id } = row.interpretation.work;
    const opens = new Set(row.targets.flat());
    for (const open of correlation.returns) if (open.superseded.has(id) || open.told.has(id)) opens.add(open);
    const joined = groups.filter(group => [...opens].some(open => group.opens.has(open)));
    const group = {
      rows: [...joined.flatMap(other => other.rows), row],
      opens: new Set([...joined.flatMap(other => [...other.opens]), ...opens]),
    };
    for (const other of joined) groups.splice(groups.indexOf(other), 1);
    groups.push(group);
  }
  return groups.map(group => ({ rows: group.rows, opens: [...group.opens] }));
}
