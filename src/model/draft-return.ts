import { normalizeTracking } from './aliases.ts';
import { type DisputeState, type DropOffState, FAULT_OF_REASON, type Stage } from './codes.ts';
import type { Fact } from './fact.ts';
import { naturalId } from './ids.ts';
import type { Anomaly, Decision, FoldedReturn, ReturnItem, Settlement, Shipment } from './return.ts';
import type { DetailItem, Fee, Order, SettlementChange } from './return-event.ts';
import { deriveStatus } from './status.ts';
import type { Instant } from './time.ts';

/** What the fold holds between two facts, and how it becomes the canonical return at the end. */

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Quantities as stated; `null`: nobody stated it. */
export interface DraftItem extends Writable<Omit<ReturnItem, 'quantities' | 'reason'>> {
  reason: DetailItem['reason'] | null;
  requested: number | null;
  authorized: number | null;
  droppedOff: number | null;
  received: number | null;
  missing: number | null;
  refused: number | null;
  /** The facts that stated units moved, for an anomaly. */
  movedBy: { readonly eventId: string; readonly at: Instant }[];
}

export type ClosingWord = 'rejected' | 'cancelled' | 'expired';

export interface Draft {
  readonly account: string;
  readonly connection: string;
  readonly items: Map<string, DraftItem>;
  readonly shipments: Map<string, Writable<Shipment>>;
  readonly settlements: Map<string, Writable<Settlement>>;
  readonly fees: Map<string, Fee>;
  readonly orders: Map<string, Order>;
  rmaNumber: string | null;
  method: FoldedReturn['method'];
  decisions: { request: Decision | null; package: Decision | null };
  latestStage: Stage | null;
  dropOff: {
    state: DropOffState;
    at: Instant;
    location: { name: string | null; address: string | null } | null;
  } | null;
  dispute: { state: DisputeState; reason: string | null };
  /** The standing claim that the return is over without goods; `moved` once goods moved after it. */
  closed: { word: ClosingWord; eventId: string; moved: boolean } | null;
  completed: { eventId: string } | null;
  requested: boolean;
  inReview: boolean;
  /** An authorization that named no lines: it holds for all of them. */
  authorizesAll: boolean;
  labelIssued: boolean;
  reached: 0 | 1 | 2 | 3;
  readonly exceptions: FoldedReturn['exceptions'];
  readonly anomalies: Anomaly[];
  readonly providerData: Record<string, Record<string, unknown>>;
}

export function emptyDraft(account: string, connection: string): Draft {
  return {
    account,
    connection,
    items: new Map(),
    shipments: new Map(),
    settlements: new Map(),
    fees: new Map(),
    orders: new Map(),
    rmaNumber: null,
    method: null,
    decisions: { request: null, package: null },
    latestStage: null,
    dropOff: null,
    dispute: { state: 'none', reason: null },
    closed: null,
    completed: null,
    requested: false,
    inReview: false,
    authorizesAll: false,
    labelIssued: false,
    reached: 0,
    exceptions: [],
    anomalies: [],
    providerData: {},
  };
}

/** The line a ref names; made on first mention, since a drop-off may be told before the return it belongs to. */
export function itemOf(draft: Draft, fact: Fact, ref: string): DraftItem {
  let item = draft.items.get(ref);
  if (item === undefined) {
    item = {
      id: naturalId('itm', [draft.account, draft.connection, fact.anchor, ref]),
      orderNumber: null,
      orderLineId: null,
      sku: null,
      upc: null,
      name: null,
      reason: null,
      value: null,
      requested: null,
      authorized: null,
      droppedOff: null,
      received: null,
      missing: null,
      refused: null,
      movedBy: [],
      condition: null,
      disposition: null,
    };
    draft.items.set(ref, item);
  }
  return item;
}

/** The parcel a ref names, or the one already known by the same tracking number. */
export function shipmentOf(
  draft: Draft,
  fact: Fact,
  ref: string,
  trackingNumber: string | null | undefined,
): Writable<Shipment> {
  let shipment = draft.shipments.get(ref);
  if (shipment === undefined && trackingNumber) {
    const number = normalizeTracking(trackingNumber);
    for (const candidate of draft.shipments.values()) {
      if (candidate.trackingNumber !== null && normalizeTracking(candidate.trackingNumber) === number)
        shipment = candidate;
    }
    if (shipment !== undefined) draft.shipments.set(ref, shipment);
  }
  if (shipment === undefined) {
    shipment = {
      id: naturalId('shp', [draft.account, draft.connection, fact.anchor, ref]),
      direction: 'return',
      carrier: null,
      trackingNumber: null,
      trackingUrl: null,
      label: null,
      phase: 'unknown',
      exception: 'none',
      consolidated: false,
    };
    draft.shipments.set(ref, shipment);
  }
  return shipment;
}

