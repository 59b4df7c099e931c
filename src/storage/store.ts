import type { GatewayError } from '../gateway-error.ts';
import type { Alias } from '../model/aliases.ts';
import type { Trust } from '../model/fact.ts';
import type { FoldedReturn, RelatedBy } from '../model/return.ts';
import type { ReturnEvent, Shopper } from '../model/return-event.ts';

/**
 * The port: named, atomic operations. Each is one transaction; there is no `transaction(callback)`, because work
 * awaited inside one would leave it. Times are Unix milliseconds given by the caller, unless a type says otherwise.
 * Every read for a caller takes that caller's account scope first, so that forgetting it does not compile.
 */
export interface Store
  extends Intake,
    Recording,
    Delivering,
    Timers,
    Calls,
    Findings,
    Shapes,
    Administration,
    Removing,
    Reads {
  close(): Promise<void>;
}

/** The accounts a caller may see. What lies outside is absent, not forbidden. */
export type Scope = 'all' | readonly string[];

// ── Intake ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type InboundSource = 'webhook' | 'fetch' | 'poll' | 'call';

export const INBOUND_STATES = [
  'received',
  'waiting',
  'recorded',
  'ignored',
  'unrecognized',
  'unreadable',
  'failed',
  'held',
] as const;
export type InboundState = (typeof INBOUND_STATES)[number];

export interface NewInbound {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly adapterId: string;
  readonly source: InboundSource;
  readonly receivedAtMs: number;
  readonly method: string;
  readonly path: string;
  /** Raw query string without `?`; credentials masked. */
  readonly query: string;
  /** Without credentials; repeated values kept apart. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
  /** SHA-256 of the body, hex. */
  readonly bodyDigest: string;
  readonly trust: Trust;
  readonly secretIndex: number | null;
  readonly configRevision: string | null;
  /** `null`: never deduplicated (trust `hint`). */
  readonly dedupe: { readonly key: string; readonly expiresAtMs: number } | null;
}

export type KeepResult =
  | { readonly outcome: 'kept'; readonly id: string; readonly variantOf: string | null }
  | { readonly outcome: 'duplicate'; readonly id: string }
  | { readonly outcome: 'failed'; readonly error: GatewayError };

export interface Rejection {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly receivedAtMs: number;
  readonly reason: string;
  readonly method: string;
  readonly path: string;
  readonly header: string | null;
  readonly received: string | null;
  readonly expected: readonly string[];
  readonly skewSeconds: number | null;
  readonly bodyBytes: number;
}

interface Intake {
  /**
   * Commits a batch durably (synced) in one transaction and answers in order; when the batch fails, each row is tried
   * alone. Same dedupe key and same body within the key's life: `duplicate` of the first row, which is queued again
   * (state `received`) if it was `failed`, `unreadable` or `unrecognized`, with its bytes given back where they were
   * removed. Same key, other bytes: kept as `variantOf`.
   */
  keepInbound(batch: readonly NewInbound[]): Promise<readonly KeepResult[]>;
  /** Keeps at most `cap` rejections per connection, dropping the oldest. */
  addRejection(rejection: Rejection, cap: number): Promise<void>;
}

// ── Interpretation and recording ────────────────────────────────────────────────────────────────────────────────

export interface NoticeOutcome {
  readonly type: string | null;
  readonly key: string;
  readonly state: InboundState;
  readonly eventIds: readonly string[];
  readonly problem: { readonly code: string; readonly path: string | null; readonly message: string } | null;
}

/** An inbound row with what interpretation needs. */
export interface InboundWork extends Omit<NewInbound, 'dedupe'> {
  readonly state: InboundState;
  readonly variantOf: string | null;
  /** Of the last interpretation; `null`: none yet. */
  readonly interpretedVersion: number | null;
  readonly notices: readonly NoticeOutcome[];
}

/** What one notice of an inbound row told about one return. */
export interface DerivedNotice {
  readonly aliases: readonly Alias[];
  /** For a notice that only attached: the identifying alias through which the return had the number; else `null`. */
  readonly via: string | null;
  readonly silent: boolean;
  readonly events: readonly {
    readonly ordinal: number;
    readonly event: ReturnEvent /** Of the event's content. */;
    readonly digest: string;
  }[];
}

