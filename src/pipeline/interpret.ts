import type { InboundRequest, Normalized, Notice, ObjectRef, Problem, UnreadableNotice } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';
import { type Alias, normalizeTracking } from '../model/aliases.ts';
import { contentDigest } from '../model/derive-facts.ts';
import { ReturnEvent, type Shopper } from '../model/return-event.ts';
import type { DerivedNotice, InboundState, InboundWork, NoticeOutcome } from '../storage/store.ts';
import { worstState } from '../storage/worst-state.ts';
import { FETCHED_KIND } from './fetch-object.ts';
import { mayHoldNul, withoutNul } from './without-nul.ts';

/** What one notice of an inbound row came to, before anything is recorded. */
export interface InterpretedNotice extends DerivedNotice {
  readonly type: string | null;
  readonly key: string;
  /** `recorded`: it told facts, if correlation finds their return. */
  readonly state: Exclude<InboundState, 'received' | 'waiting'>;
  readonly problem: NoticeOutcome['problem'];
  /** Personal data, taken out of the events: it goes to the return's one shopper row. */
  readonly shoppers: readonly { readonly shopper: Shopper; readonly occurredAt: string | null }[];
  /** What it only points to, to be fetched. */
  readonly fetches: readonly ObjectRef[];
}

export interface Interpretation {
  readonly work: InboundWork;
  readonly provider: string;
  readonly adapterVersion: number;
  readonly notices: readonly InterpretedNotice[];
  /** Where and how it failed: `stage · adapter@version · code path`; rows of one cause share it. `null`: it did not. */
  readonly fingerprint: string | null;
}

/**
 * Kept bytes → facts, by the connection's present adapter. Pure, and repeatable: nothing is fetched, written or logged.
 * One bad notice fails alone. A row whose sender proved nothing tells no facts: it is `held`.
 */
export function interpret(work: InboundWork, connection: ConnectionConfig | undefined): Interpretation {
  if (connection === undefined) {
    const problem = { code: 'CONNECTION_UNKNOWN', path: null, message: 'The connection is no longer configured.' };
    return finish(work, work.adapterId, 0, [failed(null, 'envelope', 'failed', problem)], 'interpret');
  }
  const { adapter, settings } = connection;
  let parsed: ReturnType<typeof adapter.reader.parse>;
  try {
    parsed = adapter.reader.parse(requestOf(work), settings);
  } catch {
    return finish(work, adapter.id, adapter.version, [failed(null, 'envelope', 'failed', threw('parse'))], 'parse');
  }
  if (parsed.outcome === 'unreadable') {
    return finish(work, adapter.id, adapter.version, [failed(null, 'envelope', 'unreadable', parsed.problem)], 'parse');
  }

  const clean = mayHoldNul(work) ? withoutNul : <Value>(value: Value) => value;
  let ordinal = 0;
  const notices: InterpretedNotice[] = [];
  try {
    for (const notice of parsed.notices) {
      const { type, key } = clean({ type: notice.type, key: notice.key });
      const read = { ...readNotice(connection, work, notice, { firstOrdinal: ordinal, clean }), type, key };
      ordinal += read.events.length;
      notices.push(read);
    }
  } catch {
    // Not even a list of notices: whatever an adapter gives, only its own row fails.
    return finish(work, adapter.id, adapter.version, [failed(null, 'envelope', 'failed', threw('parse'))], 'parse');
  }
  return finish(work, adapter.id, adapter.version, notices, 'normalize');
}

function readNotice(
  connection: ConnectionConfig,
  work: InboundWork,
  notice: Notice | UnreadableNotice,
  { firstOrdinal, clean }: { readonly firstOrdinal: number; readonly clean: <Value>(value: Value) => Value },
): InterpretedNotice {
  const { adapter, settings } = connection;
  if (notice.problem !== undefined) return failed(notice.type, notice.key, 'unreadable', notice.problem);
  try {
    const normalized = clean(adapter.reader.normalize(notice, settings));
    if (normalized.outcome === 'events') {
      const read = readEvents(notice.type, notice.key, normalized, firstOrdinal);
      return work.trust === 'hint' && read.state === 'recorded' ? hint(read) : read;
    }
    if (normalized.outcome === 'unreadable') return failed(notice.type, notice.key, 'unreadable', normalized.problem);
    if (normalized.outcome === 'fetch') return pointer(notice, normalized.refs, connection, work);
    const code = normalized.outcome === 'ignored' ? 'IGNORED' : 'UNRECOGNIZED';
    return failed(notice.type, notice.key, normalized.outcome, { code, path: null, message: normalized.because });
  } catch {
    return failed(notice.type, notice.key, 'failed', threw('normalize'));
  }
}

/** The request as it arrived, but for its credentials. */
export function requestOf(work: InboundWork): InboundRequest {
  const { method, path, headers, body } = work;
  return { method, path, query: new URLSearchParams(work.query), headers, body };
}

