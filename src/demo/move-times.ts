import type { InboundRequest } from '../adapter/webhook.ts';

/** Moves every time in a request together, so that a story can have happened at another time. */

const DAY_MS = 24 * 60 * 60 * 1000;

/** Date and time, with or without a zone. Fractions and the zone stay as they are: whole seconds move. */
const DATE_TIME = /\b(\d{4}-\d{2}-\d{2})([T ])(\d{2}:\d{2})(:\d{2})?(?![\d:])/g;
/** A day alone, and only under a key that says so: `"version": "2022-02-22"` is a date, too, and no time. */
const DAY = /("[a-z_]*date"\s*:\s*")(\d{4}-\d{2}-\d{2})(?=")/gi;
/** Seconds or milliseconds since 1970, as a number or as text; under such a key only, because ids have as many digits. */
const EPOCH = /("[a-z_]*(?:time|timestamp|_at)"\s*:\s*"?)(\d{10})(?=(?:\d{3})?(?:\.\d+)?[",\s}\]])/gi;
const EPOCH_HEADER = /(?:^|-)timestamp$/;

/**
 * The formats in which times stand in fixtures: ISO 8601 with `T` or a space, a day alone, seconds or milliseconds since
 * 1970, and the first of these in headers named `…-timestamp`. A time without a zone moves by the clock it was read
 * from; a day by the whole days in `seconds`, rounded up, because it is mostly one until which something may be done.
 * What is no time (the 30th of February) stays what it is.
 */
export function moveTimes(request: InboundRequest, seconds: number): InboundRequest {
  const days = Math.ceil((seconds * 1000) / DAY_MS);
  const movedEpoch = (at: string): string => String(Number(at) + seconds);
  // Latin-1 keeps each byte a character, so that bytes which are no text survive; times are ASCII.
  const body = Buffer.from(request.body)
    .toString('latin1')
    .replace(DAY, (_, before: string, day: string) => {
      return before + (moved(day, '00:00:00', days * DAY_MS)?.slice(0, 10) ?? day);
    })
    .replace(DATE_TIME, (whole, day: string, between: string, minutes: string, rest: string | undefined) => {
      const iso = moved(day, `${minutes}${rest ?? ':00'}`, seconds * 1000);
      return iso === null ? whole : iso.slice(0, 10) + between + iso.slice(11, rest === undefined ? 16 : 19);
    })
    .replace(EPOCH, (_, before: string, at: string) => before + movedEpoch(at));
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, values]) => [
      name,
      EPOCH_HEADER.test(name) ? values.map(value => (/^\d{10}$/.test(value) ? movedEpoch(value) : value)) : values,
    ]),
  );
  return { ...request, headers, body: new Uint8Array(Buffer.from(body, 'latin1')) };
}

/** ISO 8601; `null` where there is no such time. */
function moved(day: string, time: string, byMs: number): string | null {
  const at = new Date(`${day}T${time}Z`);
  // `Date` moves the 30th of February into March.
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day) return null;
  return new Date(at.getTime() + byMs).toISOString();
}
