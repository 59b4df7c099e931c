import type { lookup } from 'node:dns';
import type { ProviderAnswer, ProviderRequest } from '../adapter/provider-call.ts';
import { createVettedAgents, wasBlocked } from './vetted-agents.ts';

/** The only way out to providers: one exchange, to a vetted address, without redirects and without a second try. */

/** Over name lookup, connection, request and the whole answer. */
const DEADLINE_MS = 20_000;
/** What may become an inbound row; as much as a webhook may have at most by default, four times over. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export type CallResult =
  | { readonly outcome: 'answered'; readonly answer: ProviderAnswer }
  /** Whether it was carried out is unknown, but for `blocked`, which was never sent. */
  | { readonly outcome: 'timeout' | 'unreachable' | 'blocked' | 'too_large'; readonly detail: string };

export interface ProviderCaller {
  /** Never throws: whatever happens is an outcome. `base`: as configuration has it, without a slash at its end. */
  call(base: string, request: ProviderRequest): Promise<CallResult>;
  close(): Promise<void>;
}

export function createProviderCaller(
  allowNetworks: readonly string[],
  { deadlineMs = DEADLINE_MS, resolve }: { readonly deadlineMs?: number; readonly resolve?: typeof lookup } = {},
): ProviderCaller {
  const agents = createVettedAgents(allowNetworks, resolve);

  return {
    async call(base, { method, path, headers, body }) {
      const url = new URL(`${base}${path}`); // as text: a path cannot leave the host, as it could where it is resolved
      const dispatcher = agents.agentFor(url);
      if (dispatcher === null) return { outcome: 'blocked', detail: BLOCKED };
      const deadline = AbortSignal.timeout(deadlineMs);
      try {
        const response = await fetch(url, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
          redirect: 'manual',
          signal: deadline,
          dispatcher,
        } as unknown as RequestInit); // the types of Node's own fetch are of another undici
        const bytes = await readBytes(response);
        if (bytes === null)
          return { outcome: 'too_large', detail: `The answer has more than ${MAX_ANSWER_BYTES} bytes.` };
        return {
          outcome: 'answered',
          answer: { status: response.status, headers: Object.fromEntries(response.headers), body: bytes },
        };
      } catch (error) {
        if (wasBlocked(error)) return { outcome: 'blocked', detail: BLOCKED };
        if (deadline.aborted) return { outcome: 'timeout', detail: 'No complete answer within the deadline.' };
        return { outcome: 'unreachable', detail: `The connection failed${codeIn(error)}.` };
      }
    },
    close: agents.close,
  };
}

const BLOCKED = 'The address of the provider is not public, and delivery.allowNetworks does not open it.';

/** `null`: it is too large; the rest is not read. */
async function readBytes(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) return null; // leaving the loop cancels the answer
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** undici says what happened in the cause. */
function codeIn(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? ` (${code})` : '';
}