function readEvents(
  type: string,
  key: string,
  normalized: Extract<Normalized, { outcome: 'events' }>,
  firstOrdinal: number,
): InterpretedNotice {
  const aliases = normalized.aliases.map(alias =>
    alias.kind === 'tracking' ? { ...alias, value: normalizeTracking(alias.value) } : alias,
  );
  if (normalized.events.length === 0) {
    return failed(type, key, 'ignored', {
      code: 'IGNORED',
      path: null,
      message: 'The notice tells nothing we record.',
    });
  }
  if (aliases.length === 0 || aliases.some(alias => alias.value === '')) {
    return failed(type, key, 'failed', {
      code: 'BUG',
      path: null,
      message: 'The adapter named no return for its events.',
    });
  }
  const shoppers: { shopper: Shopper; occurredAt: string | null }[] = [];
  const events: DerivedNotice['events'][number][] = [];
  for (const [index, told] of normalized.events.entries()) {
    const checked = ReturnEvent.safeParse(told);
    if (!checked.success) {
      const path =
        checked.error.issues[0]?.path.map(part => (typeof part === 'number' ? '*' : String(part))).join('/') ?? '';
      return failed(type, key, 'failed', {
        code: 'BUG',
        path: `/${path}`,
        message: 'The adapter gave an event that is not canonical.',
      });
    }
    const { event, shopper } = withoutShopper(checked.data);
    if (shopper !== null) shoppers.push({ shopper, occurredAt: event.occurredAt });
    events.push({ ordinal: firstOrdinal + index, event, digest: contentDigest(event) });
  }
  return {
    type,
    key,
    state: 'recorded',
    problem: null,
    aliases,
    via: null,
    silent: normalized.silent ?? false,
    events,
    shoppers,
    fetches: [],
  };
}

function withoutShopper(event: ReturnEvent): { event: ReturnEvent; shopper: Shopper | null } {
  const { change } = event;
  if (!('details' in change) || change.details?.shopper === undefined) return { event, shopper: null };
  const { shopper, ...details } = change.details;
  return { event: { ...event, change: { ...change, details } } as ReturnEvent, shopper };
}

/**
 * A notice that only points to objects is done once their fetch is asked for; the answers are rows of their own. An answer
 * may point to objects of later kinds only, so that no chain of answers is endless.
 */
function pointer(
  { type, key }: Notice,
  refs: readonly ObjectRef[],
  connection: ConnectionConfig,
  work: InboundWork,
): InterpretedNotice {
  const { fetching } = connection.adapter;
  if (fetching === undefined) return failed(type, key, 'held', unfetchable('the adapter cannot fetch it yet.'));
  if (refs.some(ref => fetching.request(ref, connection) === null)) {
    return failed(type, key, 'held', unfetchable('its connection has no credential for calls: add secrets.api.'));
  }
  const from = work.trust === 'fetched' ? fetching.kinds.indexOf(work.headers[FETCHED_KIND]?.[0] ?? '') : -1;
  if (refs.some(ref => fetching.kinds.indexOf(ref.kind) <= from)) {
    const message = 'The adapter pointed from an answer to what led to it.';
    return failed(type, key, 'failed', { code: 'BUG', path: null, message });
  }
  const message = `It points to ${refs.map(({ kind, id }) => `${kind} ${id}`).join(', ')}, to be fetched.`;
  return { ...failed(type, key, 'recorded', { code: 'FETCHING', path: null, message }), fetches: refs };
}

function unfetchable(why: string): NonNullable<NoticeOutcome['problem']> {
  return { code: 'FETCH_UNAVAILABLE', path: null, message: `It only points to an object, and ${why}` };
}

function hint(notice: InterpretedNotice): InterpretedNotice {
  const problem = {
    code: 'UNPROVEN',
    path: null,
    message: 'The sender proved nothing, so the notice may not change a return.',
  };
  return { ...notice, state: 'held', problem, aliases: [], events: [], shoppers: [] };
}

function failed(
  type: string | null,
  key: string,
  state: InterpretedNotice['state'],
  problem: NonNullable<NoticeOutcome['problem']>,
): InterpretedNotice {
  return {
    type,
    key,
    state,
    problem,
    aliases: [] as readonly Alias[],
    via: null,
    silent: false,
    events: [],
    shoppers: [],
    fetches: [],
  };
}

/** An exception may quote the body, so nothing of it is kept; the stack is found by replaying the row. */
function threw(stage: 'parse' | 'normalize'): Omit<Problem, 'code'> & { code: string } {
  return { code: 'BUG', path: null, message: `The adapter threw an exception in ${stage}.` };
}

function finish(
  work: InboundWork,
  provider: string,
  adapterVersion: number,
  notices: readonly InterpretedNotice[],
  stage: string,
): Interpretation {
  const worst = worstState(notices.map(notice => notice.state));
  const cause = notices.find(notice => notice.state === worst)?.problem ?? null;
  const bad = worst === 'failed' || worst === 'unreadable' || worst === 'unrecognized' || worst === 'held';
  const what = [cause?.code, cause?.path].filter(Boolean).join(' ');
  const fingerprint = bad ? `${stage} · ${provider}@${adapterVersion} · ${what}` : null;
  return { work, provider, adapterVersion, notices, fingerprint };
}
