import { Hono } from 'hono';
import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import type { Received } from '../pipeline/receive.ts';
import { createBodyBudget } from './body-budget.ts';
import type { HttpDeps } from './deps.ts';
import type { HttpContext, HttpEnv } from './http-env.ts';
import { bodyOf, declaredLength, headersOf, targetOf } from './inbound-request.ts';
import { methodNotAllowed, type ProblemAnswer, problemResponse, requestIdOf } from './problem.ts';
import { type ContentEncoding, contentEncodings, decodeBody, readBody } from './read-body.ts';

const ANSWER_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Why a process that was started without the role `receive` is not ready. */
export const TAKES_NONE = 'This process does not take webhooks: it lacks the role receive.';

/**
 * `POST /webhooks/{account}/{connection}`: bytes in, one short answer out. No middleware and no schema stands in the
 * way; what the sender may hear is decided by `receive`. Whatever lies below `/webhooks/` and is no connection is
 * answered 503, because a person may still be setting it up and some providers never retry after a 4xx.
 */
export function webhooks(deps: Pick<HttpDeps, 'config' | 'receive' | 'notReady' | 'roles'>): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const budget = createBodyBudget(() => deps.config().gateway.intake);

  const refuse = (c: HttpContext, answer: Omit<ProblemAnswer, 'requestId'>) =>
    problemResponse(deps.config().gateway.publicUrl, { ...answer, requestId: requestIdOf(c) });

  function connectionAt(path: string): ConnectionConfig | null {
    const match = /^\/webhooks\/([^/]+)\/([^/]+)$/.exec(path);
    if (match === null) return null;
    const connection = deps.config().accounts.get(match[1]!)?.connections.get(match[2]!);
    return connection?.adapter.webhook === undefined ? null : connection;
  }

  const wrongMethod = methodNotAllowed(deps, ['POST']);

  // One handler for every method: Hono calls a lone handler directly, without composing a chain.
  app.all('/webhooks/*', async c => {
    if (c.req.method !== 'POST') return wrongMethod(c);
    const { path, query } = targetOf(c);
    const connection = connectionAt(path);
    if (connection === null) return refuse(c, { code: 'CONNECTION_UNKNOWN' });
    if (!deps.roles.includes('receive')) return refuse(c, { code: 'OVERLOADED', detail: TAKES_NONE });
    if (deps.notReady() !== null)
      return refuse(c, { code: 'OVERLOADED', detail: 'The gateway is not ready to take webhooks; send again later.' });

    const headers = headersOf(c);
    const taken = connection.adapter.webhook!.contentEncodings ?? [];
    const encodings = contentEncodings(headers['content-encoding']);
    const encoding = taken.find(name => encodings.length === 1 && name === encodings[0]);
    if (encodings.length > 0 && encoding === undefined) return refuse(c, refusedEncoding(taken));

    const { maxBodyBytes } = deps.config().gateway.intake;
    if ((declaredLength(headers) ?? 0) > maxBodyBytes) return refuse(c, { code: 'PAYLOAD_TOO_LARGE' });
    const held = budget.hold(path);
    try {
      const read = await readBody(bodyOf(c), {
        maxBytes: maxBodyBytes,
        take: held.take,
        timeoutMs: bodyTimeoutMs(maxBodyBytes),
        onceReading: held.onGiveUp,
      });
      if (read.outcome !== 'read') {
        // Of a body that broke off nobody is left to read the answer; what matters is that half of one is never kept.
        if (read.outcome === 'aborted' || read.outcome === 'too_slow') return new Response(null, { status: 408 });
        return refuse(c, { code: read.outcome === 'too_large' ? 'PAYLOAD_TOO_LARGE' : 'OVERLOADED' });
      }
      held.arrived();
      let body = read.bytes;
      if (encoding !== undefined) {
        const decoded = await decodeBody(body, encoding, maxBodyBytes);
        if (decoded.outcome !== 'read') {
          if (decoded.outcome === 'too_large') return refuse(c, { code: 'PAYLOAD_TOO_LARGE' });
          return refuse(c, { ...refusedEncoding(taken), detail: 'The body is not what its Content-Encoding says.' });
        }
        if (!held.take(decoded.bytes.byteLength)) return refuse(c, { code: 'OVERLOADED' });
        body = decoded.bytes;
      }
      const request: InboundRequest = { method: 'POST', path, query: new URLSearchParams(query), headers, body };
      return answer(c, await deps.receive(connection, request));
    } finally {
      held.release();
    }
  });

  function answer(c: HttpContext, received: Received): Response {
    switch (received.outcome) {
      case 'kept':
      case 'duplicate': {
        const body = JSON.stringify({ id: received.id, duplicate: received.outcome === 'duplicate' });
        return new Response(body, { status: received.status, headers: ANSWER_HEADERS });
      }
      case 'rejected':
        // The same for every reason: whoever guesses learns nothing from it.
        return problemResponse(deps.config().gateway.publicUrl, {
          code: 'SIGNATURE_REJECTED',
          detail: 'The sender is not proven. The rejectionId tells the operator of the gateway why.',
          requestId: null,
          rejectionId: received.rejectionId,
          ...(received.basic ? { headers: { 'www-authenticate': 'Basic realm="retour", charset="UTF-8"' } } : {}),
        });
      case 'unavailable':
        return refuse(c, {
          code: 'STORE_UNAVAILABLE',
          detail: 'The webhook could not be kept; send it again.',
          retryAfterMs: received.error.retryAfterMs,
        });
      case 'over_budget':
        return refuse(c, {
          code: 'OVERLOADED',
          detail: 'This connection has sent as many unproven webhooks as it may in a minute.',
          retryAfterMs: received.retryAfterMs,
        });
    }
  }

  return app;
}

/** Five seconds, and one more for each 128 KiB that a body may have: the slowest sender that is waited for. */
function bodyTimeoutMs(maxBodyBytes: number): number {
  return 5_000 + Math.ceil(maxBodyBytes / 131.072);
}

function refusedEncoding(taken: readonly ContentEncoding[]): Omit<ProblemAnswer, 'requestId'> {
  return { code: 'ENCODING_REFUSED', headers: { 'accept-encoding': ['identity', ...taken].join(', ') } };
}
