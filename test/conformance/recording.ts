import type { AccountConfig, ConnectionConfig } from '../../src/config/config.ts';
import { aliasKey } from '../../src/model/aliases.ts';
import { correlate } from '../../src/pipeline/correlate.ts';
import type { Interpretation } from '../../src/pipeline/interpret.ts';
import { type Plan, planRecord } from '../../src/pipeline/plan-record.ts';
import type { InboundOutcome, InboundWork, ReturnWrite, StoredReturn } from '../../src/storage/store.ts';

/**
 * Records inbound rows through the real pipeline (interpret, correlate, plan) into memory instead of a database, so
 * that thousands of recordings of one lifecycle can be compared.
 */
export interface Recording {
  record(batch: readonly Interpretation[]): Plan;
  /** Living returns, the oldest first. */
  returns(): readonly StoredReturn[];
  /** The last outcome of each row. */
  outcomes(): ReadonlyMap<string, InboundOutcome>;
}

/** The types of all events that a plan sends, in their order; those that revise another with their revision. */
export function typesSent({ returns }: Plan): readonly string[] {
  return returns.flatMap(({ write }) =>
    write.events.map(({ type, revision }) => (revision === 1 ? type : `${type} ${revision}`)),
  );
}

export function createRecording(accounts: ReadonlyMap<string, AccountConfig>): Recording {
  let stored: StoredReturn[] = [];
  let ids = 0;
  const rows = new Map<string, Interpretation>();
  const outcomes = new Map<string, InboundOutcome>();
  const newId = (prefix: string) => `${prefix}_${String(++ids).padStart(8, '0')}`;

  function record(batch: readonly Interpretation[]): Plan {
    for (const row of batch) rows.set(row.work.id, row);
    const nowMs = ++ids;
    const plan = planRecord(correlate(batch, stored, { newId, nowMs }), { accounts, newId, nowMs, owner: null });
    const moved = new Set<string>();
    for (const { write } of plan.returns) {
      const gone = new Set([write.id, ...write.absorbs.map(each => each.id)]);
      const before = stored.filter(each => gone.has(each.id));
      for (const key of changedAliases(before, write)) moved.add(key);
      stored = [...stored.filter(each => !gone.has(each.id)), written(write, before)];
    }
    for (const outcome of plan.groups.flatMap(group => group.inbound)) outcomes.set(outcome.id, outcome);
    // Whatever attaches by an alias that a return gained or lost is read again.
    const woken = [...outcomes.values()].filter(({ attachesBy }) =>
      attachesBy.some(alias => moved.has(aliasKey(alias))),
    );
    if (woken.length === 0) return plan;
    const then = record(woken.map(outcome => rows.get(outcome.id)!));
    return { groups: [...plan.groups, ...then.groups], returns: [...plan.returns, ...then.returns] };
  }

  return { record, returns: () => stored.toSorted((a, b) => a.createdAtMs - b.createdAtMs), outcomes: () => outcomes };
}

function changedAliases(before: readonly StoredReturn[], write: ReturnWrite): readonly string[] {
  const after = new Set(write.aliases.map(aliasKey));
  const own = new Set(
    before
      .filter(each => each.id === write.id)
      .flatMap(each => each.aliases)
      .map(aliasKey),
  );
  const lost = before.flatMap(each =>
    each.aliases.map(aliasKey).filter(key => each.id !== write.id || !after.has(key)),
  );
  return [...[...after].filter(key => !own.has(key)), ...lost];
}

function written(write: ReturnWrite, before: readonly StoredReturn[]): StoredReturn {
  const replaced = new Set([...write.superseded, ...write.derivations.map(each => each.inboundId)]);
  const facts = new Map(before.flatMap(each => each.facts).map(fact => [fact.eventId, fact]));
  for (const fact of write.facts) facts.set(fact.eventId, fact);
  const { id, account, connection, provider, sequence, createdAtMs, updatedAtMs, state, shopper, aliases } = write;
  return {
    ...{ id, account, connection, provider, sequence, createdAtMs, updatedAtMs, state, shopper, aliases },
    version: write.expectedVersion + 1,
    mergedFrom: write.absorbs.map(each => each.id),
    derivations: [
      ...before.flatMap(each => each.derivations).filter(each => !replaced.has(each.inboundId)),
      ...write.derivations,
    ],
    facts: [...facts.values()],
    related: [],
  };
}

/** A kept row of a connection, received at its own instant. */
export function inboundRow(
  connection: ConnectionConfig,
  request: Pick<InboundWork, 'method' | 'path' | 'headers' | 'body'>,
  id: string,
  receivedAtMs: number,
): InboundWork {
  const { method, path, headers, body } = request;
  return {
    ...{ id, method, path, headers, body, receivedAtMs },
    account: connection.account,
    connection: connection.name,
    adapterId: connection.adapter.id,
    source: 'webhook',
    query: '',
    bodyDigest: id,
    trust: 'signed',
    secretIndex: 0,
    configRevision: null,
    state: 'received',
    variantOf: null,
    interpretedVersion: null,
    notices: [],
  };
}
