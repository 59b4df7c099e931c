import { expect, it } from 'vitest';
import type { AnswerMeaning } from '../../src/adapter/provider-call.ts';
import { meaningOfStatus } from '../../src/outbound/answer-meaning.ts';

const later = (retryAfterMs: number | null): AnswerMeaning => ({ outcome: 'later', retryAfterMs });

it.each<[number, Record<string, string>, AnswerMeaning]>([
  [200, {}, { outcome: 'found' }],
  [204, {}, { outcome: 'nothing' }],
  [404, {}, { outcome: 'nothing' }],
  [410, {}, { outcome: 'nothing' }],
  [302, {}, { outcome: 'refused', because: 'request' }],
  [400, {}, { outcome: 'refused', because: 'request' }],
  [401, {}, { outcome: 'refused', because: 'credential' }],
  [403, {}, { outcome: 'refused', because: 'credential' }],
  [408, {}, later(null)],
  [429, { 'retry-after': '30' }, later(30_000)],
  [429, { 'retry-after': 'Fri, 20 Nov 2026 10:01:00 GMT' }, later(60_000)],
  [500, {}, later(null)],
  [503, { 'retry-after': 'soon' }, later(null)],
])('%i %j means %j', (status, headers, meaning) => {
  expect(meaningOfStatus({ status, headers, body: new Uint8Array() }, Date.UTC(2026, 10, 20, 10))).toEqual(meaning);
});
