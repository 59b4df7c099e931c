/** What a refused request leaves behind: enough to see what went wrong, nothing that would help to get in. */
import { hash } from 'node:crypto';
import type { Evidence, RejectionReason, Trust, Verification } from './webhook.ts';

/** First characters of SHA-256, hex: tells two values apart. */
export function digestPrefix(value: string, characters = 8): string {
  return hash('sha256', value, 'hex').slice(0, characters);
}

/**
 * The same for a password or token. Shorter, because people choose them: four characters still tell apart the two
 * or three secrets of a connection, but do not confirm a guess.
 */
export function credentialPrefix(value: string): string {
  return digestPrefix(value, 4);
}

export function accepted(trust: Trust, secretIndex: number | null): Verification {
  return { outcome: 'accepted', trust, secretIndex };
}

export function rejected(reason: RejectionReason, evidence: Partial<Evidence>): Verification {
  return {
    outcome: 'rejected',
    reason,
    evidence: { header: null, received: null, expected: [], skewSeconds: null, ...evidence },
  };
}
