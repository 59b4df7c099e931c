import { createHash } from 'node:crypto';
import type { FoldedReturn } from '../../../src/model/return.ts';
import type {
  Attempt,
  Derivation,
  InboundOutcome,
  InboundWork,
  LedgerFact,
  NewEvent,
  NewInbound,
  RecordGroup,
  ReturnAlias,
  ReturnWrite,
  Settlement,
  Store,
  StoredReturn,
} from '../../../src/storage/store.ts';

/** Noon of a day; every test counts from here. */
export const T0 = Date.parse('2026-11-20T12:00:00.000Z');
export const ACCOUNT = 'acme-outdoor';
export const CONNECTION = 'happy-returns';
export const PROVIDER = 'happy-returns';
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function inboundRow(id: string, changes: Partial<NewInbound> & { readonly text?: string } = {}): NewInbound {
  const { text = `{"row":"${id}"}`, ...rest } = changes;
  const body = Buffer.from(text);
  return {
    id,
    account: ACCOUNT,
    connection: CONNECTION,
    adapterId: PROVIDER,
    source: 'webhook',
    receivedAtMs: T0,
    method: 'POST',
    path: `/webhooks/${ACCOUNT}/${CONNECTION}`,
    query: 'a=1&a=2',
    headers: { 'content-type': ['application/json'], 'x-twice': ['one', 'two'] },
    body,
    bodyDigest: createHash('sha256').update(body).digest('hex'),
    trust: 'signed',
    secretIndex: 0,
    configRevision: 'rev_1',
    dedupe: { key: `digest:${createHash('sha256').update(body).digest('hex')}`, expiresAtMs: T0 + DAY },
    ...rest,
  };
}

export function state(changes: Partial<FoldedReturn> = {}): FoldedReturn {
  return {
    status: 'requested',
    providerReturnId: null,
    rmaNumber: null,
    order: null,
    orders: [],
    decision: null,
    decisions: { request: null, package: null },
    method: null,
    items: [],
    shipments: [],
    dropOff: null,
    settlements: [],
    fees: [],
    dispute: { state: 'none', reason: null },
    exceptions: [],
    anomalies: [],
    providerData: {},
    ...changes,
  };
}

export function outcome(id: string, changes: Partial<InboundOutcome> = {}): InboundOutcome {
  const notices = [{ type: 'return.asn', key: 'n1', state: 'recorded' as const, eventIds: [], problem: null }];
  return {
    id,
    account: ACCOUNT,
    owner: 'worker',
    state: 'recorded',
    notices,
    fingerprint: null,
    adapterVersion: 1,
    attachesBy: [],
    ...changes,
  };
}

/** An event that goes to the destinations named, one delivery each: `evt_x` to `refunds` is `dlv_x_refunds`. */
export function event(
  name: string,
  sequence: number,
  destinations: readonly string[] = [],
  changes: Partial<NewEvent> = {},
): NewEvent {
  const eventId = `evt_${name}`;
  return {
    eventId,
    revision: 1,
    sequence,
    type: 'refund.issued',
    withdrawn: false,
    late: false,
    occurredAt: '2026-11-20T11:00:00.000Z',
    receivedAt: '2026-11-20T12:00:00.000Z',
    effectiveAt: '2026-11-20T11:00:00.000Z',
    change: { settlement: { ref: 'total' } },
    provenance: { inboundIds: ['inb_1'] },
    replayOf: null,
    body:
      destinations.length === 0
        ? null
        : JSON.stringify({ type: 'refund.issued', data: { eventId, note: 'Größe „M“' } }),
    deliveries: destinations.map(destination => ({
      id: `dlv_${name}_${destination}`,
      destination,
      webhookId: eventId,
    })),
    ...changes,
  };
}

export function fact(name: string, changes: Partial<LedgerFact> = {}): LedgerFact {
  const eventId = `evt_${name}`;
  return {
    eventId,
    type: 'refund.issued',
    revision: 1,
    contentDigest: 'digest',
    withdrawn: false,
    announced: true,
    position: `2026-11-20T11:00:00.000Z 18 000000 ${eventId}`,
    ...changes,
  };
}

export function identifies(value: string, kind = 'return'): ReturnAlias {
  return { kind, value, identifies: true };
}

export function attaches(kind: string, value: string): ReturnAlias {
  return { kind, value, identifies: false };
}

