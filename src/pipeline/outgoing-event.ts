import type { DestinationConfig } from '../config/config.ts';
import type { ReturnAuthorization } from '../model/return.ts';
import type { NewEvent } from '../storage/store.ts';

/** What a subscriber gets in `data`, and what `GET /v1/events` lists. */
export interface OutgoingData {
  readonly schema: 1;
  readonly eventId: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly sequence: number;
  readonly revision: number;
  readonly withdrawn: boolean;
  readonly late: boolean;
  /** `null` where the provider gave no time of the fact. */
  readonly occurredAt: string | null;
  readonly timeSource: 'provider' | 'received';
  readonly receivedAt: string;
  readonly change: unknown;
  /** The return as now known, never a picture of the past. */
  readonly return: Omit<ReturnAuthorization, 'shopper'>;
  /** The `webhook-id` that this one corrects or repeats. */
  readonly replayOf: string | null;
}

type Recorded = Pick<
  NewEvent,
  'eventId' | 'sequence' | 'revision' | 'withdrawn' | 'late' | 'occurredAt' | 'receivedAt' | 'change' | 'replayOf'
>;

export function outgoingData(
  event: Recorded,
  of: { readonly account: string; readonly connection: string; readonly provider: string },
  view: Omit<ReturnAuthorization, 'shopper'>,
): OutgoingData {
  return {
    schema: 1,
    eventId: event.eventId,
    account: of.account,
    connection: of.connection,
    provider: of.provider,
    sequence: event.sequence,
    revision: event.revision,
    withdrawn: event.withdrawn,
    late: event.late,
    occurredAt: event.occurredAt,
    timeSource: event.occurredAt === null ? 'received' : 'provider',
    receivedAt: event.receivedAt,
    change: event.change,
    return: view,
    replayOf: event.replayOf,
  };
}

/** The id under which receivers deduplicate: stable over retries, new for each revision. */
export function webhookId(eventId: string, revision: number): string {
  return revision === 1 ? eventId : `${eventId}_r${revision}`;
}

/** Whether a destination asked for events of this type: exactly, by subject (`refund.*`), or for all (`*`). */
export function wants(destination: Pick<DestinationConfig, 'events'>, type: string): boolean {
  const subject = `${type.slice(0, type.indexOf('.'))}.*`;
  return destination.events.some(filter => filter === '*' || filter === type || filter === subject);
}
