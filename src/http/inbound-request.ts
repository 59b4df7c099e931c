import { Readable } from 'node:stream';
import type { HttpContext } from './http-env.ts';

/** The parts of a request as they were sent. Fetch objects join repeated headers and tidy paths up, so Node's own message is read where there is one. */

export interface Target {
  /** Percent-encoding as sent. */
  readonly path: string;
  readonly query: string;
}

export function targetOf(c: HttpContext): Target {
  const sent = (c.env?.incoming?.url ?? c.req.url).replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = sent.indexOf('?');
  return mark < 0 ? { path: sent, query: '' } : { path: sent.slice(0, mark), query: sent.slice(mark + 1) };
}

/** Names in lower case, repeated values apart. Made from entries, so that even a header named `__proto__` is only a header. */
export function headersOf(c: HttpContext): Readonly<Record<string, readonly string[]>> {
  const headers = new Map<string, string[]>();
  const add = (name: string, value: string) => {
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  };
  const raw = c.env?.incoming?.rawHeaders;
  if (raw === undefined) c.req.raw.headers.forEach((value, name) => void add(name, value));
  else for (let index = 0; index + 1 < raw.length; index += 2) add(raw[index]!.toLowerCase(), raw[index + 1]!);
  return Object.fromEntries(headers);
}

export function bodyOf(c: HttpContext): Readable {
  const { incoming } = c.env ?? {};
  if (incoming !== undefined) return incoming as Readable;
  const { body } = c.req.raw;
  return body === null ? Readable.from([]) : Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}

/** What `Content-Length` promises; `null` where nothing is promised. */
export function declaredLength(headers: Readonly<Record<string, readonly string[]>>): number | null {
  const [value] = headers['content-length'] ?? [];
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