/** The facts one inbound row gave one return under one adapter version. Carries no personal data. */
export interface Derivation {
  readonly inboundId: string;
  /** Of the inbound row; differs from the return's where a parcel fact of another connection attached. */
  readonly connection: string;
  /** Of the inbound row. */
  readonly receivedAtMs: number;
  readonly adapterId: string;
  readonly adapterVersion: number;
  readonly trust: Trust;
  readonly secretIndex: number | null;
  /** The account's revision under which the row was read; later than its receipt after a replay. */
  readonly configRevision: string | null;
  readonly notices: readonly DerivedNotice[];
}

/** The last recorded state of one fact. */
export interface LedgerFact {
  readonly eventId: string;
  readonly type: string;
  /** From 1. */
  readonly revision: number;
  readonly contentDigest: string;
  readonly withdrawn: boolean;
  /** Whether subscribers were ever told of it; a backfilled fact is recorded silently. */
  readonly announced: boolean;
  /** Fold position as text that sorts; tells whether a new fact is late. */
  readonly position: string;
}

export interface ReturnAlias {
  readonly kind: string;
  readonly value: string;
  readonly identifies: boolean;
}

/** Personal data of a return, each field with the instant that stated it, so that any order of recording ends the same. */
export type ShopperFields = Readonly<{
  [K in keyof Shopper]?: { readonly value: Shopper[K]; readonly at: string; readonly inboundId: string };
}>;

/** A return with everything that recording a further telling needs. */
export interface StoredReturn {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  /** Raised by every write; a write names the version it read. */
  readonly version: number;
  /** The last sequence given. */
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly mergedFrom: readonly string[];
  readonly state: FoldedReturn;
  readonly shopper: ShopperFields;
  readonly aliases: readonly ReturnAlias[];
  /** Current ones only. */
  readonly derivations: readonly Derivation[];
  readonly facts: readonly LedgerFact[];
  /** Returns of other connections of the account that share an order line, or the order. */
  readonly related: readonly { readonly id: string; readonly connection: string; readonly by: RelatedBy }[];
}

export interface ReturnLookup {
  readonly account: string;
  readonly connection: string;
  /** Matched within the connection. */
  readonly identifying: readonly { readonly kind: string; readonly value: string }[];
  /** Matched within the account, whatever the connection. */
  readonly attaching: readonly { readonly kind: string; readonly value: string }[];
  /** Also the returns that hold a current derivation of this row. */
  readonly inboundId: string;
}

export interface AttachingAlias {
  readonly kind: string;
  readonly value: string;
  /** The returns that had it when the row was read; where they are others by now, the row is read once more. */
  readonly seen: readonly string[];
}

export interface InboundOutcome {
  readonly id: string;
  readonly account: string;
  /** The claim's owner; `null` for a replay, which holds no claim. */
  readonly owner: string | null;
  readonly state: InboundState;
  readonly notices: readonly NoticeOutcome[];
  readonly fingerprint: string | null;
  readonly adapterVersion: number;
  /**
   * Aliases through which a notice of the row attaches to returns, or would: the row is queued again whenever a return of
   * the account gains or loses one, by a merge too, so that what attaches never depends on the order of recording.
   */
  readonly attachesBy: readonly AttachingAlias[];
}

export interface NewEvent {
  readonly eventId: string;
  readonly revision: number;
  readonly sequence: number;
  readonly type: string;
  readonly withdrawn: boolean;
  readonly late: boolean;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly effectiveAt: string;
  readonly change: unknown;
  readonly provenance: unknown;
  readonly replayOf: string | null;
  /** The outgoing body as JSON, without `shopper`; `null` where no destination wants it. */
  readonly body: string | null;
  readonly deliveries: readonly { readonly id: string; readonly destination: string; readonly webhookId: string }[];
}

export interface ReturnWrite {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  /** 0: a new return. */
  readonly expectedVersion: number;
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly state: FoldedReturn;
  readonly shopper: ShopperFields;
  /** The whole set; replaces what was there. */
  readonly aliases: readonly ReturnAlias[];
  /** Current from now on. Earlier derivations of the same inbound row on this return stay readable as superseded. */
  readonly derivations: readonly Derivation[];
  /** Inbound rows whose derivation on this return is superseded and not replaced. */
  readonly superseded: readonly string[];
  /** Inserted or replaced by event id. */
  readonly facts: readonly LedgerFact[];
  readonly events: readonly NewEvent[];
  /**
   * Younger returns that proved to be this one. Their derivations, facts and events move here; their events take
   * consecutive sequences from `firstSequence` in their old order, and are not sent again.
   */
  readonly absorbs: readonly {
    readonly id: string;
    readonly expectedVersion: number;
    readonly firstSequence: number;
    /** The younger line's last word; stays with the younger return. */
    readonly farewell: NewEvent;
  }[];
}

