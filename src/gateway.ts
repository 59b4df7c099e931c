import { randomBytes, randomUUID } from 'node:crypto';
import { typeidUnboxed } from 'typeid-js';
import type { Adapter } from './adapter/define-adapter.ts';
import type { AccountConfig, LoadedConfig } from './config/config.ts';
import { type LoadRequest, loadConfig } from './config/load-config.ts';
import type { ProcessSettings } from './config/process-settings.ts';
import { revisionsFor } from './config/revision.ts';
import type { GatewayError } from './gateway-error.ts';
import { createApp } from './http/app.ts';
import { tokenDigest, tokenFrom } from './http/auth.ts';
import { startServer } from './http/server.ts';
import type { NewId } from './model/ids.ts';
import { createProviderCaller } from './outbound/call-provider.ts';
import { createCallBreakers } from './pipeline/call-breakers.ts';
import { createFetchObject, FETCH, isTrouble } from './pipeline/fetch-object.ts';
import { createIntakeQueue } from './pipeline/intake-queue.ts';
import { startLoop } from './pipeline/loop.ts';
import { createNoteFindings } from './pipeline/note-findings.ts';
import { createReceive } from './pipeline/receive.ts';
import { replay } from './pipeline/replay.ts';
import { retention } from './pipeline/retention.ts';
import { createSender } from './pipeline/send-delivery.ts';
import { silence } from './pipeline/silence.ts';
import { testDestination } from './pipeline/test-destination.ts';
import { ensureTimers, housekeeping } from './pipeline/timers.ts';
import { createDriftWatch, DRIFT_EVERY_MS } from './pipeline/watch-drift.ts';
import { startWorker, type Worker } from './pipeline/worker.ts';
import { openStore, type StoreOptions } from './storage/open-store.ts';
import { ROLES, type Store } from './storage/store.ts';
import { describeError, type Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';

/** What a process does: take webhooks, interpret and record them, deliver. Every process serves the API. */
export const GATEWAY_ROLES = ['receive', 'process', 'deliver'] as const;
export type GatewayRole = (typeof GATEWAY_ROLES)[number];

export interface GatewayOptions {
  readonly settings: ProcessSettings;
  readonly adapters: readonly Adapter[];
  readonly log: Log;
  /** Where `{ env }` references are looked up. Default the process's own. */
  readonly env?: LoadRequest['env'];
  /** Default all. What one process leaves out waits until another has the same store. */
  readonly roles?: ReadonlySet<GatewayRole>;
  /** For tests of a store in trouble, and for counting. */
  readonly storeOptions?: Pick<StoreOptions, 'syncFile' | 'onStatement'>;
}

export interface Gateway {
  /** Where it listens. */
  readonly url: string;
  readonly config: LoadedConfig;
  /** The administrator's token if this start made one: shown once, never again. */
  readonly newAdminToken: string | null;
  readonly app: ReturnType<typeof createApp>;
  readonly store: Store;
  /** Resolves when the disk lost what was written: the gateway takes and sends nothing more and should be closed. */
  readonly lost: Promise<GatewayError>;
  /** Stops accepting, finishes what is under way, hands leases back, closes the store. */
  close(): Promise<void>;
}

/** How long a webhook that could not be kept keeps a load balancer away. */
const DEGRADED_MS = 10_000;

const newId: NewId = prefix => typeidUnboxed(prefix);
const now = () => Date.now();
const newTokenSecret = () => randomBytes(32).toString('base64url');

/** The composition root: configuration → store → pipeline → HTTP. Time and chance are made here and handed down. */
export async function openGateway({
  settings,
  adapters,
  log,
  env,
  roles = new Set(GATEWAY_ROLES),
  storeOptions = {},
}: GatewayOptions): Promise<Gateway> {
  const loaded = await loadConfig({
    directory: settings.configDirectory,
    adapters,
    ...(env === undefined ? {} : { env }),
  });
  const lost = Promise.withResolvers<GatewayError>();
  let worker: Worker | null = null;
  const store = await openStore(settings.databaseUrl, {
    onProblem: error => log.error({ event: 'store.problem', ...describeError(error) }),
    onLost(error) {
      log.error({ event: 'store.lost', ...describeError(error) });
      lost.resolve(error);
    },
    onWork: work => (work === 'received' ? worker?.received() : worker?.due()),
    ...storeOptions,
  });
  try {
    const config = await applyConfig(store, loaded);
    const newAdminToken = await ensureAdminToken(store, settings);
    const metrics = createMetrics();
    const sender = createSender(config.gateway.delivery.allowNetworks);
    const caller = createProviderCaller(config.gateway.delivery.allowNetworks);
    const intake = createIntakeQueue(store);
    let stopping = false;
    let couldNotKeepAtMs = Number.NEGATIVE_INFINITY;

    const shared = { store, config: () => config, accounts: () => config.accounts, newId, now, log };
    const note = createNoteFindings(shared);
    const drift = createDriftWatch({ ...shared, note });
    const comparing = startLoop('drift', log, async () => {
      await drift.flush('due');
      return DRIFT_EVERY_MS;
    });
    const working = startWorker({
      ...shared,
      sender,
      owner: randomUUID(),
      chance: Math.random,
      roles,
      timers: {
        ...housekeeping(store),
        ...retention(shared),
        ...silence({ ...shared, note }),
        [FETCH]: createFetchObject({
          ...shared,
          note,
          caller,
          breakers: createCallBreakers(isTrouble),
          keep: intake.keep,
          onKept: () => working.received(),
        }),
      },
      onInterpreted(interpretations) {
        if (drift.observe(interpretations)) comparing.wake();
      },
      onAttempt: ({ outcome, durationMs }) => metrics.attempted(outcome, durationMs),
      onRecorded: outcomes => {
        for (const { state, events } of outcomes) {
          metrics.interpreted(state);
          metrics.recorded(events);
        }
        working.due();
      },
    });
    worker = working;
    const receive = createReceive({
      ...shared,
      keep: intake.keep,
      onReceived: outcome => {
        metrics.received(outcome);
        if (outcome === 'unavailable') couldNotKeepAtMs = now();
        if (outcome === 'kept' || outcome === 'duplicate') working.received();
      },
    });
    const replaying = {
      ...shared,
      onRecorded: () => working.due(),
    };
    const app = createApp({
      ...shared,
      adapters,
      receive,
      metrics,
      replay: (scope, inboundId, options) => replay(replaying, scope, inboundId, options),
      testDestination: (destination, requestedBy) => testDestination({ sender, newId, now }, destination, requestedBy),
      onDue: () => working.due(),
      newTokenSecret,
      adminTokenDigest: settings.adminToken === null ? null : tokenDigest(settings.adminToken.reveal()),
      roles: GATEWAY_ROLES.filter(role => roles.has(role)),
      notReady: () => (stopping ? 'The gateway is stopping.' : null),
      degraded: () =>
        now() - couldNotKeepAtMs < DEGRADED_MS
          ? 'The store could not keep a webhook a moment ago; the log says why.'
          : null,
    });
    const stop = async () => {
      await intake.idle();
      await working.stop();
      await comparing.stop();
      // Statistics: a store that cannot take them now holds up no stop.
      await drift.flush('all').catch(error => log.warn({ event: 'drift.not_written', ...describeError(error) }));
      await Promise.all([sender.close(), caller.close()]);
    };
    const server = await startServer(app, { host: settings.host, port: settings.port }).catch(async error => {
      await stop();
      throw error;
    });

    return {
      url: server.url,
      config,
      newAdminToken,
      app,
      store,
      lost: lost.promise,
      async close() {
        stopping = true;
        await server.close();
        await stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Changed files become revisions, destinations get their rows, and every account learns the revision that is in force. */
async function applyConfig(store: Store, loaded: LoadedConfig): Promise<LoadedConfig> {
  const nowMs = now();
  const applied = new Map((await store.currentRevisions()).map(revision => [revision.path, revision] as const));
  const fresh = revisionsFor(loaded.files, applied).map(revision => ({
    ...revision,
    id: newId('rev'),
    effectiveFromMs: nowMs,
    createdAtMs: nowMs,
  }));
  await store.addRevisions(fresh);
  const inForce = new Map((await store.currentRevisions()).map(revision => [revision.account, revision.id] as const));
  const accounts = new Map<string, AccountConfig>();
  for (const [id, account] of loaded.accounts) accounts.set(id, { ...account, revision: inForce.get(id) ?? null });

  const destinations = [...accounts.values()].flatMap(account => [...account.destinations.values()]);
  await store.syncDestinations(
    destinations.map(({ account, name }) => ({ account, name })),
    nowMs,
  );
  await ensureTimers(store, newId, nowMs);
  return { ...loaded, accounts };
}

/** Without `RETOUR_ADMIN_TOKEN`, and where no token with every role lives, the first start makes one. */
async function ensureAdminToken(store: Store, settings: ProcessSettings): Promise<string | null> {
  if (settings.adminToken !== null) return null;
  const secret = tokenFrom(newTokenSecret());
  const token = {
    id: newId('tok'),
    name: 'first start',
    roles: ROLES,
    accounts: 'all',
    createdAtMs: now(),
    createdBy: 'first start',
    revokedAtMs: null,
  } as const;
  return (await store.addFirstAdministrator(token, tokenDigest(secret))) ? secret : null;
}
