import { GatewayError } from '../../gateway-error.ts';
import { attachingKey, sameHolders } from '../attaching.ts';
import { continues } from '../gapless.ts';
import type { AttachingAlias, InboundOutcome, RecordGroup, RecordResult, ReturnWrite } from '../store.ts';
import { MOST_ATTACHED } from '../store.ts';
import { type AliasKey, aliasChanges, keyOf, type RecordState } from './record-state.ts';

/** A group that may be written. */
export interface Accepted {
  readonly group: RecordGroup;
  /** Aliases that its returns gain or lose, by `attachingKey`. */
  readonly changed: ReadonlyMap<string, AliasKey>;
}

export interface Judgement {
  /** Of the groups that are refused, by their index. */
  readonly refused: ReadonlyMap<number, RecordResult>;
  readonly accepted: readonly Accepted[];
}

const CONFLICT: RecordResult = { outcome: 'conflict' };

/** Which groups still meet what they were planned for. A later group that touches what an earlier one writes has to be planned anew. */
export function judgeGroups(groups: readonly RecordGroup[], state: RecordState): Judgement {
  const refused = new Map<number, RecordResult>();
  const accepted: Accepted[] = [];
  const touched = new Set<string>();
  const taken = new Set<string>();
  for (const [index, group] of groups.entries()) {
    const result = judge(group, state, touched, taken);
    if (result !== null) {
      refused.set(index, result);
      continue;
    }
    for (const write of group.returns) {
      touched.add(keyOf(write));
      for (const { id } of write.absorbs) touched.add(keyOf({ account: write.account, id }));
      for (const alias of write.aliases) if (alias.identifies) taken.add(identityOf(write, alias));
    }
    accepted.push({ group, changed: changedBy(group, state) });
  }
  return { refused, accepted };
}

/** Whether an outcome was read before what it attaches to changed, or somebody queued its row meanwhile. */
export function isOutdated(outcome: InboundOutcome, state: RecordState): boolean {
  const { account, owner, attachesBy } = outcome;
  if (owner === null && state.inbound.get(keyOf(outcome))!.state === 'received') return true;
  return attachesBy.some(alias => hasOtherHolders(account, alias, state));
}

function hasOtherHolders(account: string, { kind, value, seen }: AttachingAlias, state: RecordState): boolean {
  const holders = (state.holders.get(attachingKey(account, kind, value)) ?? []).map(({ return_id }) => return_id);
  return !sameHolders(holders.length > MOST_ATTACHED ? [] : holders, seen);
}

function judge(
  group: RecordGroup,
  state: RecordState,
  touched: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): RecordResult | null {
  for (const outcome of group.inbound) {
    const row = state.inbound.get(keyOf(outcome));
    if (row === undefined) return bug('An outcome names an inbound row that is not there.');
    if (outcome.owner !== null && state.claims.get(keyOf(outcome)) !== outcome.owner) return CONFLICT;
    // Read from bytes that were removed meanwhile: an erasure must not be undone by what is still in memory.
    if (row.bytes_erased_at_ms !== null) return CONFLICT;
  }
  const isOwn = ownAliases(group, state);
  const claimed = new Set<string>();
  for (const write of group.returns) {
    const result = judgeReturn(write, state, touched);
    if (result !== null) return result;
    for (const alias of write.aliases) {
      if (!alias.identifies) continue;
      const identity = identityOf(write, alias);
      if (taken.has(identity) || claimed.has(identity)) return CONFLICT;
      claimed.add(identity);
      const holders = state.holders.get(attachingKey(write.account, alias.kind, alias.value)) ?? [];
      const isTaken = holders.some(
        held =>
          held.identifies &&
          held.connection === write.connection &&
          held.return_id !== write.id &&
          !isOwn(write.account, held.return_id, alias),
      );
      if (isTaken) return CONFLICT;
    }
  }
  return null;
}

/** Whether a return of the group, or one it absorbs, gives the alias away. */
function ownAliases(group: RecordGroup, state: RecordState) {
  const lost = new Set<string>();
  for (const write of group.returns) {
    for (const alias of aliasChanges(write, state.aliases.get(keyOf(write)) ?? []).lost) {
      lost.add(`${keyOf(write)} ${alias.kind} ${alias.value}`);
    }
    for (const { id } of write.absorbs) {
      for (const { kind, value } of state.aliases.get(keyOf({ account: write.account, id })) ?? []) {
        lost.add(`${keyOf({ account: write.account, id })} ${kind} ${value}`);
      }
    }
  }
  return (account: string, id: string, { kind, value }: { readonly kind: string; readonly value: string }) =>
    lost.has(`${keyOf({ account, id })} ${kind} ${value}`);
}

function judgeReturn(write: ReturnWrite, state: RecordState, touched: ReadonlySet<string>): RecordResult | null {
  if (touched.has(keyOf(write))) return CONFLICT;
  const row = state.returns.get(keyOf(write));
  if (write.expectedVersion === 0 ? row !== undefined : row?.version !== write.expectedVersion) return CONFLICT;
  if (row !== undefined && row.merged_into !== null) return CONFLICT;
  for (const { id, expectedVersion, farewell } of write.absorbs) {
    const younger = state.returns.get(keyOf({ account: write.account, id }));
    if (younger === undefined || younger.version !== expectedVersion || younger.merged_into !== null) return CONFLICT;
    if (touched.has(keyOf(younger))) return CONFLICT;
    if (younger.connection !== write.connection || id === write.id) {
      return bug('A return may only absorb another of its own connection.');
    }
    if (farewell.sequence !== younger.sequence + 1) return bug('A farewell must end its line.');
  }
  if (!continues(write, row?.sequence ?? 0)) {
    return bug('The sequences of a return must continue without a gap.');
  }
  for (const { inboundId, receivedAtMs, trust, secretIndex } of write.derivations) {
    const from = state.inbound.get(keyOf({ account: write.account, id: inboundId }));
    if (from === undefined) return bug('A derivation names an inbound row that is not there.');
    if (from.received_at_ms !== receivedAtMs || from.trust !== trust || from.secret_index !== secretIndex) {
      return bug('A derivation differs from its inbound row.');
    }
  }
  for (const { body, deliveries } of write.events) {
    if (body === null && deliveries.length > 0) return bug('A delivery needs a body.');
  }
  return null;
}

function changedBy(group: RecordGroup, state: RecordState): ReadonlyMap<string, AliasKey> {
  const changed = new Map<string, AliasKey>();
  const add = ({ account, kind, value }: AliasKey) =>
    changed.set(attachingKey(account, kind, value), { account, kind, value });
  for (const { account, id, aliases, absorbs } of group.returns) {
    const before = state.aliases.get(keyOf({ account, id })) ?? [];
    const had = new Set(before.map(({ kind, value }) => `${kind} ${value}`));
    const has = new Set(aliases.map(({ kind, value }) => `${kind} ${value}`));
    for (const { kind, value } of aliases) if (!had.has(`${kind} ${value}`)) add({ account, kind, value });
    for (const alias of before) if (!has.has(`${alias.kind} ${alias.value}`)) add(alias);
    for (const absorbed of absorbs)
      for (const alias of state.aliases.get(keyOf({ account, id: absorbed.id })) ?? []) add(alias);
  }
  return changed;
}

function identityOf(write: ReturnWrite, { kind, value }: { readonly kind: string; readonly value: string }): string {
  return `${write.connection} ${attachingKey(write.account, kind, value)}`;
}

function bug(message: string): RecordResult {
  return { outcome: 'failed', error: new GatewayError('BUG', message) };
}
