import type { Fact } from '../model/fact.ts';
import type { LedgerFact } from '../storage/store.ts';

/** What recording does to one fact of a return. */
export interface FactChange {
  readonly eventId: string;
  readonly type: string;
  readonly effect: 'unchanged' | 'new' | 'revised' | 'withdrawn';
  readonly inboundIds: readonly string[];
}

export interface Change extends FactChange {
  readonly fact: Fact | null;
  readonly entry: LedgerFact;
  readonly late: boolean;
  readonly silent: boolean;
}

/** Facts as they now are against the ledger of what was recorded, in fold order; what is withdrawn comes at the place it had. */
export function compareFacts(facts: readonly Fact[], ledger: ReadonlyMap<string, LedgerFact>): readonly Change[] {
  let newest = '';
  for (const known of ledger.values()) if (!known.withdrawn && known.position > newest) newest = known.position;
  const present = new Set(facts.map(fact => fact.eventId));
  const changes = facts.map((fact): Change => {
    const known = ledger.get(fact.eventId);
    const same = known !== undefined && !known.withdrawn && known.contentDigest === fact.contentDigest;
    const { eventId, contentDigest, position } = fact;
    const { type } = fact.event;
    const silent = fact.tellings.every(telling => telling.source.silent);
    return {
      eventId,
      type,
      effect: same ? 'unchanged' : known === undefined ? 'new' : 'revised',
      inboundIds: [...new Set(fact.tellings.map(telling => telling.source.inboundId))],
      fact,
      entry: {
        eventId,
        type,
        revision: known === undefined ? 1 : known.revision + (same ? 0 : 1),
        contentDigest,
        withdrawn: false,
        announced: (known?.announced ?? false) || !silent,
        position,
      },
      late: known === undefined && position < newest,
      silent,
    };
  });
  for (const known of ledger.values()) {
    if (present.has(known.eventId) || known.withdrawn) continue;
    const entry = { ...known, revision: known.revision + 1, withdrawn: true };
    changes.push({
      eventId: known.eventId,
      type: known.type,
      effect: 'withdrawn',
      inboundIds: [],
      fact: null,
      entry,
      late: false,
      silent: !known.announced,
    });
  }
  return changes.sort((a, b) => (a.entry.position < b.entry.position ? -1 : 1));
}
