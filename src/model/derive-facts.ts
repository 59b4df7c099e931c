import { hash } from 'node:crypto';
import { aliasKey } from './aliases.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Fact, Telling } from './fact.ts';
import { naturalIdOf } from './ids.ts';
import { EVENT_TYPES, type EventType, type ReturnEvent } from './return-event.ts';
import type { Instant } from './time.ts';

/**
 * The set of tellings of one return → its facts. Pure, and blind to the order in which tellings were recorded:
 * tellings with one fact key are one fact, whose content is that of the highest adapter version, then of the
 * earliest receipt. Descriptions (`return.snapshot`) stay apart, one each: they are no facts and are never delivered.
 */
export function deriveFacts(account: string, tellings: readonly Telling[]): readonly Fact[] {
  const seen = tellings.map(look);
  const groups = new Map<string, Seen[]>();
  const entries = new Map<string, Seen[]>();
  const add = (key: readonly string[], member: Seen) => {
    const name = JSON.stringify(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [member]);
    else group.push(member);
  };

  for (const member of seen) {
    const { event } = member.telling;
    const base = [account, member.telling.source.connection, member.anchor, event.type, event.subject];
    if (event.type === 'return.snapshot') {
      add([...base, 'told', member.effectiveAt, String(member.telling.ordinal), member.digest], member);
    } else if (event.occurrence.by === 'id') {
      add([...base, 'id', event.occurrence.id], member);
    } else if (event.occurrence.by === 'time') {
      add([...base, 'time', event.occurredAt ?? ''], member);
    } else if (event.occurrence.by === 'once') {
      add([...base, 'once'], member);
    } else {
      const axis = JSON.stringify([
        member.telling.source.connection,
        member.anchor,
        event.subject,
        event.occurrence.axis,
      ]);
      entries.set(axis, [...(entries.get(axis) ?? []), member]);
    }
  }

  for (const observations of entries.values()) {
    observations.sort(byTime);
    const timesEntered = new Map<string, number>();
    const entered: string[] = [];
    for (const member of observations) {
      const { event } = member.telling;
      if (event.occurrence.by !== 'entry') continue;
      const { axis, value, after } = event.occurrence;
      if (value !== entered.at(-1)) {
        timesEntered.set(value, (timesEntered.get(value) ?? 0) + 1);
        entered.push(value);
      }
      const base = [account, member.telling.source.connection, member.anchor, event.type, event.subject];
      if (after === undefined) {
        add([...base, 'entry', axis, value, String(timesEntered.get(value))], member);
      } else if (timesLeft(entered, after) > 0) {
        // The value it went on to is no part of the key: one that is told late may stand in between.
        add([...base, 'left', axis, String(timesLeft(entered, after))], member);
      }
    }
  }

  return [...groups].map(([key, members]) => factOf(key, members));
}

/** How often these values, in the order they were entered, went on from one of `after` to one that is not. */
function timesLeft(entered: readonly string[], after: readonly string[]): number {
  const left = entered.filter(
    (value, index) => index > 0 && after.includes(entered[index - 1]!) && !after.includes(value),
  );
  return left.length;
}

interface Seen {
  readonly telling: Telling;
  readonly anchor: string;
  readonly effectiveAt: Instant;
  readonly digest: string;
}

function look(telling: Telling): Seen {
  const { occurredAt } = telling.event;
  const effectiveAt = occurredAt !== null && occurredAt < telling.receivedAt ? occurredAt : telling.receivedAt;
  return { telling, anchor: anchorOf(telling), effectiveAt, digest: telling.digest };
}

/**
 * The alias in the fact key: the first identifying one of the telling, which a merge does not change. A telling that
 * only attached names, beside its own alias, the identifying one through which the return had that number, because
 * one consolidated parcel may attach to many returns and their events must not share an id.
 */
function anchorOf({ aliases, via }: Telling): string {
  const identifying = aliases.find(alias => alias.unique);
  if (identifying !== undefined) return aliasKey(identifying);
  return aliases[0] === undefined ? '' : `${aliasKey(aliases[0])} via ${via ?? ''}`;
}

/**
 * What counts as the content of a telling, made once when it is interpreted and kept with it. A time moved by a
 * neighbouring entry is no news, so the time of an `entry` is not part of it.
 */
export function contentDigest(event: ReturnEvent): string {
  const occurredAt = event.occurrence.by === 'entry' ? null : event.occurredAt;
  return hash('sha256', canonicalJson([event.type, event.change, occurredAt]), 'base64url').slice(0, 22);
}

function byTime(a: Seen, b: Seen): number {
  return compare(a.effectiveAt, b.effectiveAt) || a.telling.ordinal - b.telling.ordinal || compare(a.digest, b.digest);
}

function byWeight(a: Seen, b: Seen): number {
  return (
    b.telling.source.adapterVersion - a.telling.source.adapterVersion ||
    compare(a.telling.receivedAt, b.telling.receivedAt) ||
    compare(a.digest, b.digest) ||
    a.telling.ordinal - b.telling.ordinal
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function factOf(key: string, members: Seen[]): Fact {
  if (members.length > 1) members.sort(byWeight);
  const first = members[0]!;
  let effectiveAt = first.effectiveAt;
  let receivedAt = first.telling.receivedAt;
  let ordinal = first.telling.ordinal;
  for (const member of members) {
    if (member.effectiveAt < effectiveAt) effectiveAt = member.effectiveAt;
    if (member.telling.receivedAt < receivedAt) receivedAt = member.telling.receivedAt;
    if (member.telling.ordinal < ordinal) ordinal = member.telling.ordinal;
  }
  const eventId = naturalIdOf('evt', key);
  return {
    eventId,
    anchor: first.anchor,
    event: first.telling.event,
    effectiveAt,
    receivedAt,
    position: `${effectiveAt} ${rankOf(first.telling.event.type)} ${String(ordinal).padStart(6, '0')} ${eventId}`,
    contentDigest: first.digest,
    tellings: members.map(member => member.telling),
  };
}

/** Lifecycle rank, for facts of one instant; a description comes first, so that what moves finds its items. */
function rankOf(type: ReturnEvent['type']): string {
  return String(type === 'return.snapshot' ? 0 : EVENT_TYPES.indexOf(type as EventType) + 1).padStart(2, '0');
}
