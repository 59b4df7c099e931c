import { deriveFacts } from '../model/derive-facts.ts';
import type { Fact, Telling } from '../model/fact.ts';
import type { Interpretation } from './interpret.ts';

/** A fact as it was told until now, and the row that, read again, no longer tells it (`null`: none of these). */
export interface WithdrawnFact {
  readonly fact: Fact;
  readonly by: Interpretation | null;
}

/** What the tellings of before made, by event id: a withdrawal has no telling of its own to say when and by whom. */
export function factsBefore(
  account: string,
  before: readonly Telling[],
  read: ReadonlyMap<string, Interpretation>,
): ReadonlyMap<string, WithdrawnFact> {
  return new Map(
    deriveFacts(account, before).map(fact => {
      const again = fact.tellings.find(({ source }) => read.has(source.inboundId));
      return [fact.eventId, { fact, by: again === undefined ? null : read.get(again.source.inboundId)! }] as const;
    }),
  );
}