export function derivation(row: NewInbound | InboundWork, changes: Partial<Derivation> = {}): Derivation {
  return {
    inboundId: row.id,
    connection: row.connection,
    receivedAtMs: row.receivedAtMs,
    adapterId: row.adapterId,
    adapterVersion: 1,
    trust: row.trust,
    secretIndex: row.secretIndex,
    configRevision: row.configRevision,
    notices: [{ aliases: [{ kind: 'return', value: 'r1', unique: true }], via: null, silent: false, events: [] }],
    ...changes,
  };
}

/** A new return by default; `before` continues one that was loaded. */
export function write(id: string, changes: Partial<ReturnWrite> = {}, before: StoredReturn | null = null): ReturnWrite {
  const events = changes.events ?? [];
  const sequence = events.at(-1)?.sequence ?? before?.sequence ?? 0;
  return {
    id,
    account: ACCOUNT,
    connection: CONNECTION,
    provider: PROVIDER,
    expectedVersion: before?.version ?? 0,
    sequence,
    createdAtMs: before?.createdAtMs ?? T0,
    updatedAtMs: T0,
    state: before?.state ?? state(),
    shopper: before?.shopper ?? {},
    aliases: before?.aliases ?? [identifies(id)],
    derivations: [],
    superseded: [],
    facts: [],
    events: [],
    absorbs: [],
    ...changes,
  };
}

export function group(returns: readonly ReturnWrite[], inbound: readonly InboundOutcome[] = []): RecordGroup {
  return { inbound, returns };
}

/** Writes returns that must be written. */
export async function recorded(store: Store, ...returns: readonly ReturnWrite[]): Promise<void> {
  const [result] = await store.record([group(returns)], T0);
  if (result?.outcome !== 'recorded') throw new Error(`The return was not recorded: ${JSON.stringify(result)}`);
}

/** The return that an identifying alias names, as recording reads it. */
export async function stored(store: Store, value: string, connection = CONNECTION): Promise<StoredReturn> {
  const [found] = await store.loadReturns([lookup({ connection, identifying: [{ kind: 'return', value }] })]);
  if (found === undefined) throw new Error(`No return has the alias ${value}.`);
  return found;
}

export function lookup(
  changes: Partial<Parameters<Store['loadReturns']>[0][number]> = {},
): Parameters<Store['loadReturns']>[0][number] {
  return {
    account: ACCOUNT,
    connection: CONNECTION,
    identifying: [],
    attaching: [],
    inboundId: 'inb_none',
    ...changes,
  };
}

export async function kept(store: Store, ...rows: readonly NewInbound[]): Promise<void> {
  for (const result of await store.keepInbound(rows)) {
    if (result.outcome !== 'kept') throw new Error(`The row was not kept: ${JSON.stringify(result)}`);
  }
}

export function claim(owner = 'worker', nowMs = T0, limit = 100) {
  return { owner, nowMs, leaseMs: MINUTE, limit };
}

export function lineClaim(
  owner = 'worker',
  nowMs = T0,
  changes: {
    readonly name?: string;
    readonly limit?: number;
    readonly ordering?: 'per_return' | 'none';
    readonly account?: string;
  } = {},
) {
  const { name = 'refunds', limit = 100, ordering = 'per_return' as const, account = ACCOUNT } = changes;
  return { owner, nowMs, leaseMs: MINUTE, destinations: [{ account, name, limit, ordering }] };
}

export function attempt(id: string, changes: Partial<Attempt> = {}): Attempt {
  return {
    id: `att_${id}`,
    startedAtMs: T0,
    durationMs: 12,
    outcome: 'delivered',
    status: 200,
    detail: null,
    responseHead: null,
    requestedBy: null,
    ...changes,
  };
}

export function success(deliveryId: string, owner = 'worker'): Settlement {
  return { deliveryId, owner, attempt: attempt(deliveryId), next: { state: 'delivered' }, verdict: 'success' };
}

export function failure(deliveryId: string, dueAtMs: number, owner = 'worker'): Settlement {
  const tried = attempt(`${deliveryId}_${dueAtMs}`, {
    outcome: 'refused',
    status: 500,
    detail: 'The destination answered 500.',
  });
  return { deliveryId, owner, attempt: tried, next: { state: 'pending', dueAtMs }, verdict: 'failure' };
}

export const FIRST_PAGE = { limit: 50, after: null };
