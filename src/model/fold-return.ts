import { applyEvent } from './apply-event.ts';
import { emptyDraft, finishDraft } from './draft-return.ts';
import type { Fact } from './fact.ts';
import type { FoldedReturn } from './return.ts';

/**
 * The return that a set of facts amounts to. Sorted by the fold's tuple, reduced one by one: the same facts give
 * byte-identical state (through `canonicalJson` or `JSON.stringify`), whatever order they were recorded in.
 */
export function foldReturn(account: string, connection: string, facts: readonly Fact[]): FoldedReturn {
  const sorted = [...facts].sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0));
  const draft = emptyDraft(account, connection);
  for (const fact of sorted) applyEvent(draft, fact);
  return finishDraft(draft, sorted);
}