/** What must be written together: some inbound rows, and the returns they touched. */
export interface RecordGroup {
  readonly inbound: readonly InboundOutcome[];
  readonly returns: readonly ReturnWrite[];
}

export type RecordResult =
  | { readonly outcome: 'recorded' }
  /** A version moved, an identifying alias was taken, a claim was lost, or a row's bytes were removed: read again and retry. */
  | { readonly outcome: 'conflict' }
  /** `BUG`: it never can be recorded. `STORE_UNAVAILABLE`: something is in the way of this group, not of the others. */
  | { readonly outcome: 'failed'; readonly error: GatewayError };

/** A number shared by more returns of an account than this says nothing of any of them. */
export const MOST_ATTACHED = 5000;

interface Recording {
  /** Claims rows in state `received`, oldest first; a claim that is not settled ends with its lease. */
  claimInbound(claim: Claim): Promise<readonly InboundWork[]>;
  handBackInbound(owner: string, ids: readonly string[]): Promise<void>;
  loadReturns(lookups: readonly ReturnLookup[]): Promise<readonly StoredReturn[]>;
  /**
   * One transaction for the batch; each group is all or nothing and fails alone. It may still be on its way to the disk
   * when this answers: every read for a caller and `claimLines` wait until it lasts.
   */
  record(groups: readonly RecordGroup[], nowMs: number): Promise<readonly RecordResult[]>;
}

export interface Claim {
  readonly owner: string;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly limit: number;
}

// ── Delivering ──────────────────────────────────────────────────────────────────────────────────────────────────

