import { type Alias, normalizeTracking } from '#model/aliases.ts';
import type { Snapshot } from './notices.ts';

/** The return id identifies. The shop's id of the same return belongs to the shop's numbering, and attaches, as tracking numbers do. */
export function aliasesOf({ returnId, externalReturnIds }: Snapshot, tracker?: string | null): readonly Alias[] {
  const trackingNumber = normalizeTracking(tracker ?? '');
  return [
    { kind: 'return', value: returnId, unique: true },
    ...externalReturnIds.map(value => ({ kind: 'external_return', value, unique: false })),
    ...(trackingNumber === '' ? [] : [{ kind: 'tracking', value: trackingNumber, unique: false }]),
  ];
}
