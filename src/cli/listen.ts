import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryAnswer, EventAnswer, InboundAnswer, InboundSummary, RejectionAnswer } from './answers.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import type { CliCall, CliCommand, CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { safeJson } from './display-text.ts';
import { followEvents } from './follow-events.ts';
import { type Follower, followList, type Source } from './follow-list.ts';
import { type Entry, entryLine, KINDS, type Kind } from './listen-entry.ts';
import { type ListenFilter, passes } from './listen-filter.ts';
import { listOption, secondsOption, textOption, wholeOption } from './options.ts';
import { resolveReturn } from './resolve-id.ts';

/** Follows notices, facts and deliveries as they come, by asking the API again and again. */
export const listen: CliCommand = {
  name: 'listen',
  description: 'Follow notices, facts and deliveries as they come, until Ctrl-C',
  options: [
    { flags: '--account <id>', help: 'only of this account' },
    { flags: '--return <return>', help: 'only of this return, which must be there already' },
    {
      flags: '--type <type>',
      help: "only this event type: refund.issued, shipment.* (for notices: the provider's own word); may be repeated",
      many: true,
    },
    {
      flags: '--state <state>',
      help: 'only notices and deliveries in this state, such as unreadable or exhausted; may be repeated',
      many: true,
    },
    { flags: '--only <kind>', help: 'notices, facts, deliveries or refusals; may be repeated', many: true },
    { flags: '--last <n>', help: 'begin with the last so many of each kind, 0 to 200 (default 0; with --once 50)' },
    { flags: '--once', help: 'tell what is there and end' },
    { flags: '--for <seconds>', help: 'end after so long' },
    { flags: '--every <seconds>', help: 'how often to ask (default 1)' },
    { flags: '--json', help: 'for machines: one JSON object per line' },
  ],
  async run(call, deps) {
    const api = connectApi(deps);
    const filter = await filterOf(call, api);
    const once = call.options.once === true;
    const last = wholeOption(call.options, 'last', { least: 0, most: 200, otherwise: once ? 50 : 0 });
    const everyMs = secondsOption(call.options, 'every', 1)! * 1000;
    const forSeconds = secondsOption(call.options, 'for', null);
    const tell = (entries: readonly Entry[]) => {
      for (const entry of entries.toSorted(byTime))
        deps.out(call.options.json === true ? `${safeJson(entry)}\n` : entryLine(entry, deps));
    };

    const sources = openSources(api, filter, deps);
    tell(await gather(sources, filter, follower => follower.begin(last)));
    if (once) return 0;
    if (call.options.json !== true) deps.err(`Listening to ${api.url}; Ctrl-C ends.\n`);
    const ends =
      forSeconds === null
        ? deps.interrupted()
        : AbortSignal.any([deps.interrupted(), AbortSignal.timeout(forSeconds * 1000)]);
    await poll(ends, everyMs, deps, async () => tell(await gather(sources, filter, follower => follower.round())));
    return 0;
  },
};

async function filterOf({ options }: CliCall, api: ApiClient): Promise<ListenFilter> {
  const kinds = listOption(options, 'only');
  const unknown = kinds.find(kind => !(KINDS as readonly string[]).includes(kind));
  if (unknown !== undefined) throw new CliError(`--only takes ${KINDS.join(', ')}; ${unknown} is none of them.`);
  const ofReturn = textOption(options, 'return');
  return {
    account: textOption(options, 'account'),
    returnId: ofReturn === undefined ? undefined : await resolveReturn(api, ofReturn),
    types: listOption(options, 'type'),
    states: listOption(options, 'state'),
    kinds: kinds as readonly Kind[],
  };
}

/** One kind of thing: how it is followed, and how a row of it is told. */
interface Feed {
  gather(read: (follower: Follower<unknown>) => Promise<readonly unknown[]>): Promise<readonly Entry[]>;
}

function openSources(api: ApiClient, { account, returnId, kinds }: ListenFilter, deps: CliDeps): Feed[] {
  const wanted = (kind: Kind) => kinds.length === 0 || kinds.includes(kind);
  const feeds: Feed[] = [];
  if (wanted('notices')) feeds.push(feed(followList(api, inboundSource(account)), row => noticeEntry(api, row)));
  if (wanted('facts')) feeds.push(feed(followEvents(api, account), factEntry));
  if (wanted('deliveries')) feeds.push(feed(followList(api, deliverySource(account, returnId)), deliveryEntry));
  if (wanted('refusals')) {
    const refusals = feed(followList(api, rejectionSource(account)), rejectionEntry);
    feeds.push(kinds.includes('refusals') ? refusals : unlessForbidden(refusals, deps));
  }
  return feeds;
}

/** So many details are asked for at the same time. */
const AT_ONCE = 10;