export const DELIVERY_STATES = ['pending', 'delivering', 'delivered', 'exhausted', 'held', 'cancelled'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const ATTEMPT_OUTCOMES = ['delivered', 'refused', 'timeout', 'unreachable', 'blocked', 'interrupted'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export interface LineClaim {
  readonly owner: string;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly destinations: readonly {
    readonly account: string;
    readonly name: string;
    readonly limit: number;
    readonly ordering: 'per_return' | 'none';
  }[];
}

/** A line held by the claimer, with the one delivery that is next on it. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly account: string;
  readonly destination: string;
  readonly returnId: string;
  readonly eventId: string;
  readonly revision: number;
  readonly sequence: number;
  readonly webhookId: string;
  /** The outgoing JSON, without `shopper`. */
  readonly body: string;
  /** Tries used, this one included; a trial of an open breaker is not counted. */
  readonly tries: number;
  readonly trial: boolean;
  readonly createdAtMs: number;
  readonly leaseUntilMs: number;
  /** Who asked for this try, where a person did. */
  readonly requestedBy: string | null;
}

export interface Attempt {
  readonly id: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  /** Why, in words without secrets or body. */
  readonly detail: string | null;
  /** First bytes of the answer, as text. */
  readonly responseHead: string | null;
  readonly requestedBy: string | null;
}

export interface Settlement {
  readonly deliveryId: string;
  readonly owner: string;
  /** As claimed: tells this claim from a later one of the same owner. */
  readonly leaseUntilMs?: number;
  readonly attempt: Attempt;
  readonly next:
    | { readonly state: 'delivered' }
    | { readonly state: 'pending'; readonly dueAtMs: number }
    | { readonly state: 'exhausted' };
  /** What it says of the destination: `gone` (410) disables it; `silent` counts neither way. */
  readonly verdict: 'success' | 'failure' | 'gone' | 'silent';
}

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface DestinationState {
  readonly account: string;
  readonly name: string;
  readonly state: 'active' | 'paused' | 'disabled';
  readonly reason: string | null;
  readonly breaker: BreakerState;
  readonly failuresInRow: number;
  /** When an open breaker lets one trial through. */
  readonly trialAtMs: number | null;
  readonly lastSuccessAtMs: number | null;
  readonly lastFailureAtMs: number | null;
  readonly pending: number;
}

interface Delivering {
  /** Makes the stored destinations those of the configuration: new ones active, missing ones disabled as `not configured`, returning ones as they were before. */
  syncDestinations(
    destinations: readonly { readonly account: string; readonly name: string }[],
    nowMs: number,
  ): Promise<void>;
  /** Active destinations with a line due by `nowMs` (an open breaker: once its trial is due), and the next instant after `nowMs` at which a line of one falls due. */
  dueDestinations(nowMs: number): Promise<{
    readonly due: readonly { readonly account: string; readonly name: string }[];
    readonly nextDueAtMs: number | null;
  }>;
  /** Claims due lines with their next delivery, counting the try; never two of one line. Of an open breaker one line, once a trial is due. */
  claimLines(claim: LineClaim): Promise<readonly ClaimedDelivery[]>;
  /** Writes attempts and outcomes, moves lines and breakers on. `false` where the lease was lost: that result is discarded. */
  settleDeliveries(settlements: readonly Settlement[], nowMs: number): Promise<readonly boolean[]>;
  /** Claimed but never started: the try is given back. */
  handBackLines(owner: string, deliveryIds: readonly string[], nowMs: number): Promise<void>;
  /** For a destination that asks for personal data; follows merges. */
  loadShopper(account: string, returnId: string): Promise<Shopper | null>;
  /**
   * The same row and `webhook-id` once more, at once: it waits for nothing on its line and holds nothing back. One try:
   * a delivery that had arrived has arrived whatever becomes of it, and a pending one then goes on in its place; one that
   * was exhausted or cancelled begins its schedule anew. One that is being sent is left as it is. `null`: not there.
   */
  redeliver(scope: Scope, deliveryId: string, requestedBy: string, nowMs: number): Promise<DeliveryRow | null>;
  /** `null`: not there. Resuming also closes the breaker. */
  setDestinationState(
    scope: Scope,
    account: string,
    name: string,
    state: 'active' | 'paused',
    reason: string | null,
    nowMs: number,
  ): Promise<DestinationState | null>;
}

// ── Timers ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Timer {
  readonly id: string;
  readonly account: string | null;
  readonly kind: string;
  readonly subject: string;
  readonly dueAtMs: number;
}

interface Timers {
  /** One timer per (account, kind, subject); `keep` leaves one that is there as it is. */
  setTimer(timer: Timer, existing: 'keep' | 'replace', nowMs: number): Promise<void>;
  claimTimers(claim: Claim): Promise<readonly Timer[]>;
  /** `null` ends it. `false`: the lease was lost. */
  settleTimer(owner: string, id: string, nextDueAtMs: number | null, nowMs: number): Promise<boolean>;
}

// ── Calls to providers ──────────────────────────────────────────────────────────────────────────────────────────

interface OfConnection {
  readonly account: string;
  readonly connection: string;
  readonly nowMs: number;
}

interface Calls {
  /**
   * Counts one call of a connection, if all its limits and no hold allow it; a limit counts in spans of its length that
   * begin at multiples of it. All processes share the count.
   */
  takeCall(
    call: OfConnection & { readonly limits: readonly { readonly calls: number; readonly perSeconds: number }[] },
  ): Promise<{ readonly granted: true } | { readonly granted: false; readonly retryAtMs: number }>;
  /** No call of the connection until then; a longer hold stays. */
  holdCalls(hold: OfConnection & { readonly untilMs: number }): Promise<void>;
}

// ── Findings ────────────────────────────────────────────────────────────────────────────────────────────────────

