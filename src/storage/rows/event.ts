import type { EventRow } from '../store.ts';
import type { Flag } from './return.ts';

export interface EventStored {
  readonly position: number;
  readonly return_id: string;
  readonly account: string;
  readonly connection: string;
  readonly provider: string;
  readonly sequence: number;
  readonly event_id: string;
  readonly revision: number;
  readonly type: string;
  readonly withdrawn: Flag;
  readonly late: Flag;
  readonly occurred_at_ms: number | null;
  readonly received_at_ms: number;
  readonly effective_at_ms: number;
  readonly recorded_at_ms: number;
  readonly replay_of: string | null;
  /** Change and provenance, as JSON. */
  readonly content: string;
}

export function toEventRow(row: EventStored): EventRow {
  const { change, provenance } = JSON.parse(row.content);
  return {
    position: row.position,
    account: row.account,
    connection: row.connection,
    provider: row.provider,
    returnId: row.return_id,
    eventId: row.event_id,
    revision: row.revision,
    sequence: row.sequence,
    type: row.type,
    withdrawn: !!row.withdrawn,
    late: !!row.late,
    occurredAt: row.occurred_at_ms === null ? null : instant(row.occurred_at_ms),
    receivedAt: instant(row.received_at_ms),
    effectiveAt: instant(row.effective_at_ms),
    recordedAtMs: row.recorded_at_ms,
    change,
    provenance,
    replayOf: row.replay_of,
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
