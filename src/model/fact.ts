import type { Alias } from './aliases.ts';
import type { ReturnEvent } from './return-event.ts';
import type { Instant } from './time.ts';

/** How far the sender of a notice was proven; see the adapter contract. */
export type Trust = 'signed' | 'credential' | 'fetched' | 'hint';

/** One event as one inbound row told it: what a derivation consists of. */
export interface Telling {
  readonly event: ReturnEvent;
  /** `contentDigest` of the event. */
  readonly digest: string;
  /** The ids the notice named the return by; the first identifying one anchors the fact's key. */
  readonly aliases: readonly Alias[];
  /** Where the telling only attached: the identifying alias through which the return had the number, fixed then. */
  readonly via: string | null;
  /** Place in the provider's batch, oldest first. */
  readonly ordinal: number;
  readonly receivedAt: Instant;
  readonly source: TellingSource;
}

/** Provenance: where a telling came from. */
export interface TellingSource {
  readonly inboundId: string;
  readonly connection: string;
  readonly trust: Trust;
  readonly secretIndex: number | null;
  readonly adapterId: string;
  readonly adapterVersion: number;
  readonly configRevision: string | null;
  /** State yes, deliveries no (a backfill). */
  readonly silent: boolean;
}

/** One thing that is so, however often and by whom it is told. */
export interface Fact {
  /** Derived from the fact key, so that a rebuilt store has the same one. */
  readonly eventId: string;
  /** The alias in the key, as one word. */
  readonly anchor: string;
  readonly event: ReturnEvent;
  /** The provider's time of the fact, never later than its receipt; without one the receipt. Told several times: the earliest. */
  readonly effectiveAt: Instant;
  /** Of the first telling. */
  readonly receivedAt: Instant;
  /** The fold's tuple (effectiveAt, lifecycle rank, ordinal, event id) as text that sorts. */
  readonly position: string;
  /** Digest of what counts as the fact's content: another digest is another revision. */
  readonly contentDigest: string;
  /** Every telling of it, the one that counts first. */
  readonly tellings: readonly Telling[];
}