function feed<Row>(follower: Follower<Row>, entryOf: (row: Row) => Entry | Promise<Entry>): Feed {
  return {
    async gather(read) {
      const rows = (await read(follower as Follower<unknown>)) as readonly Row[];
      const entries: Entry[] = [];
      for (let from = 0; from < rows.length; from += AT_ONCE) {
        entries.push(...(await Promise.all(rows.slice(from, from + AT_ONCE).map(entryOf))));
      }
      return entries;
    },
  };
}

/** Refusals need the role security_admin; who did not ask for them by name can do without. */
function unlessForbidden(inner: Feed, deps: CliDeps): Feed {
  let forbidden = false;
  return {
    async gather(read) {
      if (forbidden) return [];
      try {
        return await inner.gather(read);
      } catch (error) {
        if (!(error instanceof CliError) || error.passing) throw error;
        forbidden = true;
        deps.err('Refused webhooks are not shown: they need the role security_admin.\n');
        return [];
      }
    },
  };
}

async function gather(
  feeds: readonly Feed[],
  filter: ListenFilter,
  read: (follower: Follower<unknown>) => Promise<readonly unknown[]>,
): Promise<readonly Entry[]> {
  // Effects are asked for before their causes: whatever a delivery is about is then told with it, or was told before.
  const gathered: (readonly Entry[])[] = [];
  for (const each of feeds.toReversed()) gathered.push(await each.gather(read));
  return gathered
    .toReversed()
    .flat()
    .filter(entry => passes(entry, filter));
}

/** What came first is told first; at the same time what caused the other. */
function byTime(one: Entry, other: Entry): number {
  return Date.parse(one.at) - Date.parse(other.at);
}

/** Until the signal. A gateway that is away for a while is waited for. */
async function poll(ends: AbortSignal, everyMs: number, deps: CliDeps, round: () => Promise<void>): Promise<void> {
  let isAway = false;
  while (!ends.aborted) {
    try {
      await delay(everyMs, undefined, { signal: ends });
    } catch {
      // The end came while waiting: one last look.
    }
    try {
      await round();
      if (isAway) deps.err('It answers again.\n');
      isAway = false;
    } catch (error) {
      if (!(error instanceof CliError) || !error.passing) throw error;
      if (!isAway) deps.err(`${error.message} Still trying …\n`);
      isAway = true;
    }
  }
}

function inboundSource(account: string | undefined): Source<InboundSummary> {
  return {
    path: '/v1/inbound',
    query: { account },
    atOf: row => row.receivedAt,
    tellingOf: row => (row.state === 'received' ? null : row.state),
    isSettled: row => !['received', 'waiting', 'failed'].includes(row.state),
  };
}

async function noticeEntry(api: ApiClient, row: InboundSummary): Promise<Entry> {
  const { notices } = await api.get<InboundAnswer>(`/v1/inbound/${row.id}`);
  const { id, account, connection, state, returnIds } = row;
  const types = [...new Set(notices.map(({ type }) => type ?? 'not readable'))];
  const problem = notices.find(notice => notice.problem !== null)?.problem ?? null;
  return { kind: 'notices', at: row.receivedAt, id, account, connection, state, types, problem, returnIds };
}

function factEntry(row: EventAnswer): Entry {
  const { position, type, returnId, eventId, account, connection, sequence, revision, withdrawn, late, change } = row;
  const told = { position, type, returnId, eventId, account, connection, sequence, revision, withdrawn, late, change };
  return { kind: 'facts', at: row.receivedAt, ...told };
}

function deliverySource(account: string | undefined, returnId: string | undefined): Source<DeliveryAnswer> {
  return {
    path: '/v1/deliveries',
    query: { account, returnId },
    atOf: row => row.createdAt,
    // A message that waits its turn is no news; a try, or an end, is.
    tellingOf: ({ state, lastAttempt }) => {
      if (lastAttempt === null && (state === 'pending' || state === 'delivering')) return null;
      return `${state === 'delivering' ? 'pending' : state} ${lastAttempt?.id}`;
    },
    isSettled: ({ state }) => ['delivered', 'exhausted', 'cancelled'].includes(state),
  };
}

function deliveryEntry(row: DeliveryAnswer): Entry {
  const { id, account, destination, returnId, eventId, type, sequence, state, tries, lastAttempt, dueAt } = row;
  const at = lastAttempt?.startedAt ?? row.createdAt;
  return {
    kind: 'deliveries',
    at,
    id,
    account,
    destination,
    returnId,
    eventId,
    type,
    sequence,
    state,
    tries,
    dueAt,
    lastAttempt,
  };
}

function rejectionSource(account: string | undefined): Source<RejectionAnswer> {
  return {
    path: '/v1/rejections',
    query: { account },
    atOf: row => row.receivedAt,
    tellingOf: row => row.reason,
    isSettled: () => true,
  };
}

function rejectionEntry(row: RejectionAnswer): Entry {
  const { id, account, connection, reason, header, received, expected, skewSeconds } = row;
  return {
    kind: 'refusals',
    at: row.receivedAt,
    id,
    account,
    connection,
    reason,
    header,
    received,
    expected,
    skewSeconds,
  };
}
