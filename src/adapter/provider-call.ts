import type { Connection, ObjectRef } from './webhook.ts';

/** One call to a provider as data. Whoever carries it out adds the base URL, a deadline and the limits of the connection. */
export interface ProviderRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with one slash; a query may follow. Appended to the base URL as text, so it cannot leave the host. */
  readonly path: `/${string}`;
  /** Credentials among them: never logged, never kept. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back, whatever its status. */
export interface ProviderAnswer {
  readonly status: number;
  /** Header names lower-cased, repeated values joined by a comma and a space, as HTTP has it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * What an answer means. `found`: its body tells the object. `nothing`: there is no such object, or not yet. `later`: the
 * provider is busy, over its limit or in trouble; `retryAfterMs` is what it asked for. `refused`: trying again cannot help
 * before a person has changed the credential, or we the request.
 */
export type AnswerMeaning =
  | { readonly outcome: 'found' }
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'later'; readonly retryAfterMs: number | null }
  | { readonly outcome: 'refused'; readonly because: 'credential' | 'request' };

/** How many calls a connection may make in a span of time. */
export interface CallLimit {
  readonly calls: number;
  readonly perSeconds: number;
}

/** How the objects are fetched that a webhook only points to. Present only where the provider documents the calls. */
export interface Fetching<Settings, Secrets> {
  /**
   * The kinds of objects, in the order in which one leads to another: an answer may point to objects of later kinds only,
   * so that fetching always ends.
   */
  readonly kinds: readonly string[];
  /** `null`: a credential is missing in the configuration. Pure. The answer is read by `reader.parse` under its method and path. */
  request(ref: ObjectRef, connection: Connection<Settings, Secrets>): ProviderRequest | null;
  /** Only where the provider says it otherwise than by the status; `null` leaves it to the status. */
  meaning?(answer: ProviderAnswer): AnswerMeaning | null;
  /** Of one connection: what the provider documents, unless its settings say otherwise. */
  limits(settings: Settings): readonly CallLimit[];
}
