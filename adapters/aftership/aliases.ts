import { type Alias, normalizeTracking } from '#model/aliases.ts';
import type { Snapshot } from './notices.ts';

/** The return id identifies. An RMA number is unique "most of the time" [documented]: it attaches, as tracking numbers do. */
export function aliasesOf(
  { returnId, rmaNumber }: Snapshot,
  trackingNumbers: readonly (string | null | undefined)[] = [],
): readonly Alias[] {
  const numbers = new Set(
    trackingNumbers.map(number => normalizeTracking(number ?? '')).filter(number => number !== ''),
  );
  return [
    { kind: 'return', value: returnId, unique: true },
    ...(rmaNumber === null ? [] : [{ kind: 'rma', value: rmaNumber, unique: false }]),
    ...[...numbers].map(value => ({ kind: 'tracking', value, unique: false })),
  ];
}