export const FINDING_KINDS = [
  'new_field',
  'vanished_field',
  'new_code',
  'new_type',
  'silent_connection',
  'silent_stage',
  'fetch_refused',
  'fetch_given_up',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something about a connection that a person should look at. Carries no personal data. */
export interface Finding {
  /** Follows from account, connection, kind and subject, so that each of these has one finding. */
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly kind: FindingKind;
  /** What of the connection: a field, a code, a stage, an object. */
  readonly subject: string;
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
  readonly count: number;
  /** Small: a masked sample, numbers, ids. As it was when last seen. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** `null`: open. */
  readonly closedAtMs: number | null;
}

export interface NotedFinding extends Omit<Finding, 'firstSeenAtMs' | 'lastSeenAtMs' | 'closedAtMs'> {
  readonly seenAtMs: number;
}

interface Findings {
  /**
   * Adds to the findings that are there, and opens the others: counts add up, the detail is that of the latest, and one
   * that was seen after it was closed opens again. One transaction; answers those that it opened.
   */
  noteFindings(batch: readonly NotedFinding[]): Promise<readonly Finding[]>;
  /** One that is closed stays as it is. `null`: not there. */
  closeFinding(scope: Scope, id: string, nowMs: number): Promise<Finding | null>;
}

// ── Shapes of bodies ────────────────────────────────────────────────────────────────────────────────────────────

/** What is known of the bodies of one notice type of a connection. */
export interface ShapeRow {
  readonly account: string;
  readonly connection: string;
  readonly type: string;
  /** Raised by every write; a write names the version it read, 0 where there was none. */
  readonly version: number;
  /** JSON without personal data. */
  readonly content: unknown;
}

interface Shapes {
  /** Of all types of the connection. */
  loadShapes(account: string, connection: string): Promise<readonly ShapeRow[]>;
  /** Each by itself: `false` where another process wrote in between. */
  saveShapes(shapes: readonly ShapeRow[]): Promise<readonly boolean[]>;
}

// ── Administration ──────────────────────────────────────────────────────────────────────────────────────────────

export const ROLES = ['viewer', 'support', 'on_call', 'config_admin', 'security_admin'] as const;
export type Role = (typeof ROLES)[number];

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly accounts: Scope;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly revokedAtMs: number | null;
}

export interface RevisionRow {
  readonly id: string;
  /** `null`: the gateway's own file. */
  readonly account: string | null;
  readonly path: string;
  readonly digest: string;
  /** `null`: the file is gone. */
  readonly content: unknown;
  readonly differences: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
  readonly author: string;
  readonly reason: string;
  readonly effectiveFromMs: number;
  readonly createdAtMs: number;
}

export type IdempotencyResult =
  | { readonly outcome: 'new' }
  | { readonly outcome: 'replay'; readonly status: number; readonly body: string }
  | { readonly outcome: 'mismatch' | 'running' };

interface Administration {
  /** `tokenDigest`: SHA-256 of the token, hex. */
  addToken(token: TokenRow, tokenDigest: string): Promise<void>;
  /** Adds a token with every role, unless one lives; of processes that start at once, one adds its own. `false`: one lives. */
  addFirstAdministrator(token: TokenRow, tokenDigest: string): Promise<boolean>;
  findToken(tokenDigest: string): Promise<TokenRow | null>;
  revokeToken(id: string, nowMs: number): Promise<TokenRow | null>;
  listTokens(): Promise<readonly TokenRow[]>;
  /** A file whose newest revision has this digest gets none: processes that start at once find the same files changed. */
  addRevisions(revisions: readonly RevisionRow[]): Promise<void>;
  /** The newest revision of every file. */
  currentRevisions(): Promise<readonly RevisionRow[]>;
  /** Reserves a key per token and route for 24 h. */
  beginIdempotent(
    key: { readonly tokenId: string; readonly route: string; readonly key: string; readonly bodyDigest: string },
    nowMs: number,
  ): Promise<IdempotencyResult>;
  /** `null` answer: it failed, the key is free again. */
  finishIdempotent(
    key: { readonly tokenId: string; readonly route: string; readonly key: string },
    answer: { readonly status: number; readonly body: string } | null,
  ): Promise<void>;
  /** Deletes expired dedupe and idempotency keys, in small steps off the main thread; answers how many. */
  purgeExpired(nowMs: number): Promise<number>;
}

// ── Removing ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Instants; what is older goes. */
export interface RetentionCutoffs {
  /** For the bytes of rows that were understood, and of those whose sender proved nothing. */
  readonly bodiesMs: number;
  /** For the bytes of rows that a replay may still mend; not later than `bodiesMs`. */
  readonly unreadBodiesMs: number;
  /** For attempts and outgoing messages. */
  readonly attemptsMs: number;
  /** For the shopper of a return that was not updated since. */
  readonly shoppersMs: number;
}

export interface RetentionCounts {
  /** Inbound rows that lose their bytes. */
  readonly bodies: number;
  /** Outgoing messages. */
  readonly messages: number;
  readonly attempts: number;
  /** Returns that lose their shopper. */
  readonly shoppers: number;
}

