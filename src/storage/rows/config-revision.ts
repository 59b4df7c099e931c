import type { RevisionRow } from '../store.ts';

export interface RevisionStored {
  readonly id: string;
  readonly account: string | null;
  readonly path: string;
  readonly digest: string;
  /** JSON. */
  readonly content: string;
  /** JSON. */
  readonly differences: string;
  readonly author: string;
  readonly reason: string;
  readonly effective_from_ms: number;
  readonly created_at_ms: number;
}

/** As columns; JSON as its text. */
export function fromRevision(row: RevisionRow): RevisionStored {
  return {
    id: row.id,
    account: row.account,
    path: row.path,
    digest: row.digest,
    content: JSON.stringify(row.content ?? null),
    differences: JSON.stringify(row.differences),
    author: row.author,
    reason: row.reason,
    effective_from_ms: row.effectiveFromMs,
    created_at_ms: row.createdAtMs,
  };
}

export function toRevision(row: RevisionStored): RevisionRow {
  return {
    id: row.id,
    account: row.account,
    path: row.path,
    digest: row.digest,
    content: JSON.parse(row.content),
    differences: JSON.parse(row.differences),
    author: row.author,
    reason: row.reason,
    effectiveFromMs: row.effective_from_ms,
    createdAtMs: row.created_at_ms,
  };
}
