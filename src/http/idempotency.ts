import { createHash } from 'node:crypto';
import { GatewayError } from '../gateway-error.ts';
import { describeError } from '../telemetry/log.ts';
import type { HttpDeps } from './deps.ts';
import { invalid } from './problem.ts';

export interface IdempotentCall {
  readonly tokenId: string;
  /** Method and template, e.g. `POST /v1/tokens`. */
  readonly route: string;
  readonly key: string;
  /** What makes two requests the same: path, query and body. */
  readonly request: string;
}

export interface Done {
  readonly status: number;
  readonly body: string;
  /** What a repetition gets, and what is stored: the answer without what may be shown only once. */
  readonly remembered: string;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
  readonly replayed: boolean;
}

/** A key is 1 to 200 visible ASCII characters. Throws `VALIDATION_FAILED`. */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (/^[\x21-\x7e]{1,200}$/.test(header)) return header;
  throw invalid('/header/idempotency-key', 'must be 1 to 200 visible ASCII characters');
}

/** Runs once per key, token and route within 24 hours. A run that fails frees its key; a run whose answer was kept is never run again. */
export async function idempotently(
  { store, now, log }: Pick<HttpDeps, 'store' | 'now' | 'log'>,
  { request, ...key }: IdempotentCall,
  run: () => Promise<Done>,
): Promise<Answered> {
  const bodyDigest = createHash('sha256').update(request).digest('hex');
  const begun = await store.beginIdempotent({ ...key, bodyDigest }, now());
  switch (begun.outcome) {
    case 'replay':
      return { status: begun.status, body: begun.body, replayed: true };
    case 'mismatch':
      throw new GatewayError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key belongs to another request.');
    case 'running':
      throw new GatewayError('CONFLICT', 'A request with this Idempotency-Key is still running.', {
        retryAfterMs: 1000,
      });
    case 'new':
  }
  let done: Done;
  try {
    done = await run();
  } catch (error) {
    try {
      await store.finishIdempotent(key, null);
    } catch (second) {
      log.warn({ event: 'idempotency.not_freed', route: key.route, ...describeError(second) });
    }
    throw error;
  }
  await store.finishIdempotent(key, { status: done.status, body: done.remembered });
  return { status: done.status, body: done.body, replayed: false };
}
