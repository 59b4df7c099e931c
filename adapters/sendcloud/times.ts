import type { Read } from '#adapter/read-json.ts';
import { type Instant, instantFrom } from '#model/time.ts';

const YEAR_2001_SECONDS = 1e9;
const YEAR_5138_SECONDS = 1e11;
const YEAR_2001_MILLISECONDS = 1e12;
const YEAR_5138_MILLISECONDS = 1e14;

/**
 * A "Unix timestamp" [documented] is in seconds, or in milliseconds as in the published example 1525271885993: which, its size
 * tells, for no instant that anybody means is within the other's range. Absent is `null`.
 */
export function unixTimeAt(path: string, text: string | null | undefined): Read<Instant | null> {
  if (!text) return { ok: true, value: null };
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  const whole = Number(match?.[1] ?? 0);
  if (whole >= YEAR_2001_SECONDS && whole < YEAR_5138_SECONDS) {
    const milliseconds = Number((match?.[2] ?? '').slice(0, 3).padEnd(3, '0'));
    return { ok: true, value: new Date(whole * 1000 + milliseconds).toISOString() };
  }
  if (whole >= YEAR_2001_MILLISECONDS && whole < YEAR_5138_MILLISECONDS) {
    return { ok: true, value: new Date(whole).toISOString() };
  }
  return unreadable(path, 'is no Unix time');
}

export function isoTimeAt(path: string, text: string | null | undefined): Read<Instant | null> {
  const value = instantFrom(text);
  return text && value === null ? unreadable(path, 'is not a time with its zone') : { ok: true, value };
}

function unreadable(path: string, message: string): Read<never> {
  return { ok: false, problem: { code: 'SCHEMA_MISMATCH', path, message } };
}
