import { createHash } from 'node:crypto';
import type { AnswerMeaning, ProviderAnswer, ProviderRequest } from '../adapter/provider-call.ts';
import type { ObjectRef } from '../adapter/webhook.ts';
import type { AccountConfig, ConnectionConfig } from '../config/config.ts';
import { mintedAtMs, type NewId } from '../model/ids.ts';
import { meaningOfStatus } from '../outbound/answer-meaning.ts';
import type { ProviderCaller } from '../outbound/call-provider.ts';
import type { KeepResult, NewInbound, Store, Timer } from '../storage/store.ts';
import type { Log } from '../telemetry/log.ts';
import type { CallBreakers } from './call-breakers.ts';
import { type NoteFindings, noteIfPossible } from './note-findings.ts';

/**
 * Objects that a notice only pointed to. One timer is one pending fetch of one object: a further notice about it replaces
 * the timer, so that hints are coalesced, and one that comes while the call runs takes the timer from it and causes
 * exactly one more. The answer is kept like a webhook, and what it tells is read from there.
 */
export const FETCH = 'fetch';
/** A header of the kept answer, ours: the kind of object it tells. */
export const FETCHED_KIND = 'retour-object-kind';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Between two tries: as long as has been waited already, within these. */
const SHORTEST_MS = 5 * SECOND_MS;
const LONGEST_MS = 60 * MINUTE_MS;
/** As long as a message waits for its destination at most. */
const GIVE_UP_MS = 84 * 60 * MINUTE_MS;
/** An object may be there a little later than the webhook that names it; not longer than this. */
const NOTHING_YET_MS = 10 * MINUTE_MS;
/** A credential that was refused is not tried again before this, on the whole connection. */
const CREDENTIAL_MS = 15 * MINUTE_MS;

/** Every adapter that fetches has this setting. */
interface WithBaseUrl {
  readonly baseUrl: string;
}

export interface FetchDeps {
  readonly store: Pick<Store, 'takeCall' | 'holdCalls'>;
  readonly accounts: () => ReadonlyMap<string, AccountConfig>;
  readonly caller: ProviderCaller;
  readonly breakers: CallBreakers;
  readonly keep: (row: NewInbound) => Promise<KeepResult>;
  readonly note: NoteFindings;
  readonly newId: NewId;
  readonly now: () => number;
  readonly log: Log;
  /** Called once an answer is kept. */
  readonly onKept: () => void;
}

export function fetchTimer(
  newId: NewId,
  { account, connection, ref, nowMs }: { account: string; connection: string; ref: ObjectRef; nowMs: number },
): Timer {
  return { id: newId('tmr'), account, kind: FETCH, subject: subjectOf(connection, ref), dueAtMs: nowMs };
}

function subjectOf(connection: string, { kind, id }: ObjectRef): string {
  return JSON.stringify([connection, kind, id]);
}

/** What came of one try to fetch. */
type Told =
  | (AnswerMeaning & { readonly answer: ProviderAnswer })
  | { readonly outcome: 'timeout' | 'unreachable' | 'blocked' | 'too_large'; readonly detail: string }
  | { readonly outcome: 'over_limit'; readonly retryAtMs: number };

/** Whether a provider is to be left alone after several of these. */
export function isTrouble(told: unknown): boolean {
  return ['later', 'timeout', 'unreachable'].includes((told as Told).outcome);
}

