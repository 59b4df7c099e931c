import { randomUUID } from 'node:crypto';
import { ERROR_CODES, type ErrorCode, type ErrorDetail, GatewayError } from '../gateway-error.ts';
import { describeError } from '../telemetry/log.ts';
import type { HttpDeps } from './deps.ts';
import type { HttpContext } from './http-env.ts';
import { PROBLEM_TEXTS } from './problem-texts.ts';
import type { Fault } from './request-faults.ts';

/** RFC 9457 answers: one shape for everything that did not work. */

export interface ProblemAnswer {
  readonly code: ErrorCode;
  /** One sentence about this occurrence. Default: the cause of the code. */
  readonly detail?: string;
  readonly errors?: readonly ErrorDetail[];
  readonly retryAfterMs?: number | null;
  /** `null` where the body must be the same for everybody. */
  readonly requestId: string | null;
  readonly rejectionId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long a caller is asked to wait where nobody knows better. An unknown connection waits for a person. */
const RETRY_AFTER_MS: Partial<Record<ErrorCode, number>> = {
  STORE_CONFLICT: 1_000,
  STORE_UNAVAILABLE: 5_000,
  OVERLOADED: 5_000,
  CONNECTION_UNKNOWN: 60_000,
};

export function problemUrl(publicUrl: string, code: ErrorCode): string {
  return `${publicUrl}/problems/${code}`;
}

export function problemResponse(publicUrl: string, given: ProblemAnswer): Response {
  const { code, requestId } = given;
  const status = ERROR_CODES[code].status ?? 500;
  const text = PROBLEM_TEXTS[code];
  const retryAfterMs = given.retryAfterMs ?? RETRY_AFTER_MS[code];
  const body = {
    type: problemUrl(publicUrl, code),
    title: text.title,
    status,
    detail: given.detail ?? text.cause,
    code,
    ...(given.errors === undefined || given.errors.length === 0 ? {} : { errors: given.errors }),
    ...(requestId === null ? {} : { requestId }),
    ...(given.rejectionId === undefined ? {} : { rejectionId: given.rejectionId }),
  };
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(requestId === null ? {} : { 'x-request-id': requestId }),
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="retour"' } : {}),
    ...given.headers,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/** The caller's own `x-request-id` where it is a plain word, else a new one. Nothing is decided by it. */
export function requestIdOf(c: HttpContext): string {
  const known = c.get('requestId');
  if (known !== undefined) return known;
  const given = c.req.header('x-request-id');
  const requestId = given !== undefined && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
  c.set('requestId', requestId);
  return requestId;
}

/** The one place where an exception becomes an answer. What is unexpected is told to the log, never to the caller. */
export function onError({ config, log }: Pick<HttpDeps, 'config' | 'log'>) {
  return function answerError(error: Error, c: HttpContext): Response {
    const requestId = requestIdOf(c);
    const { publicUrl } = config().gateway;
    const expected = error instanceof GatewayError && error.code !== 'BUG' && ERROR_CODES[error.code].status !== null;
    if (!expected) {
      log.error({ event: 'http.bug', requestId, method: c.req.method, route: c.get('route'), ...describeError(error) });
      return problemResponse(publicUrl, { code: 'BUG', requestId });
    }
    const { code, message, errors, retryAfterMs } = error;
    if ((ERROR_CODES[code].status ?? 500) >= 500) {
      log.warn({ event: 'http.unavailable', requestId, route: c.get('route'), ...describeError(error) });
    }
    return problemResponse(publicUrl, { code, detail: message, errors, retryAfterMs, requestId });
  };
}

export function notFound({ config }: Pick<HttpDeps, 'config'>) {
  return function answerNotFound(c: HttpContext): Response {
    return problemResponse(config().gateway.publicUrl, {
      code: 'NOT_FOUND',
      detail: 'Nothing is served at this path.',
      requestId: requestIdOf(c),
    });
  };
}

export function methodNotAllowed({ config }: Pick<HttpDeps, 'config'>, allowed: readonly string[]) {
  return function answerMethod(c: HttpContext): Response {
    const allow = allowed.join(', ');
    return problemResponse(config().gateway.publicUrl, {
      code: 'METHOD_NOT_ALLOWED',
      detail: `This path takes ${allow}.`,
      requestId: requestIdOf(c),
      headers: { allow },
    });
  };
}

export type RequestPart = 'path' | 'query' | 'header' | 'body';

/** A body of a hundred thousand unknown fields is not answered with ten times its size. */
const MAX_FAULTS = 50;

/** What is wrong with one part of a request, up to 50 things of it, each with a JSON Pointer that begins with the part's name. */
export function validationFailed(part: RequestPart, faults: readonly Fault[]): GatewayError {
  const at = (path: readonly PropertyKey[]) =>
    `/${[part, ...path].map(key => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
  const errors = faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({ pointer: at(path), message }));
  return new GatewayError('VALIDATION_FAILED', 'The request is not valid; nothing was done.', { errors });
}

export function invalid(pointer: string, message: string): GatewayError {
  return new GatewayError('VALIDATION_FAILED', 'The request is not valid; nothing was done.', {
    errors: [{ pointer, message }],
  });
}