export interface RetentionRun {
  readonly startedAtMs: number;
  /** `null`: it is under way. */
  readonly endedAtMs: number | null;
  readonly removed: RetentionCounts;
}

export interface RetentionReport {
  /** The last run that ended. */
  readonly lastRun: RetentionRun | null;
  readonly running: RetentionRun | null;
  /** What a run would remove now. */
  readonly due: RetentionCounts;
  /** Counting stopped at a limit: there is more. */
  readonly dueIsAtLeast: boolean;
  readonly storeBytes: number;
  /** Of `storeBytes`: given free, and used again before the store grows. */
  readonly freeBytes: number;
}

/** Whose data is erased: every return with this e-mail address, in any letter case, or one return (follows a merge). */
export type ErasureSubject = { readonly email: string } | { readonly returnId: string };

export interface Erasure {
  readonly returns: readonly {
    readonly id: string;
    readonly mergedFrom: readonly string[];
    readonly hadShopper: boolean;
  }[];
  /** Rows that told of these returns in any interpretation, superseded ones included, and lose their bytes. */
  readonly rows: {
    readonly erased: number;
    /** Their bytes had been removed before. */
    readonly goneBefore: number;
    /** Of `erased`: told of other returns as well. */
    readonly shared: number;
  };
  /** Rows of no return that name the e-mail address in their bytes, and lose them; oldest first. Not searched for a return. */
  readonly naming: readonly string[];
  /** Rows of the account that belong to no return, or wait to be read, and keep their bytes. */
  readonly unattributed: readonly { readonly state: InboundState; readonly rows: number }[];
  /** Attempts that lose what the destination answered: it may have quoted the message. */
  readonly answers: number;
  /** Deliveries of these returns by destination; `delivering`: being sent at this moment. */
  readonly deliveries: readonly {
    readonly destination: string;
    readonly pending: number;
    readonly delivering: number;
    readonly delivered: number;
  }[];
  /** Whether the driver's own files were cleared of earlier copies, too; `false`: the next retention run does it. */
  readonly filesCleared: boolean;
}

interface Removing {
  /**
   * One slice, of some seconds at most, of the run that removes what is older than the cut-offs: bytes of inbound rows
   * (body and query; never of a row in state `received`), attempts and outgoing messages (never of a delivery that is
   * pending), shoppers. A run that is under way goes on, over restarts; while the answer's `endedAtMs` is `null` there is more.
   * Works off the main thread in small transactions.
   */
  purgeAged(cutoffs: RetentionCutoffs, nowMs: number): Promise<RetentionRun>;
  retentionReport(cutoffs: RetentionCutoffs): Promise<RetentionReport>;
  /**
   * Removes the shopper of every matching return and the bytes (body and query) of the rows that told of it. `dryRun`
   * changes nothing and answers what would be. Small transactions, bytes first, so that one that was interrupted is
   * simply repeated; what is recorded meanwhile from removed bytes is a conflict. `null`: nothing of the account is
   * in scope, or no such return.
   */
  eraseShopper(
    scope: Scope,
    account: string,
    subject: ErasureSubject,
    options: { readonly dryRun: boolean; readonly nowMs: number },
  ): Promise<Erasure | null>;
}

// ── Reads ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Newest first; `after` is the last row of the page before. */
export interface Page {
  readonly limit: number;
  readonly after: { readonly atMs: number; readonly id: string } | null;
}

export interface ReturnRow extends Omit<StoredReturn, 'derivations' | 'facts' | 'aliases' | 'version' | 'shopper'> {
  readonly shopper: Shopper | null;
}

export interface ReturnFilter {
  readonly account?: string;
  readonly status?: string;
  readonly provider?: string;
  readonly connection?: string;
  readonly order?: string;
  readonly rma?: string;
  readonly tracking?: string;
  /** Any letter case. */
  readonly email?: string;
  /** Exclusive. */
  readonly updatedAfterMs?: number;
}

export interface EventRow extends Omit<NewEvent, 'body' | 'deliveries'> {
  /** Commit order over the whole store; rises, with gaps. */
  readonly position: number;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly returnId: string;
  readonly recordedAtMs: number;
}

