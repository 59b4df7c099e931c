import type { AccountConfig, ConnectionConfig } from '../config/config.ts';
import type { ExpectedStage } from '../config/expectations.ts';
import type { Finding, Page, Store } from '../storage/store.ts';
import { findingId, type NoteFindings, type Sighting } from './note-findings.ts';
import { SILENCE_EVERY_MS, type TimerHandlers } from './timers.ts';
import { GAPS_OF, usualGapMs } from './usual-gap.ts';

/** Connections that fell silent, and returns that stand in a stage for too long. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Of one turn of the timer, well within its lease; the next turn goes on. */
const SLICE_MS = 20_000;
/** Nothing for so many usual gaps is silence. */
const SILENT_GAPS = 3;
/** Returns of a stage that are looked at. */
const MOST_STANDING = 500;
/** Of them, so many are named. */
const NAMED = 10;
const PAGE = 200;
/** Open findings beyond these stay open until others are closed. */
const MOST_PAGES = 50;

export interface SilenceDeps {
  readonly store: Pick<Store, 'lastReceipts' | 'standingReturns' | 'listFindings' | 'closeFinding'>;
  readonly accounts: () => ReadonlyMap<string, AccountConfig>;
  readonly note: NoteFindings;
  readonly now: () => number;
}

/** Looks every five minutes over all configured connections. What is silent no longer closes by itself. */
export function silence({ store, accounts, note, now }: SilenceDeps): TimerHandlers {
  /** While no process took webhooks, nobody was silent. */
  const listeningSinceMs = now();
  let startedAtMs = 0;
  let rest: ConnectionConfig[] = [];

  return {
    async silence(_timer, nowMs) {
      const configured = [...accounts().values()].flatMap(account => [...account.connections.values()]);
      if (rest.length === 0) {
        startedAtMs = nowMs;
        rest = configured.slice();
      }
      const open = await openFindings();
      const known = new Set(configured.map(keyOf));
      for (const finding of open.values())
        if (!known.has(keyOf({ ...finding, name: finding.connection }))) await close(finding);
      for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
        await look(next, open, nowMs);
        if (now() - nowMs >= SLICE_MS) break;
      }
      return rest.length > 0 ? nowMs : startedAtMs + SILENCE_EVERY_MS;
    },
  };

  async function look(connection: ConnectionConfig, open: ReadonlyMap<string, Finding>, nowMs: number): Promise<void> {
    const { account, name } = connection;
    const found = [await silentConnection(connection, nowMs), ...(await silentStages(connection, nowMs))];
    const sightings = found.flatMap(each => {
      if (each === null) return [];
      const sighting = { account, connection: name, ...each, seenAtMs: nowMs, count: 1 };
      // Counted when it begins; while it lasts only what is known of it changes.
      return [open.has(findingId(sighting)) ? { ...sighting, count: 0 } : sighting];
    });
    await note(sightings);
    const lasting = new Set(sightings.map(findingId));
    for (const finding of open.values()) {
      const isOurs = finding.account === account && finding.connection === name;
      if (isOurs && !lasting.has(finding.id)) await close(finding);
    }
  }

  async function silentConnection({ account, name, adapter }: ConnectionConfig, nowMs: number) {
    if (adapter.webhook === undefined) return null;
    const receipts = await store.lastReceipts(account, name, GAPS_OF);
    const gapMs = usualGapMs(receipts);
    const lastMs = receipts[0]!;
    if (gapMs === null || nowMs - Math.max(lastMs, listeningSinceMs) < SILENT_GAPS * gapMs) return null;
    return {
      kind: 'silent_connection',
      subject: 'webhooks',
      detail: {
        lastReceivedAt: new Date(lastMs).toISOString(),
        silentMinutes: minutes(nowMs - lastMs),
        usualGapMinutes: minutes(gapMs),
      },
    } satisfies Partial<Sighting>;
  }

  async function silentStages({ account, name, expect }: ConnectionConfig, nowMs: number) {
    const found: Pick<Sighting, 'kind' | 'subject' | 'detail'>[] = [];
    for (const [stage, days] of Object.entries(expect) as [ExpectedStage, number | null][]) {
      if (days === null) continue;
      const of = { account, connection: name, status: stage, beforeMs: nowMs - days * DAY_MS };
      const { looked, ids } = await store.standingReturns(of, MOST_STANDING);
      if (ids.length === 0) continue;
      const detail = {
        returns: ids.length,
        ...(looked === MOST_STANDING ? { ofTheLast: looked } : {}),
        days,
        returnIds: ids.slice(0, NAMED),
      };
      found.push({ kind: 'silent_stage', subject: stage, detail });
    }
    return found;
  }

  async function openFindings(): Promise<ReadonlyMap<string, Finding>> {
    const found = new Map<string, Finding>();
    for (const kind of ['silent_connection', 'silent_stage'] as const) {
      let after: Page['after'] = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const rows = await store.listFindings('all', { kind, state: 'open' }, { limit: PAGE, after });
        for (const row of rows) found.set(row.id, row);
        const last = rows.at(-1);
        if (last === undefined || rows.length < PAGE) break;
        after = { atMs: last.lastSeenAtMs, id: last.id };
      }
    }
    return found;
  }

  async function close({ id }: Finding): Promise<void> {
    await store.closeFinding('all', id, now());
  }
}

function keyOf({ account, name }: { readonly account: string; readonly name: string }): string {
  return `${account}/${name}`;
}

function minutes(ms: number): number {
  return Math.round(ms / MINUTE_MS);
}
