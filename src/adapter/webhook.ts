import type { Alias } from '../model/aliases.ts';
import type { Trust } from '../model/fact.ts';
import type { ReturnEvent } from '../model/return-event.ts';

export type { Trust };

/** One HTTP request exactly as it arrived: header names lower-cased, repeated values kept apart, body bytes untouched. */
export interface InboundRequest {
  readonly method: string;
  /** Path without query, percent-encoding as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
}

/** A merchant's settings and secrets for one provider. */
export interface Connection<Settings, Secrets> {
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** Why a check failed, for the rejection record: never a secret, never the body. */
export interface Evidence {
  /** The header (or query parameter) looked for. */
  readonly header: string | null;
  /** Digest prefix of what came, never its text; `null` where nothing came. */
  readonly received: string | null;
  /** Digest prefixes of what would have been right, one per secret. */
  readonly expected: readonly string[];
  /** Sender's clock minus ours, only where the timestamp is signed. */
  readonly skewSeconds: number | null;
  /** Which form was expected where it was another one: a sentence made of the settings alone, which quotes nothing that came. */
  readonly hint?: string | null;
}

export type RejectionReason = 'missing' | 'repeated' | 'malformed' | 'mismatch' | 'outside-tolerance';

/**
 * How far the sender is proven. `signed`: a signature covers the body. `credential`: the caller knew a password or
 * token. `fetched`: we asked the provider ourselves. `hint`: nothing is proven, the request may only cause a fetch.
 */
export type Verification =
  | { readonly outcome: 'accepted'; readonly trust: Trust; readonly secretIndex: number | null }
  | { readonly outcome: 'rejected'; readonly reason: RejectionReason; readonly evidence: Evidence };

/** What makes a redelivery recognisable: the provider's own id for it, else a digest of the bytes. */
export interface DedupeKey {
  readonly key: string;
  readonly from: 'provider-id' | 'digest';
}

/** What could not be read. It becomes part of the cause fingerprint, so it quotes nothing from the body. */
export interface Problem {
  readonly code: 'MALFORMED_BODY' | 'SCHEMA_MISMATCH' | 'TENANT_MISMATCH';
  /** JSON Pointer into the body; array positions written as `*`. */
  readonly path: string | null;
  readonly message: string;
}

/** One thing the provider says happened, in the provider's own words. */
export interface Notice {
  readonly type: string;
  /** What makes this notice itself: the same however often, and in whatever batch, it is told again. */
  readonly key: string;
  readonly problem?: never;
}

export interface UnreadableNotice {
  readonly type: string | null;
  readonly key: string;
  readonly problem: Problem;
}

export type Parsed<N extends Notice> =
  | { readonly outcome: 'parsed'; readonly notices: readonly (N | UnreadableNotice)[] }
  | { readonly outcome: 'unreadable'; readonly problem: Problem };

/** What to fetch: a return, or what holds several. */
export interface ObjectRef {
  readonly kind: string;
  readonly id: string;
}

export type Normalized =
  | {
      readonly outcome: 'events';
      /** The ids this notice names the return by, the one that anchors fact keys first. */
      readonly aliases: readonly Alias[];
      readonly events: readonly ReturnEvent[];
      /** State yes, deliveries no (a backfill). */
      readonly silent?: true;
    }
  | { readonly outcome: 'fetch'; readonly refs: readonly ObjectRef[] }
  | { readonly outcome: 'ignored' | 'unrecognized'; readonly because: string }
  | { readonly outcome: 'unreadable'; readonly problem: Problem };

/** Bytes → notices → facts: one way in for webhooks, fetched answers, polls and our own calls. Total: never throws on any bytes. */
export interface Reader<Settings, N extends Notice> {
  /** Oldest notice first; one that cannot be read stands in its place and spoils no neighbour. */
  parse(request: InboundRequest, settings: Settings): Parsed<N>;
  normalize(notice: N, settings: Settings): Normalized;
}

export interface Webhook<Settings, Secrets> {
  /** How long the provider is documented to redeliver; a digest is remembered this long, at least 24 h. */
  readonly redeliveryHours?: number;
  /** Content encodings the provider is documented to send; any other is answered 415. */
  readonly contentEncodings?: readonly ('gzip' | 'deflate' | 'br')[];
  /** A promise only where a library has no synchronous way (jose for `jwt`); keys are given, never fetched. */
  verify(
    request: InboundRequest,
    connection: Connection<Settings, Secrets>,
    now: Date,
  ): Verification | Promise<Verification>;
  dedupeKey(request: InboundRequest, settings: Settings): DedupeKey;
  /** Signs as the provider would with the first secret: for tests, the demo and test webhooks. */
  sign(
    request: InboundRequest,
    connection: Connection<Settings, Secrets>,
    now: Date,
  ): InboundRequest | Promise<InboundRequest>;
}
