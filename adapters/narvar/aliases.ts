import { type Alias, normalizeTracking } from '#model/aliases.ts';
import { isPlaceholder } from './codes.ts';
import type { Told } from './notices.ts';

/**
 * The ids a webhook names its return by; empty where none of them is unique.
 * The anchor is the order's number with the date of creation, because both are in every webhook of a return while
 * the RMA number may be missing. That the pair is unique is [inferred]; to the second, because that is how it is published.
 */
export function aliasesOf({ orderNumber, createdAt, returnId, rma }: Told): readonly Alias[] {
  const aliases: Alias[] = [];
  if (createdAt !== null) {
    aliases.push({ kind: 'order_and_date', value: `${orderNumber} ${createdAt.slice(0, 19)}Z`, unique: true });
  }
  if (returnId !== null) aliases.push({ kind: 'return', value: returnId, unique: true });
  const rmaNumber = rmaNumberOf(rma);
  if (rmaNumber !== null) aliases.push({ kind: 'rma', value: rmaNumber, unique: !isPlaceholder(rmaNumber) });
  if (!aliases.some(alias => alias.unique)) return [];
  const trackingNumber = trackingOf(rma);
  if (trackingNumber !== null) aliases.push({ kind: 'tracking', value: trackingNumber, unique: false });
  return aliases;
}

export function rmaNumberOf(rma: Told['rma']): string | null {
  return rma.rma_number?.trim() || null;
}

/** The tracking number however it is printed; `null` where there is none. */
export function trackingOf(rma: Told['rma']): string | null {
  return normalizeTracking(rma.package?.tracking_number ?? '') || null;
}
