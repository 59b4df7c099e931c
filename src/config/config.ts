import type { Adapter } from '../adapter/define-adapter.ts';
import type { Secret } from '../adapter/secret.ts';
import type { EventType } from '../model/return-event.ts';
import type { Expectations } from './expectations.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** The resolved configuration: what the rest of the gateway reads. Types only; `load-config.ts` makes the values. */

export type { GatewayConfig } from './gateway-config.ts';

type Subject<Type extends string> = Type extends `${infer Head}.${string}` ? Head : never;

/** What a destination asks for: one event, all of one subject, or everything. */
export type EventFilter = EventType | `${Subject<EventType>}.*` | '*';

export interface AccountConfig {
  /** Slug; the name of the account's file. */
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly tier: string;
  /** IANA name. */
  readonly timezone: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  readonly destinations: ReadonlyMap<string, DestinationConfig>;
  /** The applied revision of the account's file; `null` until it is recorded. */
  readonly revision: string | null;
}

export interface ConnectionConfig {
  readonly account: string;
  readonly name: string;
  readonly adapter: Adapter;
  /** The output of the adapter's own `settings` schema. */
  readonly settings: unknown;
  /** The output of the adapter's own `secrets` schema: every secret is a `Secret`. */
  readonly secrets: unknown;
  readonly acknowledgeWith: 200 | 202;
  /** Days. */
  readonly expect: Expectations;
}

export interface DestinationConfig {
  readonly account: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly EventFilter[];
  /** At least one, each `whsec_…`; a message carries one signature per secret. */
  readonly secrets: readonly Secret[];
  readonly personalData: boolean;
  readonly ordering: 'per_return' | 'none';
  /** Exchanges at the same time. */
  readonly concurrency: number;
  /** Exchanges begun per second; `null`: no limit. */
  readonly ratePerSecond: number | null;
  readonly timeoutMs: number;
}

/** A configuration file as it was read: plain JSON, with references where secrets are. */
export interface ConfigFile {
  /** Relative to the configuration folder, with `/`. */
  readonly path: string;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  readonly kind: 'gateway' | 'account';
  readonly account: string | null;
  readonly content: unknown;
}

/** Allowed, but somebody should know. */
export interface ConfigFinding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface LoadedConfig {
  readonly gateway: GatewayConfig;
  readonly accounts: ReadonlyMap<string, AccountConfig>;
  readonly files: readonly ConfigFile[];
  readonly findings: readonly ConfigFinding[];
}
