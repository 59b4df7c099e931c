import { type Difference, type KnownShape, MOST_FIELDS } from './known-shape.ts';
import { findingId, type Sighting } from './note-findings.ts';

/** What differences between bodies are as findings, and which findings they end. */
export function driftSightings(
  of: { readonly account: string; readonly connection: string; readonly type: string; readonly nowMs: number },
  shape: KnownShape,
  differences: readonly Difference[],
): { readonly sightings: readonly Sighting[]; readonly ended: readonly string[] } {
  const { account, connection, type, nowMs } = of;
  const sightings: Sighting[] = [];
  const ended: string[] = [];
  for (const difference of differences) {
    const place = `${type} ${difference.pointer === '' ? '/' : difference.pointer}`;
    const vanished = { account, connection, kind: 'vanished_field', subject: place } as const;
    if (difference.kind === 'returned') ended.push(findingId(vanished));
    else if (difference.kind === 'vanished') {
      const detail = { share: thousandth(difference.share), ofNotices: difference.of, missingIn: difference.missingIn };
      sightings.push({ ...vanished, seenAtMs: nowMs, count: 1, detail });
    } else {
      const { type: jsonType, form, inboundId, isPlace } = difference;
      const detail = {
        inboundId,
        sample: { type: jsonType, ...(form === null ? {} : { form }) },
        ofNotices: shape.notices,
        ...(shape.isFull ? { limitReached: `${MOST_FIELDS} fields are watched` } : {}),
      };
      const subject = isPlace ? place : `${place} (${jsonType})`;
      sightings.push({ account, connection, kind: 'new_field', subject, seenAtMs: nowMs, count: 1, detail });
    }
  }
  return { sightings, ended };
}

function thousandth(share: number): number {
  return Math.round(share * 1000) / 1000;
}
