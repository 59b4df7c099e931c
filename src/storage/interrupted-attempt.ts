import { createHash } from 'node:crypto';
import { fromUUIDBytes } from 'typeid-js';
import type { Attempt } from './store.ts';

/**
 * The try of a worker that died, or took longer than its lease: it counts and is told. Nobody was there to give it an
 * id; this one is the same however often the interruption is found. `delivery`: what the driver tells it by.
 */
export function interruptedAttempt(delivery: string | number, startedAtMs: number): Attempt {
  const digest = createHash('sha256').update(`${delivery} ${startedAtMs}`).digest();
  return {
    id: fromUUIDBytes('att', digest.subarray(0, 16)).toString(),
    startedAtMs,
    durationMs: 0,
    outcome: 'interrupted',
    status: null,
    detail: 'The lease ran out before an outcome was written; whether the message arrived is not known.',
    responseHead: null,
    requestedBy: null,
  };
}
