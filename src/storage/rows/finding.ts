import type { Finding, FindingKind, NotedFinding } from '../store.ts';

export interface FindingStored {
  readonly id: string;
  readonly account: string;
  readonly connection: string;
  readonly kind: string;
  readonly subject: string;
  readonly first_seen_at_ms: number;
  readonly last_seen_at_ms: number;
  readonly count: number;
  readonly detail: string;
  readonly closed_at_ms: number | null;
}

export function toFinding(row: FindingStored): Finding {
  return {
    id: row.id,
    account: row.account,
    connection: row.connection,
    kind: row.kind as FindingKind,
    subject: row.subject,
    firstSeenAtMs: row.first_seen_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    count: row.count,
    detail: JSON.parse(row.detail),
    closedAtMs: row.closed_at_ms,
  };
}

/** All that a batch says of one finding. */
export interface CombinedFinding extends Omit<NotedFinding, 'seenAtMs'> {
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
}

/** One row for each finding: a statement cannot write one twice. */
export function combineNoted(batch: readonly NotedFinding[]): readonly CombinedFinding[] {
  const byId = new Map<string, CombinedFinding>();
  for (const { seenAtMs, ...noted } of batch) {
    const before = byId.get(noted.id);
    const { firstSeenAtMs = seenAtMs, lastSeenAtMs = seenAtMs, count = 0 } = before ?? {};
    byId.set(noted.id, {
      ...noted,
      detail: before === undefined || seenAtMs >= lastSeenAtMs ? noted.detail : before.detail,
      firstSeenAtMs: Math.min(firstSeenAtMs, seenAtMs),
      lastSeenAtMs: Math.max(lastSeenAtMs, seenAtMs),
      count: count + noted.count,
    });
  }
  return [...byId.values()];
}
