import type { Adapter } from '../adapter/define-adapter.ts';
import type { DestinationConfig, LoadedConfig } from '../config/config.ts';
import type { NewId } from '../model/ids.ts';
import type { Receive } from '../pipeline/receive.ts';
import type { ReplayAnswer } from '../pipeline/replay.ts';
import type { Attempt, Role, Scope, Store } from '../storage/store.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What the HTTP surface is built from. */
export interface HttpDeps {
  readonly store: Store;
  readonly config: () => LoadedConfig;
  readonly adapters: readonly Adapter[];
  readonly receive: Receive;
  readonly replay: (
    scope: Scope,
    inboundId: string,
    options: { readonly dryRun: boolean; readonly requestedBy: string },
  ) => Promise<ReplayAnswer | null>;
  readonly testDestination: (
    destination: DestinationConfig,
    requestedBy: string,
  ) => Promise<Attempt & { readonly webhookId: string }>;
  /** A delivery was made due by a person. */
  readonly onDue: () => void;
  readonly now: () => number;
  readonly newId: NewId;
  /** 32 random bytes, base64url: the secret part of a new token. */
  readonly newTokenSecret: () => string;
  /** SHA-256 (hex) of the administrator's token from the environment; `null` where a stored one is used. */
  readonly adminTokenDigest: string | null;
  /** Which of receive, process and deliver this process does. */
  readonly roles: readonly string[];
  /** Why the gateway is not ready to take webhooks, or `null`. */
  readonly notReady: () => string | null;
  /** Why it may not be able to keep webhooks just now, or `null`; webhooks are still tried. */
  readonly degraded: () => string | null;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Who calls. */
export interface Principal {
  readonly tokenId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scope: Scope;
}
