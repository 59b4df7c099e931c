/** The time a sender signed: read strictly, compared in both directions. */

export type TimestampFormat = 'seconds' | 'milliseconds' | 'rfc1123' | 'iso';

export const DEFAULT_TOLERANCE_SECONDS = 300;

const RFC1123 =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (GMT|[+-]\d{4})$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Milliseconds since 1970, or `null` for any other form: what a lenient reader would normalise is not what was signed. A time
 * without a zone is not read.
 */
export function readSignedTime(text: string, format: TimestampFormat): number | null {
  switch (format) {
    case 'seconds':
      return /^[0-9]{1,12}$/.test(text) ? Number(text) * 1000 : null;
    case 'milliseconds':
      return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
    case 'rfc1123':
      return RFC1123.test(text) ? parsed(text) : null;
    case 'iso':
      return ISO.test(text) ? parsed(text) : null;
  }
}

/** What `readSignedTime` reads, in words for the person who looks at a refusal. */
export const TIME_FORMS: Readonly<Record<TimestampFormat, string>> = {
  seconds: 'Unix seconds, digits only',
  milliseconds: 'Unix milliseconds, digits only',
  rfc1123: 'a time such as Fri, 20 Nov 2026 10:00:00 GMT',
  iso: 'a time with its zone such as 2026-11-20T10:00:00Z',
};

function parsed(text: string): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

export function writeSignedTime(now: Date, format: TimestampFormat): string {
  switch (format) {
    case 'seconds':
      return String(Math.floor(now.getTime() / 1000));
    case 'milliseconds':
      return String(now.getTime());
    case 'rfc1123':
      return now.toUTCString();
    case 'iso':
      return now.toISOString();
  }
}

/**
 * Sender's clock minus ours, in whole seconds. Both are cut to the second first: a sender that writes seconds has cut
 * them off, and a difference of exactly the tolerance is still accepted whatever fraction our own clock shows.
 */
export function skewInSeconds(signedMs: number, now: Date): number {
  return Math.floor(signedMs / 1000) - Math.floor(now.getTime() / 1000);
}

export function isWithin(skewSeconds: number, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS): boolean {
  return Math.abs(skewSeconds) <= toleranceSeconds;
}
