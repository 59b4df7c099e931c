/** A line of an order under the names that AfterShip has for it. */
interface Named {
  readonly external_order_item_id?: string | null | undefined;
  readonly external_id?: string | null | undefined;
  readonly source_order_item_id?: string | null | undefined;
  readonly source_id?: string | null | undefined;
}

/**
 * The shop's id of the order line: receivings, refunds, restocks, parcels and drop-offs all name it, and only the return's own
 * list has another id beside it. `null` where none is said.
 */
export function lineRef(line: Named): string | null {
  return line.external_order_item_id || line.external_id || line.source_order_item_id || line.source_id || null;
}

/** No line has more; one of the canonical return could not hold them. */
export const MOST_UNITS = 1_000_000;

/** What was counted, by line; the schemas let no entry pass that names none. */
export function countedByLine<T extends Named & { readonly quantity: number }>(
  entries: readonly T[] | null | undefined,
): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  for (const entry of entries ?? []) {
    const ref = lineRef(entry)!;
    units.set(ref, (units.get(ref) ?? 0) + entry.quantity);
  }
  return units;
}
