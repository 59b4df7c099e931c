import type { lookup } from 'node:dns';
import { request } from 'undici';
import { readRetryAfter } from '../outbound/retry-after.ts';
import { createVettedAgents, wasBlocked } from '../outbound/vetted-agents.ts';
import type { AttemptOutcome } from '../storage/store.ts';
import type { OutgoingRequest } from './sign-delivery.ts';

/** Read of an answer; the rest is thrown away. */
const MAX_RESPONSE_BYTES = 64 * 1024;
/** Kept of an answer, for the person who asks why. */
const RESPONSE_HEAD_CHARACTERS = 500;

export interface Exchange {
  readonly outcome: Exclude<AttemptOutcome, 'interrupted'>;
  readonly status: number | null;
  /** Why, in words without secrets or body; `null` for a 2xx. */
  readonly detail: string | null;
  /** How the answer begins, without what it must not repeat; `null` where it is empty, or may quote the shopper. */
  readonly responseHead: string | null;
  readonly retryAfterMs: number | null;
}

export interface Sender {
  /** Never throws: whatever happens is an outcome. One deadline spans name lookup, connection, request and answer. */
  send(outgoing: OutgoingRequest, timeoutMs: number, nowMs: number): Promise<Exchange>;
  close(): Promise<void>;
}

/** The only way out to destinations: to vetted addresses, and redirects are not followed. */
export function createSender(allowNetworks: readonly string[], resolve?: typeof lookup): Sender {
  const agents = createVettedAgents(allowNetworks, resolve);

  return {
    async send(outgoing, timeoutMs, nowMs) {
      const url = new URL(outgoing.url);
      const dispatcher = agents.agentFor(url);
      if (dispatcher === null) return failure('blocked', BLOCKED);
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const { statusCode, headers, body } = await request(url, {
          method: 'POST',
          headers: outgoing.headers,
          body: outgoing.body,
          dispatcher,
          signal: deadline,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        const responseHead = keepable(await readText(body), outgoing);
        const retryAfter = headers['retry-after'];
        const retryAfterMs = readRetryAfter(
          Array.isArray(retryAfter) ? (retryAfter[0] ?? null) : (retryAfter ?? null),
          nowMs,
        );
        if (statusCode >= 200 && statusCode < 300)
          return { outcome: 'delivered', status: statusCode, detail: null, responseHead, retryAfterMs: null };
        return {
          outcome: 'refused',
          status: statusCode,
          detail: `The destination answered ${statusCode}.`,
          responseHead,
          retryAfterMs,
        };
      } catch (error) {
        return explain(error, deadline);
      }
    },
    close: agents.close,
  };
}

const BLOCKED = 'The address is not public, and delivery.allowNetworks does not open it.';

async function readText(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= MAX_RESPONSE_BYTES) break; // leaving the loop closes the connection
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The beginning of an answer. One may quote what it was sent: an answer to a message with the shopper in it is not kept,
 * because personal data stands in two places and this is none, and the query of the URL, often a token, is taken out.
 */
function keepable(answer: string, { url, personal }: OutgoingRequest): string | null {
  if (answer === '' || personal) return null;
  const { search, searchParams } = new URL(url);
  const raw = search
    .slice(1)
    .split('&')
    .map(pair => pair.slice(pair.indexOf('=') + 1));
  const hidden = [search, ...raw, ...searchParams.values()].filter(part => part.length > 3);
  const clean = hidden.reduce((text, part) => text.replaceAll(part, '[…]'), answer);
  return clean.slice(0, RESPONSE_HEAD_CHARACTERS);
}

function explain(error: unknown, deadline: AbortSignal): Exchange {
  if (wasBlocked(error)) return failure('blocked', BLOCKED);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (deadline.aborted || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return failure('timeout', 'No complete answer within the deadline.');
  }
  return failure('unreachable', code === null ? 'The connection failed.' : `The connection failed (${code}).`);
}

function failure(outcome: 'blocked' | 'timeout' | 'unreachable', detail: string): Exchange {
  return { outcome, status: null, detail, responseHead: null, retryAfterMs: null };
}
