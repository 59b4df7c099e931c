import type { AnswerMeaning, ProviderAnswer } from '../adapter/provider-call.ts';
import { readRetryAfter } from './retry-after.ts';

/**
 * What an answer means where the provider says no more than HTTP does. 204 has nothing to tell; 404 and 410 have no such
 * object; a redirect is no answer, because credentials are not carried elsewhere.
 */
export function meaningOfStatus({ status, headers }: ProviderAnswer, nowMs: number): AnswerMeaning {
  if (status === 204 || status === 404 || status === 410) return { outcome: 'nothing' };
  if (status >= 200 && status < 300) return { outcome: 'found' };
  if (status === 401 || status === 403) return { outcome: 'refused', because: 'credential' };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { outcome: 'later', retryAfterMs: readRetryAfter(headers['retry-after'] ?? null, nowMs) };
  }
  return { outcome: 'refused', because: 'request' };
}
