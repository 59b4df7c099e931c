import type { RetentionCounts, RetentionRun } from '../store.ts';

export interface RunStored {
  readonly started_at_ms: number;
  readonly ended_at_ms: number | null;
  /** JSON. */
  readonly removed: string;
}

export const NOTHING_REMOVED: RetentionCounts = { bodies: 0, messages: 0, attempts: 0, shoppers: 0 };

export function toRun({ started_at_ms, ended_at_ms, removed }: RunStored): RetentionRun {
  return { startedAtMs: started_at_ms, endedAtMs: ended_at_ms, removed: JSON.parse(removed) };
}