/** One try; answers when the next one is due, or `null` when there is nothing more to fetch. */
export function createFetchObject(deps: FetchDeps): (timer: Timer) => Promise<number | null> {
  return async function fetchObject(timer) {
    const [name, kind, id] = JSON.parse(timer.subject) as [string, string, string];
    const connection = deps
      .accounts()
      .get(timer.account ?? '')
      ?.connections.get(name);
    const request = connection?.adapter.fetching?.request({ kind, id }, connection) ?? null;
    const about = { account: timer.account, connection: name, kind, objectId: id };
    if (connection === undefined || request === null) {
      deps.log.warn({ event: 'fetch.impossible', ...about });
      return null;
    }
    const startedAtMs = deps.now();
    const ageMs = Math.max(0, startedAtMs - mintedAtMs(timer.id));
    const told = await deps.breakers.run(`${connection.account} ${name} ${FETCH}`, () => ask(connection, request));
    const nowMs = deps.now();
    if (told === null) return nowMs + backoff(ageMs);
    if (told.outcome === 'over_limit') return told.retryAtMs;

    const inboundId = told.outcome === 'found' ? await keepAnswer(connection, kind, request, told.answer) : null;
    deps.log[told.outcome === 'found' || told.outcome === 'nothing' ? 'info' : 'warn']({
      event: 'fetch.ended',
      ...about,
      outcome: told.outcome,
      ...('answer' in told ? { status: told.answer.status } : { detail: told.detail }),
      inboundId,
      durationMs: nowMs - startedAtMs,
    });
    const next = await nextTry(connection, told, { ageMs, nowMs });
    const givesUp = told.outcome === 'too_large' || (next !== null && ageMs >= GIVE_UP_MS);
    const of = { account: connection.account, connection: name, seenAtMs: nowMs, count: 1 };
    const lastly = { objectId: id, ...('answer' in told ? { status: told.answer.status } : { outcome: told.outcome }) };
    if (told.outcome === 'refused') {
      const subject = told.because === 'credential' ? 'credential' : `request ${kind}`;
      await noteIfPossible(deps, { ...of, kind: 'fetch_refused', subject, detail: lastly });
    }
    if (!givesUp) return next;
    deps.log.error({ event: 'fetch.given_up', ...about });
    const detail = { ...lastly, triedHours: Math.round(ageMs / HOUR_MS) };
    await noteIfPossible(deps, { ...of, kind: 'fetch_given_up', subject: kind, detail });
    return null;
  };

  /** One call, within the limits of the connection. */
  async function ask({ account, name, adapter, settings }: ConnectionConfig, request: ProviderRequest): Promise<Told> {
    const fetching = adapter.fetching!;
    const limits = fetching.limits(settings);
    const taken = await deps.store.takeCall({ account, connection: name, limits, nowMs: deps.now() });
    if (!taken.granted) return { outcome: 'over_limit', retryAtMs: taken.retryAtMs };
    const result = await deps.caller.call((settings as WithBaseUrl).baseUrl, request);
    if (result.outcome !== 'answered') return result;
    const { answer } = result;
    return { ...(fetching.meaning?.(answer) ?? meaningOfStatus(answer, deps.now())), answer };
  }

  async function nextTry(
    { account, name }: ConnectionConfig,
    told: Exclude<Told, { outcome: 'over_limit' }>,
    { ageMs, nowMs }: { readonly ageMs: number; readonly nowMs: number },
  ): Promise<number | null> {
    const hold = (waitMs: number) =>
      deps.store.holdCalls({ account, connection: name, untilMs: nowMs + waitMs, nowMs });
    if (told.outcome === 'found' || told.outcome === 'too_large') return null;
    if (told.outcome === 'nothing') return ageMs < NOTHING_YET_MS ? nowMs + backoff(ageMs) : null;
    if (told.outcome === 'refused') {
      if (told.because === 'request') return null;
      await hold(CREDENTIAL_MS);
      return nowMs + CREDENTIAL_MS;
    }
    const askedForMs = told.outcome === 'later' ? (told.retryAfterMs ?? 0) : 0;
    if (askedForMs > 0) await hold(askedForMs);
    return nowMs + Math.max(backoff(ageMs), askedForMs);
  }

  /** Kept in its own right, never deduplicated: equal bytes can be news again (a status that is entered twice). */
  async function keepAnswer(
    { account, name, adapter }: ConnectionConfig,
    kind: string,
    { method, path }: ProviderRequest,
    { headers, body }: ProviderAnswer,
  ): Promise<string> {
    const [plain = path, query = ''] = path.split(/\?(.*)/s);
    const row: NewInbound = {
      id: deps.newId('inb'),
      account,
      connection: name,
      adapterId: adapter.id,
      source: 'fetch',
      receivedAtMs: deps.now(),
      method,
      path: plain,
      query,
      headers: {
        [FETCHED_KIND]: [kind],
        ...(headers['content-type'] === undefined ? {} : { 'content-type': [headers['content-type']] }),
      },
      body,
      bodyDigest: createHash('sha256').update(body).digest('hex'),
      trust: 'fetched',
      secretIndex: null,
      configRevision: deps.accounts().get(account)?.revision ?? null,
      dedupe: null,
    };
    const kept = await deps.keep(row);
    if (kept.outcome === 'failed') throw kept.error;
    deps.onKept();
    return kept.id;
  }
}

/** Doubles by itself: each wait is as long as the time since the first try. */
function backoff(ageMs: number): number {
  return Math.min(Math.max(ageMs, SHORTEST_MS), LONGEST_MS);
}
