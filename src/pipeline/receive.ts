import { createHash } from 'node:crypto';
import type { InboundRequest, Verification } from '../adapter/webhook.ts';
import type { ConnectionConfig, LoadedConfig } from '../config/config.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { NewId } from '../model/ids.ts';
import type { KeepResult, NewInbound, Rejection, Store } from '../storage/store.ts';
import { describeError, type Log } from '../telemetry/log.ts';
import { FETCHED_KIND } from './fetch-object.ts';
import { withoutCredentials } from './without-credentials.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Rejected requests kept per connection; older ones go. */
const REJECTIONS_KEPT = 1000;
/** An unproven webhook uses its budget up once for so many bytes: what it costs on disk, and in reading it, grows with them. */
const HINT_BYTES = 16_384;

export interface ReceiveDeps {
  readonly store: Pick<Store, 'addRejection'>;
  readonly keep: (row: NewInbound) => Promise<KeepResult>;
  readonly config: () => LoadedConfig;
  readonly newId: NewId;
  readonly now: () => number;
  readonly log: Log;
  readonly onReceived: (outcome: Received['outcome'], account: string) => void;
}

/** What the provider is to hear; `http/webhooks.ts` only puts it into HTTP. */
export type Received =
  | { readonly outcome: 'kept' | 'duplicate'; readonly id: string; readonly status: 200 | 202 }
  | { readonly outcome: 'rejected'; readonly rejectionId: string; readonly basic: boolean }
  | { readonly outcome: 'unavailable'; readonly error: GatewayError }
  | { readonly outcome: 'over_budget'; readonly retryAfterMs: number };

export type Receive = (connection: ConnectionConfig, request: InboundRequest) => Promise<Received>;

/**
 * Proves the sender and keeps the bytes: nothing is understood here. `kept` and `duplicate` mean that the bytes are
 * committed and synced. Verification sees the bytes, never JSON, and a dedupe key is registered only after it.
 */
export function createReceive(deps: ReceiveDeps): Receive {
  const hints = new Map<string, { minute: number; used: number }>();

  /** Nobody has proven anything, so the budget is all that bounds what such a sender can make us keep. */
  function withinHintBudget(connection: ConnectionConfig, bytes: number, nowMs: number): boolean {
    const key = `${connection.account}/${connection.name}`;
    const minute = Math.floor(nowMs / 60_000);
    const known = hints.get(key);
    const used = known?.minute === minute ? known.used : 0;
    if (used >= deps.config().gateway.intake.hintsPerMinute) return false;
    hints.set(key, { minute, used: used + Math.max(1, Math.ceil(bytes / HINT_BYTES)) });
    return true;
  }

  return async function receive(connection, request) {
    const startedAtMs = deps.now();
    const { account, name, adapter } = connection;
    const webhook = adapter.webhook!;
    const answer = (received: Received, facts: Record<string, unknown>): Received => {
      const line = {
        event: 'webhook.received',
        account,
        connection: name,
        outcome: received.outcome,
        bytes: request.body.byteLength,
        ...facts,
      };
      deps.log.info({ ...line, durationMs: deps.now() - startedAtMs });
      deps.onReceived(received.outcome, account);
      return received;
    };

    const verification = await webhook.verify(request, connection, new Date(startedAtMs));
    if (verification.outcome === 'rejected') {
      const rejection = rejectionOf(deps.newId('rej'), connection, request, verification, startedAtMs);
      try {
        await deps.store.addRejection(rejection, REJECTIONS_KEPT);
      } catch (error) {
        deps.log.warn({ event: 'rejection.not_kept', account, connection: name, ...describeError(error) });
      }
      const { reason, header, skewSeconds } = rejection;
      return answer(
        { outcome: 'rejected', rejectionId: rejection.id, basic: schemeOf(connection) === 'basic' },
        { rejectionId: rejection.id, reason, header, skewSeconds },
      );
    }
    if (verification.trust === 'hint' && !withinHintBudget(connection, request.body.byteLength, startedAtMs)) {
      return answer({ outcome: 'over_budget', retryAfterMs: 60_000 - (startedAtMs % 60_000) }, { trust: 'hint' });
    }

    const result = await deps.keep(inboundOf(deps, connection, request, verification, startedAtMs));
    if (result.outcome === 'failed')
      return answer({ outcome: 'unavailable', error: result.error }, { ...describeError(result.error) });
    const { trust } = verification;
    const variantOf = result.outcome === 'kept' ? result.variantOf : null;
    return answer(
      { outcome: result.outcome, id: result.id, status: connection.acknowledgeWith },
      { inboundId: result.id, trust, variantOf },
    );
  };
}

function inboundOf(
  deps: ReceiveDeps,
  connection: ConnectionConfig,
  request: InboundRequest,
  verification: Extract<Verification, { outcome: 'accepted' }>,
  receivedAtMs: number,
): NewInbound {
  const { account, name, adapter, settings } = connection;
  const { headers: sent, query } = withoutCredentials(request, connection);
  const { [FETCHED_KIND]: _ours, ...headers } = sent; // what says that we fetched it is never the sender's to say
  const { method, path, body } = request;
  const { trust, secretIndex } = verification;
  return {
    id: deps.newId('inb'),
    account,
    connection: name,
    adapterId: adapter.id,
    source: 'webhook',
    receivedAtMs,
    method,
    path,
    query,
    headers,
    body,
    bodyDigest: createHash('sha256').update(body).digest('hex'),
    trust,
    secretIndex,
    configRevision: deps.config().accounts.get(account)?.revision ?? null,
    dedupe: trust === 'hint' ? null : dedupeOf(deps, connection, request, settings, receivedAtMs),
  };
}

/** A provider's id is remembered long; a digest only while a redelivery is likely, for equal bytes later can be real news. */
function dedupeOf(
  deps: ReceiveDeps,
  { adapter }: ConnectionConfig,
  request: InboundRequest,
  settings: unknown,
  nowMs: number,
): NewInbound['dedupe'] {
  const { key, from } = adapter.webhook!.dedupeKey(request, settings);
  const rememberedMs =
    from === 'provider-id'
      ? deps.config().gateway.retention.dedupeDays * DAY_MS
      : Math.max(24, adapter.webhook!.redeliveryHours ?? 0) * 60 * 60 * 1000;
  return { key: `${from}:${key}`, expiresAtMs: nowMs + rememberedMs };
}

function rejectionOf(
  id: string,
  { account, name }: ConnectionConfig,
  request: InboundRequest,
  { reason, evidence }: Extract<Verification, { outcome: 'rejected' }>,
  receivedAtMs: number,
): Rejection {
  const { method, path, body } = request;
  return { id, account, connection: name, receivedAtMs, reason, method, path, ...evidence, bodyBytes: body.byteLength };
}

function schemeOf(connection: ConnectionConfig): string | undefined {
  return (connection.settings as { verification?: { scheme?: string } }).verification?.scheme;
}