export interface InboundRow extends Omit<InboundWork, 'body'> {
  readonly bodyBytes: number;
  /** `null` in lists, and once erased. */
  readonly body: Uint8Array | null;
  readonly bytesErasedAtMs: number | null;
  readonly fingerprint: string | null;
  readonly interpretedAtMs: number | null;
  readonly returnIds: readonly string[];
}

export interface InboundFilter {
  readonly account?: string;
  readonly connection?: string;
  readonly state?: InboundState;
  readonly fingerprint?: string;
  /** Exclusive. */
  readonly receivedAfterMs?: number;
}

export interface FindingFilter {
  readonly account?: string;
  readonly connection?: string;
  readonly kind?: FindingKind;
  readonly state?: 'open' | 'closed';
  /** Exclusive. */
  readonly seenAfterMs?: number;
}

export interface DeliveryRow {
  readonly id: string;
  readonly account: string;
  readonly destination: string;
  readonly returnId: string;
  readonly eventId: string;
  readonly type: string;
  readonly revision: number;
  readonly sequence: number;
  readonly webhookId: string;
  /** `held` where it is pending and its destination is paused or disabled. */
  readonly state: DeliveryState;
  /** Of the schedule under way. */
  readonly tries: number;
  readonly createdAtMs: number;
  readonly dueAtMs: number | null;
  /** Stays while it is sent once more. */
  readonly deliveredAtMs: number | null;
  readonly lastAttempt: Attempt | null;
}

export interface DeliveryFilter {
  readonly account?: string;
  readonly destination?: string;
  readonly state?: DeliveryState;
  readonly returnId?: string;
}

export interface Backlog {
  /** Inbound rows not yet interpreted. */
  readonly received: number;
  readonly oldestReceivedAtMs: number | null;
  /** Lines with something to send. */
  readonly lines: number;
  readonly oldestDueAtMs: number | null;
}

interface Reads {
  /** Follows a merge to the survivor. */
  getReturn(scope: Scope, id: string): Promise<ReturnRow | null>;
  listReturns(scope: Scope, filter: ReturnFilter, page: Page): Promise<readonly ReturnRow[]>;
  /** By sequence, oldest first, after the given one; follows a merge. `null`: no such return. */
  listReturnEvents(
    scope: Scope,
    returnId: string,
    afterSequence: number,
    limit: number,
  ): Promise<readonly EventRow[] | null>;
  /** In commit order, after the given position. */
  listEvents(
    scope: Scope,
    account: string | null,
    afterPosition: number,
    limit: number,
  ): Promise<readonly (EventRow & { readonly return: ReturnRow })[]>;
  /** With the body. */
  getInbound(scope: Scope, id: string): Promise<InboundRow | null>;
  listInbound(scope: Scope, filter: InboundFilter, page: Page): Promise<readonly InboundRow[]>;
  listRejections(
    scope: Scope,
    filter: { readonly account?: string; readonly connection?: string },
    page: Page,
  ): Promise<readonly Rejection[]>;
  /** Last seen first. */
  listFindings(scope: Scope, filter: FindingFilter, page: Page): Promise<readonly Finding[]>;
  getDelivery(
    scope: Scope,
    id: string,
  ): Promise<(DeliveryRow & { readonly attempts: readonly Attempt[]; readonly body: string | null }) | null>;
  listDeliveries(scope: Scope, filter: DeliveryFilter, page: Page): Promise<readonly DeliveryRow[]>;
  /** The deliveries of these events, for a replay preview. */
  deliveriesOf(scope: Scope, eventIds: readonly string[]): Promise<readonly DeliveryRow[]>;
  listDestinationStates(scope: Scope): Promise<readonly DestinationState[]>;
  backlog(): Promise<Backlog>;
  /** When the last webhooks of a connection were received, newest first. Of its last 1,000 rows of every source. */
  lastReceipts(account: string, connection: string, limit: number): Promise<readonly number[]>;
  /**
   * Returns of a connection with this status that were last updated before the instant and whose money is neither
   * approved nor paid, the last that passed it first. Looks at the `limit` returns that did so last, settled or not;
   * `looked` says how many there were.
   */
  standingReturns(
    of: { readonly account: string; readonly connection: string; readonly status: string; readonly beforeMs: number },
    limit: number,
  ): Promise<{ readonly looked: number; readonly ids: readonly string[] }>;
}
