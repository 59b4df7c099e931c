import type { Page } from '../store.ts';

/** Where a page begins and ends: rows strictly before (atMs, ref), none older than `floorMs`. */
export interface Window {
  readonly atMs: number;
  readonly ref: number;
  readonly floorMs: number;
  readonly limit: number;
}

export interface Timed {
  readonly ref: number;
  readonly at_ms: number;
}

const LATEST = Number.MAX_SAFE_INTEGER;

/**
 * One page out of many sources, each an index range of its own (a connection, a destination): SQLite would sort all
 * their rows to merge them. Once the page is full, a further source is only asked for what is newer than its last row.
 * Rows of one millisecond are told apart by their number, which `refOf` finds for the id a page ended with.
 */
export function newestFirst<Source>(
  sources: Iterable<Source>,
  read: (source: Source, window: Window) => readonly Timed[],
  page: Page,
  options: { readonly refOf: (id: string) => number | undefined; readonly afterMs?: number | undefined },
): readonly number[] {
  const start = {
    atMs: page.after?.atMs ?? LATEST,
    ref: page.after === null ? LATEST : (options.refOf(page.after.id) ?? LATEST),
  };
  let floorMs = options.afterMs === undefined ? 0 : options.afterMs + 1;
  let found: Timed[] = [];
  for (const source of sources) {
    const more = read(source, { ...start, floorMs, limit: page.limit });
    if (more.length === 0) continue;
    found = [...found, ...more].sort((a, b) => b.at_ms - a.at_ms || b.ref - a.ref).slice(0, page.limit);
    if (found.length === page.limit) floorMs = Math.max(floorMs, found.at(-1)!.at_ms);
  }
  return found.map(row => row.ref);
}
