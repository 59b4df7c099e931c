import type { AccountConfig } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Fact } from '../model/fact.ts';
import { type NewId, naturalId } from '../model/ids.ts';
import type { ReturnAuthorization } from '../model/return.ts';
import type { LedgerFact, NewEvent } from '../storage/store.ts';
import type { Change } from './fact-changes.ts';
import type { Interpretation } from './interpret.ts';
import { outgoingData, wants, webhookId } from './outgoing-event.ts';
import type { WithdrawnFact } from './withdrawn-facts.ts';

/** An event before anybody is told of it. */
export type Unpublished = Omit<NewEvent, 'body' | 'deliveries'>;

/** `gone`: what a withdrawn fact was; `revision`: of the account file under which rows are read now. */
export function eventOf(
  change: Change,
  ledger: ReadonlyMap<string, LedgerFact>,
  sequence: number,
  gone: WithdrawnFact | null,
  revision: string | null,
): Unpublished {
  const { eventId, type, entry, fact, late } = change;
  const known = ledger.get(eventId);
  const effectiveAt = entry.position.slice(0, entry.position.indexOf(' '));
  const told = fact ?? gone?.fact;
  return {
    eventId,
    revision: entry.revision,
    sequence,
    type,
    withdrawn: entry.withdrawn,
    late,
    occurredAt: told?.event.occurredAt ?? null,
    receivedAt: told?.receivedAt ?? effectiveAt,
    effectiveAt,
    change: fact?.event.change ?? {},
    provenance: fact === null ? withdrawnBy(gone?.by ?? null, revision) : toldBy(fact, change.inboundIds),
    replayOf: known === undefined ? null : webhookId(eventId, known.revision),
  };
}

function toldBy({ tellings }: Fact, inboundIds: readonly string[]): unknown {
  const { trust, secretIndex, adapterId, adapterVersion, configRevision } = tellings[0]!.source;
  return { inboundIds, trust, secretIndex, adapter: { id: adapterId, version: adapterVersion }, configRevision };
}

/** Nobody tells what is not so: the source is the row that, read again, no longer does. */
function withdrawnBy(by: Interpretation | null, revision: string | null): unknown {
  if (by === null) return { inboundIds: [] };
  const { work, provider, adapterVersion } = by;
  const { id, trust, secretIndex } = work;
  const adapter = { id: provider, version: adapterVersion };
  return { inboundIds: [id], trust, secretIndex, adapter, configRevision: revision ?? work.configRevision };
}

export function mergedEvent(into: string, from: string, sequence: number, nowMs: number): Unpublished {
  return gatewayEvent(['return.merged', into, 'from', from], { from }, sequence, nowMs);
}

export function farewellEvent(into: string, younger: string, sequence: number, nowMs: number): Unpublished {
  return gatewayEvent(['return.merged', younger, 'into', into], { into }, sequence, nowMs);
}

/** A merge is ours, not a fact a provider told: it is no input of the fold. */
function gatewayEvent(key: readonly string[], change: unknown, sequence: number, nowMs: number): Unpublished {
  const at = new Date(nowMs).toISOString();
  return {
    eventId: naturalId('evt', key),
    revision: 1,
    sequence,
    type: 'return.merged',
    withdrawn: false,
    late: false,
    occurredAt: at,
    receivedAt: at,
    effectiveAt: at,
    change,
    provenance: { inboundIds: [] },
    replayOf: null,
  };
}

export interface PublishDeps {
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly newId: NewId;
}

/** Every message of one write together; a webhook of thousands of lines would make n messages of n lines each. */
const MOST_TO_SEND_BYTES = 32 * 1024 * 1024;

/**
 * Makes the events of one return sendable: a body, shared by the destinations that want it. The return, which each
 * body carries whole, is serialised once. Throws where one write would make more to send than memory should hold.
 */
export function createPublish(view: Omit<ReturnAuthorization, 'shopper'>, deps: PublishDeps) {
  const destinations = [...(deps.accounts.get(view.account)?.destinations.values() ?? [])];
  let viewJson: string | null = null;
  let bytes = 0;

  return function publish(event: Unpublished, silent: boolean): NewEvent {
    const wanted = silent ? [] : destinations.filter(destination => wants(destination, event.type));
    if (wanted.length === 0) return { ...event, body: null, deliveries: [] };
    viewJson ??= JSON.stringify(view);
    const { return: _, ...data } = outgoingData(event, view, view);
    const head = JSON.stringify({ type: event.type, timestamp: event.effectiveAt, data });
    const body = `${head.slice(0, -2)},"return":${viewJson}}}`;
    bytes += body.length;
    if (bytes > MOST_TO_SEND_BYTES) {
      throw new GatewayError(
        'BUG',
        'One webhook would make more than 32 MiB to send: too many lines, each with the whole return.',
      );
    }
    const id = webhookId(event.eventId, event.revision);
    return {
      ...event,
      body,
      deliveries: wanted.map(({ name }) => ({ id: deps.newId('dlv'), destination: name, webhookId: id })),
    };
  };
}
