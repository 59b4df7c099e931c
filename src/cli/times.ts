/** Times for people: how long ago, and exactly. */

const STEPS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** `5 min ago`, `in 2 h`, `just now`; nothing for what has no time. */
export function ago(instant: string | null, nowMs: number): string {
  if (instant === null) return '';
  const apart = nowMs - Date.parse(instant);
  if (Number.isNaN(apart)) return '';
  const span = describeSpan(Math.abs(apart));
  if (span === null) return 'just now';
  return apart < 0 ? `in ${span}` : `${span} ago`;
}

/** The exact time with how long ago it was. */
export function exactly(instant: string | null, nowMs: number): string {
  return instant === null ? '' : `${instant} (${ago(instant, nowMs)})`;
}

/** `null` below a second. */
function describeSpan(ms: number): string | null {
  for (const [length, unit] of STEPS) {
    const count = Math.floor(ms / length);
    if (count > 0) return `${count} ${unit === 'day' && count > 1 ? 'days' : unit}`;
  }
  return null;
}
