import type { Normalized } from '#adapter/webhook.ts';
import { codeFrom } from '#model/coded.ts';
import type { ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import { aliasesOf } from './aliases.ts';
import { countedByLine, lineRef, MOST_UNITS } from './lines.ts';
import type { Snapshot } from './notices.ts';
import type { Receiving, Warehouse } from './parts.ts';
import type { Settings } from './settings.ts';

type ItemEvent = Extract<ReturnEvent, { type: `item.${string}` }>;

/** More than any return is received in; every line of every receiving is a fact of its own. */
const MOST_TOLD = 5000;

/**
 * What was received, found and put back. `received_quantity` of the items is not read: it follows the shipping status, and is
 * called very inaccurate by those who use it [third-party]; nor is `restocked_quantity`.
 */
export function warehouseEvents({ receivings, restocks }: Warehouse, of: Snapshot, settings: Settings): Normalized {
  const events = [...received(receivings ?? [], settings), ...restocked(restocks ?? [], of)];
  if (events.length > MOST_TOLD || events.some(({ change }) => change.items[0]!.quantity > MOST_UNITS)) {
    const message = `tell of more than ${MOST_TOLD} lines, or of a line with more than ${MOST_UNITS} units`;
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/data/receivings', message } };
  }
  if (events.length === 0) return { outcome: 'ignored', because: 'nothing was received or put back' };
  return { outcome: 'events', aliases: aliasesOf(of), events };
}

/**
 * Each receiving has an id and a time. It counts the units of this receiving; a fact states the total of its line, so what
 * earlier receivings counted is added. Grades likewise, each by itself, because one line may have several.
 */
function received(receivings: readonly Receiving[], { grades }: Settings): readonly ItemEvent[] {
  const events: ItemEvent[] = [];
  const totals = new Map<string, number>();
  const count = (key: readonly string[], units: number) => {
    const total = (totals.get(JSON.stringify(key)) ?? 0) + units;
    totals.set(JSON.stringify(key), total);
    return total;
  };
  for (const { id, received_at, items } of receivings.toSorted(byTime)) {
    const occurredAt = instantFrom(received_at);
    for (const [ref, units] of countedByLine(items)) {
      if (units === 0) continue;
      const quantity = count([ref], units);
      const occurrence = { by: 'id', id } as const;
      events.push({
        type: 'item.received',
        subject: ref,
        occurrence,
        occurredAt,
        change: { items: [{ ref, quantity }] },
      });
    }
    const graded = new Map<string, { ref: string; grade: string; units: number; at: string | null }>();
    for (const item of items ?? []) {
      const ref = lineRef(item)!;
      for (const { grade, quantity, inspected_at } of item.gradings ?? []) {
        const key = JSON.stringify([ref, grade]);
        const known = graded.get(key);
        const at = known?.at ?? inspected_at ?? null;
        graded.set(key, { ref, grade, units: quantity + (known?.units ?? 0), at });
      }
    }
    for (const { ref, grade, units, at } of graded.values()) {
      if (units === 0) continue;
      const condition = codeFrom(grades, grade);
      events.push({
        type: 'item.inspected',
        subject: ref,
        occurrence: { by: 'id', id: `${id}/${grade}` },
        occurredAt: instantFrom(at),
        change: { items: [{ ref, quantity: count([ref, grade], units), condition }] },
      });
    }
  }
  return events;
}

function byTime(one: Receiving, other: Receiving): number {
  const [a, b] = [instantFrom(one.received_at) ?? '', instantFrom(other.received_at) ?? ''];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Restocks have neither id nor time: what they amount to is the fact, first seen in the earliest webhook that shows it. */
function restocked(restocks: NonNullable<Warehouse['restocks']>, { seenAt }: Snapshot): readonly ItemEvent[] {
  const counted = [...countedByLine(restocks.flatMap(restock => restock.items ?? []))].filter(([, units]) => units > 0);
  return counted.map(([ref, quantity]) => ({
    type: 'item.dispositioned',
    subject: ref,
    occurrence: { by: 'entry', axis: 'restocked', value: String(quantity) },
    occurredAt: seenAt,
    change: { items: [{ ref, quantity, disposition: { code: 'restock', providerCode: null } }] },
  }));
}
