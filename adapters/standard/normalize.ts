import type { Normalized } from '#adapter/webhook.ts';
import type { Alias, IndexKind } from '#model/aliases.ts';
import type { ItemChange, ReturnEvent } from '#model/return-event.ts';
import { instantFrom } from '#model/time.ts';
import type { Envelope, StandardNotice, ToldType } from './notices.ts';
import { readChange } from './read-change.ts';

/**
 * The sender speaks our events already, so mapping is choosing what tells one fact from the next: the thing it speaks of
 * (`ref`, else `total`) and its `timestamp`, which is the time of the fact. Told again under another `webhook-id` it is the
 * same fact; another ref, or another time, is news.
 */
export function normalize(notice: StandardNotice): Normalized {
  const { type } = notice;
  if (!notice.known)
    return { outcome: 'unrecognized', because: `type ${JSON.stringify(type)} is not taken from a sender` };
  const { envelope } = notice;
  const occurredAt = instantFrom(envelope.timestamp);
  if (occurredAt === null) {
    const message = 'is not a time with its zone, such as 2026-11-20T10:00:00Z';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/timestamp', message } };
  }
  const read = readChange(notice.type, envelope.data.change);
  if (read.outcome !== 'read') return read;

  const change = read.change as Change;
  const refs = change.items?.map(item => item.ref) ?? [];
  if (new Set(refs).size < refs.length) {
    const message = 'is named twice';
    return { outcome: 'unreadable', problem: { code: 'SCHEMA_MISMATCH', path: '/data/change/items/*/ref', message } };
  }
  const told = { type: notice.type, occurrence: { by: 'time' }, occurredAt } as const;
  const events = isPerLine(notice.type)
    ? (change.items ?? []).map(item => ({ ...told, subject: item.ref, change: { items: [item] } }))
    : [{ ...told, subject: change.shipment?.ref ?? change.settlement?.ref ?? 'total', change }];
  return {
    outcome: 'events',
    aliases: aliasesOf(envelope),
    events: [...numberTold(envelope, occurredAt), ...events] as readonly ReturnEvent[],
  };
}

/** The parts of a change that name what it speaks of, in whichever type they occur. */
interface Change {
  readonly shipment?: { readonly ref: string };
  readonly settlement?: { readonly ref: string };
  readonly items?: readonly ItemChange[];
}

/** Item events are one per line: lines move on their own, and each has its own stated total. */
function isPerLine(type: ToldType): boolean {
  return type.startsWith('item.');
}

function numberTold({ data }: Envelope, occurredAt: string): readonly ReturnEvent[] {
  if (!data.rmaNumber) return [];
  const details = { rmaNumber: data.rmaNumber };
  return [{ type: 'return.snapshot', subject: 'total', occurrence: { by: 'time' }, occurredAt, change: { details } }];
}

/** Kinds that never identify, whatever a sender says: two returns may share any of them. */
const ATTACHING: readonly string[] = ['order', 'order_line', 'rma', 'tracking'] satisfies readonly IndexKind[];

function aliasesOf({ data }: Envelope): readonly Alias[] {
  const own: Alias = { kind: 'return', value: data.providerReturnId, unique: true };
  const others = (data.aliases ?? []).map(({ kind, value, unique }) => ({
    kind,
    value,
    unique: unique === true && !ATTACHING.includes(kind),
  }));
  return [own, ...others];
}
