import { z } from 'zod';

/** UTC, ISO 8601 with milliseconds: `2026-11-20T10:00:00.000Z`. Strings of this form sort as the instants do. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof Instant>;

/**
 * Reads a time that names its zone (`Z` or an offset) into UTC. `null` where there is none to read: a time
 * without a zone is not guessed.
 */
export function instantFrom(text: string | null | undefined): Instant | null {
  if (text === null || text === undefined) return null;
  const form = /^(\d{4})-(\d{2})-(\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})$/i;
  const match = form.exec(text.trim());
  if (match === null) return null;
  // `Date` moves the 30th of February into March; a day that is none is no time.
  const days = new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate();
  if (Number(match[3]) > days) return null;
  const at = new Date(text.trim());
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 || at.getUTCFullYear() < 1 ? null : at.toISOString();
}
