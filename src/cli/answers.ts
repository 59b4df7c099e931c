import type { ReturnAuthorization } from '../model/return.ts';

/** What the command line reads of the API's answers, and no more. */

export type ReturnAnswer = ReturnAuthorization;

export interface EventAnswer {
  readonly position: number;
  readonly type: string;
  readonly timestamp: string;
  readonly returnId: string;
  readonly eventId: string;
  readonly account: string;
  readonly connection: string;
  readonly sequence: number;
  readonly revision: number;
  readonly withdrawn: boolean;
  readonly late: boolean;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly change: unknown;
}

/** Where a fact of a timeline came from. */
export interface HistoryAnswer extends EventAnswer {
  readonly provenance: {
    readonly inboundIds: readonly string[];
    /** Absent where nobody told it: a merge is the gateway's own finding. */
    readonly trust?: string;
  };
}

export interface InboundSummary {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly adapter: string;
  readonly source: string;
  readonly state: string;
  readonly receivedAt: string;
  readonly interpretedAt: string | null;
  readonly adapterVersion: number | null;
  readonly fingerprint: string | null;
  readonly method: string;
  readonly path: string;
  readonly bodyBytes: number;
  readonly bodyDigest: string;
  readonly variantOf: string | null;
  readonly returnIds: readonly string[];
}

export interface ProblemAnswer {
  readonly code: string;
  readonly path: string | null;
  readonly message: string;
}

export interface InboundAnswer extends InboundSummary {
  readonly query: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string | null;
  readonly bytesErasedAt: string | null;
  readonly verification: { readonly trust: string; readonly secretIndex: number | null };
  readonly configRevision: string | null;
  readonly notices: readonly {
    readonly type: string | null;
    readonly key: string;
    readonly state: string;
    readonly eventIds: readonly string[];
    readonly problem: ProblemAnswer | null;
  }[];
}

export interface ReplayAnswer {
  readonly inboundId: string;
  readonly dryRun: boolean;
  readonly adapter: { readonly id: string; readonly version: number | null; readonly previousVersion: number | null };
  readonly outcome: 'identical' | 'changed' | 'fixed' | 'still_failing' | 'bytes_gone';
  readonly notices: readonly {
    readonly type: string | null;
    readonly before: string | null;
    readonly after: string | null;
    readonly problem: ProblemAnswer | null;
  }[];
  readonly events: readonly { readonly eventId: string; readonly type: string; readonly effect: string }[];
  readonly alsoToldBy: readonly string[];
  readonly returns: readonly {
    readonly returnId: string;
    readonly differences: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[];
  }[];
  readonly deliveries: readonly { readonly destination: string; readonly eventId: string; readonly effect: string }[];
}

export interface Evidence {
  readonly header: string | null;
  readonly received: string | null;
  readonly expected: readonly string[];
  readonly skewSeconds: number | null;
  /** Which form was expected where another one came. */
  readonly hint?: string | null;
}

export interface RejectionAnswer extends Evidence {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly receivedAt: string;
  readonly reason: string;
  readonly method: string;
  readonly path: string;
  readonly bodyBytes: number;
}

export type VerificationAnswer =
  | { readonly outcome: 'accepted'; readonly trust: string; readonly secretIndex: number | null }
  | RefusedVerification;

export interface RefusedVerification extends Evidence {
  readonly outcome: 'rejected';
  readonly reason: string;
  /** `settings.verification.scheme`. */
  readonly scheme?: string | null;
  /** With which digest the signature that came is right. */
  readonly wouldFit?: { readonly algorithm: string; readonly encoding: string } | null;
}

export interface FindingAnswer {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly lastSeenAt: string;
  readonly count: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AttemptAnswer {
  readonly id: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly detail: string | null;
  readonly responseHead: string | null;
  readonly requestedBy: string | null;
}

export interface DeliveryAnswer {
  readonly id: string;
  readonly account: string;
  readonly destination: string;
  readonly returnId: string;
  readonly eventId: string;
  readonly type: string;
  readonly revision: number;
  readonly sequence: number;
  readonly webhookId: string;
  readonly state: string;
  readonly tries: number;
  readonly createdAt: string;
  readonly dueAt: string | null;
  readonly deliveredAt: string | null;
  readonly lastAttempt: AttemptAnswer | null;
}

export interface DeliveryDetailAnswer extends DeliveryAnswer {
  readonly attempts: readonly AttemptAnswer[];
  readonly body: unknown;
}

export interface RedeliveryAnswer extends DeliveryAnswer {
  /** What keeps it from being sent at once; `null`: nothing. */
  readonly waitsFor: 'destination_paused' | 'destination_disabled' | 'breaker_open' | null;
}

export interface DestinationAnswer {
  readonly account: string;
  readonly name: string;
  readonly configured: boolean;
  readonly url: string | null;
  readonly events: readonly string[];
  readonly state: string;
  readonly reason: string | null;
  readonly breaker: string;
  readonly failuresInRow: number;
  readonly trialAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly lastFailureAt: string | null;
  readonly pending: number;
}

export interface TokenAnswer {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly accounts: 'all' | readonly string[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt: string | null;
}

export interface NewTokenAnswer extends TokenAnswer {
  readonly token: string | null;
}

export interface AccountAnswer {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly tier: string;
  readonly timezone: string;
  readonly currency: string;
  readonly connections: readonly string[];
  readonly destinations: readonly string[];
}

export interface ConnectionAnswer {
  readonly account: string;
  readonly name: string;
  readonly adapter: { readonly id: string; readonly version: number };
  readonly webhookUrl: string | null;
  readonly acknowledgeWith: number;
}

export interface AdapterAnswer {
  readonly id: string;
  readonly version: number;
  readonly label: string;
  readonly evidence: string;
  readonly docs: readonly string[];
  readonly webhook: {
    readonly redeliveryHours: number | null;
    readonly verification: Readonly<Record<string, unknown>> | null;
  } | null;
  readonly fetches: boolean;
  readonly connect: readonly string[];
  readonly types: WordsAnswer;
  readonly statuses: Readonly<Record<string, WordsAnswer>>;
  readonly gaps: readonly string[];
}

/** A provider's word → what may become of it. */
export type WordsAnswer = Readonly<Record<string, readonly string[]>>;

export interface RetentionCounts {
  readonly bodies: number;
  readonly messages: number;
  readonly attempts: number;
  readonly shoppers: number;
}

export interface RetentionAnswer {
  readonly settings: {
    readonly bodiesDays: number;
    readonly unreadBodiesDays: number;
    readonly attemptsDays: number;
    readonly shopperDays: number;
    readonly dedupeDays: number;
  };
  readonly lastRun: { readonly endedAt: string | null; readonly removed: RetentionCounts } | null;
  readonly running: { readonly startedAt: string; readonly removed: RetentionCounts } | null;
  readonly due: RetentionCounts;
  readonly dueIsAtLeast: boolean;
  readonly store: { readonly bytes: number; readonly freeBytes: number };
}

export interface ErasureAnswer {
  readonly account: string;
  readonly dryRun: boolean;
  readonly returns: readonly {
    readonly id: string;
    readonly mergedFrom: readonly string[];
    readonly hadShopper: boolean;
  }[];
  readonly inbound: {
    readonly erased: number;
    readonly goneBefore: number;
    readonly shared: number;
    readonly naming: { readonly erased: number; readonly ids: readonly string[] };
  };
  readonly answers: number;
  readonly sentWithout: readonly { readonly destination: string; readonly pending: number }[];
  readonly remains: readonly { readonly count: number | null; readonly why: string }[];
}
