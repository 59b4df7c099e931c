import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import type { WebhookCase } from './fixtures.ts';

/**
 * `fixtures/<id>/outcomes.json`: under which adapter version each expected outcome was written down. An outcome that
 * changes needs the next version, because the same bytes then mean something else to whoever interprets them again.
 * Renew it with `node test/conformance/lock-outcomes.ts <id>`.
 */
export interface OutcomeLock {
  readonly version: number;
  /** Case → digest of its `expected.json`, whatever its layout. */
  readonly cases: Readonly<Record<string, string>>;
}

export function lockOf(version: number, cases: readonly Pick<WebhookCase, 'name' | 'expected'>[]): OutcomeLock {
  const digests = cases.map(({ name, expected: { notices, unreadable } }) => {
    const text = canonicalJson({ notices, unreadable });
    return [name, createHash('sha256').update(text).digest('hex').slice(0, 16)];
  });
  return { version, cases: Object.fromEntries(digests) };
}

/** Cases whose outcome is another one although the version is the same. */
export function changedOutcomes(before: OutcomeLock, after: OutcomeLock): readonly string[] {
  if (after.version > before.version) return [];
  return Object.keys(before.cases).filter(
    name => after.cases[name] !== undefined && after.cases[name] !== before.cases[name],
  );
}