export function settlementOf(draft: Draft, fact: Fact, change: SettlementChange): Writable<Settlement> {
  let settlement = draft.settlements.get(change.ref);
  if (settlement === undefined) {
    const id = naturalId('stl', [draft.account, draft.connection, fact.anchor, change.ref]);
    settlement = {
      id,
      kind: change.kind,
      state: change.state,
      amount: null,
      scope: null,
      orderNumber: null,
      at: fact.effectiveAt,
    };
    draft.settlements.set(change.ref, settlement);
  }
  return settlement;
}

export function finishDraft(draft: Draft, facts: readonly Fact[]): FoldedReturn {
  const items = [...draft.items.values()].map(item => finishItem(draft, item));
  const orders = [...draft.orders.values()].sort((a, b) => byText(a.number, b.number));
  const stage = draft.latestStage;
  const decision = stage === null ? null : draft.decisions[stage];
  return {
    status: deriveStatus(draft),
    providerReturnId: lowestAlias(draft, facts, 'return', true),
    rmaNumber: draft.rmaNumber ?? lowestAlias(draft, facts, 'rma', false),
    order: orders[0] ?? null,
    orders,
    decision: stage === null || decision === null ? null : { stage, ...decision },
    decisions: { ...draft.decisions },
    method: draft.method,
    items: items.sort((a, b) => byText(a.id, b.id)),
    shipments: [...new Set(draft.shipments.values())].sort((a, b) => byText(a.id, b.id)),
    dropOff: finishDropOff(draft),
    settlements: [...draft.settlements.values()].sort((a, b) => byText(a.id, b.id)),
    fees: [...draft.fees.entries()].sort(([a], [b]) => byText(a, b)).map(([, fee]) => fee),
    dispute: draft.dispute,
    exceptions: draft.exceptions,
    anomalies: draft.anomalies,
    providerData: draft.providerData as FoldedReturn['providerData'],
  };
}

function finishItem(draft: Draft, item: DraftItem): ReturnItem {
  const { requested: asked, authorized: allowed, droppedOff, received, missing, refused, movedBy, ...rest } = item;
  const requested = asked ?? 0;
  const authorized = allowed ?? (draft.authorizesAll ? requested : 0);
  const kept = draft.method?.code === 'keep_item' ? authorized : 0;
  if (asked !== null && Math.max(droppedOff ?? 0, received ?? 0) > requested) {
    draft.anomalies.push({
      code: 'quantity_exceeded',
      eventIds: movedBy.map(fact => fact.eventId),
      at: movedBy.at(-1)!.at,
    });
  }
  return {
    ...rest,
    reason: !rest.reason ? null : { ...rest.reason, fault: rest.reason.fault ?? FAULT_OF_REASON[rest.reason.code] },
    quantities: {
      requested,
      authorized,
      droppedOff: droppedOff ?? 0,
      received: received ?? 0,
      missing: missing ?? 0,
      refused: refused ?? 0,
      kept,
    },
  };
}

/** Told item by item, `dropped` becomes `partially_dropped` while units that may come back are still out. */
function finishDropOff(draft: Draft): FoldedReturn['dropOff'] {
  const { dropOff } = draft;
  if (dropOff?.state !== 'dropped') return dropOff;
  let dropped = 0;
  let expected = 0;
  for (const item of draft.items.values()) {
    dropped += item.droppedOff ?? 0;
    expected += Math.max(item.authorized ?? item.requested ?? 0, item.droppedOff ?? 0);
  }
  return dropped > 0 && dropped < expected ? { ...dropOff, state: 'partially_dropped' } : dropOff;
}

/** From the tellings of the return's own connection; several values of one kind happen after a merge: the lowest. */
function lowestAlias(draft: Draft, facts: readonly Fact[], kind: string, unique: boolean): string | null {
  let lowest: string | null = null;
  for (const fact of facts) {
    for (const telling of fact.tellings) {
      if (telling.source.connection !== draft.connection) continue;
      for (const alias of telling.aliases) {
        if (alias.kind === kind && alias.unique === unique && (lowest === null || alias.value < lowest))
          lowest = alias.value;
      }
    }
  }
  return lowest;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
