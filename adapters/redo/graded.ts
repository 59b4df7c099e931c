import type { Normalized } from '#adapter/webhook.ts';
import { codeFrom } from '#model/coded.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { aliasesOf } from './aliases.ts';
import type { Snapshot } from './notices.ts';
import type { Graded } from './parts.ts';
import type { Settings } from './settings.ts';

/**
 * What was found of a line (`grade`) and what becomes of it (`outcome`), both the merchant's words, for all of its units: neither
 * has a time or a quantity of its own [documented]. One with an outcome was looked at [inferred].
 */
export function gradedEvents({ items }: Graded, of: Snapshot, { grades, outcomes }: Settings): Normalized {
  const events = (items ?? []).flatMap(({ id: ref, quantity, grade, outcome }): ReturnEvent[] => {
    if (!grade && !outcome) return [];
    const told = (axis: string, value: string) =>
      ({ subject: ref, occurrence: { by: 'entry', axis, value }, occurredAt: of.seenAt }) as const;
    const found = grade ? { condition: codeFrom(grades, grade) } : {};
    const inspected: ReturnEvent = {
      type: 'item.inspected',
      ...told('grade', grade || ''),
      change: { items: [{ ref, quantity, ...found }] },
    };
    if (!outcome) return [inspected];
    const disposition = codeFrom(outcomes, outcome);
    const change = { items: [{ ref, quantity, disposition }] };
    return [inspected, { type: 'item.dispositioned', ...told('outcome', outcome), change }];
  });
  return { outcome: 'events', aliases: aliasesOf(of), events };
}
